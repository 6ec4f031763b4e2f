"""What the single numbers of a code stand for: when each is active, and what it draws.

A unit is one coordinate of the code. In a sparse code few of them are active for an image, so
that each comes to stand for a part of digits: together they are a dictionary (Ng 2011; Olshausen
& Field 1996).
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from aecore.latent_space import LatentSpace, pictures
from aecore.metrics import SMALL_ACTIVATION
from aecore.models.base import Model

STRONGEST = 12  # digits that a unit is shown by
BATCH = 500


@dataclass(frozen=True, eq=False)
class Units:
    """The D units of a code, told by the N training digits whose codes a run keeps.

    active: (D,), the share of digits for which each is active, see `is_active`.
    strongest: (D, k) long, the digits that excite each most, the strongest first.
    drawn: (D, 28, 28), what each adds to those (above 0) and takes away (below 0), on average.
    order: all units, the most often active first.
    """

    active: Tensor
    strongest: Tensor
    drawn: Tensor

    @property
    def order(self) -> list[int]:
        """The units by how often they are active."""
        return self.active.argsort(descending=True, stable=True).tolist()


def is_active(z: Tensor) -> Tensor:
    """Where a code's numbers exceed 5 % of its largest one, in size: (N, D) -> bool (N, D)."""
    z = z.abs()
    return z > SMALL_ACTIVATION * z.amax(1, keepdim=True)


def units(model: Model, space: LatentSpace) -> Units:
    """The units of a model whose code is a vector."""
    z = space.code.z
    active = is_active(z).float().mean(0)
    strongest = z.topk(min(STRONGEST, len(z)), dim=0).indices.T
    drawn = torch.stack(
        [effect(model, space, unit, numbers).mean(0) for unit, numbers in enumerate(strongest)]
    )
    return Units(active, strongest, drawn)


def effect(model: Model, space: LatentSpace, unit: int, numbers: Tensor) -> Tensor:
    """What a unit adds to some training digits: their pictures less those without it.

    numbers (k,) long -> (k, 28, 28) in [-1, 1].
    """
    z = space.code.z[numbers]
    y = space.labels[numbers] if model.abilities.conditional else None
    return pictures(model, z, y) - pictures(model, switched_off(z, [unit]), y)


def switched_off(z: Tensor, off: list[int]) -> Tensor:
    """Codes (n, D) with some of their units at 0."""
    z = z.clone()
    z[:, off] = 0
    return z


def histogram(space: LatentSpace, bins: int = 25) -> tuple[Tensor, Tensor]:
    """How activations are spread: their size as a share of the same image's largest one.

    Returns the bins' edges (bins + 1,) from 0 to 1 and the share of activations in each (bins,).
    """
    z = space.code.z.abs()
    shares = (z / z.amax(1, keepdim=True).clamp(min=1e-12)).flatten()
    counts = torch.histc(shares, bins, 0, 1)
    return torch.linspace(0, 1, bins + 1), counts / counts.sum()
