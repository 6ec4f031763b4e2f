"""Cleaning images without learning by gradients, to hold denoising models against.

The best linear denoiser answers W (y - E[y]) + E[x], with W = Cov(x, y) Cov(y)^-1: among all
that multiply the noisy image y by a matrix it has the smallest squared error (Wiener 1949; it is
ridge regression with as many training images as one likes). It needs nothing but the mean and
the covariance of clean images, so these are what ships, and any amount of noise can be asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from scipy import ndimage
from torch import Tensor

from aecore.noise import SIDE, block_masks, blur_matrix
from aecore.places import checkpoints_folder
from aecore.tensor_files import RunError, read_tensors

PIXELS = SIDE * SIDE
RANK = 320  # principal components that are kept of the covariance; the rest as variances
ROUNDING = (1 / 255) ** 2 / 12  # variance of rounding to 8 bits: no image is known more exactly
FILE = "pixels.safetensors"
WINDOW = 3  # pixels a side, of the median filter


@dataclass(frozen=True, eq=False)
class PixelStatistics:
    """Mean (784,) and covariance (784, 784) of clean images: factor @ factor.T + diag(rest)."""

    mean: Tensor
    factor: Tensor
    rest: Tensor

    @cached_property
    def covariance(self) -> Tensor:
        """The covariance, float64."""
        return self.factor @ self.factor.T + torch.diag(self.rest)


def pixel_statistics(images: Tensor) -> PixelStatistics:
    """Of images uint8 (N, 1, 28, 28), taken as [0, 1]."""
    x = images.flatten(1).double() / 255
    covariance = torch.cov(x.T)
    values, vectors = torch.linalg.eigh(covariance)
    factor = vectors[:, -RANK:] * values[-RANK:].clamp(min=0).sqrt()
    rest = (covariance.diagonal() - factor.square().sum(1)).clamp(min=0)
    return PixelStatistics(x.mean(0), factor, rest)


def folder(dataset_name: str) -> Path:
    """Where what ships for a data set's denoisers lies."""
    return checkpoints_folder() / f"denoisers-{dataset_name}"


def save_statistics(found: PixelStatistics, dataset_name: str) -> None:
    """Keeps them in half precision, 0.5 MB."""
    path = folder(dataset_name)
    path.mkdir(parents=True, exist_ok=True)
    kept = {"mean": found.mean, "factor": found.factor, "rest": found.rest}
    tensors = {name: tensor.half().contiguous() for name, tensor in kept.items()}
    save_file(tensors, path / FILE)
    (path / FILE).chmod(0o644)  # safetensors writes files for their owner alone


def load_statistics(dataset_name: str) -> PixelStatistics:
    """What ships for a data set.

    Raises:
        RunError: nothing does, or the file is broken.
    """
    path = folder(dataset_name) / FILE
    found = read_tensors(path)
    shapes = {name: tuple(tensor.shape) for name, tensor in found.items()}
    if shapes != {"mean": (PIXELS,), "factor": (PIXELS, RANK), "rest": (PIXELS,)}:
        raise RunError(f"{path}: isn't the mean and covariance of 28 x 28 images")
    return PixelStatistics(**{name: tensor.double() for name, tensor in found.items()})


@dataclass(frozen=True, eq=False)
class LinearDenoiser:
    """x_hat = clean_mean + matrix (y - noisy_mean), clipped to [0, 1]; matrix (784, 784)."""

    clean_mean: Tensor
    noisy_mean: Tensor
    matrix: Tensor

    def __call__(self, y: Tensor) -> Tensor:
        """Noisy images (B, 1, 28, 28) to clean ones."""
        restored = self.clean_mean + (y.flatten(1) - self.noisy_mean) @ self.matrix.T
        return restored.clamp(0, 1).view_as(y)


def best_linear(clean: PixelStatistics, kind: str, amount: float) -> LinearDenoiser:
    """The best linear denoiser for one kind and amount of noise: W = Cov(x, y) Cov(y)^-1."""
    mean, cross, covariance = MOMENTS[kind](clean, amount)
    covariance = covariance + ROUNDING * torch.eye(PIXELS, dtype=torch.float64)
    matrix = torch.linalg.solve(covariance, cross.T).T
    return LinearDenoiser(clean.mean.float(), mean.float(), matrix.float())


Moments = tuple[Tensor, Tensor, Tensor]  # of the noisy image: E[y], Cov(x, y), Cov(y)


def _pixel_by_pixel(clean: PixelStatistics, slope: float, start: float, v: tuple) -> Moments:
    """Noise that spoils each pixel alone: E[y | x] = start + slope x.

    v: Var(y | x) at x = 0 and 1, and at x = 1/2; between them it is taken as a parabola.
    """
    sigma = clean.covariance
    greyness = clean.mean - sigma.diagonal() - clean.mean.square()  # E[x (1 - x)]
    variance = v[0] + 4 * (v[1] - v[0]) * greyness
    return start + slope * clean.mean, slope * sigma, slope**2 * sigma + torch.diag(variance)


def _gaussian(clean: PixelStatistics, amount: float) -> Moments:
    """Clipping makes E[y | x] bend, but it meets a straight line at x = 0, 1/2 and 1."""
    normal = torch.linspace(-6, 6, 4_001, dtype=torch.float64)
    weight = torch.exp(-0.5 * normal**2)
    weight = weight / weight.sum()

    def moments(x: float) -> tuple[float, float]:
        y = (x + amount * normal).clamp(0, 1)
        mean = float(weight @ y)
        return mean, float(weight @ y.square()) - mean**2

    (start, at_paper), (_, at_grey) = moments(0), moments(0.5)
    return _pixel_by_pixel(clean, 1 - 2 * start, start, (at_paper, at_grey))


def _salt(clean: PixelStatistics, amount: float) -> Moments:
    def variance(x: float) -> float:
        mean = (1 - amount) * x + amount / 2
        return (1 - amount) * x**2 + amount / 2 - mean**2

    return _pixel_by_pixel(clean, 1 - amount, amount / 2, (variance(0), variance(0.5)))


def _block(clean: PixelStatistics, amount: float) -> Moments:
    """y = m x, the mask m independent of x: E[y y'] = E[m m'] E[x x'], element by element."""
    masks = block_masks(round(amount)).flatten(1).double()
    kept = masks.mean(0)
    together = masks.T @ masks / len(masks)
    sigma, mean = clean.covariance, clean.mean * kept
    second = together * (sigma + torch.outer(clean.mean, clean.mean))
    return mean, sigma * kept, second - torch.outer(mean, mean)


def _blur(clean: PixelStatistics, amount: float) -> Moments:
    """y = K x, nothing random."""
    matrix = blur_matrix(amount).double()
    both = torch.kron(matrix, matrix)
    cross = clean.covariance @ both.T
    return both @ clean.mean, cross, both @ cross


MOMENTS: dict[str, Callable[[PixelStatistics, float], Moments]] = {
    "gaussian": _gaussian,
    "salt": _salt,
    "block": _block,
    "blur": _blur,
}


def median(y: Tensor) -> Tensor:
    """Each pixel becomes the median of the 3 x 3 around it: (B, 1, 28, 28), same out."""
    filtered = ndimage.median_filter(y.numpy(), size=(1, 1, WINDOW, WINDOW), mode="constant")
    return torch.from_numpy(np.ascontiguousarray(filtered))
