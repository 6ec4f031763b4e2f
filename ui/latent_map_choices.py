"""Which map is shown: its method, its dimensions, of which images, and by what it is coloured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from ui import cached, explore_address, latent_map_jobs, latent_map_kit, latent_map_view

if TYPE_CHECKING:
    from aecore.runs import ListedRun
    from ui.latent_map_kit import World
    from ui.latent_map_view import View

METHODS = {"pca": "PCA", "tsne": "t-SNE", "umap": "UMAP", "film": "Training"}
DIMS = {"2": "2-D", "3": "3-D"}
SPLITS = ("test", "all")
MANY = 20_000  # training images, from which on all images are a choice of their own


def split(chosen: ListedRun) -> str:
    """Of which images the points are, by the link or by the last choice."""
    recipe = chosen.info.recipe
    if not _counts(recipe.dataset, recipe.entry.abilities.discrete):
        return latent_map_kit.TEST
    given = explore_address.given("of") or st.session_state.get("of")
    return given if given in SPLITS else latent_map_kit.TEST


def _counts(dataset: str, discrete: bool) -> dict[str, str]:
    """How many images there are of each choice; none where there is nothing to choose.

    All grids of a large data set, as vectors, would take a gigabyte: they are left out.
    """
    from aecore.data import DATASETS

    source = DATASETS.get(dataset)
    if discrete or source is None or source.train_images < MANY or not cached.has_data(dataset):
        return {}
    counts = source.test_images, source.train_images + source.test_images
    return {name: f"{count:,}" for name, count in zip(SPLITS, counts, strict=True)}


def asked() -> str:
    """The map that is asked for, as maps are named."""
    return f"{st.session_state.get('map', 'tsne')}{st.session_state.get('dims', '2')}"


def choose_map(world: World) -> View:
    """The map that is chosen; PCA where that one isn't there yet."""
    film = latent_map_view.film_view(world)
    methods = {name: words for name, words in METHODS.items() if film or name != "film"}
    first = "tsne" if world.find("tsne2") else "pca"
    method = explore_address.choose("map", "Map", methods, first, show_label=False)
    if method == "film":
        return film
    dims = explore_address.choose("dims", "Dimensions", DIMS, "2", show_label=False)
    if counts := _counts(world.dataset, world.abilities.discrete):
        explore_address.choose("of", "Images", counts, "test", show_label=False)
    name = f"{method}{dims}"
    under_way = latent_map_jobs.live_view(world, name)
    if under_way is not None:
        return under_way
    found = latent_map_jobs.find(world, name)
    if found is None:
        title = METHODS[method]
        st.caption(
            f":material/info: There is no {title} map of these codes yet: *Make this map* computes "
            "it. Until then you see PCA."
        )
        name, found = f"pca{dims}", world.find(f"pca{dims}")
    return latent_map_view.map_view(world, name, found)


def choose_colour(world: World, view: View) -> tuple[str, int]:
    """By what the points are coloured, and which coordinate, if by one."""
    there = latent_map_view.colours(world, view.embedding)
    kind = _select("colour", "Colour", there, "class")
    if kind != "coordinate":
        return kind, 0
    order = world.points.codes.var(0).argsort()[::-1].tolist()
    names = {str(index + 1): f"z{index + 1}" for index in order}
    return kind, int(_select("coordinate", "Coordinate", names, str(order[0] + 1))) - 1


def _select(name: str, label: str, options: Mapping[str, str], default: str) -> str:
    """One of many options, kept in the address as `explore_address.choose` does."""
    linked = explore_address.given(name)
    present = linked or st.session_state.get(name) or default
    st.session_state[name] = present if present in options else default
    chosen = st.selectbox(
        label,
        list(options),
        format_func=options.get,
        key=name,
        label_visibility="collapsed",
        width=150,
    )
    explore_address.keep(name, None if chosen == default else chosen)
    return chosen
