"""The pitfall of reading too much into t-SNE: maps of data whose truth is known.

After Wattenberg, Viégas & Johnson 2016, «How to use t-SNE effectively». Maps: openTSNE.
"""

import numpy as np
from scipy.spatial import ConvexHull, cKDTree

from aecore.pitfalls import Chart, Figure, Line, Result, Verdict, line

ID = "tsne"
DIMS = 32
POINTS = 300  # of noise
GROUP = 80  # points in each of the three groups
NEAR, FAR = 10.0, 100.0  # from the first group to the second and to the third
LOW, USUAL, GROUPS = 2, 50, 25  # perplexities
WIDE = 10.0  # one of two groups is so many times as wide
SEED = 0


def noise() -> np.ndarray:
    """One cloud without any structure: (300, 32), N(0, I)."""
    return np.random.default_rng(SEED).standard_normal((POINTS, DIMS))


def groups() -> tuple[np.ndarray, np.ndarray]:
    """Three groups in a row, the third ten times as far away, and as which one each was drawn.

    The points (240, 32) and their groups (240,).
    """
    random = np.random.default_rng(SEED)
    number = np.repeat(np.arange(3), GROUP)
    points = random.standard_normal((3 * GROUP, DIMS))
    points[:, 0] += np.array([0.0, NEAR, FAR])[number]
    return points, number


def tsne(points: np.ndarray, perplexity: float, seed: int) -> np.ndarray:
    """A map (N, 2) from a random start, so that what depends on chance shows."""
    from openTSNE import TSNE  # a second to import

    settings = {"perplexity": perplexity, "initialization": "random", "neighbors": "exact"}
    return np.asarray(TSNE(**settings, random_state=seed, n_jobs=1).fit(points))


def pca(points: np.ndarray) -> np.ndarray:
    """The two main directions (N, 2)."""
    centred = points - points.mean(0)
    return centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T


def evenness(found: np.ndarray) -> float:
    """The mean distance to the nearest point over that of points strewn by chance over the area.

    1 for no clumps, less where points clump. Source: Clark & Evans 1954.
    """
    area = ConvexHull(found).volume  # of a plane figure, scipy calls the area volume
    nearest = cKDTree(found).query(found, 2)[0][:, 1]
    return float(nearest.mean() / (0.5 * np.sqrt(area / len(found))))


def two_sizes() -> np.ndarray:
    """Two groups of 80, the second ten times as wide: (160, 32)."""
    points = np.random.default_rng(SEED).standard_normal((2 * GROUP, DIMS))
    points[GROUP:] *= WIDE
    points[GROUP:, 0] += 10 * FAR
    return points


def widths(found: np.ndarray) -> float:
    """How many times as wide the second half of the points is as the first."""
    spreads = [half.std(0).mean() for half in (found[:GROUP], found[GROUP:])]
    return float(spreads[1] / spreads[0])


def gaps(found: np.ndarray, number: np.ndarray) -> float:
    """How many times as far from the first group's centre the third is as the second."""
    centres = np.stack([found[number == each].mean(0) for each in range(3)])
    near, far = np.linalg.norm(centres[1:] - centres[0], axis=1)
    return float(far / near)


def follow() -> Result:
    """Maps of noise, and of groups at known distances."""
    cloud, (three, number) = noise(), groups()
    maps = {perplexity: tsne(cloud, perplexity, SEED) for perplexity in (LOW, USUAL)}
    of_three = {"broken": tsne(three, GROUPS, SEED), "cured": pca(three)}
    names = ("first group", "second, 10 away", "third, 100 away")
    charts = [
        _dots(f"Noise, t-SNE with perplexity {LOW}", [("one cloud", maps[LOW])]),
        _dots(f"The same noise, perplexity {USUAL}", [("one cloud", maps[USUAL])]),
        *(
            _dots(title, [(name, of_three[role][number == i]) for i, name in enumerate(names)])
            for role, title in (
                ("broken", "Three groups, t-SNE"),
                ("cured", "The same three, PCA: true distances"),
            )
        ),
    ]
    sizes = two_sizes()
    figures = [
        Figure(
            what="noise: distance to the nearest point, over that of evenly strewn points",
            broken=evenness(maps[LOW]),
            cured=evenness(maps[USUAL]),
        ),
        Figure(
            what=f"how many times as far away the third group is (in truth {FAR / NEAR:.0f})",
            broken=gaps(of_three["broken"], number),
            cured=gaps(of_three["cured"], number),
            digits=1,
        ),
        Figure(
            what=f"how many times as wide one of two groups is (in truth {WIDE:.0f})",
            broken=widths(tsne(sizes, GROUPS, SEED)),
            cured=widths(sizes),
            digits=1,
        ),
    ]
    verdict = Verdict(
        id=ID,
        broken=f"t-SNE, perplexity {LOW}",
        cured=f"perplexity {USUAL}, or PCA",
        conditions=(
            f"{POINTS} points of N(0, I) in {DIMS} dimensions. Groups: {GROUP} points each in "
            f"{DIMS} dimensions, three of σ = 1 at 0, {NEAR:.0f} and {FAR:.0f} along one axis, and "
            f"two of σ = 1 and {WIDE:.0f}; t-SNE of groups with perplexity {GROUPS}. openTSNE, "
            "exact neighbours, random start, seed 0. True width: in all dimensions."
        ),
        charts=charts,
        figures=figures,
    )
    return Result(verdict)


def _dots(title: str, clouds: list[tuple[str, np.ndarray]]) -> Chart:
    lines: list[Line] = [line(name, "truth", found[:, 0], found[:, 1]) for name, found in clouds]
    return Chart(title=title, x="", y="", kind="dots", lines=lines)
