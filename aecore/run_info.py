"""What run.json holds: the recipe, and all that is known of a run but its tensors."""

import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Literal

from pydantic import Field, SerializeAsAny, model_validator

from aecore.changes import Change
from aecore.config import Config, with_changes
from aecore.metrics import Measurement
from aecore.models import catalog
from aecore.training import TrainConfig

FORMAT = 1


def current_versions() -> dict[str, str]:
    """What a run was made with."""
    names = ("torch", "numpy", "scikit-learn", "safetensors")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}


class Recipe(Config):
    """All that decides a run: the same recipe gives the same history on the same machine."""

    model: str
    config: SerializeAsAny[Config] = Field(default_factory=Config)
    dataset: str
    training: TrainConfig = TrainConfig()
    seed: int = Field(0, ge=0, lt=2**31)

    @model_validator(mode="before")
    @classmethod
    def _read_config(cls, values: Any) -> Any:
        """Reads `config` as the class that the catalog's row of this model uses."""
        if not isinstance(values, dict):
            return values
        try:
            default = catalog.entry(str(values.get("model"))).config
        except catalog.UnknownModel as error:
            raise ValueError(str(error)) from error
        config = values.get("config", {})
        if isinstance(config, Mapping):
            config = with_changes(default, config)
        if type(config) is not type(default):
            raise ValueError(
                f"config: '{values['model']}' wants a {type(default).__name__} or its settings by "
                f"name, not a {type(config).__name__}"
            )
        return {**values, "config": config}

    @property
    def entry(self) -> catalog.Entry:
        """The catalog's row of the model."""
        return catalog.entry(self.model)


class PublishedFigure(Config):
    """A figure from the literature beside ours, and whether the two are the same quantity."""

    what: str
    value: float
    source: str
    conditions: str
    same_quantity: bool
    metric: str | None = None


class Contrast(Config):
    """The same recipe with one thing changed, trained beside the run to be held against it."""

    label: str
    changes: dict[str, Any]
    metrics: dict[str, Measurement]


class Card(Config):
    """A model card: what the run is, and what its figures should be held against."""

    title: str
    summary: str
    conditions: str
    remarks: str = ""
    published: tuple[PublishedFigure, ...] = ()
    contrast: Contrast | None = None


class Timing(Config):
    """How long the training took, and on what; this part of a run differs between machines."""

    seconds: float = 0.0
    images_per_second: float = 0.0
    device: str = "cpu"
    precision: str = "float32"
    threads: int = 1


class RunInfo(Config):
    """What run.json holds: everything of a run but its tensors."""

    format: int = FORMAT
    recipe: Recipe
    name: str = Field("", max_length=80, description="what its owner calls it")
    changes: tuple[Change, ...] = ()  # made while it trained; recipe and changes decide a run
    state: Literal["finished", "stopped", "running"] = "finished"
    versions: dict[str, str] = Field(default_factory=current_versions)
    steps_done: int | None = Field(None, ge=0, description="None in runs that don't say")
    history: list[dict[str, Any]] = Field(default_factory=list)
    metrics: dict[str, Measurement] = Field(default_factory=dict)
    reference: dict[str, list[float]] = Field(default_factory=dict)
    card: Card | None = None
    timing: Timing = Timing()

    @property
    def title(self) -> str:
        """What lists show: its name, the card's title, or the model's and the data set's."""
        if self.name or self.card:
            return self.name or self.card.title
        return f"{self.recipe.entry.title}, {self.recipe.dataset}"
