"""The latent pad: drag the coordinates of a code, or paint its entries, and see the picture live.

The decoder runs in the browser. Its weights and the codes of real digits are large and never
change, so `model` brings them apart from `latent_pad`, whose data is small and changes often.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

if TYPE_CHECKING:
    from aecore.portable import Portable

HERE = Path(__file__).resolve().parent
PARTS = (
    "decoder",
    "ink",
    "density",
    "plane",
    "sliders",
    "grid",
    "classes",
    "chosen",
    "latent_pad",
)


def _files(*names: str) -> str:
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in names)


_courier = st.components.v2.component(
    "bottleneck_latent_pad_model", js=_files("shelf.js", "half.js", "coordinates.js", "courier.js")
)
_pad = st.components.v2.component(
    "bottleneck_latent_pad",
    html=_files("latent_pad.html"),
    css=_files("latent_pad.css", "sliders.css", "grid.css"),
    js=_files("shelf.js", "half.js", "coordinates.js", *(f"{name}.js" for name in PARTS)),
)


def model(portable: Portable, codes: dict[str, np.ndarray], key: str) -> None:
    """Brings a decoder to the browser, with the codes of N real digits; it shows nothing.

    codes: float16 "means" (N, D) and "logvars" (N, D), uint8 "labels" (N,), uint16 "grids"
        (N, cells) and "drawn" (n, cells) from the prior; those that a model lacks are left out.
    """
    tables = {
        name: np.frombuffer(np.ascontiguousarray(values).tobytes(), np.uint8)
        for name, values in codes.items()
    }
    weights = np.frombuffer(portable.weights, np.uint8)
    _courier(data={"plan": portable.plan, "weights": weights, **tables}, key=key)


def latent_pad(
    data: dict[str, Any], on_change: Callable[[dict[str, Any]], None], key: str = "latent_pad"
) -> None:
    """The pad for the model of `data["digest"]`, which `model` brings.

    While somebody drags nothing is sent. On release `on_change` gets the place: {"z" (a text, see
    aecore/coordinates.py), "y", "axes", "real", "digest"}, and the fragment that holds the pad
    runs again. The pad goes where `data` says (the same keys) when it first appears, when the
    digest changes and when `data["revision"]` does.

    data: also "coordinates" [{index, use, low, high}] with the most used first, "unit" of use,
        "samples", "posterior", "conditional", and "drawing" {z, sigma, y, name} or None.
    """

    def changed() -> None:
        on_change(dict(st.session_state[key].place))

    _pad(data=data, key=key, on_place_change=changed)
