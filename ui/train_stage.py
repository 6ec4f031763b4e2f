"""The stage of Train: a run as it trains or as it was, with what one may do to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from ui import cached, films, forms, pickers, shared, train_code, train_keep
from ui import jobs as trainings
from ui.components.time_machine import time_machine
from ui.train_form import duration

if TYPE_CHECKING:
    from aecore.job import Status
    from aecore.run_info import Recipe, RunInfo
    from aecore.runs import ListedRun

TICK = 0.4  # seconds
STATES = {
    "queued": ("waiting", "orange", "hourglass_empty"),
    "running": ("training", "blue", "model_training"),
    "paused": ("paused", "orange", "pause"),
    "finished": ("finished", "green", "check"),
    "stopped": ("stopped", "gray", "stop"),
    "failed": ("failed", "red", "error"),
    "interrupted": ("interrupted", "orange", "power_off"),
}
MORE_EPOCHS = 10


def stage(run_id: str) -> None:
    """A visitor's run and what one may do with it, or words where there is none of that id."""
    from aecore.jobs import UnknownRun

    try:
        status = trainings.jobs().status(run_id)
    except UnknownRun as error:
        st.info(str(error), icon=":material/link_off:")
        trainings.leave()
        return
    _heading(status)
    _controls(status)
    drawn = _sort_of(status)
    st.fragment(_moving, run_every=TICK if status.under_way else None)(run_id, drawn)
    train_keep.keep(status)
    train_code.show(_info(status))


def _info(status: Status) -> RunInfo:
    """What is known of a run: of one without a file, its recipe."""
    from aecore.run_info import RunInfo

    if not status.has_run:
        return RunInfo(recipe=status.recipe)
    return films.run_at(trainings.jobs().records.run_folder(status.id)).info


def stage_shipped(listed: ListedRun) -> None:
    """A run that ships."""
    st.caption(_words(listed.info.recipe))
    showing = films.of_folder(listed.folder, listed.id)
    _machine(showing, listed.id, listed.info.recipe.dataset)
    train_code.show(listed.info)


def _machine(showing: films.Showing, scene: str, dataset: str) -> None:
    from aecore.data import DATASETS

    time_machine(showing.film, showing.film_id, scene, DATASETS[dataset].classes)


def _heading(status: Status) -> None:
    words, colour, icon = STATES[status.state]
    st.caption(f":{colour}-badge[:material/{icon}: {words}] {_words(status.recipe)}")


def _words(recipe: Recipe) -> str:
    """A recipe in a line: what differs between runs first."""
    training = recipe.training
    return (
        f"{recipe.entry.title} on {recipe.dataset}: {training.epochs} epochs of steps of "
        f"{training.batch_size} images, learning rate {training.learning_rate:g}, "
        f"seed {recipe.seed}"
    )


def _sort_of(status: Status) -> tuple:
    """What decides how the stage is laid out; where it changes, the page is drawn anew."""
    return status.state, status.ending, status.measuring, status.has_run, status.message


# What one may do


def _controls(status: Status) -> None:
    """Stop and pause, or go on and train on: what fits the run's state."""
    from aecore.jobs import Refused

    jobs, run_id = trainings.jobs(), status.id

    def ask(action, *arguments) -> None:
        try:
            action(run_id, *arguments)
        except Refused as refused:
            st.session_state["refused-there"] = str(refused)

    with st.container(horizontal=True, vertical_alignment="center"):
        if status.state in ("queued", "running"):
            _button("Stop", "stop", status.ending, lambda: ask(jobs.stop))
            _button("Pause", "pause", status.ending, lambda: ask(jobs.pause))
            if status.settings:
                _live_settings(status, ask)
        elif status.state in ("paused", "stopped", "interrupted", "failed"):
            words = "Go on" if status.can_go_on else "Start again"
            _button(words, "play_arrow", False, lambda: ask(jobs.go_on))
        elif status.can_go_on:
            more = st.number_input(
                "More epochs",
                1,
                jobs.settings.max_epochs,
                min(MORE_EPOCHS, jobs.settings.max_epochs),
                key="more-epochs",
                label_visibility="collapsed",
                width=130,
            )
            _button("more epochs", "add", status.measuring, lambda: ask(jobs.train_on, int(more)))
    if refused := st.session_state.pop("refused-there", None):
        st.error(refused)


def _button(words: str, icon: str, disabled: bool, action) -> None:
    key = f"do-{icon}"
    st.button(words, icon=f":material/{icon}:", disabled=disabled, on_click=action, key=key)


def _live_settings(status: Status, ask) -> None:
    """Settings that take effect at the next step."""
    with st.popover("Change while it trains", icon=":material/tune:"):
        for name, value in status.settings.items():
            _live_setting(status, name, value, ask)


def _live_setting(status: Status, name: str, value: float, ask) -> None:
    from aecore.config import live_fields

    recipe, key = status.recipe, f"live-{status.id}-{name}"
    config = recipe.config if name in live_fields(recipe.config) else recipe.training
    field = type(config).model_fields[name]

    def changed() -> None:
        ask(trainings.jobs().change, name, st.session_state[key])

    forms.number_field(name, field, value, key, on_change=changed)


# What moves


def _moving(run_id: str, drawn: tuple) -> None:
    """How far it is, and the time machine; again and again while there is more to come."""
    from aecore.jobs import UnknownRun

    try:
        status = trainings.jobs().status(run_id)
        if _sort_of(status) != drawn:
            st.rerun()
        _how_far(status)
        with st.container():  # of a skeleton; its slot stays, or the machine would begin anew
            showing = films.of_job(status)
    except UnknownRun:
        st.rerun()
    if showing.film.stills or showing.film.now or showing.film.rows:
        _machine(showing, run_id, status.recipe.dataset)


def _how_far(status: Status) -> None:
    notice = trainings.jobs().notice
    if status.state == "queued":
        wait = f", about {duration(status.wait_seconds)} to wait" if status.wait_seconds else ""
        place = f"Number {status.place} in the queue{wait}."
        shown = "" if status.has_run else "Shown here: the network before its first step."
        st.progress(0.0, text=f"{notice} {place} {shown}".strip())
    elif status.state == "running":
        report = status.report
        st.progress(report.done if report else 0.0, text=_pace(status))
    elif status.measuring:
        st.progress(1.0, text="Trained. Its test metrics are being computed …")
    if status.message:
        message = status.message[0].upper() + status.message[1:]
        (st.error if status.state == "failed" else st.info)(message)


def _pace(status: Status) -> str:
    report = status.report
    if status.ending:
        return "Stopping: what was learnt is being kept …"
    if report is None or not report.step:
        return "Starting …"
    left = f", {duration(status.seconds_left)} left" if status.seconds_left else ""
    again = " It began again, because a worker was lost." if status.restarts else ""
    return (
        f"Epoch {report.epoch:.1f} of {report.epochs} · {report.images_per_second:,.0f} images a "
        f"second{left}.{again}"
    )


# Which run


def choose(shipped: Mapping[str, ListedRun]) -> str | None:
    """The id of the run on the stage, one of the visitor's or one that ships."""
    trainings.remember_visitor()
    wanted = trainings.settled_run()
    own = {status.id: status for status in trainings.jobs().mine(trainings.visitor())}
    options = [*own, *shipped]
    if wanted and wanted not in options:
        options.insert(0, wanted)  # somebody gave a link
    if not options:
        return None
    training = (run_id for run_id, status in own.items() if status.under_way)
    usual = st.session_state.get(shared.MODEL), pickers.FIRST, *shipped
    first = next((one for one in (*training, *usual) if one in options), options[0])

    def named(run_id: str) -> str:
        if run_id in shipped:
            return f"Shipped: {pickers.short_title(shipped[run_id])}"
        return f"Yours: {own[run_id].name}" if run_id in own else "The run of a link"

    st.session_state["on-stage"] = wanted or first
    chosen = st.selectbox(
        "Run on the stage",
        options,
        format_func=named,
        key="on-stage",
        on_change=lambda: trainings.show(st.session_state["on-stage"]),
        label_visibility="collapsed",
    )
    return chosen


def shipped_runs() -> dict[str, ListedRun]:
    """The runs that came with Bottleneck, by their id, without broken ones."""
    return {each.id: each for each in cached.runs() if each.info}
