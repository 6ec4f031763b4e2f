"""Autoencoders: a code of a few numbers, judged by the squared error of what comes back.

The idea: squeeze an image through D numbers and ask for it back; what survives is what the
D numbers could say. Source: Hinton & Salakhutdinov 2006.

`DenoisingAutoencoder` is given a noisy image and asked for the clean one (Vincent et al. 2010).
`SparseAutoencoder` pays for every activation of its code, so that few are used at a time
(Ng 2011, CS294A lecture notes, with an L1 penalty in place of the KL one).
"""

from typing import Annotated, Literal

import torch
from annotated_types import Ge, Le, Len
from pydantic import Field
from torch import Tensor, nn

from aecore import networks
from aecore.config import LIVE, Config
from aecore.losses import l1, mean_squared_error
from aecore.models.base import Abilities, Code, Loss, Model, PlainCode
from aecore.noise import gaussian

LatentDim = Annotated[int, Ge(1), Le(256)]
Widths = Annotated[tuple[Annotated[int, Ge(1), Le(1024)], ...], Len(1, 4)]


class AutoencoderConfig(Config):
    """The shape of an autoencoder."""

    latent_dim: LatentDim = Field(32, description="how many numbers the image is squeezed into")
    body: networks.Body = Field("dense", description="fully connected layers or convolutions")
    widths: Widths = Field(
        (256, 128, 64), description="units of each layer (or channels), from the image inwards"
    )
    activation: networks.Activation = Field("relu", description="what follows each layer")


class Autoencoder(Model):
    """x -> encoder body -> linear -> z (B, D) -> decoder -> logits."""

    def __init__(self, config: AutoencoderConfig):
        super().__init__(config)
        self.latent_shape = (config.latent_dim,)
        body = self._body(config)
        self.encoder = body.layers
        self.to_code = nn.Linear(body.features, config.latent_dim)
        decoder = networks.DECODERS[config.body]
        self.decoder = decoder(config.latent_dim, config.widths, config.activation)

    def _body(self, config: AutoencoderConfig) -> networks.Encoder:
        return networks.ENCODERS[config.body](config.widths, config.activation)

    def encode(self, x: Tensor, y: Tensor | None = None) -> Code:
        """x (B, 1, 28, 28) to z (B, D)."""
        return Code(z=self.to_code(self.encoder(x)))

    def loss(self, x: Tensor, y: Tensor | None, generator: torch.Generator | None) -> Loss:
        """The squared error averaged over pixels and images."""
        x_hat = self.reconstruct(x)
        return Loss({"reconstruction": mean_squared_error(x_hat, x).mean()})

    def plain(self, cast: str = "") -> PlainCode:
        """x through the bottleneck and back, and the squared error of what came."""
        return PlainCode(f"""\
z = to_code(encoder(x))
x_hat = torch.sigmoid(decoder(z){cast})
return F.mse_loss(x_hat, x)
""")


class DenoisingConfig(AutoencoderConfig):
    """An autoencoder that is shown noise and asked for the clean image."""

    noise: float = Field(
        0.5,
        ge=0,
        le=2,
        description="standard deviation of the noise added to each pixel",
        json_schema_extra=LIVE,
    )
    dropout: float = Field(
        0.2, ge=0, le=0.9, description="share of the first layer's units switched off at random"
    )


class DenoisingAutoencoder(Autoencoder):
    """Noisy x -> z -> the clean x (Vincent et al. 2010)."""

    abilities = Abilities(denoises=True)

    def _body(self, config: DenoisingConfig) -> networks.Encoder:
        encoder = networks.ENCODERS[config.body]
        return encoder(config.widths, config.activation, dropout=config.dropout)

    def corrupt(self, x: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Gaussian noise of the config's standard deviation, clipped back to [0, 1]."""
        return gaussian(x, self.config.noise, generator)

    def loss(self, x: Tensor, y: Tensor | None, generator: torch.Generator | None) -> Loss:
        """The squared error between the clean image and what was made of the noisy one."""
        noisy = self.corrupt(x, generator)
        # nn.Dropout draws from torch's global generator: lend it this run's seed for the moment.
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(_draw_seed(generator))
            x_hat = self.reconstruct(noisy)
        return Loss({"reconstruction": mean_squared_error(x_hat, x).mean()})

    def plain(self, cast: str = "") -> PlainCode:
        """Noise goes in, the clean image is asked for."""
        return PlainCode(
            f"""\
noisy = (x + noise * torch.empty_like(x).normal_(generator=chance)).clamp(0, 1)
torch.manual_seed(torch.randint(2**31, (), generator=chance).item())  # for the dropout
z = to_code(encoder(noisy))
x_hat = torch.sigmoid(decoder(z){cast})
return F.mse_loss(x_hat, x)
""",
            settings=("noise",),
        )


class SparseConfig(AutoencoderConfig):
    """An autoencoder whose code is mostly zeros."""

    code: Literal["relu", "linear"] = Field(
        "relu", description="relu: codes are zero or positive; linear: any number"
    )
    sparsity: float = Field(
        1e-4,
        ge=0,
        le=1,
        description="weight of the L1 penalty on the code; 0 switches it off",
        json_schema_extra=LIVE,
    )


class SparseAutoencoder(Autoencoder):
    """An autoencoder with an L1 penalty on its code."""

    def encode(self, x: Tensor, y: Tensor | None = None) -> Code:
        """x (B, 1, 28, 28) to z (B, D), not below zero where the code is a ReLU's."""
        z = super().encode(x).z
        return Code(z=z.relu() if self.config.code == "relu" else z)

    def loss(self, x: Tensor, y: Tensor | None, generator: torch.Generator | None) -> Loss:
        """Squared error + weight * |z|_1."""
        z = self.encode(x).z
        x_hat = torch.sigmoid(self.decode(z))
        return Loss(
            {
                "reconstruction": mean_squared_error(x_hat, x).mean(),
                "sparsity": self.config.sparsity * l1(z).mean(),
            }
        )

    def plain(self, cast: str = "") -> PlainCode:
        """The squared error, and a price on every number of the code."""
        relu = ".relu()" if self.config.code == "relu" else ""
        return PlainCode(
            f"""\
z = to_code(encoder(x)){relu}
x_hat = torch.sigmoid(decoder(z){cast})
return F.mse_loss(x_hat, x) + sparsity * z{cast}.abs().sum(1).mean()
""",
            settings=("sparsity",),
        )


def _draw_seed(generator: torch.Generator | None) -> int:
    device = generator.device if generator is not None else None
    return int(torch.randint(2**31, (), generator=generator, device=device))
