"""A digit as a citizen of a model's world: who its neighbours are, and how odd it is there."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aecore.latent import nearest
from aecore.latent_space import LatentSpace, pictures
from aecore.models.base import Model
from aecore.reading import Reading
from aecore.scores import share_above

NEIGHBOURS = 5


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The training digits nearest in latent space, the nearest first.

    numbers: int64 (k,), which of the training images, from 0. distances: (k,), in latent units.
    labels: int64 (k,), their classes.
    """

    numbers: np.ndarray
    distances: np.ndarray
    labels: np.ndarray


@torch.inference_mode()
def neighbours(
    model: Model, space: LatentSpace, reading: Reading, k: int = NEIGHBOURS
) -> Neighbours:
    """The k training digits of the run's kept codes that are nearest to a reading's code.

    The distance is Euclidean, between what the decoder gets: the codes (means, where there is a
    posterior), or for a discrete model all cells' codebook vectors together. None of no codes.
    """
    if not len(space):
        distances, numbers = torch.zeros(0), torch.zeros(0, dtype=torch.long)
    elif model.abilities.discrete:
        between = _grid_distances(model.codebook, torch.tensor(reading.indices), space.code.indices)
        distances, numbers = between.topk(min(k, len(between)), largest=False)
    else:
        found = nearest(torch.tensor(reading.code)[None], space.code.z, k)
        distances, numbers = (each[0] for each in found)
    return Neighbours(numbers.numpy(), distances.numpy(), space.labels[numbers].numpy())


def _grid_distances(codebook: Tensor, grid: Tensor, grids: Tensor) -> Tensor:
    """From one grid (h, w) to each of many (N, h, w), Euclidean, cell by cell: (N,).

    Each cell has only K possible distances, so they are looked up and not computed N times.
    """
    exact = "donot_use_mm_for_euclid_dist"  # by products, equal vectors come out a little apart
    table = torch.cdist(codebook[grid.flatten()], codebook, compute_mode=exact).square()
    return table[torch.arange(len(table)), grids.flatten(1)].sum(1).sqrt()


def lines_up(space: LatentSpace, labels: Tensor) -> bool:
    """Whether the kept codes are of these training images, told by their classes (M,)."""
    count = len(space)
    return 0 < count <= len(labels) and torch.equal(space.labels, labels[:count].long())


def rebuilt(model: Model, space: LatentSpace, numbers: np.ndarray) -> np.ndarray:
    """Training digits as the model rebuilds them from their codes: (k, 28, 28) in [0, 1]."""
    codes = space.code.z[numbers]
    labels = space.labels[numbers] if model.abilities.conditional else None
    return pictures(model, codes, labels).numpy()


def oddness(scores: Mapping[str, float], reference: Mapping[str, list[float]]) -> dict[str, float]:
    """By each score, the share of test images that are less odd, 0 to 1: «odder than 96 %».

    scores: of one image, see `aecore.scores.scores`; higher is odder. reference: what the run
    knows of the test images, `RunInfo.reference`. A score without a reference is left out.
    """
    return {
        name: 1 - share_above(score, reference[name])
        for name, score in scores.items()
        if reference.get(name)
    }


def bits(reading: Reading, entries: int) -> float:
    """What a grid of codebook entries takes at most, in bits: cells times log2(K)."""
    return reading.indices.size * float(np.log2(entries))
