"""Walking about in the latent space: samples of a posterior, paths, traversals, neighbours.

Shapes: B images, D latent coordinates; codes z are (B, D), or (B, d, h, w) for a discrete model.
"""

from typing import Literal

import torch
from torch import Tensor

from aecore.losses import gaussian_kl, reparameterise
from aecore.models.base import Code

Path = Literal["straight", "spherical"]
OUTSIDE = 0.005  # the share of real digits beyond each end of a coordinate's range
NARROW = 1e-3  # a range of less than this is of a coordinate that nothing ever moves


def posterior_sample(code: Code, generator: torch.Generator | None = None) -> Tensor:
    """A draw from q(z | x), (B, D); the code itself where the model has no posterior."""
    if code.logvar is None:
        return code.z
    return reparameterise(code.mean, code.logvar, generator)


def usage(code: Code) -> Tensor:
    """How much a model uses each coordinate, over a set of images: (B, D) -> (D,).

    The mean KL in nats where there is a posterior, else the variance of z.
    """
    if code.logvar is not None:
        return gaussian_kl(code.mean, code.logvar).mean(0)
    return code.z.flatten(1).var(0)


def ranges(code: Code, generator: torch.Generator | None = None) -> Tensor:
    """From where to where real digits reach: (B, D) -> (D, 2), 99 % of them between the two.

    Where there is a posterior it is draws from it that count, not its means: a coordinate that
    the model doesn't use has all its means at 0, and its draws fill the prior.
    """
    draws = posterior_sample(code, generator).flatten(1)
    ends = torch.tensor([OUTSIDE, 1 - OUTSIDE], device=draws.device)
    found = torch.quantile(draws, ends, dim=0).T.clone()
    unused = found[:, 1] - found[:, 0] < NARROW
    found[unused] += torch.tensor([-1.0, 1.0], device=draws.device)
    return found


def interpolate(start: Tensor, end: Tensor, steps: int, path: Path = "straight") -> Tensor:
    """Codes from `start` to `end`, both included: (D,), (D,) -> (steps, D).

    «straight» mixes the two; «spherical» goes round the origin at a steady angle and changes its
    length evenly, so that it stays where N(0, I) has its mass (Shoemake 1985; White 2016).
    """
    t = torch.linspace(0, 1, steps, device=start.device).unsqueeze(1)
    if path == "spherical":
        lengths = start.norm(), end.norm()
        cosine = (start @ end / (lengths[0] * lengths[1]).clamp(min=1e-12)).clamp(-1, 1)
        angle = cosine.arccos()
        # No one arc joins the same or opposite directions, or the origin to anything: go straight.
        if angle.sin() > 1e-4 and min(lengths) > 0:
            unit_start, unit_end = start / lengths[0], end / lengths[1]
            arc = ((1 - t) * angle).sin() * unit_start + (t * angle).sin() * unit_end
            return arc / angle.sin() * ((1 - t) * lengths[0] + t * lengths[1])
    return (1 - t) * start + t * end


def traverse(z: Tensor, coordinate: int, values: Tensor) -> Tensor:
    """One code with one coordinate set to each of `values`: (D,), (n,) -> (n, D)."""
    codes = z.repeat(len(values), 1)
    codes[:, coordinate] = values
    return codes


def plane(z: Tensor, across: int, up: int, xs: Tensor, ys: Tensor) -> Tensor:
    """A plane through z along two coordinates: (D,), (n,), (m,) -> (m, n, D).

    Row by row as one reads a chart: the largest y comes first.
    """
    codes = z.repeat(len(ys), len(xs), 1)
    codes[:, :, across] = xs
    codes[:, :, up] = ys.flip(0).unsqueeze(1)
    return codes


def combine(plus: Tensor, minus: Tensor) -> Tensor:
    """Arithmetic on codes: the sum of `plus` (n, D) less that of `minus` (m, D), brought to scale.

    7 - 1 + 4 has one term more added than taken away, so it lies about as far out as a digit
    does; a sum whose counts differ by more is divided by the difference (7 + 1 is their mean).
    """
    count = max(1, len(plus) - len(minus))
    return (plus.sum(0) - minus.sum(0)) / count


def nearest(queries: Tensor, codes: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The k nearest rows of `codes` (M, D) to each query (B, D): distances and indices (B, k)."""
    distances, indices = torch.cdist(queries, codes).topk(min(k, len(codes)), largest=False)
    return distances, indices


def class_means(codes: Tensor, labels: Tensor) -> dict[int, Tensor]:
    """The mean code (D,) of each class that occurs."""
    return {int(label): codes[labels == label].mean(0) for label in labels.unique()}
