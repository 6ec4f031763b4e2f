"""The presets of the training form: settings filled in by one press."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from ui import cached, forms
from ui import jobs as trainings

if TYPE_CHECKING:
    from aecore.models.catalog import Entry

MODEL, DATASET, SEED = "train-model", "train-dataset", "train-seed"  # keys of the form's widgets
FIRST_DATASET = "digits"
FIT = "train-fit"  # seconds that the epochs are to be fitted to, once the pace is known
GUESS_EPOCHS = 50  # until then
QUICK_SECONDS, LOOK_SECONDS = 10, 20
ON_DIGITS = {"dataset": "digits", "batch_size": 32}


def buttons() -> None:
    """A button for each preset."""
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
            on_click=look,
            help="Two latent coordinates, which the map shows as they are.",
            key="preset-look",
        )


def look() -> None:
    """A training whose map shows the latent coordinates themselves."""
    _apply({**ON_DIGITS, "latent_dim": 2}, LOOK_SECONDS)


def too_fast() -> None:
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
            st.session_state[prefix(entry.id, part) + name] = forms.text_of(value)
    st.session_state[FIT] = seconds
    if seconds:
        st.session_state[prefix(entry.id, "t") + "epochs"] = GUESS_EPOCHS


def _apply_good() -> None:
    from aecore.models.catalog import CATALOG
    from aecore.training import TrainConfig

    entry = CATALOG[st.session_state[MODEL]]
    usual = {**TrainConfig().model_dump(), **entry.training}
    _apply({**usual, "dataset": "mnist" if cached.has_data("mnist") else FIRST_DATASET})


def fit_epochs(entry: Entry, dataset: str) -> None:
    """As many epochs as fit into the wanted seconds, once the pace of this machine is known."""
    seconds = st.session_state.get(FIT)
    if not seconds:
        return
    from aecore.run_info import Recipe

    made = {part: _filled(entry, part) for part in ("m", "t")}
    recipe = Recipe(model=entry.id, config=made["m"], dataset=dataset, training=made["t"])
    whole = trainings.jobs().estimate(recipe)
    key = prefix(entry.id, "t") + "epochs"
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
    start = prefix(entry.id, part)
    values = {
        name: st.session_state[start + name]
        for name in type(config).model_fields
        if start + name in st.session_state
    }
    try:
        return with_changes(config, values)
    except ConfigError:
        return config


def prefix(model_id: str, part: str = "m") -> str:
    """What the keys of a model's settings (part m) or its training's (part t) begin with."""
    return f"train-{part}-{model_id}-"


def usual_training(entry: Entry) -> Any:
    """How a model likes to be trained, which the form begins with on the small data set."""
    from aecore.config import with_changes
    from aecore.training import TrainConfig

    return with_changes(TrainConfig(), {**entry.training, "epochs": 30, "batch_size": 64})
