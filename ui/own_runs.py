"""The visitor's own runs on pages that only look: those that the address or the session names.

A run's id is its key, so nothing is listed that wasn't given. No engine is needed for looking.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from ui import cached, shared

if TYPE_CHECKING:
    from aecore.runs import ListedRun


def listed() -> list[ListedRun]:
    """Runs of visitors that there is something of; a run that can't be read is left out."""
    named = (place.get(name) for place in (st.query_params, st.session_state) for name in NAMES)
    asked = dict.fromkeys(name for name in named if name and len(name) == KEY_LENGTH)
    if not asked:
        return []
    cached.need("aecore.settings", "aecore.job_records")
    folder = _folder()
    return [run for run_id in asked if (run := _listed(folder, run_id))]


NAMES = (shared.MODEL, shared.RUN)
KEY_LENGTH = 32  # characters; what is exactly an id, aecore.job_records says


def _folder() -> Path:
    from aecore.settings import read_settings

    return read_settings().runs


def _listed(folder: Path, run_id: str) -> ListedRun | None:
    from aecore.job_records import ID
    from aecore.runs import ListedRun, RunError, read_info

    place = folder / run_id / "run"
    if not ID.fullmatch(run_id) or not place.is_dir():
        return None
    try:
        return ListedRun(place, read_info(place), key=run_id)
    except RunError:
        return None
