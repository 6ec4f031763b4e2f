"""What a map seems to say and the latent space denies: examples, looked for in the data itself.

Shapes: N points, D numbers of each in the latent space, d on the map; classes are 0, 1, ...
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np


@dataclass(frozen=True)
class Sizes:
    """Two classes whose spreads the map shows in another proportion: `large` to `small`.

    on_map, in_latent: how many times as wide `large` is as `small`, by the mean distance of a
    class's points to their mean.
    """

    large: int
    small: int
    on_map: float
    in_latent: float


@dataclass(frozen=True)
class Distances:
    """A class that the map puts nearer to `near` than to `far`, which is nearer in truth.

    on_map, in_latent: how many times as far `far` is as `near`, between the means of the classes.
    """

    label: int
    near: int
    far: int
    on_map: float
    in_latent: float


def sizes(codes: np.ndarray, places: np.ndarray, labels: np.ndarray) -> Sizes | None:
    """The two classes whose proportion the map distorts most; None of fewer than two."""
    classes = np.unique(labels)
    if len(classes) < 2:
        return None
    wide = {
        label: (_spread(codes, labels == label), _spread(places, labels == label))
        for label in classes
    }
    grown = {label: on_map / max(latent, 1e-9) for label, (latent, on_map) in wide.items()}
    large, small = max(grown, key=grown.get), min(grown, key=grown.get)
    latent, on_map = (wide[large][i] / max(wide[small][i], 1e-9) for i in (0, 1))
    return Sizes(int(large), int(small), on_map, latent)


def distances(codes: np.ndarray, places: np.ndarray, labels: np.ndarray) -> Distances | None:
    """The class about whose neighbours the map is most wrong; None where it is wrong of none."""
    classes = np.unique(labels)
    latent, on_map = (_between(each, labels, classes) for each in (codes, places))
    found, worst = None, 0.0
    for label, near, far in permutations(range(len(classes)), 3):
        map_ratio = on_map[label, far] / max(on_map[label, near], 1e-9)
        true_ratio = latent[label, far] / max(latent[label, near], 1e-9)
        wrong = min(map_ratio, 1 / max(true_ratio, 1e-9))  # both have to be told apart by eye
        if map_ratio > 1 > true_ratio and wrong > worst:
            worst = wrong
            ids = (int(classes[i]) for i in (label, near, far))
            found = Distances(*ids, float(map_ratio), float(true_ratio))
    return found


def _spread(points: np.ndarray, rows: np.ndarray) -> float:
    """The mean distance of some points to their mean."""
    chosen = points[rows]
    return float(np.linalg.norm(chosen - chosen.mean(0), axis=1).mean())


def _between(points: np.ndarray, labels: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Distances between the means of the classes: (C, C)."""
    means = np.stack([points[labels == label].mean(0) for label in classes])
    return np.linalg.norm(means[:, None] - means[None], axis=2)
