"""The form of a training: model, data set, settings, what it will cost, and the Train button."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from ui import cached, forms
from ui import jobs as trainings

if TYPE_CHECKING:
    from aecore.models.catalog import Entry
    from aecore.run_info import Recipe

MODEL, DATASET, SEED = "train-model", "train-dataset", "train-seed"
FIRST_DATASET = "digits"
FIRST = {MODEL: "vae", DATASET: FIRST_DATASET, SEED: 0}  # what the form begins with
FIT = "train-fit"  # seconds that the epochs are to be fitted to, once the pace is known
GUESS_EPOCHS = 50  # until then
ASKED = "train-asked"  # how often this session has asked for a training
QUICK_SECONDS, LOOK_SECONDS = 10, 20
ON_DIGITS = {"dataset": "digits", "batch_size": 32}


def form() -> None:
    """The whole form; Train puts the new run on the stage."""
    cached.need("aecore.jobs", "aecore.replay")
    for key, value in FIRST.items():
        st.session_state.setdefault(key, value)
    _presets()
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

    _fit_epochs(entry, dataset)
    limits = {"epochs": trainings.jobs().settings.max_epochs}
    with st.expander("The model's settings", expanded=True):
        config, faults = forms.config_form(entry.config, _prefix(entry.id))
    with st.expander("The training's settings", expanded=True):
        training, more = forms.config_form(usual_training(entry), _prefix(entry.id, "t"), limits)
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


def _prefix(model_id: str, part: str = "m") -> str:
    return f"train-{part}-{model_id}-"


def usual_training(entry: Entry) -> Any:
    """How a model likes to be trained, which the form begins with on the small data set."""
    from aecore.config import with_changes
    from aecore.training import TrainConfig

    return with_changes(TrainConfig(), {**entry.training, "epochs": 30, "batch_size": 64})


# Presets


def _presets() -> None:
    with st.container(horizontal=True, gap="small"):
        st.button(
            "10 seconds",
            on_click=_apply,
            args=(ON_DIGITS, QUICK_SECONDS),
            help="A small data set, and as many epochs as this machine does in about 10 seconds.",
            key="preset-quick",
        )
        st.button(
            "A good one",
            on_click=_apply_good,
            help="The settings with which this model's shipped run was trained.",
            key="preset-good",
        )
        st.button(
            "2-D latent, to look at",
            on_click=preset_look,
            help="Two latent coordinates, which the map shows as they are.",
            key="preset-look",
        )


def preset_look() -> None:
    """A training whose map shows the latent coordinates themselves."""
    _apply({**ON_DIGITS, "latent_dim": 2}, LOOK_SECONDS)


def preset_fast() -> None:
    """A training with a learning rate that is far too high."""
    _apply({**ON_DIGITS, "learning_rate": 0.5, "schedule": "constant", "epochs": 20})


def _apply(changes: dict[str, Any], seconds: float | None = None) -> None:
    """Puts the chosen model's form back to its defaults, with these changes where they fit."""
    from aecore.models.catalog import CATALOG

    entry = CATALOG[st.session_state[MODEL]]
    st.session_state[DATASET] = changes.get("dataset", FIRST_DATASET)
    for part, config in (("m", entry.config), ("t", usual_training(entry))):
        for name in type(config).model_fields:
            value = changes.get(name, getattr(config, name))
            st.session_state[_prefix(entry.id, part) + name] = forms.text_of(value)
    st.session_state[FIT] = seconds
    if seconds:
        st.session_state[_prefix(entry.id, "t") + "epochs"] = GUESS_EPOCHS


def _apply_good() -> None:
    from aecore.models.catalog import CATALOG
    from aecore.training import TrainConfig

    entry = CATALOG[st.session_state[MODEL]]
    usual = {**TrainConfig().model_dump(), **entry.training}
    _apply({**usual, "dataset": "mnist" if cached.has_data("mnist") else FIRST_DATASET})


def _fit_epochs(entry: Entry, dataset: str) -> None:
    """As many epochs as fit into the wanted seconds, once the pace of this machine is known."""
    seconds = st.session_state.get(FIT)
    if not seconds:
        return
    from aecore.run_info import Recipe

    made = {part: _filled(entry, part) for part in ("m", "t")}
    recipe = Recipe(model=entry.id, config=made["m"], dataset=dataset, training=made["t"])
    whole = trainings.jobs().estimate(recipe)
    key = _prefix(entry.id, "t") + "epochs"
    if st.session_state.get(key) != GUESS_EPOCHS:  # somebody knows better
        st.session_state[FIT] = None
    if whole is None or not st.session_state[FIT]:
        return
    epochs = round(seconds / whole * recipe.training.epochs)
    st.session_state[key] = max(1, min(epochs, trainings.jobs().settings.max_epochs))
    st.session_state[FIT] = None


def _filled(entry: Entry, part: str) -> Any:
    """A config as the form's widgets hold it; the defaults where a value is no good."""
    from aecore.config import ConfigError, with_changes

    config = entry.config if part == "m" else usual_training(entry)
    prefix = _prefix(entry.id, part)
    values = {
        name: st.session_state[prefix + name]
        for name in type(config).model_fields
        if prefix + name in st.session_state
    }
    try:
        return with_changes(config, values)
    except ConfigError:
        return config


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
    st.button(
        "Train",
        type="primary",
        icon=":material/play_arrow:",
        width="stretch",
        disabled=bool(faults) or parameters is None,
        on_click=_train,
        args=(recipe, st.session_state.setdefault(ASKED, 0)),
        key="train",
    )
    if refused := st.session_state.pop("refused", None):
        st.error(refused)


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


def _train(recipe: Recipe, asked: int) -> None:
    """Asks for a training; once, where one press of the button is reported twice."""
    from aecore.jobs import Refused

    if st.session_state[ASKED] != asked:
        return
    st.session_state[ASKED] += 1
    try:
        trainings.show(trainings.jobs().submit(recipe, trainings.visitor()))
    except Refused as refused:
        st.session_state["refused"] = str(refused)
