"""The latent map: thousands of codes as points, drawn by plotly.js, with their digits at hand.

What is large comes apart, by `table`, and is kept in the browser under its digest: places, classes,
colours, codes, the decoder. `latent_map`'s own data names these digests and is small.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

HERE = Path(__file__).resolve().parent
PAD = HERE.parent / "latent_pad"
PARTS = (
    "shelf",
    "plotly",
    "look",
    "cloud",
    "pictures",
    "shades",
    "points",
    "figure",
    "overlay",
    "card",
    "panel",
    "legend",
    "reel",
    "pointer",
    "picking",
    "latent_map",
)
KEY = "latent_map"


def _files(*names: str) -> str:
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in names)


_courier = st.components.v2.component(
    "bottleneck_latent_map_table", js=_files("shelf.js", "courier.js")
)
_news = st.components.v2.component("bottleneck_latent_map_news", js=_files("shelf.js", "news.js"))
_map = st.components.v2.component(
    "bottleneck_latent_map",
    html=_files("latent_map.html"),
    css=_files("latent_map.css", "picked.css"),
    js="\n".join(
        [
            *((PAD / f"{n}.js").read_text(encoding="utf-8") for n in ("half", "decoder", "ink")),
            _files(*(f"{name}.js" for name in PARTS)),
        ]
    ),
    isolate_styles=False,  # Plotly writes its styles into the document's head
)


@dataclass(frozen=True, eq=False)
class Table:
    """What is sent once: typed arrays and plain values by name, and the digest of them all."""

    content: dict[str, Any]
    digest: str


def table(**content: Any) -> Table:
    """A table of arrays (sent as their bytes) and plain values."""
    seal = hashlib.sha256()
    for name, value in sorted(content.items()):
        seal.update(name.encode())
        plain = value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode()
        seal.update(plain)
    return Table(content, seal.hexdigest()[:24])


def courier(slot: str, sent: Table) -> None:
    """Brings a table to the browser; it shows nothing. `slot` names its place on the page."""
    _courier(data={**sent.content, "digest": sent.digest}, key=f"{KEY}_{slot}", height=1)


def news(kind: str, told: dict[str, Any] | None) -> None:
    """Tells the map what changes often, and is not worth sending all the rest again.

    kind: "drawing" {map: digest of places, id, place, near, ellipse, samples}; or "answer", what
        is known of a selection {points: digest, id, mask, mean, near, words}.
    """
    _news(data={"kind": kind, "news": told}, key=f"{KEY}_news_{kind}", height=1)


def latent_map(data: dict[str, Any], on_pick: Callable[[dict[str, Any] | None], None]) -> None:
    """The map of `data`; `on_pick` gets a selection, {"id", "mask", "points"}, or None.

    data: "plotly" (where plotly.js is served), the digests of "points", "places", "decoder" and
        "codes"; "colour" {digest, title, low, step, high, digits, names} or None for the classes;
        "original" {urls, across, each} or None; "told": the decoder wants the class; "scene": zoom
        is kept while it stays the same; "axes": titles, none where axes mean nothing; "moments":
        names of the frames of a film; "classes"; "words"; "linked". See `news` for the rest.
    """

    def changed() -> None:
        on_pick(st.session_state[KEY].picked)

    _map(data=data, key=KEY, on_picked_change=changed)
