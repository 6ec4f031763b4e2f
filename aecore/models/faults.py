"""Models that are broken on purpose: one wrong line each, for the page Pitfalls.

Each class is a right model with one method written as people write it by mistake; a comment has
the right line. What is only logged is right, so that broken and cured can be held together.
"""

from dataclasses import replace

import torch
from torch import Tensor

from aecore.losses import bernoulli_nll, gaussian_kl, mean_squared_error, reparameterise
from aecore.models.autoencoder import Autoencoder
from aecore.models.base import Code, Loss, PlainCode
from aecore.models.vae import VAE


class MeanKLVAE(VAE):
    """The KL averaged over the coordinates: D times too little of it."""

    def loss(self, x: Tensor, y: Tensor | None, generator: torch.Generator | None) -> Loss:
        """Reconstruction, summed over pixels, + a KL that is averaged over coordinates."""
        code = self.encode(x, y)
        z = reparameterise(code.mean, code.logvar, generator)
        distortion = bernoulli_nll(self.decode(z, y), x).mean()
        kl = gaussian_kl(code.mean, code.logvar)  # (B, D)
        rate = kl.sum(1).mean()
        terms = {"reconstruction": distortion, "kl": kl.mean()}  # right: kl.sum(1).mean()
        return Loss(terms, {"kl_nats": rate, "negative_elbo_nats": distortion + rate})

    def plain(self, cast: str = "") -> PlainCode:
        """The same in plain PyTorch."""
        return _altered(super().plain(cast), "kl.sum()", "kl.mean()")


class SquaredErrorVAE(VAE):
    """A squared error in the place of the likelihood."""

    def loss(self, x: Tensor, y: Tensor | None, generator: torch.Generator | None) -> Loss:
        """Squared error summed over pixels + KL: two quantities of different units."""
        code = self.encode(x, y)
        z = reparameterise(code.mean, code.logvar, generator)
        logits = self.decode(z, y)
        errors = (torch.sigmoid(logits) - x).square().flatten(1).sum(1)  # right: bernoulli_nll
        rate = gaussian_kl(code.mean, code.logvar).sum(1).mean()
        nats = bernoulli_nll(logits, x).mean() + rate
        terms = {"reconstruction": errors.mean(), "kl": rate}
        return Loss(terms, {"kl_nats": rate, "negative_elbo_nats": nats})

    def plain(self, cast: str = "") -> PlainCode:
        """The same in plain PyTorch."""
        right = 'F.binary_cross_entropy_with_logits(logits, x, reduction="sum")'
        return _altered(super().plain(cast), right, "(torch.sigmoid(logits) - x).square().sum()")


class ReluLogvarVAE(VAE):
    """A ReLU behind the log-variance: σ can't be less than 1."""

    def encode(self, x: Tensor, y: Tensor | None = None) -> Code:
        """As a VAE, but with log σ² that is never below 0."""
        h = self.encoder(x)
        mean = self.to_mean(h).float()
        logvar = self.to_logvar(h).relu().float()  # right: no activation
        return Code(z=mean, mean=mean, logvar=logvar)

    def plain(self, cast: str = "") -> PlainCode:
        """The same in plain PyTorch."""
        return _altered(super().plain(cast), "to_logvar(h)", "to_logvar(h).relu()")


class RawPixelsAutoencoder(Autoencoder):
    """Pixels left as the file has them, 0 to 255."""

    def encode(self, x: Tensor, y: Tensor | None = None) -> Code:
        """As an autoencoder, but the layers see 0 to 255."""
        return super().encode(255 * x)  # right: x in [0, 1]

    def loss(self, x: Tensor, y: Tensor | None, generator: torch.Generator | None) -> Loss:
        """The error between a sigmoid, 0 to 1, and pixels from 0 to 255."""
        x_hat = self.reconstruct(x)
        error = mean_squared_error(x_hat, 255 * x).mean()  # right: against x in [0, 1]
        return Loss({"reconstruction": error}, {"mse": mean_squared_error(x_hat, x).mean()})

    def plain(self, cast: str = "") -> PlainCode:
        """The same in plain PyTorch."""
        code = _altered(super().plain(cast), "encoder(x)", "encoder(255 * x)")
        return _altered(code, "F.mse_loss(x_hat, x)", "F.mse_loss(x_hat, 255 * x)")


def _altered(code: PlainCode, right: str, wrong: str) -> PlainCode:
    if right not in code.loss:
        raise ValueError(f"the plain loss has no '{right}' to be replaced")
    return replace(code, loss=code.loss.replace(right, wrong))
