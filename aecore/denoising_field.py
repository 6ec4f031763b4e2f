"""Where a model moves images: r(x) - x, on a flat slice of the space of all images.

A denoiser trained with Gaussian noise of variance s^2 approaches r(x) = x + s^2 grad log p(x)
as s goes to 0, where p is the density of clean images: the arrows point towards the digits.
Source: Alain & Bengio 2014, theorem 1.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from aecore.models.base import Model
from aecore.quality import guess

BEYOND = 0.35  # how far the slice reaches beyond its corners, as a share of its width


@dataclass(frozen=True, eq=False)
class Slice:
    """A plane: origin + a across + b up, the two of length 1; (784,) each.

    corners: (3, 2), where the three images lie that it goes through, the first at the origin.
    """

    origin: Tensor
    across: Tensor
    up: Tensor
    corners: Tensor

    def images(self, places: Tensor) -> Tensor:
        """Places (n, 2) as images (n, 1, 28, 28); beyond the corners ink may leave [0, 1]."""
        flat = self.origin + places[:, :1] * self.across + places[:, 1:] * self.up
        return flat.view(-1, 1, 28, 28)


@dataclass(frozen=True, eq=False)
class Field:
    """On a grid of a slice: xs (n,), ys (m,); steps (m, n, 2), r(x) - x within the slice.

    lengths (m, n): the whole length of r(x) - x, out of the slice too.
    """

    xs: Tensor
    ys: Tensor
    steps: Tensor
    lengths: Tensor


def slice_through(first: Tensor, second: Tensor, third: Tensor) -> Slice:
    """The plane through three images (28, 28). The axes are made by Gram and Schmidt.

    Raises:
        ValueError: they lie on one line, so that there is no one plane.
    """
    a, b, c = (image.flatten() for image in (first, second, third))
    across = b - a
    width = across.norm()
    if width < 1e-6:
        raise ValueError("two of the three images are the same")
    across = across / width
    along = (c - a) @ across
    up = c - a - along * across
    height = up.norm()
    if height < 1e-6:
        raise ValueError("the three images lie on one line")
    corners = torch.stack(
        [torch.zeros(2), torch.stack([width, torch.zeros(())]), torch.stack([along, height])]
    )
    return Slice(a, across, up / height, corners)


@torch.inference_mode()
def field(model: Model, plane: Slice, steps: int) -> Field:
    """Where the model moves the images of a slice, on a grid of `steps` by `steps`.

    A conditional model is told the class that it guesses for the first corner.
    """
    low, high = plane.corners.amin(0), plane.corners.amax(0)
    edge = BEYOND * (high - low).max()
    xs = torch.linspace(float(low[0] - edge), float(high[0] + edge), steps)
    ys = torch.linspace(float(low[1] - edge), float(high[1] + edge), steps)
    places = torch.cartesian_prod(ys, xs).flip(1)  # row by row, x first
    x = plane.images(places)
    y = None
    if model.abilities.conditional:
        y = guess(model, plane.images(torch.zeros(1, 2))).expand(len(x))
    moved = (model.reconstruct(x, y) - x).flatten(1)
    within = torch.stack([moved @ plane.across, moved @ plane.up], dim=1)
    shape = (steps, steps)
    return Field(xs, ys, within.view(*shape, 2), moved.norm(dim=1).view(shape))
