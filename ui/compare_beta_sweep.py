"""A small sweep from the page: the same model at a few beta, as the visitor's own runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import compare_beta_own, explore_address
from ui import jobs as trainings

if TYPE_CHECKING:
    from aecore.job import Status
    from aecore.sweep import Sweep

DATASETS = ("digits", "shapes")  # small ones, that every machine has
BETAS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
FIRST = (0.5, 2.0, 8.0)
EPOCHS = {"digits": 40, "shapes": 20}
BATCH = {"digits": 32, "shapes": 128}
MODEL = "beta_vae"
ASKED, REFUSED = "sweep-asked", "sweep-refused"


def small_sweep() -> None:
    """The form, and how the runs of the last sweeps stand."""
    st.header("Your own sweep", anchor=False)
    st.markdown(
        "The same model trained at a few β. Each run draws its track on the plane above while it "
        "learns, and can then be looked at like the others.",
        width=760,
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        dataset = st.segmented_control(
            "Images", DATASETS, default=DATASETS[0], required=True, key="sweep-dataset"
        )
        betas = st.multiselect("β", BETAS, FIRST, format_func="{:g}".format, key="sweep-betas")
        epochs = st.number_input(
            "Epochs", 1, _most_epochs(), EPOCHS[dataset], key=f"sweep-epochs-{dataset}", width=130
        )
        st.button(
            "Train them",
            type="primary",
            icon=":material/play_arrow:",
            disabled=not betas,
            on_click=_begin,
            args=(dataset, tuple(betas), int(epochs), st.session_state.setdefault(ASKED, 0)),
            key="sweep-go",
        )
    if refused := st.session_state.pop(REFUSED, None):
        st.error(refused)
    _progress()


def _most_epochs() -> int:
    from aecore.settings import read_settings

    return read_settings().max_epochs


def _begin(dataset: str, betas: tuple[float, ...], epochs: int, asked: int) -> None:
    """Asks for the runs; once, where one press of the button is reported twice."""
    from aecore.config import ConfigError
    from aecore.sweep import plan

    if st.session_state[ASKED] != asked:
        return
    st.session_state[ASKED] += 1
    training = {"epochs": epochs, "batch_size": BATCH[dataset]}
    try:
        found = plan(MODEL, dataset, betas, 1, training=training)
    except ConfigError as error:
        st.session_state[REFUSED] = str(error)
        return
    _submit(found)
    st.session_state["on"] = dataset
    explore_address.keep("on", dataset)


def _submit(found: Sweep) -> None:
    from aecore.jobs import Refused

    done = 0
    for recipe in found.recipes():
        try:
            trainings.jobs().submit(
                recipe, trainings.visitor(), f"β = {recipe.config.beta:g}, {recipe.dataset}"
            )
            done += 1
        except Refused as refused:
            st.session_state[REFUSED] = f"{done} of {len(found.betas)} are on their way. {refused}"
            return


def _progress() -> None:
    """One bar over all runs that are under way, and a way to stop them."""
    under_way = [each for each in compare_beta_own.statuses() if each.under_way]
    if under_way:
        st.fragment(_bar, run_every=1.0)()


def _bar() -> None:
    under_way = [each for each in compare_beta_own.statuses() if each.under_way]
    if not under_way:
        st.rerun()
    done = sum(_share(each) for each in under_way) / len(under_way)
    notice = trainings.jobs().notice
    words = f"{len(under_way)} of your runs under way"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.progress(min(done, 1.0), text=notice or words)
        st.button("Stop them", icon=":material/stop:", on_click=_stop, key="sweep-stop")


def _share(status: Status) -> float:
    if status.measuring:
        return 1.0
    return status.report.done if status.report else 0.0


def _stop() -> None:
    for each in compare_beta_own.statuses():
        if each.under_way:
            trainings.jobs().stop(each.id)
