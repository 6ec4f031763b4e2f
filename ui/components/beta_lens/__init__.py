"""The beta lens: models of several beta side by side, switched in the browser.

The decoders run there. Their weights are large and never change, so `models` brings them apart
from `lens`, whose data is small and changes often.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

if TYPE_CHECKING:
    from aecore.portable import Portable

HERE = Path(__file__).resolve().parent
SHARED = HERE.parent / "latent_pad"  # half.js, decoder.js and ink.js: the latent pad's


def _files(*paths: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


_courier = st.components.v2.component(
    "bottleneck_beta_models", js=_files(HERE / "store.js", HERE / "courier.js")
)
_lens = st.components.v2.component(
    "bottleneck_beta_lens",
    html=_files(HERE / "lens.html"),
    css=_files(HERE / "lens.css"),
    js=_files(
        HERE / "store.js",
        *(SHARED / f"{name}.js" for name in ("half", "decoder", "ink")),
        *(HERE / f"{name}.js" for name in ("drawn", "figure", "parts", "lens")),
    ),
)


def models(portables: Sequence[Portable], key: str) -> None:
    """Brings decoders to the browser; it shows nothing."""
    weights = {
        f"weights{n}": np.frombuffer(portable.weights, np.uint8)
        for n, portable in enumerate(portables)
    }
    _courier(data={"plans": [portable.plan for portable in portables], **weights}, key=key)


def lens(
    scene: dict[str, Any],
    images: np.ndarray,
    on_change: Callable[[dict[str, Any]], None],
    key: str = "beta_lens",
) -> None:
    """The lens over the entries of a scene (see ui/compare_beta_scene.py).

    images: uint8 (P, 28, 28), the digits that every entry has codes of. While the slider moves
    nothing is sent; on release `on_change` gets {"at", "columns"}, ids of entries.
    """

    def changed() -> None:
        on_change(dict(st.session_state[key].place))

    data = {**scene, "count": len(images), "images": np.ascontiguousarray(images).ravel()}
    _lens(data=data, key=key, on_place_change=changed)
