"""Models small enough to train within a second, made from the catalog's own rows."""

from dataclasses import replace

import torch

from aecore.config import Config, with_changes
from aecore.data import Dataset, Split
from aecore.fitting import Fitting, begin
from aecore.models import catalog
from aecore.runs import Recipe
from aecore.training import TrainConfig

SIZES = {"latent_dim": 6, "codes": 32, "code_dim": 8, "prior_width": 8, "prior_depth": 1}
WIDEST = 32  # units or channels of a layer
QUICK = TrainConfig(epochs=3, batch_size=32, learning_rate=1e-2)


def small_config(model_id: str, **changes) -> Config:
    """A row's default config, made narrow; `changes` are put over it."""
    config = catalog.entry(model_id).config
    names = type(config).model_fields
    sizes = {name: size for name, size in SIZES.items() if name in names}
    widths = tuple(min(width, WIDEST) for width in config.widths)
    return with_changes(config, {**sizes, "widths": widths, **changes})


def small_recipe(model_id: str, seed: int = 0, training: TrainConfig = QUICK, **changes) -> Recipe:
    """A recipe that takes a few dozen steps on a few digits."""
    config = small_config(model_id, **changes)
    return Recipe(model=model_id, config=config, dataset="digits", training=training, seed=seed)


def fit(recipe: Recipe, dataset: Dataset) -> Fitting:
    """A recipe followed to its end."""
    fitting = begin(recipe, dataset)
    with torch.enable_grad():  # a test that asks for a trained model may be without gradients
        for _ in fitting.progress():
            pass
    return fitting


def few(dataset: Dataset, train: int, test: int) -> Dataset:
    """The same data set with fewer images."""
    return replace(dataset, train=_first(dataset.train, train), test=_first(dataset.test, test))


def _first(split: Split, count: int) -> Split:
    return replace(split, images=split.images[:count], labels=split.labels[:count])
