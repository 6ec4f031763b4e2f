"""Generate, put together: the model, the noise, and the views of what comes of it."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import streamlit as st

from ui import (
    cached,
    explore_address,
    generate_kit,
    lab,
    linked,
    own_runs,
    pickers,
    shared,
)
from ui.generate_asked import asked
from ui.generate_good import good
from ui.generate_grid import grids
from ui.generate_kit import Draw
from ui.generate_models import models
from ui.generate_walks import walks
from ui.generate_written import which, written

if TYPE_CHECKING:
    from aecore.models.base import Abilities
    from aecore.runs import ListedRun

COUNT = 64
SEEDS = 10_000
VIEWS = {
    "grid": "64 samples",
    "asked": "Asked for",
    "written": "Code by code",
    "models": "Same noise, other models",
    "walk": "Between two digits",
    "good": "How good they are",
}
MIXTURE = "mixture"


def hands_on() -> ListedRun | None:
    """The model, the controls, and the view that is open."""
    lab.style()
    cached.skeleton(height=480)
    chosen = pickers.choose_run()
    if chosen is None:
        return None
    generate_kit.ready()
    if not shared.is_example():
        explore_address.keep(shared.DRAWING, shared.drawing() or None)
    abilities = chosen.info.recipe.entry.abilities
    try:
        sources = generate_kit.sources(chosen.folder)
        view = explore_address.choose("part", "View", views(abilities), "grid", show_label=False)
        _show(view, chosen, sources, abilities)
    except (ValueError, OSError) as error:  # RunError, StrokesError
        st.error(str(error))
    return chosen


def views(abilities: Abilities) -> dict[str, str]:
    """The views that a model with these abilities has something for."""
    left_out = {"asked": not abilities.conditional, "written": not abilities.discrete}
    return {name: words for name, words in VIEWS.items() if not left_out.get(name)}


def _show(view: str, chosen: ListedRun, sources: list[str], abilities: Abilities) -> None:
    usable = pickers.usable_runs([*cached.runs(), *own_runs.listed()])
    if view == "walk":
        walks(chosen, usable)
        return
    draw = _controls(view, sources, abilities)
    if view == "grid":
        from dataclasses import replace

        grids(chosen, [replace(draw, source=source) for source in sources])
    elif view == "asked":
        asked(chosen, draw)
    elif view == "written":
        written(chosen, draw)
    elif view == "models":
        models(usable, draw)
    elif view == "good":
        good(chosen, usable, draw)


def _controls(view: str, sources: list[str], abilities: Abilities) -> Draw:
    """Seed and temperature; the class, and the mixture's size, where there are such."""
    from aecore.generation import SOURCES

    with st.container(horizontal=True, vertical_alignment="bottom"):
        seed = linked.whole("seed", "Seed", 0, SEEDS, 0, width=130)
        st.button("", icon=":material/casino:", help="Another seed", on_click=_reseed)
        temperature = linked.slide("temperature", "Temperature", 0, 2, 1, 0.1, width=260)
        components, told = 10, None
        if MIXTURE in sources and view in ("grid", "models"):
            words = "Gaussians in the mixture"
            components = linked.whole("mixed", words, 2, 30, 10, width=190)
        if abilities.conditional and view == "grid":
            options = {"all": "All"} | {str(label): str(label) for label in range(10)}
            told = explore_address.choose("asked_for", "Asked for", options, "all")
        if view == "written":
            which()
    source = sources[0]
    if view == "good" and len(sources) > 1:
        titles = {name: SOURCES[name].title for name in sources}
        source = explore_address.choose("source", "Drawn", titles, source, show_label=False)
    return Draw(
        source=source,
        count=COUNT,
        seed=seed,
        temperature=temperature,
        components=components,
        asked=int(told) if told and told.isdigit() else None,
    )


def _reseed() -> None:
    st.session_state["seed"] = random.randrange(1, SEEDS)
