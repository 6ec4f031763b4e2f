"""Up to four runs side by side: their curves, their test metrics, the same digits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from ui import charts, films, images, pickers
from ui import jobs as trainings

if TYPE_CHECKING:
    from aecore.replay import Film
    from aecore.runs import ListedRun, RunInfo

MOST = 4
COMPARED = "compare"


@dataclass(frozen=True)
class Compared:
    """One of the runs: its name, what is known of it, and its film."""

    name: str
    info: RunInfo
    film: Film


def compare(shipped: Mapping[str, ListedRun]) -> None:
    """Choice and comparison; the choice is in the address."""
    st.header("Side by side", anchor=False)
    own = {
        status.id: f"Yours: {status.name}"
        for status in trainings.jobs().mine(trainings.visitor())
        if status.has_run
    }
    names = {**own, **{run_id: pickers.short_title(each) for run_id, each in shipped.items()}}
    asked = st.query_params.get(COMPARED, "").split(",")
    chosen = st.multiselect(
        f"Up to {MOST} runs",
        list(names),
        default=[run_id for run_id in asked if run_id in names][:MOST],
        format_func=lambda run_id: names[run_id],
        max_selections=MOST,
        placeholder="Choose two or more",
        key="compared",
        persist_state="session",
    )
    if chosen:
        st.query_params[COMPARED] = ",".join(chosen)
    else:
        st.query_params.pop(COMPARED, None)
    if len(chosen) > 1:
        _show([_compared(run_id, names[run_id], shipped) for run_id in chosen])


def _compared(run_id: str, name: str, shipped: Mapping[str, ListedRun]) -> Compared:
    folder = (
        shipped[run_id].folder if run_id in shipped else trainings.jobs().records.run_folder(run_id)
    )
    return Compared(name, films.run_at(folder).info, films.of_folder(folder, run_id).film)


def _show(runs: list[Compared]) -> None:
    named = {f"{number}. {run.name}": run for number, run in enumerate(runs, 1)}
    curves, digits = st.columns(2, gap="large")
    with curves:
        _curves({name: run.film for name, run in named.items()})
    with digits:
        _digits(named)
    _metrics(named)


def _curves(found: dict[str, Film]) -> None:
    names = charts.losses_in_common(found)
    if not names:
        st.caption("These runs have no loss in common.")
        return
    name = st.selectbox(
        "Loss on the test images",
        names,
        format_func=lambda each: each.replace("_", " "),
        key="compared-loss",
    )
    charts.loss_curves(found, name)


def _digits(runs: dict[str, Compared]) -> None:
    """The same test digits through each run; the originals where the data sets are the same."""
    shown = None
    for name, run in runs.items():
        film = run.film
        if not film.stills:
            continue
        data = run.info.recipe.dataset
        if data != shown:
            shown = data
            st.html(_strip(film.probe_images, f"test images of {data}"))
        st.html(_strip(film.stills[-1].reconstructions, name))


def _strip(pictures, words: str) -> str:
    """A row of images uint8 (P, 28, 28) with words above."""
    cells = "".join(images.digit(each / 255, words) for each in pictures)
    grid = f"display:grid;grid-template-columns:repeat({len(pictures)},1fr);gap:2px"
    return f'<small>{words}</small><div style="{grid}">{cells}</div>'


def _metrics(runs: dict[str, Compared]) -> None:
    """A table: a metric a row, a run a column."""
    import pandas as pd

    from aecore.metrics import METRICS

    known = dict.fromkeys(name for run in runs.values() for name in run.info.metrics)
    rows = {
        METRICS[name].meaning.rstrip(".") if name in METRICS else name: [
            _value(run.info.metrics.get(name)) for run in runs.values()
        ]
        for name in known
    }
    epochs = [f"{len(run.info.history)}" for run in runs.values()]
    table = pd.DataFrame({"epochs": epochs, **rows}, index=list(runs)).T
    st.table(table)


def _value(measurement) -> str:
    return "" if measurement is None else f"{measurement.value:.4g} {measurement.unit}".strip()
