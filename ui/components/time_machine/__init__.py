"""The time machine: a training's losses, pictures and latent map, scrubbed in the browser.

A message is bytes: the length of the header (uint32, little-endian), the header as JSON, then the
bytes that it counts: the probes if it is the film's first message, and the new stills. The browser
keeps what it got, so a message holds what is new; if it lacks something it says so once, by
`missing`, and gets all. While somebody scrubs or plays, nothing is sent.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

if TYPE_CHECKING:
    from aecore.replay import Film, Row, Still

HERE = Path(__file__).resolve().parent
NOTHING = (0, 0)
MAPPINGS = {True: "the latent coordinates as they are", False: "by two main directions (PCA)"}
SCRIPTS = (
    "../latent_pad/ink.js",
    "../latent_map/points.js",
    "film.js",
    "curves.js",
    "pictures.js",
    "time_machine.js",
)


def _file(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


_machine = st.components.v2.component(
    "bottleneck_time_machine",
    html=_file("time_machine.html"),
    css=_file("time_machine.css"),
    js="\n".join(_file(name) for name in SCRIPTS),
)


def time_machine(
    film: Film, film_id: str, scene: str, classes: tuple[str, ...] = (), key: str = "time-machine"
) -> None:
    """Shows a film that may have grown since the last time.

    film_id: names the film, which only grows under the same name. scene: what it is of; the
    moment shown is kept as long as the scene is the same.
    """
    sent = st.session_state.setdefault(f"{key}-sent", {})
    begin, end = sent.get(film_id, (NOTHING, NOTHING))
    data = message(film, film_id, scene, classes, begin)
    # What the last message held went out once more, in case the browser never came to read it.
    sent[film_id] = (end, (len(film.rows), len(film.stills)))

    def missing() -> None:
        sent.pop(st.session_state[key].missing, None)

    _machine(data=data, key=key, on_missing_change=missing)


def message(
    film: Film, film_id: str, scene: str, classes: tuple[str, ...], begin: tuple[int, int]
) -> bytes:
    """The message that holds a film from a row and a still on."""
    from aecore.replay import loss_names

    rows, stills = begin
    new = [*film.stills[stills:], *([film.now] if film.now else [])]
    header = {
        "id": film_id,
        "scene": scene,
        "whole": begin == NOTHING,
        "steps": max(film.steps, 1),
        "stepsPerEpoch": film.steps_per_epoch,
        "names": loss_names(film.rows),
        "rowsFrom": rows,
        "rows": [_row(row) for row in film.rows[rows:]],
        "stillsFrom": stills,
        "stillSteps": [still.step for still in new],
        "changes": [change.model_dump() for change in film.changes],
        "classes": list(classes),
        "mapping": MAPPINGS[film.flat],
        **_counts(film),
    }
    text = json.dumps(header).encode()
    parts = [struct.pack("<I", len(text)), text, *(_probes(film) if begin == NOTHING else [])]
    return b"".join([*parts, *map(_still, new)])


def _counts(film: Film) -> dict[str, int]:
    """How many images there are of each kind."""
    last = film.now or (film.stills[-1] if film.stills else None)
    return {
        "probes": _length(film.probe_labels),
        "points": _length(film.map_labels),
        "samples": _length(last.samples if last else None),
    }


def _length(array: np.ndarray | None) -> int:
    return 0 if array is None else len(array)


def _row(row: Row) -> dict[str, Any]:
    return {"step": row.step, "train": _finite(row.train), "test": _finite(row.test or {})}


def _finite(losses: Mapping[str, float]) -> dict[str, float | None]:
    """Losses as JSON has them, which knows no infinity; four digits more than anyone sees."""
    return {
        name: float(f"{value:.6g}") if math.isfinite(value) else None
        for name, value in losses.items()
    }


def _probes(film: Film) -> list[bytes]:
    if film.probe_labels is None:
        return []
    labels = film.probe_labels, film.map_labels
    return [film.probe_images.tobytes(), *(each.astype(np.uint8).tobytes() for each in labels)]


def _still(still: Still) -> bytes:
    samples = b"" if still.samples is None else still.samples.tobytes()
    places = still.places.astype("<f4").tobytes()
    return still.reconstructions.tobytes() + samples + places
