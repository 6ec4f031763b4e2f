"""How long each library takes to map 10,000 latents, and how well its map keeps neighbours.

The codes of MNIST's test images under the shipped vae-mnist, 20 numbers each; one thread. Warm-up
(numba compiles umap-learn) is apart, on 500 points. Quality is measured on 1,000 of the points.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from aecore import data
from aecore.evaluation import encode_split
from aecore.map_quality import measure
from aecore.places import checkpoints_folder
from aecore.runs import load
from benchmarks.timing import clock, clock_in_words

RUN = "vae-mnist"
SAMPLE = 1_000


def run() -> dict[str, Any]:
    """A title and one row a library: seconds for a few points, for all, and the map's quality."""
    split = data.load("mnist").test
    codes = encode_split(load(checkpoints_folder() / RUN).model, split).z.numpy()
    rows = [_row(name, make, codes, split.labels.numpy()) for name, make in LIBRARIES.items()]
    return {"title": f"Maps of {len(codes):,} codes of {RUN}, {clock_in_words()}", "rows": rows}


def _row(name: str, make: Callable, codes: np.ndarray, labels: np.ndarray) -> dict[str, Any]:
    few, _ = _timed(make, codes[:500])
    seconds, places = _timed(make, codes)
    chosen = np.random.default_rng(0).choice(len(codes), min(SAMPLE, len(codes)), replace=False)
    quality = measure(codes, places, rows=chosen)
    return {
        "library": name,
        "first_500_s": round(few, 1),
        "seconds": round(seconds, 1),
        "trustworthiness": round(quality.trustworthiness, 3),
        "kept": round(quality.kept, 3),
        "knn_accuracy": round(_knn_accuracy(places, labels), 3),
    }


def _timed(make: Callable, codes: np.ndarray) -> tuple[float, np.ndarray]:
    start = clock()
    places = make(codes)
    return clock() - start, np.asarray(places)


def _knn_accuracy(places: np.ndarray, labels: np.ndarray) -> float:
    """How often a point's 10 neighbours on the map vote for its class."""
    from sklearn.neighbors import KNeighborsClassifier

    half = len(places) // 2
    voters = KNeighborsClassifier(10).fit(places[:half], labels[:half])
    return float(voters.score(places[half:], labels[half:]))


def _sklearn_pca(codes: np.ndarray) -> np.ndarray:
    from sklearn.decomposition import PCA

    return PCA(2).fit_transform(codes)


def _sklearn_tsne(codes: np.ndarray, dims: int = 2) -> np.ndarray:
    from sklearn.manifold import TSNE

    return TSNE(dims, max_iter=750, random_state=0, n_jobs=1).fit_transform(codes)


def _open_tsne(codes: np.ndarray, method: str = "fft", dims: int = 2) -> np.ndarray:
    from openTSNE import TSNE

    made = TSNE(dims, negative_gradient_method=method, random_state=0, n_jobs=1)
    return made.fit(codes)


def _umap(codes: np.ndarray, dims: int = 2) -> np.ndarray:
    from umap import UMAP

    return UMAP(n_components=dims, random_state=0, n_jobs=1).fit_transform(codes)


LIBRARIES: dict[str, Callable] = {
    "PCA, scikit-learn": _sklearn_pca,
    "t-SNE, scikit-learn (Barnes-Hut)": _sklearn_tsne,
    "t-SNE, openTSNE (interpolation)": _open_tsne,
    "t-SNE, openTSNE (Barnes-Hut)": lambda codes: _open_tsne(codes, "bh"),
    "t-SNE 3-D, openTSNE (Barnes-Hut)": lambda codes: _open_tsne(codes, "bh", 3),
    "t-SNE 3-D, scikit-learn (Barnes-Hut)": lambda codes: _sklearn_tsne(codes, 3),
    "UMAP, umap-learn": _umap,
    "UMAP 3-D, umap-learn": lambda codes: _umap(codes, 3),
}
