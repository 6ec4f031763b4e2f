"""Choosing: a run, and the class that a conditional model is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from ui import cached, own_runs, shared
from ui.shared import MODEL

if TYPE_CHECKING:
    from aecore.runs import ListedRun, RunInfo

FIRST = "vae-mnist"  # what a visitor meets first, where it is there
USUAL_DATA = "mnist"  # a run on this need not say so
GUESS = "guess"


def choose_run(first: Callable[[RunInfo], bool] | None = None) -> ListedRun | None:
    """One of the runs that are there, shared by all pages and kept in the address as `model`.

    first: which runs a page would rather begin with, where nothing has been chosen yet.
    Broken runs are named below, each with its fault. None, and words about it, if there is none.
    """
    listed = [*cached.runs(), *own_runs.listed()]
    usable = {each.id: each for each in usable_runs(listed)}
    if usable:
        _settle(usable, first)
        _pills(usable)
    else:
        _none_there()
    for each in listed:
        if each.fault:
            st.caption(f":material/error: **{each.id}** is left out. {each.fault}")
    return usable.get(st.session_state.get(MODEL))


def usable_runs(listed: list[ListedRun]) -> list[ListedRun]:
    """Those that can be read, in the catalog's order."""
    return [each for each in sorted(listed, key=_catalog_order) if each.info]


def _settle(usable: dict[str, ListedRun], wished: Callable[[RunInfo], bool] | None = None) -> None:
    """Which run is chosen before anyone presses a button: the address wins, by link or by Back."""
    first = FIRST if FIRST in usable else next(iter(usable))
    if wished:
        first = next((name for name, each in usable.items() if wished(each.info)), first)
    wanted = st.query_params.get(MODEL)
    if wanted in usable:
        st.session_state[MODEL] = wanted
    elif st.session_state.get(MODEL) not in usable:
        st.session_state[MODEL] = first
    if wanted and wanted not in usable:
        st.caption(f":material/info: There is no run called “{wanted[:40]}” here.")


def _pills(usable: dict[str, ListedRun]) -> None:
    st.pills(
        "Model",
        list(usable),
        format_func=lambda run_id: short_title(usable[run_id]),
        required=True,
        key=MODEL,
        on_change=shared.keep_in_address,
        persist_state="session",
        label_visibility="collapsed",
        wrap=True,
    )


def _none_there() -> None:
    st.info(
        "There is no trained model here yet. `python -m aecore train vae --dataset digits "
        "--out checkpoints/vae-digits` trains a small one in about a minute."
    )


def short_title(listed: ListedRun) -> str:
    """A run in a word or two: its model, and what sets it apart from that model's usual run."""
    recipe = listed.info.recipe
    if listed.key:
        return f"Yours: {listed.info.title}"
    title = recipe.entry.title.replace(" autoencoder", " AE")
    rest = listed.id.removeprefix(recipe.model).removeprefix(f"-{USUAL_DATA}").strip("-")
    return f"{title}, {rest}" if rest else title


def _catalog_order(listed: ListedRun) -> tuple[int, str]:
    from aecore.models.catalog import CATALOG

    places = {model_id: place for place, model_id in enumerate(CATALOG)}
    model_id = listed.info.recipe.model if listed.info else None
    return (places.get(model_id, len(places)), listed.id)


def choose_class(classes: int = 10) -> int | None:
    """The class that a conditional model is told: one of ten buttons, or None to let it guess."""
    options = [GUESS, *map(str, range(classes))]
    chosen = st.segmented_control(
        "The model is told that this is a",
        options,
        default=GUESS,
        required=True,
        key="told",
        persist_state="session",
    )
    return None if chosen == GUESS else int(chosen)
