"""The ELBO of one image, term by term: what each pixel and each latent coordinate costs."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from aecore.losses import gaussian_kl, reparameterise
from aecore.models.base import Model


@dataclass(frozen=True, eq=False)
class Elbo:
    """An image under a model with a Gaussian posterior; everything in nats.

    image, x_hat: (28, 28) in [0, 1]; x_hat is the mean over the draws of z.
    pixels: (28, 28), -log p of each pixel, mean over the draws.
    distortions: (S,), -log p(x | z) for each draw of z ~ q(z | x).
    kl, mean, sigma: (D,), of each coordinate's posterior.
    floor: the least distortion that any prediction could reach, because pixels are grey.
    """

    image: np.ndarray
    x_hat: np.ndarray
    pixels: np.ndarray
    distortions: np.ndarray
    kl: np.ndarray
    mean: np.ndarray
    sigma: np.ndarray
    floor: float

    @property
    def distortion(self) -> float:
        """E[-log p(x | z)], estimated from the draws."""
        return float(self.distortions.mean())

    @property
    def rate(self) -> float:
        """KL(q(z | x) || N(0, I))."""
        return float(self.kl.sum())

    def negative_elbo(self, beta: float = 1.0) -> float:
        """Distortion + beta * rate; with beta = 1 the negative ELBO itself."""
        return self.distortion + beta * self.rate


@torch.inference_mode()
def elbo(
    model: Model, image: np.ndarray, label: int | None = None, draws: int = 1, seed: int = 0
) -> Elbo:
    """The terms of an image (28, 28) in [0, 1]; `label` where the model is conditional.

    Raises:
        ValueError: the model has no posterior.
    """
    if not model.abilities.posterior:
        raise ValueError(f"{type(model).__name__} has no posterior, so there is no ELBO")
    x = torch.tensor(image, dtype=torch.float32)[None, None]
    y = torch.tensor([label]) if model.abilities.conditional else None
    code = model.encode(x, y)
    generator = torch.Generator().manual_seed(seed)
    z = reparameterise(code.mean.repeat(draws, 1), code.logvar.repeat(draws, 1), generator)
    logits = model.decode(z, None if y is None else y.repeat(draws))
    pixels = pixel_nats(logits, x.expand_as(logits))
    return Elbo(
        image=x[0, 0].numpy(),
        x_hat=torch.sigmoid(logits).mean(0)[0].numpy(),
        pixels=pixels.mean(0)[0].numpy(),
        distortions=pixels.flatten(1).sum(1).numpy(),
        kl=gaussian_kl(code.mean, code.logvar)[0].numpy(),
        mean=code.mean[0].numpy(),
        sigma=(0.5 * code.logvar[0]).exp().numpy(),
        floor=grey_floor(x),
    )


def pixel_nats(logits: Tensor, x: Tensor) -> Tensor:
    """-log p of each pixel, -[x log s + (1 - x) log(1 - s)] with s = sigmoid(logit), same shape."""
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none")


def grey_floor(x: Tensor) -> float:
    """The entropy of the pixels taken as probabilities: the cross-entropy of a perfect copy."""
    return float((torch.special.entr(x) + torch.special.entr(1 - x)).sum())
