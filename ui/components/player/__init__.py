"""Films of digits, one below the other, under one slider that plays."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import streamlit as st

HERE = Path(__file__).resolve().parent
INK = HERE.parent / "latent_pad" / "ink.js"

_player = st.components.v2.component(
    "bottleneck_player",
    html=(HERE / "player.html").read_text(encoding="utf-8"),
    css=(HERE / "player.css").read_text(encoding="utf-8"),
    js="\n".join(path.read_text(encoding="utf-8") for path in (INK, HERE / "player.js")),
)


def player(
    films: dict[str, np.ndarray], at: int, on_change: Callable[[int], None], key: str
) -> None:
    """Films by title, each (steps, 28, 28) in [0, 1], starting at step `at`.

    While the slider moves or the films play nothing is sent; `on_change` gets the step at which
    they were let go.
    """
    frames = np.stack(list(films.values()))
    frames = np.round(255 * np.clip(frames, 0, 1)).astype(np.uint8).ravel()
    digest = hashlib.sha256(frames.tobytes()).hexdigest()[:16]

    def changed() -> None:
        on_change(int(st.session_state[key].at))

    _player(
        data={"frames": frames, "titles": list(films), "digest": digest, "at": at},
        key=key,
        on_at_change=changed,
    )
