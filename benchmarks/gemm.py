"""What the processor's float32 matrix products allow: the floor under a training step's time.

A linear layer costs three products a step: forward, the weights' gradient, and the input's
gradient, which the first layer is spared.
"""

from collections.abc import Callable

import torch
from torch import nn

Shape = tuple[int, int, int]  # (m, k) @ (k, n)
LARGE: Shape = (1024, 1024, 1024)


def step_shapes(model: nn.Module, images: int) -> list[Shape]:
    """The matrix products of one step on `images` images, for a model of linear layers."""
    layers = [part for part in model.modules() if isinstance(part, nn.Linear)]
    shapes = []
    for index, layer in enumerate(layers):
        fan_in, fan_out = layer.in_features, layer.out_features
        shapes += [(images, fan_in, fan_out), (fan_out, images, fan_in)]
        if index > 0:
            shapes.append((images, fan_out, fan_in))
    return shapes


def flops(shapes: list[Shape]) -> int:
    """A multiplication and an addition for each of m * k * n."""
    return sum(2 * m * k * n for m, k, n in shapes)


def products(shapes: list[Shape], times: int) -> Callable[[], None]:
    """A call that computes all of these products `times` times, one after the other."""
    pairs = [(torch.randn(m, k), torch.randn(k, n)) for m, k, n in shapes]

    def call() -> None:
        for _ in range(times):
            for a, b in pairs:
                torch.mm(a, b)

    return call
