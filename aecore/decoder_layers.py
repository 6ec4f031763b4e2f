"""The layers of a decoder, one by one, as rows of a portable plan (see portable.py).

Numbers lie channels last (pixel by pixel, and within a pixel channel by channel). A weight matrix
holds one row for each input. The kernel of a transposed convolution is a matrix too: one row for
each input channel, holding the patch (ky, kx, channel) that one pixel stamps onto the output.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

Layer = dict[str, Any]

LARGEST = np.finfo(np.float32).max

NOTHING_TO_DO = (nn.Dropout, nn.Dropout2d, nn.Identity)  # in evaluation, which this always is


class PortableError(ValueError):
    """A decoder that can't be written down; the message names the layer and what is wrong."""


def walk(decoder: nn.Sequential, shape: tuple[int, ...]) -> tuple[list[Layer], tuple[int, ...]]:
    """Every layer as a row whose weights are float64 arrays, and the shape of what comes out.

    Args:
        shape: of one input, (size,) or (height, width, channels).

    Raises:
        PortableError: the browser can't run a layer, a layer doesn't fit the one before, or a
            weight is not finite.
    """
    rows = _Rows(shape)
    for name, layer in leaves(decoder):
        title = f"layer {name} ({type(layer).__name__})"
        try:
            rows.add(layer)
        except PortableError as fault:
            raise PortableError(f"{title} {fault}") from None
        for row in rows.layers[-1:]:  # where this layer's weights are, if it has any
            expect_finite(title, row)
    return rows.layers, rows.shape


def leaves(layers: nn.Sequential, prefix: str = "") -> list[tuple[str, nn.Module]]:
    """The layers in order, those of nested Sequentials by their full name: "2.0"."""
    found = []
    for name, layer in layers.named_children():
        nested = isinstance(layer, nn.Sequential)
        found += leaves(layer, f"{prefix}{name}.") if nested else [(prefix + name, layer)]
    return found


class _Rows:
    """The rows so far, and what flows out of the last one.

    shape: (size,), or (height, width, channels).
    order: after a Flatten, where each number stands that torch has in its place; None: there too.
    """

    def __init__(self, shape: tuple[int, ...]):
        self.shape = shape
        self.order: NDArray[np.int64] | None = None
        self.layers: list[Layer] = []

    def add(self, layer: nn.Module) -> None:
        match layer:
            case nn.Linear():
                self.linear(layer)
            case nn.ConvTranspose2d():
                self.conv_transpose(layer)
            case nn.BatchNorm2d():
                self.batch_norm(layer)
            case nn.Unflatten():
                self.unflatten(layer)
            case nn.Flatten():
                self.flatten(layer)
            case nn.LeakyReLU():
                self.layers.append({"kind": "leaky_relu", "slope": layer.negative_slope})
            case nn.ReLU() | nn.Sigmoid() | nn.Tanh():
                self.layers.append({"kind": type(layer).__name__.lower()})
            case _ if not isinstance(layer, NOTHING_TO_DO):
                raise PortableError("is none that the browser can run")

    def linear(self, layer: nn.Linear) -> None:
        self._expect((layer.in_features,))
        weight = numbers(layer.weight).T
        if self.order is not None:
            weight = weight[np.argsort(self.order)]
        self.layers.append(
            {
                "kind": "linear",
                "inputs": layer.in_features,
                "outputs": layer.out_features,
                "weight": weight,
                "bias": _bias(layer, layer.out_features),
            }
        )
        self.shape, self.order = (layer.out_features,), None

    def conv_transpose(self, layer: nn.ConvTranspose2d) -> None:
        pairs = (layer.kernel_size, layer.stride, layer.padding, layer.output_padding)
        square = all(pair[0] == pair[1] for pair in pairs)
        if layer.groups != 1 or layer.dilation != (1, 1) or not square:
            raise PortableError("must be square, with groups=1 and dilation=1")
        self._expect((*self.shape[:2], layer.in_channels))
        kernel, stride, padding, extra = (pair[0] for pair in pairs)
        height, width = ((n - 1) * stride - 2 * padding + kernel + extra for n in self.shape[:2])
        before, self.shape = self.shape, (height, width, layer.out_channels)
        weight = numbers(layer.weight).transpose(0, 2, 3, 1)  # (in, ky, kx, out)
        self.layers.append(
            {
                "kind": "conv_transpose",
                "input": list(before),
                "output": list(self.shape),
                "kernel": kernel,
                "stride": stride,
                "padding": padding,
                "weight": weight.reshape(layer.in_channels, -1),
                "bias": _bias(layer, layer.out_channels),
            }
        )

    def batch_norm(self, layer: nn.BatchNorm2d) -> None:
        """(x - mean) / sqrt(var + eps) * gain + bias, folded where x is a layer's output."""
        channels = layer.num_features
        self._expect((*self.shape[:2], channels))
        if layer.running_mean is None:
            raise PortableError("keeps no running mean and variance")
        scale = 1 / np.sqrt(numbers(layer.running_var) + layer.eps)
        shift = -numbers(layer.running_mean) * scale
        if layer.affine:
            gain = numbers(layer.weight)
            scale, shift = scale * gain, shift * gain + numbers(layer.bias)
        before = self.layers[-1] if self.layers else {}
        if "weight" not in before:
            self.layers.append({"kind": "affine", "scale": scale, "shift": shift})
            return
        weight, bias = before["weight"], before["bias"]  # in both, channels come round and round
        before["weight"] = weight * np.tile(scale, weight.shape[1] // channels)
        repeats = len(bias) // channels
        before["bias"] = bias * np.tile(scale, repeats) + np.tile(shift, repeats)

    def unflatten(self, layer: nn.Unflatten) -> None:
        """Numbers into (channels, height, width): the same numbers, but here channels come last.

        The browser moves nothing: the Linear before writes its outputs in this order at once.
        Activations between the two don't mind, since they treat every number alike.
        """
        target = tuple(layer.unflattened_size)
        if layer.dim not in (1, -1) or len(target) != 3 or self.order is not None:
            raise PortableError("must make (channels, height, width) of a Linear's output")
        size = int(np.prod(target))
        self._expect((size,))
        order = np.arange(size).reshape(target).transpose(1, 2, 0).ravel()
        if not np.array_equal(order, np.arange(size)):
            self._reorder_last_linear(order)
        self.shape = (*target[1:], target[0])

    def _reorder_last_linear(self, order: NDArray[np.int64]) -> None:
        last = next((row for row in reversed(self.layers) if "weight" in row), None)
        if last is None or last["kind"] != "linear":
            raise PortableError("must make (channels, height, width) of a Linear's output")
        last["weight"] = last["weight"][:, order]
        last["bias"] = last["bias"][order]

    def flatten(self, layer: nn.Flatten) -> None:
        if (layer.start_dim, layer.end_dim) != (1, -1):
            raise PortableError("must flatten all dimensions but the first")
        if len(self.shape) == 1:
            return
        places = np.arange(np.prod(self.shape)).reshape(self.shape)
        order = places.transpose(2, 0, 1).ravel()
        self.order = None if np.array_equal(order, places.ravel()) else order
        self.shape = (places.size,)

    def _expect(self, shape: tuple[int, ...]) -> None:
        if self.shape != shape:
            raise PortableError(f"takes {shape}, but is given {self.shape}")


def numbers(tensor: Tensor) -> NDArray[np.float64]:
    """A tensor from any device and of any precision as a float64 array."""
    return tensor.detach().to("cpu", torch.float64).numpy()


def expect_finite(title: str, row: Layer) -> None:
    """Every array of a row holds numbers that float32 can hold, or a PortableError says so."""
    for name, value in row.items():
        if isinstance(value, np.ndarray) and not (np.abs(value) <= LARGEST).all():
            raise PortableError(f"{title} has a {name} that is not a finite float32 number")


def _bias(layer: nn.Linear | nn.ConvTranspose2d, size: int) -> NDArray[np.float64]:
    return np.zeros(size) if layer.bias is None else numbers(layer.bias)
