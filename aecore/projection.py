"""Maps of codes: PCA, t-SNE and UMAP, and where a new code lands on one.

Shapes: N codes, D numbers each, d = 2 or 3 dimensions of the map. Codes are float32 (N, D); wide
ones (a grid of codebook vectors) are first brought to their WIDEST main directions.

The libraries (scikit-learn, openTSNE, umap-learn; see benchmarks/projections.py) are imported where
they are used: UMAP alone takes seconds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from pydantic import Field

from aecore.config import Config

WIDEST = 64  # numbers of a code that t-SNE and UMAP are given; wider ones by their main directions
PLACED_BY = 15  # latent neighbours that place a new point
TSNE_STEPS = 750  # 250 of them with early exaggeration
LOOKS = 30  # how often a projection says how far it is

Tell = Callable[[float, "np.ndarray | None"], None]


class MapSettings(Config):
    """What decides a map: the same settings and codes give the same map."""

    method: Literal["pca", "tsne", "umap"] = Field("tsne", description="how the map is made")
    dims: Literal[2, 3] = Field(2, description="dimensions of the map")
    perplexity: float = Field(
        30.0, ge=5, le=100, description="t-SNE: about how many neighbours a point listens to"
    )
    neighbours: int = Field(
        15, ge=2, le=100, description="UMAP: how many neighbours a point is tied to"
    )
    min_dist: float = Field(
        0.1, ge=0.0, le=0.99, description="UMAP: how close points may lie to one another"
    )
    start: Literal["informed", "random"] = Field(
        "informed", description="where points begin: by the main directions, or anywhere"
    )
    seed: int = Field(0, ge=0, lt=2**31, description="another seed gives another map")


@dataclass(frozen=True, eq=False)
class Pca:
    """The main directions of some codes: mean (D,), axes (d, D) of length 1, share (d,).

    share: of the variance that each direction holds, 0 to 1.
    """

    mean: np.ndarray
    axes: np.ndarray
    share: np.ndarray

    def place(self, codes: np.ndarray) -> np.ndarray:
        """Codes (N, D) on the map: (N, d)."""
        return (codes - self.mean) @ self.axes.T


def pca(codes: np.ndarray, dims: int = 3) -> Pca:
    """The directions in which codes (N, D) differ most; at most D of them.

    A direction's sign means nothing: it is the one that makes its largest number positive.
    """
    from sklearn.decomposition import PCA

    wide = codes.shape[1] > 500
    solver = PCA(
        min(dims, *codes.shape), svd_solver="randomized" if wide else "auto", random_state=0
    )
    found = solver.fit(codes)
    axes = found.components_.astype(np.float32)
    largest = np.take_along_axis(axes, np.abs(axes).argmax(1)[:, None], 1)
    share = found.explained_variance_ratio_.astype(np.float32)
    return Pca(found.mean_.astype(np.float32), axes * np.sign(largest), share)


def narrowed(codes: np.ndarray) -> np.ndarray:
    """Codes (N, D) as t-SNE and UMAP get them: the WIDEST main directions of wider ones."""
    return pca(codes, WIDEST).place(codes) if codes.shape[1] > WIDEST else codes


def project(
    codes: np.ndarray, settings: MapSettings, tell: Tell = lambda share, places: None
) -> np.ndarray:
    """A map of codes (N, D): float32 (N, d).

    tell: is called with the share done, 0 to 1, and the places so far (N, d) where the method shows
        them; what it raises ends the work.
    """
    codes = np.ascontiguousarray(narrowed(codes), np.float32)
    places = METHODS[settings.method](codes, settings, tell)
    return (places - places.mean(0)).astype(np.float32)


def _pca(codes: np.ndarray, settings: MapSettings, tell: Tell) -> np.ndarray:
    """The main directions (Pearson 1901; Hotelling 1933), which need no seed and no time."""
    return pca(codes, settings.dims).place(codes)


def _tsne(codes: np.ndarray, settings: MapSettings, tell: Tell) -> np.ndarray:
    """t-SNE (van der Maaten & Hinton 2008) by openTSNE, begun from PCA (Kobak & Berens 2019)."""
    from openTSNE import TSNE

    every = max(1, TSNE_STEPS // LOOKS)
    done = 0

    def look(iteration: int, error: float, embedding: np.ndarray) -> bool:
        nonlocal done
        done += every
        tell(min(1.0, done / TSNE_STEPS), np.asarray(embedding, np.float32))
        return False

    perplexity = min(settings.perplexity, (len(codes) - 1) / 3)
    made = TSNE(
        n_components=settings.dims,
        perplexity=perplexity,
        # Interpolation on a grid pays for many points, and knows no third dimension.
        negative_gradient_method="auto" if settings.dims == 2 else "bh",
        random_state=settings.seed,
        initialization="random" if settings.start == "random" else "pca",
        callbacks=look,
        callbacks_every_iters=every,
        n_jobs=1,
    )
    return np.asarray(made.fit(codes))


def _umap(codes: np.ndarray, settings: MapSettings, tell: Tell) -> np.ndarray:
    """UMAP (McInnes, Healy & Melville 2018) by umap-learn."""
    import umap

    made = umap.UMAP(
        n_components=settings.dims,
        n_neighbors=min(settings.neighbours, len(codes) - 1),
        min_dist=settings.min_dist,
        init="random" if settings.start == "random" else "spectral",
        random_state=settings.seed,
        n_jobs=1,  # several threads would give another map each time
        verbose=False,
        tqdm_kwds={
            "disable": False,
            "file": _Meter(tell),
            "bar_format": "{n_fmt}/{total_fmt}\n",
            "mininterval": 0.2,
        },
    )
    return made.fit_transform(codes)


class _Meter:
    """A file for umap-learn's progress bar, which is its only way to say how far it is."""

    def __init__(self, tell: Tell):
        self.tell = tell

    def write(self, text: str) -> None:
        found = re.search(r"(\d+)/(\d+)", text)
        if found:
            self.tell(int(found[1]) / max(1, int(found[2])), None)

    def flush(self) -> None:
        """Nothing is held back."""


METHODS = {"pca": _pca, "tsne": _tsne, "umap": _umap}


def weights(distances: np.ndarray) -> np.ndarray:
    """How much each of a new point's neighbours counts: (B, k) -> (B, k), rows that sum to 1.

    The nearest counts most and the others fall off by how much further they are, on the scale of
    the neighbourhood itself: the fuzzy membership by which umap-learn's own `transform` begins.
    """
    rho = distances[:, :1]
    scale = np.maximum((distances - rho).mean(1, keepdims=True), 1e-6 + 1e-3 * rho)
    membership = np.exp(-(distances - rho) / scale)
    return membership / membership.sum(1, keepdims=True)


def by_neighbours(
    distances: np.ndarray, places: np.ndarray, k: int = PLACED_BY
) -> tuple[np.ndarray, np.ndarray]:
    """Where a new code lands on a map (N, d), by its latent distances (N,) to the codes there.

    A t-SNE map has no formula for a new point, and UMAP's needs the fitted model: so it goes to
    the weighted mean (d,) of its k nearest latent neighbours. Returns also their indices (k,).
    """
    k = min(k, len(distances))
    near = np.argpartition(distances, k - 1)[:k]
    near = near[distances[near].argsort()]
    return mean_places(distances[None, near], near[None], places)[0], near


def mean_places(distances: np.ndarray, indices: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The weighted means of some neighbours' places: (B, k), (B, k), (N, d) -> (B, d)."""
    return (weights(distances)[:, :, None] * places[indices]).sum(1)
