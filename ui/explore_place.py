"""Where a visitor is in a model's latent space: kept in the session, and in the address.

In the address: `z` (a text, see aecore/coordinates.py), `y` (the class that a conditional model is
told), `axes` (the two coordinates on the pad, counted from 1) and `real` (which training digit the
place was reached from, counted from 1; the drawing if it is missing). They are only read when
somebody comes by a link; from then on the session is what counts, and the address follows it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from ui import explore_address

if TYPE_CHECKING:
    from aecore.reading import Reading
    from ui.explore_kit import Kit

NAMES = ("z", "y", "axes", "real")
FAULT = "place_fault"


@dataclass(frozen=True)
class Place:
    """z as text; the class told, 0 to 9; the pad's two coordinates; the training digit left from.

    moved: the visitor chose it; if not, it is just where their drawing lies.
    """

    digest: str
    z: str
    y: int | None
    axes: tuple[int, int]
    real: int | None = None
    moved: bool = True


def current(run_id: str, kit: Kit, seen: Reading | None) -> Place:
    """Where the visitor is: by the link, by their last release, or at their drawing's code."""
    places = st.session_state.setdefault("places", {})
    if explore_address.given("z"):
        _take_link(run_id, kit, seen)
    place = places.get(run_id)
    if place is None or place.digest != kit.portable.digest:
        place = start(kit, seen)
    _write(place)
    return place


def start(kit: Kit, seen: Reading | None) -> Place:
    """At the drawing's code; without a drawing, at a real digit's; without any, in the middle."""
    from aecore import coordinates

    entry, space = kit.entry, kit.space
    y = 0 if kit.abilities.conditional else None
    real = None
    if kit.abilities.discrete:
        codes = np.zeros(np.prod(entry["grid"]))
        if seen is not None:
            codes = seen.indices
        elif len(space):
            codes, real = space.code.indices[0], 0
        z = coordinates.encode_codes(codes)
        axes = (0, 0)
    else:
        vector = np.zeros(entry["latent_dim"])
        if seen is not None:
            vector, y = seen.code, seen.label
        elif len(space):
            vector, real = space.code.z[0], 0
            y = int(space.labels[0]) if kit.abilities.conditional else None
        z = coordinates.encode_vector(vector)
        axes = (space.order[0], space.order[min(1, len(space.order) - 1)])
    return Place(kit.portable.digest, z, y, axes, real, moved=False)


def take(run_id: str, place: dict[str, Any]) -> None:
    """What the pad says on release."""
    y, real = place.get("y"), place.get("real")
    axes = tuple(int(axis) for axis in place["axes"])
    st.session_state["places"][run_id] = Place(place["digest"], place["z"], y, axes, real)
    st.session_state.pop(FAULT, None)


def go(run_id: str, place: Place) -> None:
    """Puts the pad somewhere from Python."""
    st.session_state.setdefault("places", {})[run_id] = replace(place, moved=True)
    st.session_state["place_revision"] = revision() + 1


def revision() -> int:
    """Counts the places that came from somewhere else than the pad."""
    return st.session_state.get("place_revision", 0)


def numbers(kit: Kit, place: Place) -> np.ndarray:
    """The place's code: float32 (D,), or int64 (cells,).

    Raises:
        CoordinatesError: its text doesn't fit the model.
    """
    from aecore import coordinates

    if kit.abilities.discrete:
        cells = int(np.prod(kit.entry["grid"]))
        return coordinates.decode_codes(place.z, cells, kit.entry["codes"])
    return coordinates.decode_vector(place.z, kit.entry["latent_dim"])


def _take_link(run_id: str, kit: Kit, seen: Reading | None) -> None:
    """Reads the place from the address, whole or not at all; FAULT says why not."""
    from aecore.coordinates import CoordinatesError

    try:
        place = _linked(kit, start(kit, seen))
        numbers(kit, place)
    except CoordinatesError as error:
        st.session_state[FAULT] = (
            f"The link's place in the latent space can't be shown: {error}. "
            "You see where your drawing lies instead."
        )
        st.session_state["places"].pop(run_id, None)
        return
    go(run_id, place)


def _linked(kit: Kit, fallback: Place) -> Place:
    from aecore.coordinates import CoordinatesError

    given = st.query_params
    dims = 1 if kit.abilities.discrete else kit.entry["latent_dim"]
    try:
        y = int(given["y"]) if kit.abilities.conditional and "y" in given else fallback.y
        real = int(given["real"]) - 1 if "real" in given else None
        axes = tuple(int(axis) - 1 for axis in given["axes"].split("-")) if "axes" in given else ()
    except ValueError as error:
        raise CoordinatesError("its class, axes or digit is no number") from error
    axes = axes or fallback.axes
    if len(axes) != 2 or not all(0 <= axis < dims for axis in axes):
        raise CoordinatesError(f"its axes aren't two of the {dims} coordinates")
    if y is not None and not 0 <= y < kit.entry.get("classes", 1):
        raise CoordinatesError(f"there is no class {y}")
    if real is not None and not 0 <= real < len(kit.space):
        raise CoordinatesError(f"there is no training digit {real + 1} with this model")
    return Place(kit.portable.digest, given["z"], y, axes, real)


def _write(place: Place) -> None:
    """The address follows; a place that nobody chose leaves it clean."""
    wanted: dict[str, str] = {}
    if place.moved:
        wanted["z"] = place.z
        wanted["axes"] = "-".join(str(axis + 1) for axis in place.axes)
        if place.y is not None:
            wanted["y"] = str(place.y)
        if place.real is not None:
            wanted["real"] = str(place.real + 1)
    for name in NAMES:
        explore_address.keep(name, wanted.get(name))
