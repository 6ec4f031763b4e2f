"""Digits that were asked for: ten classes by ten styles, the first style the visitor's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ui import cached, explore_address, generate_kit, images, lab, shared
from ui.components.picture_grid import picture_grid
from ui.generate_grid import closer

if TYPE_CHECKING:
    from aecore.runs import ListedRun
    from ui.generate_kit import Draw

PICK = "which"
STYLES = 10
CLASSES = 10


def asked(chosen: ListedRun, draw: Draw) -> None:
    """The visitor's drawing, and the sheet: a row for each class, a column for each style."""
    seen = cached.sight(chosen.folder, shared.drawing()).reading
    codes, told = _styles(chosen, draw, None if seen is None else seen.code)
    pictures = _write(chosen, codes)
    left, right = st.columns([1, 4], gap="large")
    with left:
        if seen is None:
            st.caption("Draw a digit on Home or on Draw, and the first column is in your hand.")
        else:
            picture = images.digit(seen.image, "your drawing")
            st.html(lab.cards([lab.card(picture, "Your drawing", [f"read as {seen.label}"])]))
            st.caption(
                "Its style, without its class, is the code of the first column. The other nine "
                "styles are drawn from the prior."
            )
    with right:
        picked = explore_address.number(PICK, STYLES, CLASSES * STYLES)
        judged = generate_kit.judged(chosen.info.recipe.dataset, pictures)
        right_ones = set(range(len(pictures)))
        names = [f"asked for {k // STYLES}" for k in range(len(pictures))]
        if judged is not None:
            labels = judged.labels.numpy()
            right_ones = {k for k in right_ones if labels[k] == k // STYLES}
            names = [f"{name}, read as {label}" for name, label in zip(names, labels, strict=True)]
        picture_grid(
            pictures,
            names,
            _pick,
            key="asked",
            columns=STYLES,
            phone_columns=STYLES,
            label="ten classes by ten styles",
            captions=_captions(told),
            chosen=(picked,),
        )
        if judged is not None:
            st.caption(f"The judge reads **{len(right_ones)} of {len(pictures)}** as asked for.")
        st.html(lab.cards(closer(chosen, pictures[picked])))


def _pick(number: int) -> None:
    explore_address.keep(PICK, str(number))


def _captions(told: bool) -> list[str]:
    first = ["yours"] if told else ["1"]
    empty = [""] * (STYLES * (CLASSES - 1))
    return [*empty, *first, *map(str, range(2, STYLES + 1))]


def _styles(chosen: ListedRun, draw: Draw, mine: np.ndarray | None) -> tuple[np.ndarray, bool]:
    """Codes (10, D): the drawing's first, where there is one, then draws from the prior."""
    from aecore import generation

    model = cached.run(chosen.folder).model
    codes = generation.draw(model, "prior", STYLES, draw.seed, draw.temperature).numpy().copy()
    if mine is not None:
        codes[0] = mine
    return codes, mine is not None


def _write(chosen: ListedRun, codes: np.ndarray) -> np.ndarray:
    """Every code under every class: (100, 28, 28), class by class."""
    import torch

    from aecore.latent_space import pictures

    every = torch.arange(CLASSES).repeat_interleave(STYLES)
    repeated = torch.tensor(codes).repeat(CLASSES, 1)
    return pictures(cached.run(chosen.folder).model, repeated, every).numpy()
