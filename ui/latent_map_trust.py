"""How far a map can be trusted: its figures, two seeds side by side, and what it gets wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ui import images, latent_map_jobs
from ui.latent_map import LINKED, Shown
from ui.latent_map_choices import METHODS

if TYPE_CHECKING:
    from aecore.maps import Embedding
    from ui.latent_map_kit import World

SIDE, MARGIN = 480, 8  # pixels of a small map, and of its margin
DOT = [(across, down) for across in (-1, 0, 1) for down in (-1, 0, 1)]
SIZE = "4.5rem"


def trust(shown: Shown) -> None:
    """The section; a film of maps has none."""
    world, view = shown.world, shown.view
    if view is None or view.embedding is None or np.isnan(view.embedding.kept):
        return
    st.header("How to misread this map", anchor=False)
    _figures(world, view.embedding)
    columns = st.columns(3)
    found = _examples(world, view.embedding)
    for column, (title, words, extra) in zip(columns, found, strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{title}**\n\n{words}")
            if extra:
                extra()
    _seeds(world, view.embedding)


def _figures(world: World, embedding: Embedding) -> None:
    wide = world.points.vectors(slice(0, 1)).shape[1]
    against = "" if wide <= 64 else f" Held against the 64 main directions of {wide:,} numbers."
    part = "" if embedding.lost is not None else " Measured on some of the points."
    left, right = st.columns(2)
    left.metric(
        "Neighbours kept",
        f"{embedding.kept:.0%}",
        help="Of each digit's 10 nearest latent neighbours, the share that is among its 10 nearest "
        "on the map.",
    )
    right.metric(
        "Trustworthiness",
        f"{embedding.trustworthiness:.3f}",
        help="1: nobody is a neighbour on the map who is far off in the latent space; by chance "
        "alone about 0.5. Venna & Kaski 2001, for 10 neighbours.",
    )
    lost = 10 * (1 - embedding.kept)
    st.caption(
        f"Of a digit's 10 nearest in the latent space, {lost:.1f} on average aren't beside it here."
        f"{against}{part}"
        + (" *Trust* colours each point by how many it lost." if not part else "")
    )


def _examples(world: World, embedding: Embedding):
    """A title, words, and what else to show: of sizes, of distances, of one torn pair."""
    from aecore import map_misreadings

    facts = world.points.features, embedding.places, world.points.labels
    yield ("Sizes mean little", _size_words(map_misreadings.sizes(*facts), world), None)
    yield ("So do distances", _distance_words(map_misreadings.distances(*facts), world), None)
    i, j = embedding.torn
    words = (
        f"These two {_what(world)} are nearest neighbours in the latent space, and of all such "
        "pairs lie furthest apart on the map. There was no room beside each other."
    )
    yield ("Neighbours are torn apart", words, lambda: _pair(world, i, j))


def _what(world: World) -> str:
    return {"test": "test digits", "train": "training digits"}.get(world.points.split, "digits")


def _names(world: World) -> list[str]:
    from aecore.data import DATASETS

    source = DATASETS.get(world.dataset)
    classes = source.classes if source else ()
    return [f"{name}s" if len(name) == 1 else f"“{name}”" for name in classes] or [
        f"{label}s" for label in range(10)
    ]


def _size_words(found, world: World) -> str:
    if found is None:
        return "There is only one class here."
    names = _names(world)
    return (
        f"Here the cloud of the {names[found.large]} is {found.on_map:.1f} times as wide as that "
        f"of the {names[found.small]}. In the latent space it is {found.in_latent:.1f} times as "
        "wide. A map spreads a tight cloud and squeezes a wide one."
    )


def _distance_words(found, world: World) -> str:
    if found is None:
        return "Of the means of its classes, this map gets every order of distances right."
    names = _names(world)
    return (
        f"Here the {names[found.far]} lie {found.on_map:.1f} times as far from the "
        f"{names[found.label]} as the {names[found.near]} do. In the latent space they are the "
        f"nearer ones: {found.in_latent:.2f} times the distance. Between clusters a gap says that "
        "they differ, not by how much."
    )


def _pair(world: World, i: int, j: int) -> None:
    labels = world.points.labels
    digits = "".join(
        images.digit(picture, f"digit {row + 1}, a {labels[row]}", SIZE)
        for picture, row in zip(world.pictures(np.array([i, j])), (i, j), strict=True)
    )
    st.html(f'<div style="display:flex;gap:.5rem">{digits}</div>')
    names = " and ".join(f"no. {row + 1:,} (a {labels[row]})" for row in (i, j))
    st.caption(f"{names}{'' if world.here else ', rebuilt from their codes'}")
    st.button("Show the pair on the map", on_click=_link, args=(world.id, i, j), key="show-pair")


def _link(world_id: str, i: int, j: int) -> None:
    st.session_state[LINKED] = {"world": world_id, "point": i, "near": [j]}


def _seeds(world: World, embedding: Embedding) -> None:
    """The same codes, the same method, another seed."""
    settings = embedding.settings
    second = latent_map_jobs.second(world, settings)
    if settings.method == "pca":
        st.caption("PCA has no seed: the same codes always give the same map.")
        return
    if second is None or settings.dims != 2:
        st.caption(
            "Make a map with another seed, and begun at random, to see how much of it is chance."
        )
        return
    from aecore.map_quality import agreement

    first = embedding.places[:: second.every]
    ids = settings.model_dump_json(), second.settings.model_dump_json()
    both = _agreement(first, second.places, world.id, ids, agreement)
    st.subheader("Two seeds, side by side", anchor=False)
    labels = world.points.labels[:: second.every]
    for column, places, words in zip(
        st.columns(2),
        (first, second.places),
        (_begun(settings), _begun(second.settings)),
        strict=True,
    ):
        column.html(small_map(places, labels))
        column.caption(words)
    st.markdown(
        f"{METHODS[settings.method]} of the same codes twice; every {second.every}th digit is "
        "shown. Which cluster lies where, how it is turned and what is beside it "
        f"has changed. What stays is who is together: of a digit's 10 neighbours on one map, "
        f"{both:.0%} are among the 10 on the other.",
        width=760,
    )


@st.cache_resource(show_spinner=False, max_entries=24)
def _agreement(_first, _second, world_id: str, settings: tuple[str, str], _measure) -> float:
    return _measure(_first, _second)


def _begun(settings) -> str:
    start = "at random" if settings.start == "random" else "by the main directions"
    return f"seed {settings.seed}, begun {start}"


def small_map(places: np.ndarray, labels: np.ndarray) -> str:
    """HTML of a map (n, 2) as a small picture: a dot a digit, in its class's colour.

    A mask for each class, so that the colours are the theme's own, in light and in dark.
    """
    low = places.min(0)
    scale = (SIDE - 2 * MARGIN) / max(float((places.max(0) - low).max()), 1e-9)
    at = np.round(MARGIN + (places - low) * scale).astype(int)
    layers = []
    for label in np.unique(labels):
        ink = np.zeros((SIDE, SIDE), np.float32)
        x, y = at[labels == label].T
        for across, down in DOT:
            ink[SIDE - 1 - y + down, x + across] = 1
        colour = f"var(--bn-digit-{int(label) % 10})"
        mask = f"url({images.ink(ink)}) center / 100% 100% no-repeat"
        layers.append(
            f'<span style="position:absolute;inset:0;background:{colour};mask:{mask}"></span>'
        )
    return (
        '<div role="img" aria-label="a map" style="position:relative;aspect-ratio:1;'
        "border:1px solid var(--bn-line);border-radius:.6rem;background:var(--bn-paper);"
        f'overflow:hidden">{"".join(layers)}</div>'
    )
