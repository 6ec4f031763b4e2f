"""The reparameterisation trick under the hand: z = mean + sigma * eps, drawn while one drags."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

HERE = Path(__file__).resolve().parent
NAMES = ("mean", "logvar", "eps")

_pad = st.components.v2.component(
    "bottleneck_reparameterise",
    html=(HERE / "reparameterise.html").read_text(encoding="utf-8"),
    css=(HERE / "reparameterise.css").read_text(encoding="utf-8"),
    js=(HERE / "reparameterise.js").read_text(encoding="utf-8"),
)


def reparameterise(
    place: dict[str, float],
    limits: dict[str, tuple[float, float]],
    on_change: Callable[[dict[str, float]], None],
    key: str = "reparameterise",
) -> None:
    """Three sliders and what they do to 2,000 draws of eps, at `place` when it first appears.

    place, limits: by NAMES. Nothing is sent while somebody drags; on release `on_change` gets the
    place.
    """

    def changed() -> None:
        on_change(dict(st.session_state[key].place))

    _pad(data={**place, "limits": limits}, key=key, on_place_change=changed)
