"""Disentanglement: does each coordinate of a code stand for one true factor, and one only?

Measured where the true factors are known (see aecore/shapes.py). N images, D coordinates,
F factors; factors are whole numbers from 0. A code's columns are called coordinates, as everywhere.

    MIG   Chen et al. 2018, equation 6: the gap between the two coordinates that know most
    DCI   Eastwood & Williams 2018, section 2: how importance for prediction is spread
    SAP   Kumar et al. 2018, section 3: the gap between the two best predictors of a factor

What the figures depend on is part of them: bins, mean or sample, which predictor.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

BINS = 20
TREES, DEPTH, LEAF = 25, 12, 4
SEED = 0
DCI_IMAGES = 4_000  # to fit on, and as many to test on
DEAD = 1e-6  # a coordinate that varies less than this says nothing

Array = NDArray[np.float64]


def binned(codes: ArrayLike, bins: int = BINS) -> NDArray[np.int64]:
    """Each coordinate in `bins` bins of equal width from its least to its largest value: (N, D)."""
    codes = np.asarray(codes, float)
    low, high = codes.min(0), codes.max(0)
    width = np.where(high > low, high - low, 1.0)
    return np.minimum(((codes - low) / width * bins).astype(np.int64), bins - 1)


def mutual_information(codes: ArrayLike, factors: ArrayLike, bins: int = BINS) -> Array:
    """I(z_j; v_k) in nats between binned coordinates (N, D) and factors (N, F): (D, F).

    I = sum p(a, b) log(p(a, b) / (p(a) p(b))), with p counted.
    """
    columns, factors = binned(codes, bins), np.asarray(factors)
    table = [[_information(z, v, bins) for v in factors.T] for z in columns.T]
    return np.array(table)


def _information(a: NDArray[np.int64], b: NDArray[np.int64], bins: int) -> float:
    counts = np.bincount(a * (b.max() + 1) + b, minlength=bins * (b.max() + 1))
    joint = counts.reshape(bins, -1) / len(a)
    outer = joint.sum(1, keepdims=True) * joint.sum(0, keepdims=True)
    there = joint > 0
    return float((joint[there] * np.log(joint[there] / outer[there])).sum())


def entropies(factors: ArrayLike) -> Array:
    """H(v_k) in nats of each factor (N, F), counted: (F,)."""
    shares = [np.bincount(v) / len(v) for v in np.asarray(factors).T]
    return np.array([-(p[p > 0] * np.log(p[p > 0])).sum() for p in shares])


def gaps(scores: ArrayLike) -> Array:
    """For each factor the best score less the second best: (D, F) -> (F,)."""
    ordered = np.sort(np.asarray(scores), axis=0)
    return ordered[-1] - (ordered[-2] if len(ordered) > 1 else 0)


def mig(codes: ArrayLike, factors: ArrayLike, bins: int = BINS) -> float:
    """Mutual information gap, 0 to 1: the mean over factors of gap / H(v_k).

    Source: Chen et al. 2018, equation 6; binned as in disentanglement_lib.
    """
    information = mutual_information(codes, factors, bins)
    return float((gaps(information) / entropies(factors)).mean())


@dataclass(frozen=True, eq=False)
class DCI:
    """Three scores from 0 to 1, and the importances (D, F) that they come from.

    disentanglement: each coordinate matters for one factor. completeness: each factor needs one
    coordinate. informativeness: the share of right predictions on images not fitted on.
    """

    disentanglement: float
    completeness: float
    informativeness: float
    importance: Array


def dci(codes: ArrayLike, factors: ArrayLike) -> DCI:
    """DCI with a random forest a factor, fitted on the even rows and tested on the odd ones.

    Rows are to come in random order; at most 8,000 of them are looked at.
    Source: Eastwood & Williams 2018, section 2.
    """
    from sklearn.ensemble import RandomForestClassifier

    codes, factors = np.asarray(codes, float), np.asarray(factors)
    fit, test = (slice(start, 2 * DCI_IMAGES, 2) for start in (0, 1))
    columns, right = [], []
    for v in factors.T:
        forest = RandomForestClassifier(
            TREES,
            max_depth=DEPTH,
            min_samples_leaf=LEAF,
            max_features=None,  # each split sees all coordinates: none shines for lack of others
            random_state=SEED,
        ).fit(codes[fit], v[fit])
        columns.append(forest.feature_importances_)
        right.append(forest.score(codes[test], v[test]))
    importance = np.stack(columns, 1)
    return DCI(*spread(importance), float(np.mean(right)), importance)


def spread(importance: ArrayLike) -> tuple[float, float]:
    """Disentanglement and completeness of importances (D, F) >= 0.

    Both are 1 - H, the entropy with the base that makes it at most 1: over factors for each
    coordinate, weighted by the coordinate's share of all importance; over coordinates for each
    factor, likewise. Source: Eastwood & Williams 2018, equations 2 to 4.
    """
    r = np.asarray(importance, float)
    if not r.sum():
        return 0.0, 0.0
    across, down = _certainty(r), _certainty(r.T)
    weights = r.sum(1) / r.sum(), r.sum(0) / r.sum()
    return max(0.0, float(across @ weights[0])), max(0.0, float(down @ weights[1]))


def _certainty(r: Array) -> Array:
    """1 - H of each row as shares, (rows, n) -> (rows,); a row of zeros is certain of nothing."""
    total = r.sum(1, keepdims=True)
    share = np.divide(r, total, out=np.full_like(r, 1 / r.shape[1]), where=total > 0)
    plogp = share * np.log(share, out=np.zeros_like(share), where=share > 0)
    return 1 + plogp.sum(1) / np.log(max(r.shape[1], 2))


def sap(codes: ArrayLike, factors: ArrayLike, categorical: tuple[bool, ...]) -> float:
    """Separated attribute predictability, 0 to 1: the mean over factors of the gap of scores.

    The score of one coordinate for one factor is R^2 of a straight line where the factor's values
    have an order, and the balanced accuracy of a linear classifier where it is `categorical`.
    Source: Kumar et al. 2018, section 3.
    """
    codes, factors = np.asarray(codes, float), np.asarray(factors)
    columns = [
        _accuracies(codes, v) if is_class else _straight(codes, v)
        for v, is_class in zip(factors.T, categorical, strict=True)
    ]
    return float(gaps(np.stack(columns, 1)).mean())


def _straight(codes: Array, v: NDArray[np.int64]) -> Array:
    """The squared correlation of each coordinate with a factor: (D,); 0 where one never moves."""
    z, v = codes - codes.mean(0), v - v.mean()
    spread = (z**2).mean(0) * (v**2).mean()
    return np.divide(
        (z * v[:, None]).mean(0) ** 2, spread, out=np.zeros(z.shape[1]), where=spread > DEAD**2
    )


def _accuracies(codes: Array, v: NDArray[np.int64]) -> Array:
    """The balanced accuracy of classes told apart by one coordinate: (D,)."""
    from sklearn.linear_model import LogisticRegression

    found = []
    for z in codes.T:
        if z.std() < DEAD:
            found.append(1 / len(np.unique(v)))
            continue
        z = ((z - z.mean()) / z.std())[:, None]
        said = LogisticRegression(class_weight="balanced").fit(z, v).predict(z)
        found.append(np.mean([(said[v == each] == each).mean() for each in np.unique(v)]))
    return np.array(found)
