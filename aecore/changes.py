"""Settings changed while a model trains: which may be, and how a change takes effect.

A field of a config that is marked `live` is read at every step, so that it can be altered under
way: beta, the learning rate, the weight of a penalty. Each change is noted with its step: recipe
and changes together decide a run.
"""

from typing import TYPE_CHECKING, Any

from pydantic import Field

from aecore.config import Config, ConfigError, live_fields, with_changes

if TYPE_CHECKING:
    from aecore.training import Training


class Change(Config):
    """A setting altered while training, in force from the step after `step`."""

    step: int = Field(ge=0)
    name: str = Field(max_length=40)
    value: int | float


def check_change(model: Config, training: Config, name: str, value: Any) -> int | float:
    """The value as its config reads it.

    Raises:
        ConfigError: no such live field, or a value out of range; says what is valid.
    """
    for config in (model, training):
        if name in live_fields(config):
            return getattr(with_changes(config, {name: value}), name)
    valid = ", ".join((*live_fields(model), *live_fields(training)))
    raise ConfigError(f"'{name}' can't be changed while a model trains; these can: {valid}")


def apply_due(training: "Training") -> None:
    """Puts the planned changes in force whose step has come."""
    while training.planned and training.planned[0].step <= training.step:
        change = training.planned.pop(0)
        changed = {change.name: change.value}
        if change.name in live_fields(training.model.config):
            training.model.config = with_changes(training.model.config, changed)
        else:
            training.config = with_changes(training.config, changed)
        if change.name == "epochs":  # more of them: the learning rate's schedule begins anew
            training.cycle_start = change.step
        training.changes.append(change)
