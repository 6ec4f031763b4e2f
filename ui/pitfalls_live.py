"""A pitfall's pair trained by the visitor, on the digits that are built in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import jobs as trainings
from ui import pitfalls_show
from ui.pitfalls_story import Story

if TYPE_CHECKING:
    from aecore.job import Status

TICK = 0.5  # seconds
ROLES = ("broken", "cured")
PAIR = "pair"  # in the address: the ids of the two runs
SEED = "pair-seed"


def live(story: Story) -> None:
    """Trains the pair, or shows the one that the address names."""
    from aecore.pitfalls_pairs import PAIRS

    if story.id not in PAIRS:
        return
    st.markdown("**See it happen.** The same pair, trained now on the 1,797 digits built in.")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input("Seed", 0, 2**31 - 1, 0, key=SEED, persist_state="session", width=130)
        st.button(
            "Train this pair",
            icon=":material/play_arrow:",
            on_click=_start,
            args=(story.id,),
            key="train-pair",
        )
    if refused := st.session_state.pop("refused-pair", None):
        st.error(refused)
    pair = _named(story.id)
    if pair is not None:
        trainings.remember_visitor()
        under_way = any(status.under_way for status in pair)
        st.fragment(_moving, run_every=TICK if under_way else None)(story.id, under_way)


def _start(name: str) -> None:
    """Both trainings into the queue, and their ids into the address."""
    from aecore.jobs import Refused
    from aecore.pitfalls_pairs import LIVE_DATASET, PAIRS

    pair, ids = PAIRS[name], []
    seed = min(max(int(st.session_state.get(SEED) or 0), 0), 2**31 - 1)
    try:
        for role in ROLES:
            half = pair.broken if role == "broken" else pair.cured
            recipe = pair.recipe(role, LIVE_DATASET, seed)
            words = f"Pitfall, {role}: {half.label}"
            ids.append(trainings.jobs().submit(recipe, trainings.visitor(), words))
    except Refused as refused:
        st.session_state["refused-pair"] = str(refused)
        for run_id in ids:
            trainings.jobs().delete(run_id)
        return
    st.query_params[PAIR] = ".".join([name, *ids])


def _named(name: str) -> list[Status] | None:
    """The runs that the address names, if they are this pitfall's and there."""
    from aecore.jobs import UnknownRun

    which, *ids = st.query_params.get(PAIR, "").split(".")
    if which != name or len(ids) != len(ROLES):
        return None
    try:
        return [trainings.jobs().status(run_id) for run_id in ids]
    except UnknownRun as error:
        st.caption(f":material/link_off: {error}")
        return None


def _moving(name: str, drawn: bool) -> None:
    """How far both are; when they are done, what they show."""
    pair = _named(name)
    if pair is None:
        return
    if any(status.under_way for status in pair) != drawn:
        st.rerun()
    for role, status in zip(ROLES, pair, strict=True):
        report = status.report
        words = f"{role}: {_words(status)}"
        if status.state == "failed":
            st.warning(f"{words}. {status.message}")
        elif status.under_way:
            st.progress(report.done if report else 0.0, text=words)
    if not any(status.under_way for status in pair) and all(each.has_run for each in pair):
        folders = [trainings.jobs().records.run_folder(status.id) for status in pair]
        result = _judge(name, *map(str, folders))
        pitfalls_show.show(result, "live")
        st.caption(f"Your pair. {result.verdict.conditions}")


def _words(status: Status) -> str:
    report = status.report
    if status.state == "queued":
        return "waiting for a free worker"
    if status.measuring:
        return "trained, being measured"
    if report is None or not report.step:
        return status.state
    losses = ", ".join(f"{key.replace('_', ' ')} {v:.4g}" for key, v in report.train.items())
    return f"epoch {report.epoch:.0f} of {report.epochs}: {losses}"


@st.cache_resource(show_spinner="Judging both …", max_entries=16)
def _judge(name: str, broken: str, cured: str):
    from aecore import data
    from aecore.pitfalls_judge import judge
    from aecore.pitfalls_pairs import LIVE_DATASET, PAIRS
    from aecore.runs import load

    return judge(PAIRS[name], load(broken), load(cured), data.load(LIVE_DATASET))
