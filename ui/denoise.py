"""Denoise, put together: the digit, its noise, what the chosen model makes of it, the views."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import streamlit as st

from ui import (
    cached,
    denoise_kit,
    draw_source,
    explore_address,
    images,
    lab,
    linked,
    own_runs,
    pickers,
    shared,
)
from ui.components.noise_brush import noise_brush
from ui.denoise_compare import compare, decibels
from ui.denoise_curves import curves
from ui.denoise_field import field
from ui.denoise_kit import Case, Cleaned, Setting

if TYPE_CHECKING:
    from aecore.runs import ListedRun

EVERYWHERE, BRUSH = "everywhere", "brush"
MASK, MASK_REVISION, MASK_FAULT = "noise_mask", "noise_mask_revision", "noise_mask_fault"
RUBBING = "noise_rubbing"  # in the session: the hand is still on the brush
SEEDS = 1_000
VIEWS = {
    "compare": "Against the others",
    "curves": "More and less noise",
    "field": "Where it moves images",
}


def hands_on() -> ListedRun | None:
    """The digit on the left; its noise and what becomes of it on the right; views below."""
    lab.style()
    with st.container():  # what comes and goes in here must not move the pad: it would start anew
        cached.skeleton(height=480)
        denoise_kit.ready()
        fault = draw_source.settle()
    left, right = st.columns([3, 7], gap="medium")
    with left:
        draw_source.choose()
    with right:
        chosen = pickers.choose_run(lambda info: info.recipe.entry.abilities.denoises)
        setting = _noise()
        drawn = draw_source.drawn(normalised=True)
        case = denoise_kit.spoil(drawn.image, setting)
        if chosen:
            _result(chosen, case)
        for words in filter(None, [fault, shared.fault(), *drawn.notes]):
            st.caption(f":material/info: {words}")
    if chosen:
        _views(chosen, case)
    draw_source.keep()
    lab.keep_drawing()
    return chosen


def _noise() -> Setting:
    """The controls of the noise."""
    from aecore.noise import NOISES

    titles = {name: noise.title for name, noise in NOISES.items()}
    kind = explore_address.choose("noise", "Noise", titles, "gaussian", show_label=False)
    noise = NOISES[kind]
    unit = f", {noise.unit}" if noise.unit else ""
    left, right = st.columns([3, 2], gap="medium", vertical_alignment="bottom")
    with left:
        step = int(noise.step) if noise.step == int(noise.step) else noise.step
        amount = linked.slide(
            f"{kind}_amount", f"{noise.amount}{unit}", 0, noise.most, noise.usual, step
        )
    with right, st.container(horizontal=True, vertical_alignment="bottom"):
        places = {EVERYWHERE: "Everywhere", BRUSH: "By brush"}
        where = explore_address.choose("where", "Where", places, EVERYWHERE)
        st.button("", icon=":material/casino:", help="The same noise, drawn anew", on_click=_reseed)
    seed = explore_address.number("seed", 0, SEEDS)
    return Setting(kind, amount, seed, _mask() if where == BRUSH else None)


def _reseed() -> None:
    explore_address.keep("seed", str(random.randrange(1, SEEDS)))


def _mask() -> str:
    """Where the brush has been: by the link, once, and then by the visitor's hand."""
    from aecore import brush

    given = st.query_params.get("mask")
    if given and MASK not in st.session_state:
        try:
            brush.read(given)
            put_mask(given)
        except brush.BrushError as error:
            st.session_state[MASK_FAULT] = f"The link's noise is left out: {error}."
    mask = st.session_state.setdefault(MASK, "")
    if not st.session_state.get(RUBBING):
        explore_address.keep("mask", mask or None)
    if words := st.session_state.get(MASK_FAULT):
        st.caption(f":material/info: {words}")
    return mask


def put_mask(text: str) -> None:
    """Puts noise somewhere from Python."""
    st.session_state[MASK] = text
    st.session_state[MASK_REVISION] = st.session_state.get(MASK_REVISION, 0) + 1


def _take_mask(text: str, done: bool) -> None:
    from aecore import brush

    try:
        brush.read(text)
    except brush.BrushError as error:
        st.session_state[MASK_FAULT] = f"The brush can't be used: {error}."
        return
    st.session_state.update({MASK: text, MASK_FAULT: None, RUBBING: not done})


def _result(chosen: ListedRun, case: Case) -> None:
    """Original, noisy, cleaned and the error, with the brush beside them where it is in hand."""
    found = denoise_kit.by_run(chosen, case, chosen=True)
    if found.fault:
        st.error(found.fault)
        return
    if case.setting.mask is None:
        st.html(_four(case, found))
    else:
        left, right = st.columns([2, 5], gap="medium")
        with left:
            revision = st.session_state.get(MASK_REVISION, 0)
            noise_brush(case.clean, case.everywhere, case.setting.mask, revision, _take_mask)
            noisy = denoise_kit.measured(case.clean, case.noisy)
            st.caption(f"Noisy: error {noisy.mse:.4f}, {decibels(noisy.psnr)} dB")
        with right:
            st.html(_four(case, found, brush=True))
    _word(chosen, found)


def _four(case: Case, found: Cleaned, brush: bool = False) -> str:
    """The pictures as HTML; with the brush in hand, the noisy one is under it."""
    noisy = denoise_kit.measured(case.clean, case.noisy)
    error = found.image - case.clean
    missing, added = (abs(float(part.clip(min=0).sum())) for part in (-error, error))
    figures = [
        lab.card(images.digit(case.clean, "the original"), "Original", ["28 × 28 pixels"]),
        lab.card(images.digit(case.noisy, "the noisy image"), "Noisy", _lines(noisy)),
        lab.card(images.digit(found.image, "the cleaned image"), "Cleaned", _lines(found.quality)),
        lab.card(
            lab.difference(error, "the error: ink that is missing, ink that is added"),
            "Error",
            [
                f'<span class="bn-error"><span class="bn-lacks">missing {missing:.0f}</span>, '
                f'<span class="bn-adds">added {added:.0f}</span> pixels’ worth of ink</span>'
            ],
        ),
    ]
    if brush:
        figures[1] = ""
    return f'<div class="bn-four">{"".join(figures)}</div>'


def _lines(quality) -> list[str]:
    return [
        f"error {quality.mse:.4f}",
        f"<small>{decibels(quality.psnr)} dB · SSIM {quality.ssim:.2f}</small>",
    ]


def _word(chosen: ListedRun, found: Cleaned) -> None:
    """Whether the model was ever taught to clean; and the one that was, a press away."""
    level = denoise_kit.trained_level(chosen)
    if level is not None:
        st.caption(
            f"{found.title} was trained to undo Gaussian noise of standard deviation {level:g}, "
            "and nothing else."
        )
        return
    taught = denoise_kit.denoisers(_usable())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(
            f"{found.title} was never shown noise: all it can do is pull the image to what fits "
            "through its bottleneck."
        )
        if taught:
            name = pickers.short_title(taught[0])
            st.button(f"Use {name}", on_click=lab.use, args=(taught[0].id,), key="use-denoiser")


def _usable() -> list[ListedRun]:
    return pickers.usable_runs([*cached.runs(), *own_runs.listed()])


def _views(chosen: ListedRun, case: Case) -> None:
    view = explore_address.choose("part", "View", VIEWS, "compare", show_label=False)
    if view == "compare":
        compare(chosen, _usable(), case)
    elif view == "curves":
        curves(chosen, _usable(), case.setting)
    elif view == "field":
        field(chosen, case)
