"""The latent pad on its page: what it is told of the run, and what a place can be taken home as."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from ui import explore_place
from ui.components.latent_pad import latent_pad

if TYPE_CHECKING:
    from aecore.reading import Reading
    from ui.explore_kit import Kit
    from ui.explore_place import Place


def pad(run_id: str, kit: Kit, seen: Reading | None, place: Place) -> None:
    """The pad itself, standing at `place`."""
    latent_pad(
        _data(kit, seen, place),
        lambda released: explore_place.take(run_id, released),
    )


def _data(kit: Kit, seen: Reading | None, place: Place) -> dict[str, Any]:
    abilities = kit.abilities
    return {
        "digest": place.digest,
        "revision": explore_place.revision(),
        "z": place.z,
        "y": place.y,
        "axes": list(place.axes),
        "real": place.real,
        "coordinates": [] if abilities.discrete else _coordinates(kit),
        "unit": "nats" if abilities.posterior else "var.",
        "samples": abilities.samples,
        "posterior": abilities.posterior,
        "conditional": abilities.conditional,
        "drawing": _drawing(seen),
    }


def _coordinates(kit: Kit) -> list[dict[str, Any]]:
    """The coordinates, the most used first, with figures as they are read."""
    usage, ranges = kit.space.usage, kit.space.ranges
    rows = []
    for index in kit.space.order:
        low, high = ranges[index].tolist()
        rows.append(
            {
                "index": index,
                "use": f"{usage[index]:.2f}",
                "low": round(low, 4),
                "high": round(high, 4),
            }
        )
    return rows


def _drawing(seen: Reading | None) -> dict[str, Any] | None:
    from aecore import coordinates

    if seen is None:
        return None
    if seen.indices is not None:
        z = coordinates.encode_codes(seen.indices)
    else:
        z = coordinates.encode_vector(seen.code)
    sigma = None if seen.sigma is None else np.round(seen.sigma.astype(float), 4).tolist()
    return {"z": z, "sigma": sigma, "y": seen.label, "name": "Your drawing"}


def downloads(run_id: str, kit: Kit, place: Place) -> None:
    """The picture as PNG and the coordinates as JSON."""
    from aecore import export
    from ui.explore_kit import pictures

    code = explore_place.numbers(kit, place)
    usage = None if kit.abilities.discrete else kit.space.usage
    link = st.context.url or ""  # read here: a download is made outside the script
    with st.container(horizontal=True):
        st.download_button(
            "Picture (PNG)",
            lambda: export.png(pictures(kit, code[None], place.y)[0]),
            f"{run_id}.png",
            "image/png",
            icon=":material/image:",
            on_click="ignore",
        )
        st.download_button(
            "Coordinates (JSON)",
            lambda: export.coordinates_json(run_id, code, place.y, usage, kit.space.unit, link),
            f"{run_id}.json",
            "application/json",
            icon=":material/data_object:",
            on_click="ignore",
        )
