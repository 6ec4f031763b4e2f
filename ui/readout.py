"""The bottleneck at work, as one piece of HTML: what the model sees, its code, what it rebuilds."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ui import bars, cached, images, pickers, shared

if TYPE_CHECKING:
    from aecore.reading import Reading
    from aecore.runs import ListedRun

USED_FROM = 3.0  # the axis of a posterior's code: its prior lies within 3 sigma


def show(chosen: ListedRun) -> None:
    """What the chosen run makes of the visitor's drawing; its class too, where it wants one."""
    place = st.container()
    told = chosen.info.recipe.entry.abilities.conditional
    label = pickers.choose_class() if told else None
    sight = cached.sight(chosen.folder, shared.drawing(), label)
    place.html(told_html(chosen.info.recipe.entry.summary, sight))
    if told and sight.reading:
        st.caption(guess_words(sight.reading.label_costs))
    if sight.fault:
        place.error(sight.fault)
    for words in filter(None, [shared.fault(), *(sight.drawing.notes if sight.reading else ())]):
        place.caption(f":material/info: {words}")


def told_html(words: str, sight: cached.Sight) -> str:
    """A sight and a sentence about the model; style.css says which comes first."""
    about = f'<p class="bn-about">{html.escape(words)}</p>'
    return f'<div class="bn-reading">{about}{sight_html(sight)}</div>'


def guess_words(costs: np.ndarray) -> str:
    """What the drawing costs under the cheapest class and under the next."""
    first, second = costs.argsort()[:2]
    return (
        f"Left to guess, it says {first}. Told {first}, the drawing costs {costs[first]:.0f} nats; "
        f"told {second}, the next best, {costs[second]:.0f} nats."
    )


def sight_html(sight: cached.Sight) -> str:
    """A drawing and what a run makes of it; without a reading, words that say what to do."""
    if sight.fault:
        return waiting_html("This model can't be used. Choose another one.")
    if sight.reading is None:
        return waiting_html(" ".join(sight.drawing.notes))
    return reading_html(sight.reading, sight.places, sight.closer)


def reading_html(reading: Reading, places: np.ndarray | None, closer: float | None) -> str:
    """A model's reading of a drawing.

    places: see `aecore.reading.codebook_places`, for discrete models.
    closer: the share of test digits that were rebuilt less closely, 0 to 1, if it is known.
    """
    pixels = reading.image.size
    seen = images.digit(reading.image, "the drawing as the model sees it")
    rebuilt = images.digit(reading.reconstruction, "the reconstruction")
    return _flow(
        _panel("seen", "The model sees", seen, f"28 × 28 = {pixels} pixels"),
        _panel("code", "The code", _code(reading, places), _code_words(reading)),
        _panel("rebuilt", "The reconstruction", rebuilt, _verdict(reading, closer)),
    )


def waiting_html(words: str) -> str:
    """The same places, empty, with words that say what to do."""
    return _flow(
        _panel("seen", "The model sees", images.empty(""), "28 × 28 = 784 pixels"),
        _panel("code", "The code", f'<div class="bn-hint">{html.escape(words)}</div>', "&nbsp;"),
        _panel("rebuilt", "The reconstruction", images.empty(""), "&nbsp;"),
    )


def _flow(seen: str, code: str, rebuilt: str) -> str:
    funnel = '<div class="bn-funnel {}" aria-hidden="true"></div>'
    parts = (seen, funnel.format("in"), code, funnel.format("out"), rebuilt)
    return f'<div class="bn-flow">{"".join(parts)}</div>'


def _panel(name: str, title: str, content: str, words: str) -> str:
    return (
        f'<section class="bn-panel bn-{name}"><h4>{title}</h4>'
        f'<div class="bn-body">{content}</div><p>{words}</p></section>'
    )


def _code(reading: Reading, places: np.ndarray | None) -> str:
    if reading.indices is not None:
        return bars.code_grid(reading.indices, places)
    least = 1.0 if reading.sigma is None else USED_FROM
    return bars.code_bars(reading.code, reading.sigma, reading.kl, least)


def _code_words(reading: Reading) -> str:
    if reading.indices is not None:
        return f"{reading.indices.size} entries of a learned dictionary, by number"
    if reading.kl is None:
        return f"{len(reading.code)} numbers, one bar each"
    used = int((reading.kl >= bars.IDLE).sum())
    nats = f"{reading.kl.sum():.0f}&nbsp;nats"
    return (
        f"{len(reading.code)} numbers, {used} of them in use, {nats} in all"
        "<br><small>bars: means, whiskers: ±σ</small>"
    )


def _verdict(reading: Reading, closer: float | None) -> str:
    error = f"squared error {reading.scores['mse']:.4f} a pixel"
    if closer is None:
        return error
    percent = round(100 * closer)
    words = f"rebuilt more closely than <b>{percent}&nbsp;%</b> of test digits"
    if percent < 1:
        words = "rebuilt less closely than <b>99&nbsp;%</b> of test digits"
    gauge = f'<span class="bn-gauge" style="--p:{closer:.3f}"></span>'
    return f"{gauge}{words}<br><small>{error}</small>"
