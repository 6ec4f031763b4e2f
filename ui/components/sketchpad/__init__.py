"""A pad to draw on, live: while the pen is down, the strokes come to Python as text."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from aecore import strokes

HERE = Path(__file__).resolve().parent


def _file(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


_pad = st.components.v2.component(
    "bottleneck_sketchpad",
    html=_file("sketchpad.html"),
    css=_file("sketchpad.css"),
    js=_file("strokes.js") + _file("pace.js") + _file("sketchpad.js"),
)


def sketchpad(
    drawing: str,
    on_change: Callable[[str, bool], None],
    revision: int = 0,
    example: bool = False,
    key: str = "sketchpad",
) -> None:
    """The pad, with `drawing` on it (a text, see aecore/strokes.py).

    While somebody draws, and when they stop, `on_change` gets the drawing and whether the hand
    rests, and the fragment that holds the pad runs again. The pad takes `drawing` when it first
    appears and when `revision` changes, and otherwise keeps its own. An `example` makes way for the
    first stroke.
    """
    settings = {"side": strokes.SIDE, "pen": strokes.PEN, "eraser": strokes.ERASER}
    data = {"drawing": drawing, "revision": revision, "example": example, "limit": strokes.LIMIT}

    def changed() -> None:
        drawn = st.session_state[key].drawing
        on_change(drawn["strokes"], drawn["resting"])

    _pad(data=data | settings, key=key, on_drawing_change=changed)
