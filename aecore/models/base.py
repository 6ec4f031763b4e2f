"""What every model is: encode, decode, loss, and what it declares it can do."""

from dataclasses import dataclass, field
from math import prod
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aecore.config import Config

CLASSES = 10  # the number of classes that a conditional model is told, whatever the data set


@dataclass(frozen=True)
class Abilities:
    """What a family can do. Pages and tests ask for these, never for a model's name."""

    samples: bool = False  # draws new images from a prior: sample(), sample_latent()
    posterior: bool = False  # encodes to a Gaussian: Code.mean and Code.logvar
    discrete: bool = False  # encodes to a grid of codebook entries: Code.indices, codebook
    conditional: bool = False  # wants the class y to encode and to decode
    denoises: bool = False  # trained to undo noise: corrupt()


@dataclass(frozen=True)
class Code:
    """What an encoder says of images; what a model lacks is None.

    z: (B, *latent_shape), what the decoder takes; a posterior's mean, a codebook's vectors.
    mean, logvar: (B, D), the Gaussian posterior q(z | x).
    indices: (B, h, w) long, which codebook entry stands in each cell.
    """

    z: Tensor
    mean: Tensor | None = None
    logvar: Tensor | None = None
    indices: Tensor | None = None


@dataclass(frozen=True)
class Loss:
    """A loss by its terms, scalars averaged over the batch; `metrics` are only logged."""

    terms: dict[str, Tensor]
    metrics: dict[str, Tensor] = field(default_factory=dict)

    @property
    def total(self) -> Tensor:
        """What training minimises: the sum of the terms, by construction."""
        return sum(self.terms.values())


@dataclass(frozen=True)
class PlainCode:
    """A family's loss in plain PyTorch, for people to read and run (see aecore/reproduce.py).

    loss: the body of `loss(x, y)`, which may call the model's layers by their names here, draws its
    randomness from `chance`, and may use `step` and `per_epoch`. settings: the names in it that
    stand for fields of the config. setup: what must stand before it.
    """

    loss: str
    settings: tuple[str, ...] = ()
    setup: str = ""


class Model(nn.Module):
    """An autoencoder: x (B, 1, 28, 28) in [0, 1] -> z -> logits (B, 1, 28, 28).

    A family sets `abilities` and `latent_shape`, builds `decoder` (an `nn.Sequential`) and writes
    `encode` and `loss`.
    """

    abilities: ClassVar[Abilities] = Abilities()
    decoder: nn.Sequential
    latent_shape: tuple[int, ...]

    def __init__(self, config: Config):
        super().__init__()
        self.config = config

    @property
    def latent_dim(self) -> int:
        """How many numbers a code holds."""
        return prod(self.latent_shape)

    def encode(self, x: Tensor, y: Tensor | None = None) -> Code:
        """Images (B, 1, 28, 28) to their codes; y (B,) long where the model is conditional."""
        raise NotImplementedError

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """Codes (B, *latent_shape) to logits (B, 1, 28, 28)."""
        return self.decoder(self.decoder_input(z, y)).float()

    def decoder_input(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """What enters `decoder`: z itself, or z with the class joined where it is conditional."""
        return torch.cat([z, one_hot(y)], dim=1) if self.abilities.conditional else z

    def loss(self, x: Tensor, y: Tensor | None, generator: torch.Generator | None) -> Loss:
        """The loss of a batch by its terms; all of its randomness comes from `generator`."""
        raise NotImplementedError

    def plain(self, cast: str = "") -> PlainCode:
        """The loss in plain PyTorch; `cast` is ".float()" where training computes in bfloat16."""
        raise NotImplementedError

    def at_epoch(self, epoch: float) -> None:
        """Training tells where it is, in epochs; models with a schedule override this."""

    def features(self, code: Code) -> Tensor:
        """The flat vector that maps and nearest neighbours use: (B, latent_dim)."""
        return code.z.flatten(1)

    def reconstruct(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        """Images (B, 1, 28, 28) through the bottleneck and back, in [0, 1]."""
        return torch.sigmoid(self.decode(self.encode(x, y).z, y))

    def sample_latent(self, n: int, generator: torch.Generator | None = None) -> Tensor:
        """n codes drawn from the prior, (n, *latent_shape): N(0, I) unless a family overrides."""
        if not self.abilities.samples:
            raise NotImplementedError(f"{type(self).__name__} has no prior to sample from")
        device = next(self.parameters()).device
        return torch.empty(n, *self.latent_shape, device=device).normal_(generator=generator)

    def sample(
        self, n: int, y: Tensor | None = None, generator: torch.Generator | None = None
    ) -> Tensor:
        """n new images (n, 1, 28, 28) in [0, 1]; of class y (n,) where it is conditional."""
        return torch.sigmoid(self.decode(self.sample_latent(n, generator), y))


def one_hot(y: Tensor | None) -> Tensor:
    """Classes (B,) long to (B, 10) float; a clear error where the class is missing."""
    if y is None:
        raise ValueError("this model is conditional: pass y, the class of each image, (B,) long")
    return F.one_hot(y, CLASSES).float()
