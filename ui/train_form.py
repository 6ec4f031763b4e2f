"""The form of a training: model, data set, settings, what it will cost, and the Train button."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import cached, forms, page, train_presets
from ui import jobs as trainings
from ui.train_presets import DATASET, FIRST_DATASET, MODEL, SEED

if TYPE_CHECKING:
    from aecore.models.catalog import Entry
    from aecore.run_info import Recipe

FIRST = {MODEL: "vae", DATASET: FIRST_DATASET, SEED: 0}  # what the form begins with
PRESSED = "train-pressed"  # in the session, from the press of Train until it is answered


def form() -> None:
    """The whole form; Train puts the new run on the stage."""
    cached.need("aecore.jobs", "aecore.replay")
    for key, value in FIRST.items():
        st.session_state.setdefault(key, value)
    train_presets.buttons()
    entry = _choose_model()
    dataset = _choose_dataset()
    go = st.container()
    recipe, faults = _settings(entry, dataset)
    with go:
        _begin(recipe, faults)


def _choose_model() -> Entry:
    from aecore.models.catalog import CATALOG

    chosen = st.selectbox(
        "Model",
        list(CATALOG),
        format_func=lambda model_id: CATALOG[model_id].title,
        key=MODEL,
        persist_state="session",
    )
    st.caption(CATALOG[chosen].summary)
    return CATALOG[chosen]


def _choose_dataset() -> str:
    from aecore.data import DATASETS

    chosen = st.selectbox(
        "Images",
        list(DATASETS),
        format_func=lambda name: f"{DATASETS[name].title}, {DATASETS[name].train_images:,} images",
        key=DATASET,
        persist_state="session",
        help="\n\n".join(f"**{row.title}**: {row.summary}" for row in DATASETS.values()),
    )
    if not cached.has_data(chosen):
        st.caption(
            f":material/info: {DATASETS[chosen].title} isn't on this machine: "
            f"`python -m aecore fetch {chosen}` gets it. *Digits* is always there."
        )
    return chosen


def _settings(entry: Entry, dataset: str) -> tuple[Recipe, list[str]]:
    """The settings of the model and of the training, as a recipe; and what is wrong with them."""
    from aecore.run_info import Recipe

    train_presets.fit_epochs(entry, dataset)
    limits = {"epochs": trainings.jobs().settings.max_epochs}
    roomy = not page.on_phone()  # there the stage stands below the form, and would be far away
    with st.expander("The model's settings", expanded=roomy):
        config, faults = forms.config_form(entry.config, train_presets.prefix(entry.id))
    with st.expander("The training's settings", expanded=roomy):
        usual = train_presets.usual_training(entry)
        training, more = forms.config_form(usual, train_presets.prefix(entry.id, "t"), limits)
        seed = st.number_input(
            "Seed",
            0,
            2**31 - 1,
            key=SEED,
            persist_state="session",
            help="Decides the first weights and the order of the images. The same settings and "
            "the same seed give the same run.",
        )
    recipe = Recipe(
        model=entry.id, config=config, dataset=dataset, training=training, seed=int(seed)
    )
    return recipe, faults + more


# What it costs, and Train


def _begin(recipe: Recipe, faults: list[str]) -> None:
    from aecore.runs import RunError

    for fault in faults:
        st.error(fault)
    try:
        parameters = _parameters(recipe.model, recipe.config.model_dump_json())
    except RunError as error:
        parameters = None
        st.error(str(error))
    pending = trainings.jobs().estimate(recipe) is None
    st.fragment(_cost, run_every=0.7 if pending else None)(recipe, parameters, pending)
    able = parameters is not None and not faults
    if st.session_state.pop(PRESSED, False) and able:
        _train(recipe)
    # The press is kept until the settings are read: they may have been typed just before.
    st.button(
        "Train",
        type="primary",
        icon=":material/play_arrow:",
        width="stretch",
        disabled=not able,
        on_click=lambda: st.session_state.update({PRESSED: True}),
        key="train",
    )
    for words in trainings.jobs().refused_workers:
        st.caption(f":material/computer_cancel: {words}")


def _cost(recipe: Recipe, parameters: int | None, pending: bool) -> None:
    """Parameters and time; asks until the time is known, then lets the page rest."""
    seconds = trainings.jobs().estimate(recipe)
    if seconds is not None and pending:
        st.rerun()
    time = f"about **{duration(seconds)}** on this machine" if seconds else "time: being measured …"
    st.markdown(f"**{parameters or 0:,}** parameters, {time}")


def duration(seconds: float) -> str:
    """Seconds in words, to two digits: «8 s», «3 min», «1.5 h»."""
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


@st.cache_data(show_spinner=False, max_entries=200)
def _parameters(model_id: str, config: str) -> int:
    import json

    from aecore.models.catalog import configure
    from aecore.run_checks import check_size
    from aecore.run_info import Recipe

    made = configure(model_id, json.loads(config))
    recipe = Recipe(model=model_id, config=made, dataset=FIRST_DATASET)
    return check_size(recipe, trainings.jobs().settings.max_parameters)


def _train(recipe: Recipe) -> None:
    """Asks for a training and puts it on the stage; the one that is under way, if it is the same.

    The same recipe and seed give the same run: two presses, or a press reported twice, are one.
    """
    from aecore.jobs import Refused

    jobs, visitor = trainings.jobs(), trainings.visitor()
    own = (status for status in jobs.mine(visitor) if status.state in ("queued", "running"))
    twin = next((each.id for each in own if each.recipe == recipe and not each.changes), None)
    try:
        trainings.show(twin or jobs.submit(recipe, visitor))
        # On a phone the stage is far below.
        st.toast("Your run is on the stage, beside or below the form.", icon=":material/check:")
    except Refused as refused:
        st.error(str(refused))
