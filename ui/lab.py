"""What Generate, Denoise and Sparse codes share: their style sheet, sheets and error maps."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import streamlit as st

from ui import images, shared

HERE = Path(__file__).resolve().parent
WRITTEN = "lab_address"  # in the session: the address as these pages last left it
STYLES = (HERE / "draw.css", HERE / "lab.css")


def style() -> None:
    """Puts the style sheets on the page."""
    sheets = "".join(path.read_text(encoding="utf-8") for path in STYLES)
    st.html(f"<style>{sheets}</style>")


def keep_drawing() -> None:
    """Puts the drawing back into the address where a page wrote something else there.

    The pad writes its drawing past Streamlit, which forgets it at the next write of its own.
    """
    now = {name: text for name, text in st.query_params.items() if name != shared.DRAWING}
    before = st.session_state.get(WRITTEN)
    st.session_state[WRITTEN] = now
    if before is not None and before != now:
        shared.keep_in_address()


def use(run_id: str) -> None:
    """Chooses a run from Python, as if its button had been pressed."""
    st.session_state[shared.MODEL] = run_id
    shared.keep_in_address(run_id)


def difference(change: np.ndarray, alt: str) -> str:
    """HTML of a difference (28, 28) in [-1, 1]: ink that is missing, and ink that is added."""
    lacks, adds = (images.ink(np.maximum(0, part)) for part in (-change, change))
    return (
        f'<span class="bn-error"><span class="bn-digit bn-difference" role="img" '
        f'aria-label="{alt}" style="--image:url({lacks});--more:url({adds})"></span></span>'
    )


def sheet(pictures: np.ndarray, columns: int, alt: str) -> str:
    """HTML of pictures (n, 28, 28) as one image of `columns` across; n is a multiple of it."""
    from aecore import export

    rows = len(pictures) // columns
    joined = export.sheet(pictures[: rows * columns].reshape(rows, columns, 28, 28))
    height, width = joined.shape
    picture = images.digit(joined, alt)
    return picture.replace('style="', f'style="aspect-ratio:{width}/{height};', 1)


def download(name: str, pictures: np.ndarray, columns: int) -> None:
    """A button that saves pictures (n, 28, 28) as one PNG of `columns` across."""
    from aecore import export

    rows = len(pictures) // columns
    joined = export.sheet(pictures[: rows * columns].reshape(rows, columns, 28, 28))
    st.download_button(
        "Picture (PNG)",
        lambda: export.png(joined, export.SHEET_SCALE),
        f"{name}.png",
        "image/png",
        icon=":material/image:",
        on_click="ignore",
        key=f"png-{name}",
    )


def card(picture: str, title: str, lines: Sequence[str] = (), chosen: bool = False) -> str:
    """HTML of one picture with a name and lines below; all texts are HTML already."""
    kind = ' class="chosen"' if chosen else ""
    return (
        f"<figure{kind}>{picture}<figcaption><b>{title}</b>{'<br>'.join(lines)}</figcaption>"
        "</figure>"
    )


def cards(figures: Sequence[str], small: bool = False) -> str:
    """HTML of cards side by side."""
    return f'<div class="bn-cards{" bn-small" * small}">{"".join(figures)}</div>'
