"""A drawing in HTML and SVG of our own: Streamlit takes SVG out of `st.html`.

It shows what Python wrote and does nothing else. Colours are the theme's CSS variables, so that a
change of theme needs no new drawing.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

CURVES = Path(__file__).resolve().parents[2] / "curves.css"

_drawing = st.components.v2.component(
    "bottleneck_drawing",
    html='<div class="drawing"></div>',
    css=CURVES.read_text(encoding="utf-8").replace(":root", ":host"),
    js="""
export default function ({ data, parentElement }) {
  parentElement.querySelector(".drawing").innerHTML = data.html;
}
""",
)


def drawing(html: str, key: str) -> None:
    """Shows markup that Python wrote; every text of a visitor's in it must be escaped."""
    _drawing(data={"html": html}, key=key)
