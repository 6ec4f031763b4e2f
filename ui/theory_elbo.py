"""The ELBO with each of its terms, live on one digit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ui import bars, cached, curves, images, linked, theory_digit

if TYPE_CHECKING:
    from aecore.elbo import Elbo

SEED = "theory_seed"
COSTLY = 3.0  # nats: a pixel that costs so much is drawn in full ink


def live() -> None:
    """Choice of model and digit, the three pictures, the sum, and the KL by coordinate."""
    chosen = theory_digit.choose_run("of", lambda abilities: abilities.posterior)
    if chosen is None:
        return
    cached.need("aecore.elbo", "aecore.reading", "aecore.drawing")
    from aecore.elbo import elbo
    from aecore.tensor_files import RunError

    try:
        run = cached.run(chosen.folder)
    except (RunError, OSError) as error:
        st.error(str(error))
        return
    digit = theory_digit.choose(run)
    if digit is None:
        return
    image, label = digit
    with st.container(horizontal=True, vertical_alignment="bottom"):
        draws = linked.slide("draws", "Draws of z from q(z | x)", 1, 64, 1, 1, width=260)
        beta = linked.slide("weight", "β, the weight of the KL", 0.0, 10.0, 1.0, 0.5, width=260)
        st.button("Draw again", icon=":material/casino:", on_click=_again, key="draw-again")
    seed = st.session_state.get(SEED, 0)
    label = theory_digit.told(run, image, label)
    found = elbo(run.model, image, label, int(draws), seed)
    st.html(curves.style())
    left, right = st.columns([5, 6], gap="large")
    left.html(pictures(found))
    with right:
        st.html(total(found, beta))
        _words(found, int(draws), beta, label)
    st.html(coordinates(found))


def _again() -> None:
    st.session_state[SEED] = st.session_state.get(SEED, 0) + 1


def pictures(found: Elbo) -> str:
    """HTML: the digit, what the draws make of it, and what each pixel costs."""
    cost = np.clip(found.pixels / COSTLY, 0, 1)
    shown = (
        ("x", found.image, "the digit"),
        ("x̂", found.x_hat, "the reconstruction, mean over the draws"),
        ("−log p(xᵢ | z)", cost, f"what each pixel costs: full ink is {COSTLY:.0f} nats or more"),
    )
    cells = "".join(
        f"<div><p><b>{name}</b></p>{images.digit(image, alt)}</div>" for name, image, alt in shown
    )
    return f'<div class="bn-three">{cells}</div>'


def total(found: Elbo, beta: float) -> str:
    """HTML: the terms as one bar, their lengths as their nats."""
    above = max(found.distortion - found.floor, 0.0)
    parts = (
        ("floor", found.floor, "no model can save"),
        ("above", above, "reconstruction above that"),
        ("rate", beta * found.rate, "β KL" if beta != 1 else "KL"),
    )
    whole = sum(nats for _, nats, _ in parts) or 1.0
    cells = "".join(
        f'<i class="{kind}" style="flex:{nats / whole:.4f}" title="{words}: {nats:.1f} nats"></i>'
        for kind, nats, words in parts
    )
    legend = "".join(
        f'<span class="{kind}">{words}: <b>{nats:.1f}</b> nats</span>'
        for kind, nats, words in parts
    )
    label = ", ".join(f"{words} {nats:.1f} nats" for _, nats, words in parts)
    return (
        f'<div class="bn-stack"><div class="whole" role="img" aria-label="{label}">{cells}</div>'
        f'<div class="legend">{legend}</div></div>'
    )


def _words(found: Elbo, draws: int, beta: float, label: int | None) -> None:
    """The sum in figures."""
    spread = f" ± {found.distortions.std(ddof=1):.1f} between draws" if draws > 1 else ""
    weighed = "" if beta == 1 else f" With β = {beta:g}: {found.negative_elbo(beta):.1f}."
    told = "" if label is None else f" The model is told that this is a {label}."
    st.markdown(
        f"E[−log p(x|z)] = **{found.distortion:.1f}** nats{spread}  \n"
        f"KL(q(z|x) ‖ N(0, I)) = **{found.rate:.1f}** nats, "
        f"{int((found.kl >= bars.IDLE).sum())} of {len(found.kl)} coordinates above "
        f"{bars.IDLE:g}  \n"
        f"−ELBO = {found.distortion:.1f} + {found.rate:.1f} = **{found.negative_elbo():.1f}** nats."
        f"{weighed}{told}"
    )
    st.caption(
        f"Pixels are grey, and a grey pixel costs even a perfect copy its entropy: here "
        f"{found.floor:.1f} nats. A binarised image has no such floor."
    )


def coordinates(found: Elbo) -> str:
    """HTML: the KL of each coordinate as a bar, above its mean and sigma."""
    top = bars.nice_scale(float(found.kl.max()))
    cells = "".join(
        f'<i style="--v:{kl / top:.4f}" title="coordinate {index + 1}: {kl:.2f} nats, '
        f'mean {mean:.2f}, σ {sigma:.2f}"><b>{kl:.1f}</b></i>'
        for index, (kl, mean, sigma) in enumerate(
            zip(found.kl, found.mean, found.sigma, strict=True)
        )
    )
    return (
        f'<div class="bn-coordinates"><p><b>KL of each coordinate</b>, in nats, above its mean '
        f"(bar) and ± σ (whisker). σ near 1 and a mean near 0 cost nothing, and say nothing.</p>"
        f'<div class="kl" style="--n:{len(found.kl)}">{cells}</div>'
        f'<div class="codes">{bars.code_bars(found.mean, found.sigma, found.kl, 3.0)}</div></div>'
    )
