"""What Draw needs, behind Streamlit's caches: digits of the data sets, sights, neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ui import cached

if TYPE_CHECKING:
    from aecore.citizen import Neighbours
    from aecore.drawing import Drawing
    from aecore.latent_space import LatentSpace
    from aecore.reading import Reading

TEST, TRAIN = "test", "train"


@dataclass(frozen=True, eq=False)
class Citizen:
    """A digit among the training digits of a run.

    neighbours: see `aecore.citizen.Neighbours`. pictures: (k, 28, 28), `real` if they are the
    training images and not their reconstructions. usage: (D,), the mean KL in nats of each
    coordinate over the training digits, for a model with a posterior. known: how many they are.
    """

    neighbours: Neighbours
    pictures: np.ndarray
    real: bool
    usage: np.ndarray | None
    known: int


def data_sets() -> dict[str, str]:
    """The data sets that are on this machine: name to title. `digits` always is."""
    cached.ready()
    from aecore.data import DATASETS, available

    return {name: source.title for name, source in DATASETS.items() if available(name)}


def test_digits(name: str) -> tuple[np.ndarray, np.ndarray]:
    """The test images of a data set, uint8 (N, 28, 28), and their labels (N,); not to be changed.

    Raises:
        aecore.data.DatasetMissing: it isn't here, or a file of it is damaged.
    """
    cached.ready()
    return _digits(name, TEST)


@st.cache_resource(show_spinner="Reading the data set's images", max_entries=8)
def _digits(name: str, part: str, count: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    from aecore.data import load

    split = getattr(load(name), part)
    return split.images[:count, 0].numpy().copy(), split.labels[:count].numpy().copy()


def test_digit(name: str, number: int) -> Drawing:
    """A test digit, counted from 0, as it is: it has a model's form already."""
    from aecore.drawing import Drawing

    images, _ = test_digits(name)
    return Drawing((images[number] / 255).astype(np.float32))


def look(folder: Path, drawn: Drawing, label: int | None = None) -> cached.Sight:
    """An image through a run, computed once for each image, run and class."""
    if drawn.empty:
        return cached.look(folder, drawn)  # its notes differ, its pixels don't
    return _look(folder, cached.stamps_of(folder), drawn.image.tobytes(), label, drawn)


@st.cache_resource(show_spinner=False, max_entries=256)
def _look(
    folder: Path, stamps: tuple, pixels: bytes, label: int | None, _drawn: Drawing
) -> cached.Sight:
    return cached.look(folder, _drawn, label)


@st.cache_resource(show_spinner=False, max_entries=16)
def _space(folder: Path, stamps: tuple) -> LatentSpace:
    from aecore.latent_space import latent_space

    return latent_space(cached.run(folder))


def citizen(folder: Path, reading: Reading) -> Citizen:
    """A reading's digit among the training digits of its run.

    Raises:
        aecore.RunError: the run's kept codes don't fit its model.
    """
    from aecore import citizen

    run, space = cached.run(folder), _space(folder, cached.stamps_of(folder))
    found = citizen.neighbours(run.model, space, reading)
    images = _training_images(run.info.recipe.dataset, space)
    if images is None:
        pictures = citizen.rebuilt(run.model, space, found.numbers) if len(space) else []
    else:
        pictures = images[found.numbers] / 255
    usage = space.usage.numpy() if run.model.abilities.posterior and len(space) else None
    return Citizen(found, pictures, images is not None, usage, len(space))


def _training_images(name: str, space: LatentSpace) -> np.ndarray | None:
    """The images that the kept codes are of, if they are here and their classes line up."""
    import torch

    from aecore.citizen import lines_up
    from aecore.data import DatasetMissing, available

    if not len(space) or not available(name):
        return None
    try:
        images, labels = _digits(name, TRAIN, len(space))
    except DatasetMissing:
        return None
    return images if lines_up(space, torch.from_numpy(labels)) else None
