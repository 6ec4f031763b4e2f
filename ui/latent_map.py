"""The latent map, put together: the pad, the choice of a map, the map, and what was picked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from ui import (
    cached,
    latent_map_drawing,
    latent_map_jobs,
    latent_map_kit,
    latent_map_picked,
    latent_map_static,
    latent_map_view,
    pickers,
)
from ui import latent_map_choices as choices
from ui.components.latent_map import courier, latent_map, news
from ui.pad import pad

if TYPE_CHECKING:
    from aecore.runs import ListedRun
    from ui.latent_map_kit import World
    from ui.latent_map_view import View

LINKED = "latent_map_linked"


class Shown:
    """What the page shows: the run, its points, and the map; the last two may be missing."""

    def __init__(self, chosen: ListedRun, world: World | None = None, view: View | None = None):
        self.chosen, self.world, self.view = chosen, world, view

    @property
    def key(self) -> tuple:
        """Changes when the rest of the page has to speak of something else."""
        if self.view is None:
            return (self.chosen.id,)
        return (self.chosen.id, self.world.id, self.view.id)


def hands_on() -> Shown | None:
    """The model, the pad and the map; None where there is no run."""
    cached.skeleton(height=480)
    chosen = pickers.choose_run()
    if chosen is None:
        return None
    try:
        url = latent_map_static.plotly_url()
        world = latent_map_kit.world(chosen.folder, choices.split(chosen))
    except (ValueError, OSError) as error:  # RunError; static files that can't be written
        st.error(str(error))
        return Shown(chosen)
    left, right = st.columns([3, 7], gap="medium")
    with right:
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            view = choices.choose_map(world)
            kind, coordinate = choices.choose_colour(world, view)
        place = st.container()
    with left:
        _pad(world, view)
        latent_map_jobs.panel(world, choices.asked())
    colours, colour = latent_map_view.colour(world, view, kind, coordinate)
    with place:
        _map(world, view, url, colour)
    with st.container(gap=None):
        for slot, table in (("points", view.points), ("places", view.places), ("colours", colours)):
            if table is not None:
                courier(slot, table)
    return Shown(chosen, world, view)


@st.fragment
def _pad(world: World, view: View) -> None:
    """The pad, and where the drawing lands: only this runs while somebody draws."""
    pad()
    drawing, words = latent_map_drawing.on_map(world, view.embedding)
    with st.container(gap=None):
        news("drawing", drawing and {**drawing, "map": view.places.digest})
        st.caption(words)


@st.fragment
def _map(world: World, view: View, url: str, colour: dict | None) -> None:
    """The map, and the answer to a lasso: only this runs when one is closed."""
    chosen = latent_map_picked.picked(world, view.points.digest)
    answer = latent_map_picked.answer(world, chosen)
    with st.container(gap=None):
        news("answer", answer and {**answer, "points": view.points.digest})
        latent_map(
            {
                "plotly": url,
                "points": view.points.digest,
                "places": view.places.digest,
                "scene": view.scene,
                "axes": view.axes,
                "moments": view.moments,
                "colour": colour,
                "linked": _linked(world, view),
                **_pictures(world),
            },
            latent_map_picked.take,
        )
    latent_map_picked.link(world, chosen)


def _linked(world: World, view: View) -> dict[str, Any] | None:
    """A pair that the page below the map asked to see."""
    found = st.session_state.get(LINKED)
    return found if found and found["world"] == world.id and view.embedding else None


def _pictures(world: World) -> dict[str, Any]:
    """Where the browser gets the digits from, and what they are called."""
    from aecore.data import DATASETS

    source = DATASETS.get(world.dataset)
    return {
        "decoder": latent_map_view.decoder_table(world, world.id).digest,
        "codes": latent_map_view.codes_table(world, world.id).digest,
        "original": latent_map_kit.sheets(world),
        "told": world.abilities.conditional,
        "classes": list(source.classes) if source else [],
        "words": {"digit": {"test": "test", "train": "training"}.get(world.points.split, "image")},
    }


def bring(shown: Shown) -> None:
    """Brings what the map can do without at first: the decoder, the codes, sheets of images."""
    if shown.world is None:
        return
    with st.container(gap=None):
        courier("codes", latent_map_view.codes_table(shown.world, shown.world.id))
        courier("decoder", latent_map_view.decoder_table(shown.world, shown.world.id))
    if latent_map_kit.make_sheets(shown.world):
        st.rerun()
