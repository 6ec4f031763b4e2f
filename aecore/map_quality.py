"""How far a map can be trusted: which neighbours it kept, which it invented.

Shapes: N points, D numbers of each in the latent space, d on the map. All distances are Euclidean.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

NEIGHBOURS = 10
ROWS = 500  # points whose distances to all others are held in memory at once


@dataclass(frozen=True, eq=False)
class Quality:
    """What a map did to the neighbourhoods of the latent space.

    trustworthiness: 0 to 1; 1: nobody is a neighbour on the map who isn't one in the latent space.
    kept: the share of latent neighbours that are neighbours on the map too, 0 to 1.
    lost: of each point's k latent neighbours, how many aren't among those on the map: (rows,).
    rows: which points were looked at: (rows,).
    torn: a point and its nearest latent neighbour, which of all such pairs lie furthest apart on
        the map.
    """

    trustworthiness: float
    kept: float
    lost: np.ndarray
    rows: np.ndarray
    torn: tuple[int, int]


def nearest(
    queries: np.ndarray, points: np.ndarray, k: int, itself: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """The k points (N, D) nearest to each query (B, D): distances and indices (B, k).

    itself: the queries are points of the map, so each one's own place is left out.
    """
    all_points = torch.as_tensor(points, dtype=torch.float32)
    k = min(k + itself, len(points))
    found = [
        torch.cdist(block, all_points).topk(k, largest=False)
        for block in torch.as_tensor(queries, dtype=torch.float32).split(ROWS)
    ]
    distances = torch.cat([each.values for each in found])[:, int(itself) :]
    indices = torch.cat([each.indices for each in found])[:, int(itself) :]
    return distances.numpy(), indices.numpy()


def measure(
    codes: np.ndarray, places: np.ndarray, k: int = NEIGHBOURS, rows: np.ndarray | None = None
) -> Quality:
    """Holds a map (N, d) against the codes (N, D) that it is of, for all points or some `rows`.

    Trustworthiness, with U_i the k neighbours on the map that are no latent neighbours and r(i, j)
    the rank of j by latent distance to i (Venna & Kaski 2001, equation 4):

        T = 1 - 2 / (N k (2N - 3k - 1)) * sum_i sum_{j in U_i} (r(i, j) - k)
    """
    x, y = (torch.as_tensor(each, dtype=torch.float32) for each in (codes, places))
    n = len(x)
    k = max(1, min(k, (n - 1) // 2))
    chosen = torch.arange(n) if rows is None else torch.as_tensor(rows)
    penalty, lost, torn = 0.0, [], (-1.0, 0, 0)
    for block in chosen.split(ROWS):
        in_latent, on_map = _distances(x, block), _distances(y, block)
        ranks = _ranks(in_latent, on_map.topk(k, largest=False).indices)
        penalty += float((ranks - k).clamp(min=0).sum())
        lost.append((ranks > k).sum(1))  # as many as were lost came in their place
        torn = max(torn, _torn(block, in_latent, on_map))
    most = len(chosen) * k * (2 * n - 3 * k - 1) / 2
    gone = torch.cat(lost).numpy().astype(np.uint8)
    kept = 1 - float(gone.mean()) / k
    return Quality(1 - penalty / most, kept, gone, chosen.numpy(), torn[1:])


def _distances(points: Tensor, block: Tensor) -> Tensor:
    """From the points of a block to all, (B, N); to themselves infinitely far."""
    distances = torch.cdist(points[block], points)
    distances[torch.arange(len(block)), block] = torch.inf
    return distances


def _ranks(distances: Tensor, others: Tensor) -> Tensor:
    """The ranks of some `others` (B, k) by their distance, from 1 for the nearest: (B, k)."""
    own = distances.gather(1, others)
    return torch.stack([(distances < column[:, None]).sum(1) + 1 for column in own.T], 1)


def _torn(block: Tensor, in_latent: Tensor, on_map: Tensor) -> tuple[float, int, int]:
    """Of the block's points and their nearest latent neighbours, the pair furthest apart."""
    near = in_latent.argmin(1, keepdim=True)
    apart = on_map.gather(1, near)[:, 0]
    worst = int(apart.argmax())
    return float(apart[worst]), int(block[worst]), int(near[worst])


def agreement(one: np.ndarray, other: np.ndarray, k: int = NEIGHBOURS) -> float:
    """The share of neighbours that two maps (N, d) of the same points have in common, 0 to 1."""
    k = max(1, min(k, len(one) - 1))
    first, second = (nearest(each, each, k, itself=True)[1] for each in (one, other))
    both = (first[:, :, None] == second[:, None, :]).any(2)
    return float(both.mean())
