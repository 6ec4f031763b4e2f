"""Sixty-four new digits from each source, what the judge reads, and one of them closer."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ui import explore_address, generate_kit, images, lab
from ui.components.picture_grid import picture_grid

if TYPE_CHECKING:
    from aecore.runs import ListedRun
    from ui.generate_kit import Draw

COUNT = 64
ACROSS = 8
PICK = "pick"
SURE = 0.9


def grids(chosen: ListedRun, draws: list[Draw]) -> None:
    """A grid for each draw, side by side, and the sample that was pressed."""
    source, number = _picked([draw.source for draw in draws])
    for column, draw in zip(st.columns(len(draws), gap="large"), draws, strict=True):
        with column:
            pictures = generate_kit.samples(chosen.folder, draw)
            _grid(chosen, draw, pictures, number if draw.source == source else None)
        if draw.source == source:
            pressed = pictures[number]
    st.subheader("The one you pressed", anchor=False)
    st.html(lab.cards(closer(chosen, pressed)))


def _grid(chosen: ListedRun, draw: Draw, pictures: np.ndarray, picked: int | None) -> None:
    from aecore.generation import SOURCES

    source = SOURCES[draw.source]
    st.markdown(f"**{source.title}**")
    st.caption(source.words[0].upper() + source.words[1:] + ".")
    judged = generate_kit.judged(chosen.info.recipe.dataset, pictures)
    names = [f"sample {k + 1}" for k in range(len(pictures))]
    if judged is not None:
        read = zip(judged.labels.tolist(), judged.sureness.tolist(), strict=True)
        names = [f"read as {label}, {sure:.0%} sure" for label, sure in read]
    picture_grid(
        pictures,
        names,
        lambda number: _pick(draw.source, number),
        key=f"grid-{draw.source}",
        columns=ACROSS,
        label=f"{len(pictures)} samples {source.title.lower()}",
        chosen=() if picked is None else (picked,),
    )
    if judged is not None:
        st.caption(
            f"**{int((judged.sureness >= SURE).sum())} of {len(pictures)}** recognised by the "
            f"judge, {judged.classes:.1f} classes in even use"
        )
    lab.download(f"{chosen.id}-{draw.source}-seed-{draw.seed}", pictures, ACROSS)


def _pick(source: str, number: int) -> None:
    explore_address.keep(PICK, f"{source}-{number + 1}")


def _picked(sources: list[str]) -> tuple[str, int]:
    """The sample that was pressed, by the address; the first one if there is none."""
    source, _, number = st.query_params.get(PICK, "").rpartition("-")
    if source in sources and number.isascii() and number.isdigit() and len(number) < 4:
        return source, min(max(int(number), 1), COUNT) - 1
    return sources[0], 0


def closer(chosen: ListedRun, picture: np.ndarray) -> list[str]:
    """Cards: one sample with what it is read as, and the training digit it is nearest to."""
    return [sample_card(chosen, picture), *near_cards(chosen, picture[None])]


def sample_card(chosen: ListedRun, picture: np.ndarray) -> str:
    """A sample, and what the judge reads."""
    judged = generate_kit.judged(chosen.info.recipe.dataset, picture[None])
    lines = []
    if judged is not None:
        sure = float(judged.sureness[0])
        verdict = "recognised" if sure >= SURE else "not recognised"
        lines = [f"read as {int(judged.labels[0])}", f"<small>{sure:.0%} sure: {verdict}</small>"]
    return lab.card(images.digit(picture, "the sample"), "Nobody wrote this", lines)


def near_cards(chosen: ListedRun, pictures: np.ndarray) -> list[str]:
    """For each picture the training digit nearest to it; none where the run knows none."""
    known = generate_kit.known(chosen.folder)
    if known is None:
        return []
    errors, which = generate_kit.nearest(known, pictures)
    kind = "" if known.real else ", as this model rebuilds it"
    return [
        lab.card(
            images.digit(known.pictures[number], "the nearest training digit"),
            "Nearest training digit",
            [
                f"a {known.labels[number]}, number {number + 1}",
                f"<small>error {error:.4f} between the two{html.escape(kind)}</small>",
            ],
        )
        for error, number in zip(errors, which, strict=True)
    ]
