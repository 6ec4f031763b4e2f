"""How near a restored image is to the clean one: MSE, PSNR and SSIM.

PSNR and SSIM are scikit-image's, SSIM as Wang et al. 2004 define it (section III.B): a Gaussian
window of 1.5 pixels. A clean image against itself has an infinite PSNR.
"""

import math
from dataclasses import dataclass

import numpy as np
import torch
from skimage.metrics import mean_squared_error, structural_similarity
from torch import Tensor

from aecore.models.base import CLASSES, Model
from aecore.scores import scores


@dataclass(frozen=True)
class Quality:
    """mse: 0 is best. psnr: in decibels, higher is better. ssim: 1 is best, 0 nothing in common."""

    mse: float
    psnr: float
    ssim: float


def quality(clean: np.ndarray, restored: np.ndarray) -> Quality:
    """Of one image (28, 28) in [0, 1]."""
    mse = float(mean_squared_error(clean, restored))
    ssim = structural_similarity(
        np.asarray(clean, np.float64),
        np.asarray(restored, np.float64),
        data_range=1.0,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
    )
    return Quality(mse, -10 * math.log10(mse) if mse else math.inf, float(ssim))


def mean_quality(clean: Tensor, restored: Tensor) -> Quality:
    """Averaged over images (B, 1, 28, 28); PSNR over those that aren't exact."""
    pairs = zip(clean[:, 0].numpy(), restored[:, 0].numpy(), strict=True)
    each = [quality(*pair) for pair in pairs]
    decibels = [one.psnr for one in each if math.isfinite(one.psnr)]
    return Quality(
        float(np.mean([one.mse for one in each])),
        float(np.mean(decibels)) if decibels else math.inf,
        float(np.mean([one.ssim for one in each])),
    )


@torch.inference_mode()
def through(model: Model, x: Tensor, y: Tensor | None = None) -> Tensor:
    """Images (B, 1, 28, 28) through a model; one that wants a class guesses it, see `guess`."""
    if model.abilities.conditional and y is None:
        y = guess(model, x)
    return model.reconstruct(x, y)


def guess(model: Model, x: Tensor) -> Tensor:
    """The class under which each image costs a conditional model least: (B,) long."""
    costs = []
    for label in range(CLASSES):
        found = scores(model, x, torch.full((len(x),), label))
        costs.append(found.get("negative_elbo_nats", found["mse"]))
    return torch.stack(costs).argmin(0)
