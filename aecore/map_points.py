"""The images that a run's maps are of: their codes, classes, errors, and who is near a new code.

Shapes: N images, D numbers of a code; a discrete model's codes are grids (N, h, w) of entries.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from aecore.data import Split, to_float
from aecore.losses import gaussian_kl, mean_squared_error
from aecore.models.base import Model
from aecore.projection import Pca, narrowed, pca

BATCH = 1_000
CLUSTERS = 10


@dataclass(frozen=True, eq=False)
class Points:
    """N images as their codes, of one run.

    codes: float32 (N, D), or int64 (N, cells) where the code is a grid of codebook entries.
    labels: uint8 (N,). split: "test", "train" or "all": which images of the data set.
    error: the mean squared error of each, (N,); kl: in nats, (N,); clusters: uint8 (N,), by
        k-means; None where it isn't known. axes: the main directions, where they are known.
    codebook: float32 (K, d), where the codes are grids.
    """

    codes: np.ndarray
    labels: np.ndarray
    split: str = "test"
    error: np.ndarray | None = None
    kl: np.ndarray | None = None
    clusters: np.ndarray | None = None
    axes: Pca | None = None
    codebook: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def discrete(self) -> bool:
        """Whether the codes are grids."""
        return self.codebook is not None

    def vectors(self, rows: slice | np.ndarray = slice(None)) -> np.ndarray:
        """The codes as flat vectors (n, D): for grids, the entries of all cells in a row."""
        codes = self.codes[rows]
        return self.codebook[codes].reshape(len(codes), -1) if self.discrete else codes

    @cached_property
    def features(self) -> np.ndarray:
        """What t-SNE and UMAP are given, and what maps are held against: (N, at most 64)."""
        return narrowed(self.vectors())

    def distances(self, code: np.ndarray) -> np.ndarray:
        """From a code, (D,) or (cells,), to each of the N: (N,), Euclidean.

        A grid's cell has only K possible distances, so they are looked up and not computed N times.
        """
        if not self.discrete:
            return np.linalg.norm(self.codes - code, axis=1)
        book = torch.from_numpy(self.codebook)
        exact = "donot_use_mm_for_euclid_dist"  # by products, equal vectors come out apart
        own = book[torch.as_tensor(code)]
        table = torch.cdist(own, book, compute_mode=exact).square().numpy()
        return np.sqrt(table[np.arange(len(table)), self.codes].sum(1))

    def main_places(self, dims: int) -> np.ndarray:
        """The PCA map: (N, dims)."""
        blocks = [
            self.axes.place(self.vectors(slice(at, at + BATCH)))
            for at in range(0, len(self), BATCH)
        ]
        places = np.concatenate(blocks)[:, :dims]
        return np.pad(places, ((0, 0), (0, dims - places.shape[1])))


def with_axes(points: Points) -> Points:
    """The same points with their main directions."""
    return points if points.axes else replace(points, axes=pca(points.vectors()))


@torch.inference_mode()
def points_of(model: Model, split: Split, name: str = "test") -> Points:
    """The codes of a split's images, and what each costs in nats where there is a posterior."""
    parts = [_encoded(model, split, at) for at in range(0, len(split), BATCH)]
    codes, kl = (torch.cat([part[i] for part in parts]).numpy() for i in (0, 1))
    return Points(
        codes,
        split.labels.numpy().astype(np.uint8),
        name,
        kl=kl if model.abilities.posterior else None,
        codebook=codebook(model),
    )


def _encoded(model: Model, split: Split, at: int) -> tuple[Tensor, Tensor]:
    x = to_float(split.images[at : at + BATCH])
    code = model.encode(x, split.labels[at : at + BATCH])
    if code.indices is not None:
        return code.indices.flatten(1), torch.zeros(len(x))
    kl = torch.zeros(len(x)) if code.logvar is None else gaussian_kl(code.mean, code.logvar).sum(1)
    return code.z, kl


def codebook(model: Model) -> np.ndarray | None:
    """A discrete model's codebook (K, d); None for others."""
    return model.codebook.detach().float().numpy() if model.abilities.discrete else None


@torch.inference_mode()
def errors(model: Model, split: Split) -> np.ndarray:
    """The mean squared error of each image (N,), rebuilt without noise."""
    found = []
    for at in range(0, len(split), BATCH):
        x, y = to_float(split.images[at : at + BATCH]), split.labels[at : at + BATCH]
        found.append(mean_squared_error(model.reconstruct(x, y), x))
    return torch.cat(found).numpy()


def clusters(points: Points, count: int = CLUSTERS, seed: int = 0) -> np.ndarray:
    """k-means in the latent space, which knows no class: uint8 (N,).

    Clusters are numbered by their size, the largest first.
    """
    from sklearn.cluster import KMeans

    count = min(count, len(points))
    found = KMeans(count, n_init=2, random_state=seed).fit(points.features).labels_
    order = np.bincount(found, minlength=count).argsort()[::-1]
    return order.argsort()[found].astype(np.uint8)
