"""What Generate needs, behind Streamlit's caches: samples, their judge, the nearest digits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ui import cached

if TYPE_CHECKING:
    from aecore.fidelity import Judgement
    from aecore.generation import Gaussians, Written
    from aecore.generation_figures import Figures
    from aecore.latent_space import LatentSpace

MODULES = ("aecore.generation", "aecore.fidelity", "aecore.generation_figures", "aecore.export")
LIVE = 500  # samples, where figures are measured on the page


@dataclass(frozen=True)
class Draw:
    """What decides a set of samples. asked: the class that a conditional model writes, or None
    for all ten in turn. components: of the mixture, where the source is one."""

    source: str
    count: int
    seed: int
    temperature: float
    components: int = 10
    asked: int | None = None


def ready() -> None:
    """Imports what the page needs beyond what all pages do."""
    cached.need(*MODULES)


def space(folder: Path) -> LatentSpace:
    """Where the run's training digits lie; raises RunError."""
    return _space(folder, cached.stamps_of(folder))


@st.cache_resource(show_spinner=False, max_entries=32)
def _space(folder: Path, stamps: tuple) -> LatentSpace:
    from aecore.latent_space import latent_space

    return latent_space(cached.run(folder))


@st.cache_resource(show_spinner="Fitting to the codes of training digits", max_entries=64)
def _gaussians(folder: Path, stamps: tuple, components: int) -> Gaussians:
    from aecore.generation import fit_gaussians

    if components > 1:
        cached.need("sklearn.mixture")
    return fit_gaussians(_space(folder, stamps), components)


def sources(folder: Path) -> list[str]:
    """Where this run's codes can be drawn from."""
    from aecore import generation

    abilities = cached.run(folder).model.abilities
    return generation.sources(abilities, fitted=len(space(folder)) > 0)


def samples(folder: Path, draw: Draw) -> np.ndarray:
    """Pictures (n, 28, 28) in [0, 1]."""
    return _samples(folder, cached.stamps_of(folder), draw)


@st.cache_resource(show_spinner="Drawing", max_entries=64)
def _samples(folder: Path, stamps: tuple, draw: Draw) -> np.ndarray:
    from aecore.latent_space import pictures

    model, codes = cached.run(folder).model, _codes(folder, stamps, draw)
    parts = range(0, draw.count, LIVE)
    told = classes(draw) if model.abilities.conditional else None
    found = [
        pictures(model, codes[i : i + LIVE], None if told is None else told[i : i + LIVE])
        for i in parts
    ]
    return np.concatenate([part.numpy() for part in found])


def _codes(folder: Path, stamps: tuple, draw: Draw):
    from aecore import generation

    model = cached.run(folder).model
    fitted = None
    if draw.source in ("gaussian", "mixture"):
        many = draw.components if draw.source == "mixture" else 1
        fitted = _gaussians(folder, stamps, many)
    if model.abilities.discrete and draw.source == "prior":
        return written(folder, draw.count, draw.seed, draw.temperature).indices
    return generation.draw(
        model, draw.source, draw.count, draw.seed, draw.temperature, fitted, space(folder)
    )


def classes(draw: Draw):
    """The classes that a conditional model is asked for, (n,) long."""
    import torch

    if draw.asked is None:
        return torch.arange(draw.count) % 10
    return torch.full((draw.count,), draw.asked)


def written(folder: Path, count: int, seed: int, temperature: float) -> Written:
    """Grids that a discrete model's prior writes."""
    return _written(folder, cached.stamps_of(folder), count, seed, temperature)


@st.cache_resource(show_spinner="The prior is writing, code by code", max_entries=64)
def _written(folder: Path, stamps: tuple, count: int, seed: int, temperature: float) -> Written:
    from aecore.generation import write

    return write(cached.run(folder).model, count, seed, temperature)


def judged(dataset: str, pictures: np.ndarray) -> Judgement | None:
    """What the classifier of a data set makes of pictures; None where there is no classifier."""
    import torch

    from aecore import classifier, fidelity

    if not classifier.exists(dataset):
        return None
    return fidelity.judge(classifier.load(dataset), torch.tensor(pictures))


@dataclass(frozen=True, eq=False)
class Known:
    """Training digits (N, 28, 28) in [0, 1], their labels; `real` if not rebuilt from codes."""

    pictures: np.ndarray
    labels: np.ndarray
    real: bool


def known(folder: Path) -> Known | None:
    """The training digits whose codes a run keeps: real where the data set is here, else as the
    run rebuilds them. None where it keeps none."""
    dataset = cached.run(folder).recipe.dataset
    return _known(folder, cached.stamps_of(folder), cached.has_data(dataset))


@st.cache_resource(show_spinner="Looking at the training digits", max_entries=6)
def _known(folder: Path, stamps: tuple, there: bool) -> Known | None:
    from aecore import citizen, data
    from aecore.latent_space import pictures

    run, kept = cached.run(folder), space(folder)
    if not len(kept):
        return None
    labels = kept.labels.numpy()
    if there:
        train = data.load(run.recipe.dataset).train
        if citizen.lines_up(kept, train.labels):
            return Known(data.to_float(train.images[: len(kept), 0]).numpy(), labels, True)
    told = kept.labels if run.model.abilities.conditional else None
    parts = [
        pictures(run.model, kept.code.z[i : i + LIVE], None if told is None else told[i : i + LIVE])
        for i in range(0, len(kept), LIVE)
    ]
    return Known(np.concatenate([part.numpy() for part in parts]), labels, False)


def nearest(found: Known, pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The nearest training digit of each picture: errors (n,) and which (n,)."""
    import torch

    from aecore.fidelity import nearest_digits

    errors, which = nearest_digits(torch.tensor(pictures), torch.tensor(found.pictures))
    return errors.numpy(), which.numpy()


def figures(dataset: str) -> list[Figures]:
    """The figures that ship, none where none do; raises RunError."""
    from aecore.generation_figures import read_figures

    return read_figures(dataset)


def measure(run_id: str, folder: Path, draw: Draw) -> Figures | None:
    """Figures of LIVE new samples against as many real digits; None where nothing ships to
    judge by."""
    import torch

    from aecore import classifier
    from aecore.generation_figures import measure as measured
    from aecore.generation_figures import read_features

    dataset = cached.run(folder).recipe.dataset
    real = read_features(dataset)
    if real is None or not classifier.exists(dataset):
        return None
    pictures = torch.tensor(samples(folder, draw))
    training = known(folder)
    return measured(
        run_id,
        draw.source,
        pictures,
        real,
        classifier.load(dataset),
        None if training is None else torch.tensor(training.pictures),
    )
