"""The reparameterisation trick as an experiment: draws, and gradients with and without it."""

from __future__ import annotations

import html
import math

import streamlit as st

from ui import cached, curves, explore_address
from ui.components.reparameterise import reparameterise

LIMITS = {"mean": (-3.0, 3.0), "logvar": (-4.0, 2.0), "eps": (-3.0, 3.0)}
START = {"mean": 2.0, "logvar": -1.0, "eps": 1.0}
ADDRESS = {"mean": "mu", "logvar": "logvar", "eps": "eps"}
PLACE = "theory_noise"  # in the session
DRAWS = 2_000
HEADS = ("by μ: mean", "variance", "by log σ²: mean", "variance")
SHARES = 60  # bins of the histograms


def experiment() -> None:
    """The component, then what 2,000 draws say of the gradient."""
    place = _settled()
    left, right = st.columns([6, 5], gap="large")
    with left:
        reparameterise(place, LIMITS, _put)
    with right:
        _gradients(place)


def _settled() -> dict[str, float]:
    """The place: the link's, else the session's, else the start; always within the limits."""
    place = dict(st.session_state.get(PLACE, START))
    for name, short in ADDRESS.items():
        given = explore_address.given(short)
        low, high = LIMITS[name]
        try:
            value = float(given) if given is not None else place[name]
        except ValueError:
            value = place[name]
        place[name] = min(max(value, low), high) if math.isfinite(value) else START[name]
    st.session_state[PLACE] = place
    for name, short in ADDRESS.items():
        explore_address.keep(short, None if place[name] == START[name] else f"{place[name]:g}")
    return place


def _put(place: dict[str, float]) -> None:
    st.session_state[PLACE] = {name: float(place[name]) for name in START}
    for name, short in ADDRESS.items():
        explore_address.keep(short, f"{st.session_state[PLACE][name]:g}")


def _gradients(place: dict[str, float]) -> None:
    """Wanted: how E[(z - 1)²] changes with μ. A histogram of single draws, and a table."""
    cached.need("aecore.reparameterisation", "aecore.pitfalls")
    from aecore.pitfalls import Chart
    from aecore.reparameterisation import compare, exact_gradient

    found = compare(place["mean"], place["logvar"], DRAWS)
    exact = exact_gradient(place["mean"], place["logvar"])
    pathwise, score = found[0].gradients[:, 0], found[1].gradients[:, 0]
    ends = _range(pathwise, score)
    chart = Chart(
        title="The gradient by μ, as single draws tell it",
        x="gradient",
        y="share of draws",
        lines=[
            _histogram("without the trick (score function)", "broken", score, ends),
            _histogram("with the trick (pathwise)", "cured", pathwise, ends),
        ],
    )
    st.html(curves.style())
    curves.show(chart, "gradients")
    rows = "".join(
        f"<tr><td>{html.escape(each.name)}</td>"
        + "".join(
            f'<td class="number">{curves.number(value)}</td>'
            for pair in zip(each.mean.tolist(), each.variance.tolist(), strict=True)
            for value in map(_short, pair)
        )
        + "</tr>"
        for each in found
    )
    truth = f'<td class="number">{curves.number(_short(exact[0]))}</td><td></td>'
    truth += f'<td class="number">{curves.number(_short(exact[1]))}</td><td></td>'
    st.html(
        '<div class="bn-table"><table><tr><th></th>'
        + "".join(f'<th class="number">{name}</th>' for name in HEADS)
        + "</tr>"
        f"{rows}<tr><td>exact</td>{truth}</tr></table></div>"
    )
    ratio = float(found[1].variance[0] / found[0].variance[0])
    st.caption(
        f"f(z) = (z − 1)², {DRAWS:,} draws. For the gradient by μ the score function needs "
        f"{ratio:,.0f} times as many draws for the same accuracy."
    )


def _short(value: float) -> float:
    return float(f"{value:.3g}")


def _range(*groups) -> tuple[float, float]:
    """From where to where 99 % of each of some groups of numbers lie."""
    import torch

    ends = torch.stack([torch.quantile(each, torch.tensor([0.005, 0.995])) for each in groups])
    return float(ends[:, 0].min()), float(ends[:, 1].max())


def _histogram(name: str, role: str, values, ends: tuple[float, float]):
    """Shares of the draws by value, as a line; what lies beyond the ends is counted there."""
    import torch

    from aecore.pitfalls import line

    low, high = ends
    counts = torch.histc(values.clamp(low, high), SHARES, low, high)
    middles = [low + (index + 0.5) * (high - low) / SHARES for index in range(SHARES)]
    return line(name, role, middles, (counts / len(values)).tolist())
