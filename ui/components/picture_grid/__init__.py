"""A grid of small pictures of which one, or some, can be chosen."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import numpy as np
import streamlit as st

HERE = Path(__file__).resolve().parent
INK = HERE.parent / "latent_pad" / "ink.js"

_grid = st.components.v2.component(
    "bottleneck_picture_grid",
    html='<div class="grid" role="group"></div>',
    css=(HERE / "picture_grid.css").read_text(encoding="utf-8"),
    js="\n".join(path.read_text(encoding="utf-8") for path in (INK, HERE / "picture_grid.js")),
)


def picture_grid(
    pictures: np.ndarray,
    names: Sequence[str],
    on_press: Callable[[int], None],
    key: str,
    columns: int,
    label: str,
    chosen: Collection[int] = (),
    off: Collection[int] = (),
    captions: Sequence[str] = (),
    phone_columns: int = 8,
) -> None:
    """Pictures (n, 28, 28) in [0, 1], or in [-1, 1] where ink may also be taken away.

    names: what each is called, for those who can't see it and on hover. captions: words below
    each. `chosen` ones are framed, those that are `off` crossed out. `on_press` gets the number
    of the one that was pressed, and the fragment that holds the grid runs again.
    """
    signed = bool(pictures.min() < 0)
    scaled = 127.5 + 127.5 * pictures if signed else 255 * pictures
    frames = np.round(np.clip(scaled, 0, 255)).astype(np.uint8).ravel()

    def pressed() -> None:
        number = st.session_state[key].pressed
        if number is not None and 0 <= int(number) < len(pictures):
            on_press(int(number))

    data = {
        "frames": frames,
        "names": list(names),
        "captions": list(captions),
        "chosen": sorted(chosen),
        "off": sorted(off),
        "signed": signed,
        "columns": columns,
        "phoneColumns": min(columns, phone_columns),
        "label": label,
    }
    _grid(data=data, key=key, on_pressed_change=pressed)
