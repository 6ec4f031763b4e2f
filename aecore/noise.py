"""Four ways to spoil an image, each by one amount: 0 leaves it as it is.

Images are float (B, 1, 28, 28) in [0, 1], before and after.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

SIDE = 28
MARGIN = 4  # pixels: MNIST's digits lie in the 20 x 20 in the middle, and so does the hole


def gaussian(x: Tensor, amount: float, generator: torch.Generator | None = None) -> Tensor:
    """Normal noise of standard deviation `amount` on each pixel, clipped back to [0, 1]."""
    noise = torch.empty_like(x).normal_(std=amount, generator=generator)
    return (x + noise).clamp(0, 1)


def salt_and_pepper(x: Tensor, amount: float, generator: torch.Generator | None = None) -> Tensor:
    """A share `amount` of the pixels is lost: half of them turn to ink, half to paper."""
    chance = torch.empty_like(x).uniform_(generator=generator)
    spoiled = torch.where(chance < amount / 2, torch.zeros_like(x), x)
    return torch.where(chance >= 1 - amount / 2, torch.ones_like(x), spoiled)


def block(x: Tensor, amount: float, generator: torch.Generator | None = None) -> Tensor:
    """A square hole of `amount` pixels a side, somewhere in the middle 20 x 20: paper there."""
    masks = block_masks(round(amount)).to(x)
    places = torch.randint(len(masks), (len(x),), generator=generator)
    return x * masks[places].view(-1, 1, SIDE, SIDE)


def block_masks(side: int) -> Tensor:
    """Every mask that `block` chooses from, 0 in the hole and 1 elsewhere: (places, 28, 28)."""
    starts = range(MARGIN, SIDE - MARGIN - side + 1)
    masks = torch.ones(len(starts) ** 2, SIDE, SIDE)
    for place, (top, left) in enumerate((top, left) for top in starts for left in starts):
        masks[place, top : top + side, left : left + side] = 0
    return masks


def blur(x: Tensor, amount: float, generator: torch.Generator | None = None) -> Tensor:
    """A Gaussian blur of `amount` pixels (its standard deviation); nothing in it is random."""
    matrix = blur_matrix(amount).to(x)
    return matrix @ x @ matrix.T


def blur_matrix(sigma: float) -> Tensor:
    """The blur along one axis, (28, 28): blurred = matrix @ image @ matrix.T."""
    if sigma == 0:
        return torch.eye(SIDE)
    pixel = torch.arange(SIDE, dtype=torch.float32)
    kernel = torch.exp(-0.5 * ((pixel[:, None] - pixel) / sigma) ** 2)
    reach = torch.arange(-4 * SIDE, 4 * SIDE + 1, dtype=torch.float32)  # paper has no end
    return kernel / torch.exp(-0.5 * (reach / sigma) ** 2).sum()


@dataclass(frozen=True)
class Noise:
    """A kind of noise: what it is called, what its amount counts, and how far a slider goes."""

    title: str
    amount: str
    unit: str
    most: float
    usual: float
    step: float
    apply: Callable[[Tensor, float, torch.Generator | None], Tensor]

    @property
    def amounts(self) -> tuple[float, ...]:
        """Nine amounts from none to the most, for curves."""
        steps = round(self.most / self.step)
        return tuple(round(self.step * round(k * steps / 8), 6) for k in range(9))


NOISES: dict[str, Noise] = {
    "gaussian": Noise("Gaussian", "Standard deviation", "", 1.0, 0.5, 0.05, gaussian),
    "salt": Noise(
        "Salt and pepper", "Share of the pixels lost", "", 0.8, 0.25, 0.05, salt_and_pepper
    ),
    "block": Noise("Missing block", "Side of the hole", "pixels", 16, 8, 1, block),
    "blur": Noise("Blur", "Standard deviation", "pixels", 4.0, 1.5, 0.25, blur),
}

TRAINED_ON = "gaussian"  # the kind that denoising models are trained to undo


def corrupt(x: Tensor, kind: str, amount: float, seed: int = 0) -> Tensor:
    """Images spoiled by a kind of NOISES; the same seed spoils them the same way."""
    return NOISES[kind].apply(x, amount, torch.Generator().manual_seed(seed))
