"""The equations, as pure functions. Every likelihood and divergence is in nats per image.

Shapes: B images, N pixels an image, D latent coordinates. Images are float (B, 1, 28, 28) in
[0, 1]; logits have the same shape and `sigmoid(logits)` is the image.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional as F


def bernoulli_nll(logits: Tensor, x: Tensor) -> Tensor:
    """-log p(x | z) in nats, summed over pixels: (B, ...) -> (B,).

    Each pixel is a Bernoulli variable with probability sigmoid(logit):
    -log p = -[x log s + (1 - x) log(1 - s)]. Grey pixels, 0 < x < 1, are taken as probabilities:
    the result is then a cross-entropy and not a likelihood, so that its figures (about 100 nats on
    MNIST) must never stand in one column with those of binarised images (about 90).
    Source: Kingma & Welling 2014, appendix C.1.
    """
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1)


def mean_squared_error(x_hat: Tensor, x: Tensor) -> Tensor:
    """The squared difference averaged over the pixels of each image: (B, ...) -> (B,)."""
    return (x_hat - x).square().flatten(1).mean(1)


def gaussian_kl(mean: Tensor, logvar: Tensor) -> Tensor:
    """KL(N(mean, e^logvar) || N(0, 1)) of each coordinate in nats: (B, D) -> (B, D).

    KL = (mean^2 + sigma^2 - log sigma^2 - 1) / 2. Summed over D it is the rate of the code.
    Source: Kingma & Welling 2014, appendix B.
    """
    return 0.5 * (mean.square() + logvar.exp() - logvar - 1)


def reparameterise(mean: Tensor, logvar: Tensor, generator: torch.Generator | None) -> Tensor:
    """z = mean + sigma * eps with eps ~ N(0, 1): a sample through which gradients flow, (B, D).

    Source: Kingma & Welling 2014, section 2.4.
    """
    eps = torch.empty_like(mean).normal_(generator=generator)
    return mean + (0.5 * logvar).exp() * eps


def free_bits(kl: Tensor, floor: float) -> Tensor:
    """The KL to minimise when each coordinate may use `floor` nats for nothing: (B, D) -> scalar.

    sum_j max(floor, mean over the batch of KL_j): a coordinate below the floor feels no pull to
    the prior, so that it isn't switched off early in training. floor = 0 gives the plain mean KL.
    Source: Kingma et al. 2016, equation 15.
    """
    return kl.mean(0).clamp(min=floor).sum()


def l1(z: Tensor) -> Tensor:
    """The L1 norm of each code, the penalty that makes codes sparse: (B, D) -> (B,)."""
    return z.abs().sum(1)


def gaussian_log_density(z: Tensor, mean: Tensor, logvar: Tensor) -> Tensor:
    """log N(z; mean, e^logvar), summed over coordinates, in nats: (..., D) -> (...,)."""
    squares = (z - mean).square() / logvar.exp()
    return -0.5 * (squares + logvar + math.log(2 * math.pi)).sum(-1)


def nearest_code(z: Tensor, codebook: Tensor) -> Tensor:
    """The index of the codebook's nearest row for each vector: (M, d), (K, d) -> (M,) long.

    |z - e|^2 = |z|^2 - 2 z.e + |e|^2, of which |z|^2 is the same for every e.
    Source: van den Oord et al. 2017, equation 1.
    """
    return (codebook.square().sum(1) - 2 * z @ codebook.T).argmin(1)


def straight_through(z: Tensor, quantised: Tensor) -> Tensor:
    """The quantised value going forward, z's gradient going back.

    Source: van den Oord et al. 2017, section 3.2.
    """
    return z + (quantised - z).detach()


def perplexity(counts: Tensor) -> Tensor:
    """How many codes are in use: e^H of the code frequencies, from 1 to K: (K,) -> scalar."""
    p = counts / counts.sum()
    return torch.special.entr(p).sum().exp()
