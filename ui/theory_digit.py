"""Which digit Theory looks at, and through which runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ui import cached, explore_address, own_runs, pickers, shared

if TYPE_CHECKING:
    from collections.abc import Callable

    from aecore.models.base import Abilities
    from aecore.runs import ListedRun, Run

DRAWING = "drawing"
NAME = "digit"  # in the address


def runs(fits: Callable[[Abilities], bool]) -> dict[str, ListedRun]:
    """The runs, shipped and the visitor's own, whose model's abilities fit; by id."""
    usable = pickers.usable_runs([*cached.runs(), *own_runs.listed()])
    return {each.id: each for each in usable if fits(each.info.recipe.entry.abilities)}


def choose_run(name: str, fits: Callable[[Abilities], bool]) -> ListedRun | None:
    """One of the runs that fit: the one that all pages share, if it does; in the address."""
    found = runs(fits)
    if not found:
        st.info("There is no trained model here that this can be shown on.")
        return None
    usual = st.session_state.get(shared.MODEL) or st.query_params.get(shared.MODEL)
    first = next(each for each in (usual, pickers.FIRST, *found) if each in found)
    titles = {run_id: pickers.short_title(each) for run_id, each in found.items()}
    return found[explore_address.choose(name, "Model", titles, first, show_label=False)]


def choose(run: Run) -> tuple[np.ndarray, int | None] | None:
    """The visitor's drawing, or a test digit that the run keeps: its image (28, 28) and class.

    None, with a word, where the drawing is empty.
    """
    images, labels = probes(run)
    options = {DRAWING: "My drawing", **{str(k): str(label) for k, label in enumerate(labels)}}
    chosen = explore_address.choose(NAME, "Digit", options, DRAWING, show_label=False)
    if chosen != DRAWING:
        return images[int(chosen)], int(labels[int(chosen)])
    from aecore import drawing, strokes

    drawn = drawing.normalise(strokes.rasterise(strokes.decode(shared.drawing())))
    if drawn.empty:
        st.info("The drawing is empty. Draw a digit on Home, or choose a test digit.")
        return None
    return np.asarray(drawn.image), None


def probes(run: Run) -> tuple[np.ndarray, list[int]]:
    """The test digits that a run's snapshots look at: (P, 28, 28) in [0, 1], and their classes."""
    if "probe_images" not in run.snapshots:
        return np.zeros((0, 28, 28), np.float32), []
    images = run.snapshots["probe_images"].numpy().astype(np.float32) / 255
    return images, run.snapshots["probe_labels"].tolist()


def told(run: Run, image: np.ndarray, label: int | None) -> int | None:
    """The class that a conditional model is told: the digit's own, or the one it guesses."""
    from aecore.reading import read

    if not run.model.abilities.conditional:
        return None
    return read(run.model, image, label).label
