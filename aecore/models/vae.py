"""Variational autoencoders: a code that is a distribution, so that new codes can be drawn.

The idea: the encoder answers a Gaussian q(z | x) and not a point; the KL term keeps all of these
near the prior N(0, I), so that a z drawn from the prior decodes to a digit.

    -ELBO = E_q[-log p(x | z)] + KL(q(z | x) || N(0, I))      Kingma & Welling 2014, equation 3
    beta-VAE weighs the KL by beta                            Higgins et al. 2017, equation 4

A beta-VAE is a config of `VAE`; `ConditionalVAE` also tells encoder and decoder the class
(Sohn et al. 2015).
"""

from typing import Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from aecore import networks
from aecore.config import LIVE, Config
from aecore.losses import bernoulli_nll, free_bits, gaussian_kl, reparameterise
from aecore.models.autoencoder import LatentDim, Widths
from aecore.models.base import CLASSES, Abilities, Code, Loss, Model, PlainCode, one_hot


class VAEConfig(Config):
    """The shape of a VAE and the weight of its KL term."""

    latent_dim: LatentDim = Field(20, description="how many latent coordinates")
    body: networks.Body = Field("dense", description="fully connected layers or convolutions")
    widths: Widths = Field(
        (256, 256), description="units of each layer (or channels), from the image inwards"
    )
    activation: networks.Activation = Field("relu", description="what follows each layer")
    beta: float = Field(
        1.0,
        ge=0,
        le=100,
        description="weight of the KL term; 1 is the ELBO",
        json_schema_extra=LIVE,
    )
    kl_warmup_epochs: float = Field(
        0.0, ge=0, le=1000, description="epochs over which the KL's weight grows from 0 to beta"
    )
    free_bits: float = Field(
        0.0,
        ge=0,
        le=10,
        description="nats that each coordinate may use without paying",
        json_schema_extra=LIVE,
    )


class VAE(Model):
    """x -> encoder body -> mean, logvar (B, D) -> z ~ q(z | x) -> decoder -> logits."""

    abilities = Abilities(samples=True, posterior=True)

    def __init__(self, config: VAEConfig):
        super().__init__(config)
        self.latent_shape = (config.latent_dim,)
        extra = CLASSES if self.abilities.conditional else 0
        body = networks.ENCODERS[config.body](config.widths, config.activation, extra)
        self.encoder = body.layers
        self.to_mean = nn.Linear(body.features, config.latent_dim)
        self.to_logvar = nn.Linear(body.features, config.latent_dim)
        decoder = networks.DECODERS[config.body]
        self.decoder = decoder(config.latent_dim + extra, config.widths, config.activation)
        self.warmup = 1.0  # share of beta in force, moved by at_epoch

    def encode(self, x: Tensor, y: Tensor | None = None) -> Code:
        """x (B, 1, 28, 28) to the posterior's mean and logvar (B, D); z is the mean."""
        if self.abilities.conditional:
            x = torch.cat([x.flatten(1), one_hot(y)], dim=1)
        h = self.encoder(x)
        mean = self.to_mean(h).float()
        return Code(z=mean, mean=mean, logvar=self.to_logvar(h).float())

    def loss(self, x: Tensor, y: Tensor | None, generator: torch.Generator | None) -> Loss:
        """Reconstruction + weight * KL in nats, with one posterior sample an image."""
        code = self.encode(x, y)
        z = reparameterise(code.mean, code.logvar, generator)
        distortion = bernoulli_nll(self.decode(z, y), x).mean()
        kl = gaussian_kl(code.mean, code.logvar)
        rate = kl.sum(1).mean()
        return Loss(
            {
                "reconstruction": distortion,
                "kl": self.kl_weight * free_bits(kl, self.config.free_bits),
            },
            {"kl_nats": rate, "negative_elbo_nats": distortion + rate},
        )

    @property
    def kl_weight(self) -> float:
        """Beta, or its share while training warms up."""
        return self.config.beta * (self.warmup if self.training else 1.0)

    def at_epoch(self, epoch: float) -> None:
        """Moves the KL warm-up: linear from 0 to beta over `kl_warmup_epochs`."""
        epochs = self.config.kl_warmup_epochs
        self.warmup = min(1.0, epoch / epochs) if epochs else 1.0

    def plain(self, cast: str = "") -> PlainCode:
        """Encode to a Gaussian, draw z from it, decode; pay for both errors and nats."""
        config, told = self.config, self.abilities.conditional
        inputs = f"torch.cat([x.flatten(1), F.one_hot(y, {CLASSES})], 1)" if told else "x"
        code = f"torch.cat([z, F.one_hot(y, {CLASSES})], 1)" if told else "z"
        weight, floor = "beta", ""
        if config.kl_warmup_epochs:
            weight += f" * min(1, step / per_epoch / {config.kl_warmup_epochs:g})"
        if config.free_bits:
            floor = ".clamp(min=free_bits)"
        return PlainCode(
            f"""\
h = encoder({inputs})
mean, logvar = to_mean(h){cast}, to_logvar(h){cast}
z = mean + (logvar / 2).exp() * torch.empty_like(mean).normal_(generator=chance)
logits = decoder({code}){cast}
reconstruction = F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)
kl = (mean**2 + logvar.exp() - logvar - 1).mean(0) / 2  # nats, of each coordinate
return reconstruction + {weight} * kl{floor}.sum()
""",
            settings=("beta", "free_bits") if config.free_bits else ("beta",),
        )


class ConditionalVAEConfig(VAEConfig):
    """A VAE that is told the class. Its body is dense: the class joins the pixels."""

    body: Literal["dense"] = Field("dense", description="fully connected layers")


class ConditionalVAE(VAE):
    """A VAE whose encoder and decoder are told the class, so that z keeps only the style."""

    abilities = Abilities(samples=True, posterior=True, conditional=True)
