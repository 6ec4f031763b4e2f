"""What was picked on the map with the lasso: its mean code decoded, its neighbours, and a link."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from ui import latent_map_kit as kit
from ui import page, shared

if TYPE_CHECKING:
    from ui.latent_map_kit import World

PICKED = "latent_map_picked"
ANSWER = "latent_map_answer"
NEAREST = 10
EXPLORE = "pages/explore.py"


@dataclass(frozen=True, eq=False)
class Picked:
    """Some points of the map: their rows, the mean of their codes, and the class they mostly are.

    code: (D,), or (cells,) entries where codes are grids.
    """

    id: str
    mask: str
    rows: np.ndarray
    code: np.ndarray
    label: int


def take(selection: dict[str, Any] | None) -> None:
    """What the map says when a lasso is closed, or let go."""
    st.session_state[PICKED] = dict(selection) if selection else None


def picked(world: World, points_digest: str) -> Picked | None:
    """The visitor's selection, if it is of these points."""
    found = st.session_state.get(PICKED)
    if not found or found.get("points") != points_digest:
        return None
    rows = rows_of(str(found.get("mask", "")), len(world.points))
    if not len(rows):
        return None
    label = int(np.bincount(world.points.labels[rows]).argmax())
    return Picked(str(found["id"]), str(found["mask"]), rows, mean_code(world, rows), label)


def rows_of(mask: str, count: int) -> np.ndarray:
    """Which points a mask names (a bit each, base64; see cloud.js); none if it is no such mask."""
    try:
        raw = np.frombuffer(base64.b64decode(mask, validate=True), np.uint8)
    except (binascii.Error, ValueError):
        return np.zeros(0, np.int64)
    if len(raw) != -(-count // 8):
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.unpackbits(raw, bitorder="little")[:count])


def mean_code(world: World, rows: np.ndarray) -> np.ndarray:
    """The mean of some codes; of grids, the entry nearest to the mean of each cell."""
    points = world.points
    if not points.discrete:
        return points.codes[rows].mean(0)
    counts = np.stack(
        [np.bincount(column, minlength=len(points.codebook)) for column in points.codes[rows].T]
    )
    means = counts @ points.codebook / len(rows)
    apart = ((means[:, None] - points.codebook[None]) ** 2).sum(2)
    return apart.argmin(1)


def answer(world: World, chosen: Picked | None) -> dict[str, Any] | None:
    """For the browser: the mean decoded, and the nearest of those that were not picked."""
    if chosen is None:
        return None
    known = st.session_state.get(ANSWER)
    if known is None or (known["id"], known["world"]) != (chosen.id, world.id):
        known = st.session_state[ANSWER] = {"world": world.id, **_answer(world, chosen)}
    return known


def _answer(world: World, chosen: Picked) -> dict[str, Any]:
    from aecore.latent_space import pictures

    mean = kit.rebuilt(world, chosen.code[None], np.array([chosen.label]), pictures)[0]
    order = world.points.distances(chosen.code).argsort()
    outside = order[np.isin(order, chosen.rows, invert=True)]
    return {
        "id": chosen.id,
        "mask": chosen.mask,
        "mean": np.round(255 * mean.ravel()).astype(int).tolist(),
        "near": outside[:NEAREST].tolist(),
        "words": near_words(world, chosen, outside[:NEAREST]),
    }


def near_words(world: World, chosen: Picked, near: np.ndarray) -> str:
    """Who stands near in the latent space and was left out on the map."""
    if not len(near):
        return "Every digit was picked."
    told = f", told {chosen.label}" if world.abilities.conditional else ""
    return (
        f"Nearest to their mean code{told} in the latent space, of the digits that were not "
        "picked: where the map puts them, it may be far away. Point at one to see."
    )


def link(world: World, chosen: Picked | None) -> None:
    """«Open in Explore», at the mean of what was picked."""
    from aecore import coordinates

    there = {each.file: each for each in page.there()}
    if chosen is None or EXPLORE not in there:
        return
    write = coordinates.encode_codes if world.points.discrete else coordinates.encode_vector
    place = {"z": write(chosen.code)}
    if world.abilities.conditional:
        place["y"] = str(chosen.label)
    st.page_link(
        EXPLORE,
        label="Open their mean code in Explore",
        icon=":material/tune:",
        query_params=shared.parameters() | place,
    )
