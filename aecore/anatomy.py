"""A model taken apart: its layers in the order in which an image passes them, with shapes.

Nothing here knows a model: an image is sent through, and each layer says what it got and gave.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from aecore.models.base import Model
from aecore.networks import SIDE

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Layer:
    """A layer: where it stands («encoder.0»), what it is, its shapes without the batch."""

    name: str
    kind: str
    enters: Shape
    leaves: Shape
    parameters: int

    @property
    def part(self) -> str:
        """Which part of the model it belongs to: encoder, decoder, ..."""
        return self.name.partition(".")[0]


@torch.no_grad()
def layers(model: Model) -> list[Layer]:
    """Every layer that an image passes on its way through the loss, in that order.

    The model is left as it was: it looks in eval mode, in which no codebook moves.
    """
    found: list[Layer] = []
    names = {module: name for name, module in model.named_modules() if name}
    seen: set[nn.Module] = set()

    def note(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        if module in seen:
            return
        seen.add(module)
        count = sum(p.numel() for p in module.parameters(recurse=False) if p.requires_grad)
        shapes = (tuple(tensor.shape[1:]) for tensor in (inputs[0], output))
        found.append(Layer(names[module], type(module).__name__, *shapes, count))

    leaves = [
        module
        for module in names
        if not list(module.children()) or list(module.parameters(recurse=False))
    ]
    hooks = [module.register_forward_hook(note) for module in leaves]
    was_training = model.training
    try:
        model.eval()
        device = next(model.parameters()).device
        x = torch.zeros(1, 1, SIDE, SIDE, device=device)
        model.loss(x, torch.zeros(1, dtype=torch.long, device=device), None)
    finally:
        model.train(was_training)
        for hook in hooks:
            hook.remove()
    return found


def stages(found: list[Layer]) -> list[list[Layer]]:
    """The layers in groups: one that has parameters, with what follows it and has none."""
    groups: list[list[Layer]] = []
    for layer in found:
        starts = layer.parameters and layer.kind != "BatchNorm2d"
        if starts or not groups or groups[-1][0].part != layer.part:
            groups.append([layer])
        else:
            groups[-1].append(layer)
    return groups
