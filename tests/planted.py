"""Models whose figures are known beforehand, for the tests of the metrics."""

import torch
from torch import Tensor, nn

from aecore.config import Config
from aecore.models.base import CLASSES, Abilities, Code, Model

PIXELS = 784


class Planted(Model):
    """Its code is what `code_of(x, y)` says; it paints what `paint(z, y)` says, in [0, 1]."""

    def __init__(self, code_of, paint=None, latent_shape=(4,)):
        super().__init__(Config())
        self.code_of = code_of
        self.paint = paint or (lambda z, y: torch.full((len(z), 1, 28, 28), 0.5))
        self.latent_shape = latent_shape
        self.unused = nn.Parameter(torch.zeros(()))  # metrics ask parameters for the device

    def encode(self, x: Tensor, y: Tensor | None = None) -> Code:
        return self.code_of(x, y)

    def decode(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return torch.logit(self.paint(z, y))


class PlantedPosterior(Planted):
    abilities = Abilities(samples=True, posterior=True)


class PlantedConditional(Planted):
    abilities = Abilities(samples=True, conditional=True)


class PlantedConditionalPosterior(Planted):
    abilities = Abilities(samples=True, posterior=True, conditional=True)


class PlantedDiscrete(Planted):
    abilities = Abilities(discrete=True)

    def __init__(self, *arguments, codes: int, **options):
        super().__init__(*arguments, **options)
        self.register_buffer("codebook", torch.zeros(codes, 1))


def perfect() -> Planted:
    """Remembers every pixel."""
    paint = lambda z, y: z.view(-1, 1, 28, 28)  # noqa: E731
    return Planted(lambda x, y: Code(x.flatten(1)), paint, latent_shape=(PIXELS,))


def constant(grey: float) -> Planted:
    """Paints the same grey whatever it is shown."""
    paint = lambda z, y: torch.full((len(z), 1, 28, 28), grey)  # noqa: E731
    return Planted(lambda x, y: Code(x.flatten(1)[:, :4]), paint)


def knows_the_class() -> Planted:
    """Its code is the class."""
    return Planted(lambda x, y: Code(torch.eye(CLASSES)[y]), latent_shape=(CLASSES,))


def guesses() -> Planted:
    """Its code is noise that has nothing to do with the image."""
    generator = torch.Generator().manual_seed(0)
    return Planted(lambda x, y: Code(torch.randn(len(x), 4, generator=generator)))
