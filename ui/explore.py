"""Explore, put together: the pad, the views below it, and what is said about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import cached, explore_address, explore_kit, explore_pad, explore_place, pickers, shared
from ui.components import latent_pad
from ui.explore_sheets import plane, traversals
from ui.explore_sums import sums
from ui.explore_tries import experiments
from ui.explore_walk import walk
from ui.explore_words import conditions, figures, lesson

if TYPE_CHECKING:
    from aecore.reading import Reading
    from aecore.runs import ListedRun
    from ui.explore_kit import Kit
    from ui.explore_place import Place

__all__ = ["conditions", "experiments", "figures", "hands_on", "lesson"]

VIEWS = {
    "walk": "Walk between two digits",
    "rows": "One coordinate at a time",
    "plane": "Two coordinates at a time",
    "sum": "Arithmetic",
}


OF_COORDINATES = ("rows", "plane")  # views that a grid of codes has nothing for


def hands_on() -> ListedRun | None:
    """The model, the pad, and the views of the place where the visitor is."""
    cached.skeleton(height=480)
    chosen = pickers.choose_run()
    if chosen is None:
        return None
    try:
        kit = explore_kit.kit(chosen.folder)
        seen = explore_kit.reading(chosen.folder)
    except (ValueError, OSError) as error:  # RunError, PortableError, StrokesError
        st.error(str(error))
        return chosen
    if not shared.is_example():
        explore_address.keep(shared.DRAWING, shared.drawing() or None)
    place = explore_place.current(chosen.id, kit, seen)
    if fault := st.session_state.get(explore_place.FAULT):
        st.warning(fault)
    explore_pad.pad(chosen.id, kit, seen, place)
    if not len(kit.space):
        st.caption(
            ":material/info: This run keeps no codes of real digits, so ranges are a guess. "
            f"`python -m aecore evaluate {chosen.folder} --save` adds them."
        )
    explore_pad.downloads(chosen.id, kit, place)
    _views(chosen, kit, seen, place)
    latent_pad.model(kit.portable, kit.codes, key="latent_pad_model")
    return chosen


def _views(chosen: ListedRun, kit: Kit, seen: Reading | None, place: Place) -> None:
    views = {
        name: words
        for name, words in VIEWS.items()
        if not (kit.abilities.discrete and name in OF_COORDINATES)
    }
    view = explore_address.choose("view", "View", views, "walk", show_label=False)
    if view == "walk":
        walk(chosen.id, chosen.folder, kit, seen)
    elif view == "rows":
        traversals(chosen.id, kit, place)
    elif view == "plane":
        plane(chosen.id, kit, place)
    elif view == "sum":
        sums(kit, seen, place.y)
