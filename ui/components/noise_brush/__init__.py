"""A brush that lets the noise through: rub over the digit, and it is spoiled there."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import streamlit as st

HERE = Path(__file__).resolve().parent
SCRIPTS = ("../latent_pad/ink.js", "../sketchpad/pace.js", "noise_brush.js")

_brush = st.components.v2.component(
    "bottleneck_noise_brush",
    html=(HERE / "noise_brush.html").read_text(encoding="utf-8"),
    css=(HERE / "noise_brush.css").read_text(encoding="utf-8"),
    js="\n".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS),
)


def noise_brush(
    clean: np.ndarray,
    noisy: np.ndarray,
    mask: str,
    revision: int,
    on_change: Callable[[str, bool], None],
    key: str = "noise_brush",
) -> None:
    """The digit `clean`, with `noisy` where the mask is; both (28, 28) in [0, 1].

    While somebody rubs and when they stop, `on_change` gets the mask (a text, see
    `aecore.brush`) and whether they have stopped, and the fragment that holds the brush runs
    again. It takes `mask` when it first appears and when `revision` changes, and otherwise keeps
    its own.
    """
    both = np.stack([clean, noisy])
    frames = np.round(255 * np.clip(both, 0, 1)).astype(np.uint8).ravel()

    def changed() -> None:
        rubbed = st.session_state[key].rubbed
        on_change(rubbed["mask"], bool(rubbed["done"]))

    data = {"frames": frames, "mask": mask, "revision": revision}
    _brush(data=data, key=key, on_rubbed_change=changed)
