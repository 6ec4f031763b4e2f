"""Films for the time machine: of runs that are there, and of trainings as they go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from ui import jobs as trainings

if TYPE_CHECKING:
    from aecore.job import Status
    from aecore.replay import Film
    from aecore.runs import Run

HEIGHT = 430  # pixels: of the time machine's pictures


@dataclass(frozen=True)
class Showing:
    """What the time machine gets: a film, and its name, which changes when it begins anew."""

    film: Film
    film_id: str


@dataclass
class Watch:
    """A training that this session follows: its film, and up to which report it has been added."""

    film: Film
    restarts: int
    number: int
    since: int = 0


def of_folder(folder: Path, name: str) -> Showing:
    """The film of a run that is there, shared by all visitors; raises RunError."""
    stamps = tuple(path.stat().st_mtime_ns for path in sorted(folder.iterdir()))
    return Showing(_of_folder(folder, stamps), f"{name}-{hash(stamps)}")


@st.cache_resource(show_spinner=False, max_entries=32)
def _of_folder(folder: Path, stamps: tuple) -> Film:
    from aecore.replay import of_run

    return of_run(run_at(folder))


def run_at(folder: Path) -> Run:
    """A run without its weights: they are read when the model is asked for."""
    from aecore.runs import Run, read_info

    return Run(read_info(folder), folder=folder)


def of_job(status: Status) -> Showing:
    """The film of a visitor's run up to now; raises UnknownRun or RunError."""
    if status.has_run and status.state not in ("queued", "running"):
        st.session_state.pop(_key(status.id), None)
        return of_folder(trainings.jobs().records.run_folder(status.id), status.id)
    return _follow(status.id)


def _key(run_id: str) -> str:
    return f"watch-{run_id}"


def _follow(run_id: str) -> Showing:
    from aecore.replay import grow

    jobs = trainings.jobs()
    watch: Watch | None = st.session_state.get(_key(run_id))
    view = jobs.watch(run_id, watch.since if watch else 0)
    if watch is None or view.status.restarts != watch.restarts or view.next < watch.since:
        number = watch.number + 1 if watch else 0
        with st.skeleton(height=HEIGHT):
            watch = Watch(_before(run_id, view.status), view.status.restarts, number)
        view = jobs.watch(run_id, 0)
    if view.probes:
        watch.film.set_probes(view.probes)
    grow(watch.film, view.reports, view.frame)
    watch.film.changes = view.status.changes
    watch.since = view.next
    st.session_state[_key(run_id)] = watch
    return Showing(watch.film, f"{run_id}-live-{watch.number}")


def _before(run_id: str, status: Status) -> Film:
    """What a training begins with: the run that it goes on with, or its first weights."""
    if status.has_run:
        film = of_folder(trainings.jobs().records.run_folder(run_id), run_id).film
    else:
        film = _untrained(status.recipe.model_dump_json())
    return replace(film, rows=[*film.rows], stills=[*film.stills])


@st.cache_resource(show_spinner=False, max_entries=64)
def _untrained(recipe: str) -> Film:
    """What is there to see before a worker has begun; nothing, where only workers have the data."""
    from aecore.data import DatasetMissing
    from aecore.replay import Film, untrained
    from aecore.run_info import Recipe

    asked = Recipe.model_validate_json(recipe)
    try:
        return untrained(asked, *trainings.probes(asked.dataset))
    except DatasetMissing:
        return Film()
