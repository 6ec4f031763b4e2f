"""Forms made from configs: a widget for each field, from its type, range and description.

Nothing here knows a model. A new field of a config appears in the form by itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

import streamlit as st

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

    from aecore.config import Config

NAMES = {
    "beta": "β, weight of the KL",
    "kl_warmup_epochs": "KL warm-up, epochs",
    "latent_dim": "Latent coordinates",
    "batch_size": "Images a step",
}
CHOICES_IN_A_ROW = 2


def label(name: str) -> str:
    """What a form calls a field."""
    return NAMES.get(name) or name.replace("_", " ").capitalize()


def config_form(
    config: Config,
    prefix: str,
    highest: Mapping[str, float] | None = None,
    only: Collection[str] | None = None,
) -> tuple[Config, list[str]]:
    """A widget for each field of `config`, which gives the values to begin with.

    The widgets' keys are `prefix` and the field's name. highest: limits of this server, where
    they are lower than the fields' own. only: the fields to ask for, where not all are.

    Returns:
        The config as it was filled in, and what is wrong with it, a sentence a fault.
    """
    from aecore.config import ConfigError, with_changes

    fields = type(config).model_fields
    values = {
        name: _widget(name, field, getattr(config, name), f"{prefix}{name}", highest or {})
        for name, field in fields.items()
        if not is_fixed(field) and (only is None or name in only)
    }
    faults = []
    for name, value in values.items():
        try:
            config = with_changes(config, {name: value})
        except ConfigError as error:
            faults.append(f"{label(name)}: {str(error).splitlines()[0].removeprefix(f'{name}: ')}")
    return config, faults


def is_fixed(field: FieldInfo) -> bool:
    """Whether there is nothing to choose."""
    return get_origin(field.annotation) is Literal and len(get_args(field.annotation)) == 1


def text_of(value: Any) -> Any:
    """A value as its widget holds it: several numbers are a text."""
    return ", ".join(map(str, value)) if isinstance(value, tuple) else value


def _widget(name: str, field: FieldInfo, value: Any, key: str, highest: Mapping) -> Any:
    settings = _settings(name, field, key)
    if key not in st.session_state:
        st.session_state[key] = text_of(value)
    if field.annotation is bool:
        return st.toggle(**settings)
    if get_origin(field.annotation) is Literal:
        return _choice(get_args(field.annotation), settings)
    if get_origin(field.annotation) is tuple:
        return st.text_input(**settings)
    return number_field(name, field, value, key, highest.get(name))


def _settings(name: str, field: FieldInfo, key: str) -> dict[str, Any]:
    from aecore.config import allowed_values

    description = field.description or ""
    return {
        "label": label(name),
        "help": f"{description[:1].upper()}{description[1:]}. Takes {allowed_values(field)}.",
        "key": key,
        "persist_state": "session",
    }


def _choice(options: Collection[str], settings: dict[str, Any]) -> str:
    def shown(option: str) -> str:
        return option.replace("_", " ")

    if len(options) <= CHOICES_IN_A_ROW:
        return st.segmented_control(
            options=options, format_func=shown, required=True, width="stretch", **settings
        )
    return st.selectbox(options=options, format_func=shown, **settings)


def number_field(
    name: str,
    field: FieldInfo,
    value: float,
    key: str,
    highest: float | None = None,
    on_change: Callable[[], None] | None = None,
) -> float:
    """A number between its field's limits; that one may not be reached, validation says."""
    from aecore.config import bounds

    kind = int if field.annotation is int else float
    low, high = bounds(field)
    high = min((limit for limit in (high, highest) if limit is not None), default=None)
    present = kind(st.session_state.get(key, value))
    st.session_state[key] = present if high is None else min(present, kind(high))
    return st.number_input(
        min_value=None if low is None else kind(low),
        max_value=None if high is None else kind(high),
        step=1 if kind is int else _step(value),
        format=None if kind is int else "%.6g",
        on_change=on_change,
        **_settings(name, field, key),
    )


def _step(value: float) -> float:
    """A step that changes a value noticeably: 0.001 for 0.003, 0.5 for 4."""
    return 0.1 if value == 0 else 10 ** math.floor(math.log10(value)) / (1 if value < 1 else 2)
