"""What Compare β needs of a sweep and of a visitor's runs, behind Streamlit's caches."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ui import cached

if TYPE_CHECKING:
    from aecore.portable import Portable
    from aecore.runs import Run
    from aecore.sweep import Sweep
    from aecore.sweep_figures import Point

SWEEPS = "sweeps"  # the folder in checkpoints/ that holds them, one by data set
STARTING = "digits"  # what a visitor's own small sweep is offered on first
NEEDS = ("aecore.sweep", "aecore.portable", "aecore.latent_space", "aecore.jobs", "aecore.replay")


@dataclass(frozen=True, eq=False)
class Lens:
    """One model under the lens: its decoder, and the codes (P, D) of the probes."""

    run: Run
    portable: Portable
    codes: np.ndarray


@dataclass(frozen=True, eq=False)
class Kit:
    """A sweep ready to be shown, or a data set that has none: then `sweep` is None.

    images: uint8 (P, 28, 28); names: what each shows. models: by the point's beta.
    """

    dataset: str
    images: np.ndarray
    names: tuple[str, ...]
    sweep: Sweep | None = None
    models: tuple[tuple[Point, Lens], ...] = ()

    @property
    def factors(self) -> tuple[str, ...]:
        """The names of the true factors, where they are known."""
        from aecore import shapes

        known = self.sweep and all(point.factors for point in self.sweep.points)
        return shapes.FACTORS if known else ()


def sweeps() -> dict[str, Path]:
    """The shipped sweeps: folders by the name of their data set."""
    cached.need(*NEEDS)
    from aecore.places import checkpoints_folder

    found = sorted((checkpoints_folder() / SWEEPS).glob("*/sweep.json"))
    return {path.parent.name: path.parent for path in found}


def kit(dataset: str) -> Kit:
    """The kit of a data set.

    Raises:
        RunError, PortableError: what is wrong with its sweep.
    """
    folder = sweeps().get(dataset)
    if folder is None:
        return _without(dataset)
    stamps = tuple(path.stat().st_mtime_ns for path in sorted(folder.rglob("*.json")))
    return _kit(folder, stamps)


@st.cache_resource(show_spinner=False, max_entries=8)
def _kit(folder: Path, stamps: tuple) -> Kit:
    from aecore import sweep, sweep_probes
    from aecore.runs import load

    found, probes = sweep.read(folder), sweep_probes.read(folder)
    images = probes["images"].numpy()
    models = tuple(
        (point, under_lens(load(folder / point.run), images))
        for point in sorted(found.points, key=lambda point: point.beta)
        if point.run and (folder / point.run).is_dir()
    )
    return Kit(
        found.base.dataset, images, _names(found.base.dataset, probes["labels"]), found, models
    )


@st.cache_resource(show_spinner=False, max_entries=8)
def _without(dataset: str) -> Kit:
    """Probes without a sweep; digits where the data set's images aren't on this machine."""
    from aecore import data, sweep_probes

    shown = dataset if data.available(dataset) else STARTING
    probes = sweep_probes.choose(data.load(shown))
    return Kit(dataset, probes["images"].numpy(), _names(shown, probes["labels"]))


def _names(dataset: str, labels) -> tuple[str, ...]:
    from aecore.data import DATASETS

    return tuple(f"the {DATASETS[dataset].classes[int(label)]}" for label in labels)


def under_lens(run: Run, images: np.ndarray) -> Lens:
    """A run with its decoder packed, and the codes of images (P, 28, 28) uint8."""
    from aecore.portable import pack

    return Lens(run, pack(run.model), codes(run, images))


def codes(run: Run, images: np.ndarray) -> np.ndarray:
    """The posterior's means of images (P, 28, 28) uint8: (P, D)."""
    import torch

    from aecore.data import to_float

    with torch.inference_mode():
        return run.model.encode(to_float(torch.from_numpy(images))[:, None]).mean.numpy()


def of_folder(folder: Path, dataset: str) -> Lens:
    """A visitor's run under the lens of a data set's probes."""
    return _of_folder(folder, cached.stamps_of(folder), dataset)


@st.cache_resource(show_spinner=False, max_entries=32)
def _of_folder(folder: Path, stamps: tuple, dataset: str) -> Lens:
    from aecore.runs import load

    return under_lens(load(folder), kit(dataset).images)
