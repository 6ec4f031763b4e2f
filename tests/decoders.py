"""Decoders and inputs that the tests of portable.py and of decoder.js share."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from aecore.models.base import Model
from aecore.models.catalog import build


@dataclass
class Inputs:
    """What a visitor sets: z (B, D) or codes (B, h, w), with classes (B,) where they count."""

    values: Tensor
    y: Tensor | None = None


def as_if_trained(source: Model | nn.Sequential, seed: int = 0) -> Model | nn.Sequential:
    """Weights of the size that training leaves, where a fresh model would draw an even grey.

    BatchNorm gets statistics and gains of its own. Every layer is made louder until the logits
    reach the tens, as those of a trained decoder do.
    """
    generator = torch.Generator().manual_seed(seed)
    for layer in source.modules():
        if isinstance(layer, nn.BatchNorm2d):
            layer.running_mean.normal_(0, 0.5, generator=generator)
            layer.running_var.uniform_(0.2, 3, generator=generator)
            if layer.affine:
                nn.init.uniform_(layer.weight, 0.5, 2, generator=generator)
                nn.init.normal_(layer.bias, 0, 0.3, generator=generator)
        elif isinstance(layer, nn.Linear | nn.ConvTranspose2d):
            layer.weight.data.mul_(2.5)
    return source.eval()


def catalog_model(model_id: str) -> Model:
    """A catalog entry with its default config and weights as if trained."""
    return as_if_trained(build(model_id, seed=7))


def random_inputs(model: Model, count: int = 24) -> Inputs:
    """What one meets: z twice as wide as the prior, random codes; all classes in turn."""
    generator = torch.Generator().manual_seed(1)
    return _inputs(model, torch.randn(count, model.latent_dim, generator=generator) * 2, generator)


def extreme_inputs(model: Model) -> Inputs:
    """All zeros, all at one end, the corners of a cube far outside, one coordinate alone."""
    generator = torch.Generator().manual_seed(2)
    size = model.latent_dim
    corners = torch.randint(0, 2, (6, size), generator=generator) * 2 - 1
    alone = torch.eye(size)[[0, size - 1]]
    rows = [torch.zeros(1, size), torch.ones(1, size) * 10, torch.ones(1, size) * -10]
    return _inputs(model, torch.cat([*rows, corners * 10, alone * 30]), generator)


def _inputs(model: Model, z: Tensor, generator: torch.Generator) -> Inputs:
    if model.abilities.discrete:
        codes, cells = len(model.codebook), model.latent_shape[1:]
        values = torch.randint(0, codes, (len(z), *cells), generator=generator)
        values[0], values[1] = 0, codes - 1
        return Inputs(values)
    return Inputs(z, torch.arange(len(z)) % 10 if model.abilities.conditional else None)


@torch.no_grad()
def torch_pictures(model: Model, inputs: Inputs) -> Tensor:
    """What torch makes of the inputs: (B, 784) in [0, 1]."""
    z = inputs.values
    if model.abilities.discrete:
        z = model.codebook[z].permute(0, 3, 1, 2)
    return torch.sigmoid(model.decode(z, inputs.y)).flatten(1)
