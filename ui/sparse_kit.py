"""What Sparse codes needs, behind Streamlit's caches: a run's units, and which runs have any."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ui import cached, generate_kit

if TYPE_CHECKING:
    from aecore.latent_space import LatentSpace
    from aecore.runs import ListedRun, RunInfo
    from aecore.units import Units

SPARSITY = "inactive_share"  # the metric that says how sparse a run's codes are


def has_units(info: RunInfo) -> bool:
    """Whether a run's code is a list of numbers, and not a grid."""
    return not info.recipe.entry.abilities.discrete


def sparsity(info: RunInfo) -> float:
    """The share of activations near zero; 0 where the run doesn't say."""
    found = info.metrics.get(SPARSITY)
    return found.value if found else 0.0


def sparsest(usable: list[ListedRun]) -> ListedRun | None:
    """The run whose codes are the sparsest."""
    return max(
        filter(lambda each: has_units(each.info), usable),
        default=None,
        key=lambda each: sparsity(each.info),
    )


def beside(chosen: ListedRun, usable: list[ListedRun]) -> list[ListedRun]:
    """Runs to hold the chosen one against: other points, those with the fullest codes first."""
    others = [
        each
        for each in usable
        if each.id != chosen.id
        and has_units(each.info)
        and SPARSITY in each.info.metrics
        and not each.info.recipe.entry.abilities.denoises
    ]
    same = chosen.info.recipe.config
    return sorted(others, key=lambda each: each.info.recipe.config.body != same.body)


def space(folder: Path) -> LatentSpace:
    """Where the run's training digits lie; raises RunError."""
    cached.need("aecore.units")
    return generate_kit.space(folder)


def units(folder: Path) -> Units:
    """The run's units."""
    return _units(folder, cached.stamps_of(folder))


@st.cache_resource(show_spinner="Asking each unit what it draws", max_entries=16)
def _units(folder: Path, stamps: tuple) -> Units:
    from aecore.units import units as found

    return found(cached.run(folder).model, generate_kit.space(folder))


def rebuilt(folder: Path, code: np.ndarray, off: list[int], label: int | None) -> np.ndarray:
    """A code (D,) decoded with some units off: (28, 28) in [0, 1]."""
    import torch

    from aecore.latent_space import pictures
    from aecore.units import switched_off

    z = switched_off(torch.tensor(code)[None], off)
    y = None if label is None else torch.tensor([label])
    return pictures(cached.run(folder).model, z, y)[0].numpy()
