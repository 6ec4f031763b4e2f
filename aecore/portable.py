"""A decoder as layers and bytes, for a browser to run (ui/components/latent_pad/decoder.js).

`pack` writes a decoder down as a plan, which is plain JSON (what goes in, then one row for each
layer), and one blob of weights, little-endian, that the plan points into. Dropout disappears, as it
does in evaluation; batch normalisation is folded into the layer before it. `run` is the reference
for what the browser does: the same plan and bytes, in NumPy.

The weights are float16, at half the size, where that loses nothing: shipped runs are rounded to it
before they are judged. Others are float32, for rounding a well trained dense decoder only for the
browser would move a pixel by up to 0.004 within the range of real codes, and a page may be wrong by
0.001.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from torch import nn

from aecore.decoder_layers import Layer, PortableError, expect_finite, leaves, numbers, walk
from aecore.models.base import CLASSES, Model

__all__ = ["Portable", "PortableError", "pack", "run"]

FORMAT = 2
NUMBERS = {"float16": "<f2", "float32": "<f4"}
Array = NDArray[np.float32]


@dataclass(frozen=True)
class Portable:
    """A decoder written down. Equal decoders have equal digests.

    plan: {"format", "digest", "numbers", "input": {"kind", ...}, "layers": [{"kind", ...}],
        "outputs", "bytes"}.
    weights: the blob of `numbers` (float16 or float32) that each {"offset", "length"} in the plan
        points into, both counted in numbers.
    digest: a hash of plan and weights, also in the plan.
    """

    plan: dict[str, Any]
    weights: bytes
    digest: str


def pack(source: Model | nn.Sequential, shape: tuple[int, int, int] | None = None) -> Portable:
    """Write down the decoder of a model, or a bare decoder. The picture is sigmoid(logits).

    Args:
        shape: (channels, height, width) of the input of a bare decoder that begins with a
            transposed convolution. All others tell theirs.

    Raises:
        PortableError: a layer that the browser can't run, or a weight that is not finite.
    """
    inputs, enters = _what_enters(source, shape)
    expect_finite("the input", inputs)
    layers, leaves_as = walk(source.decoder if isinstance(source, Model) else source, enters)
    if len(leaves_as) == 3 and leaves_as[2] != 1:
        raise PortableError(f"the decoder ends in {leaves_as[2]} channels; a picture has one")
    stored: list[Array] = []
    plan = {
        "format": FORMAT,
        "input": _store(inputs, stored),
        "layers": [_store(row, stored) for row in (*layers, {"kind": "sigmoid"})],
        "outputs": int(np.prod(leaves_as)),
    }
    plan["numbers"], blob = _as_bytes(np.concatenate(stored))
    plan["bytes"] = len(blob)
    digest = hashlib.sha256(json.dumps(plan, sort_keys=True).encode() + blob).hexdigest()[:32]
    return Portable({**plan, "digest": digest}, blob, digest)


def _as_bytes(weights: Array) -> tuple[str, bytes]:
    """Their kind of number, float16 where that loses nothing, else float32; and the bytes."""
    with np.errstate(over="ignore"):
        exact = np.array_equal(weights.astype(np.float16), weights)
    kind = "float16" if exact else "float32"
    return kind, weights.astype(NUMBERS[kind]).tobytes()


def _what_enters(
    source: Model | nn.Sequential, shape: tuple[int, ...] | None
) -> tuple[dict[str, Any], tuple[int, ...]]:
    """What a visitor sets, by the model's abilities, and the shape that the first layer is given.

    For codes the latter is (height, width, dim), channels last as everywhere in a plan.
    """
    if not isinstance(source, Model):
        shape = shape or _size_of_first(source)
        enters = (*shape[1:], shape[0])
        return {"kind": "vector", "latent_dim": int(np.prod(shape))}, enters
    if source.abilities.discrete:
        codebook = numbers(source.codebook)
        codes, dim = codebook.shape
        grid = list(source.latent_shape[1:])
        row = {"kind": "codes", "grid": grid, "codes": codes, "dim": dim, "codebook": codebook}
        return row, (*grid, dim)
    size = source.latent_dim
    if source.abilities.conditional:
        row = {"kind": "vector+class", "latent_dim": size, "classes": CLASSES}
        return row, (size + CLASSES,)
    return {"kind": "vector", "latent_dim": size}, (size,)


def _size_of_first(decoder: nn.Sequential) -> tuple[int]:
    first = next((layer for _, layer in leaves(decoder)), None)
    if not isinstance(first, nn.Linear):
        raise PortableError("pass shape: only a Linear first layer tells the size of its input")
    return (first.in_features,)


def _store(row: Layer, stored: list[Array]) -> Layer:
    """The row with each array put after those already stored, and its place there left behind."""
    placed = {}
    for name, value in row.items():
        if isinstance(value, np.ndarray):
            placed[name] = {"offset": sum(each.size for each in stored), "length": value.size}
            stored.append(value.astype(np.float32).ravel())
        else:
            placed[name] = value
    return placed


# ---- the reference for decoder.js -------------------------------------------------------------


def run(portable: Portable, inputs: ArrayLike, y: ArrayLike | None = None) -> Array:
    """Decode as the browser does, a batch at a time.

    Args:
        inputs: (B, latent_dim) floats, or (B, height, width) codes where the input is codes.
        y: (B,) classes where the input is "vector+class".

    Returns:
        Pictures (B, 784) in [0, 1], row by row.
    """
    kind = NUMBERS[portable.plan["numbers"]]
    everything = np.frombuffer(portable.weights, kind).astype(np.float32)

    def tensor(place: dict[str, int]) -> Array:
        return everything[place["offset"] : place["offset"] + place["length"]]

    x = _read(portable.plan["input"], tensor, np.asarray(inputs), y)
    for row in portable.plan["layers"]:
        x = LAYERS[row["kind"]](x, row, tensor)
    return x


Tensors = Callable[[dict[str, int]], Array]


def _read(row: Layer, tensor: Tensors, inputs: NDArray, y: ArrayLike | None) -> Array:
    if row["kind"] == "codes":
        book = tensor(row["codebook"]).reshape(row["codes"], row["dim"])
        return book[inputs].reshape(len(inputs), -1)
    z = inputs.astype(np.float32)
    if row["kind"] == "vector+class":
        return np.hstack([z, np.eye(row["classes"], dtype=np.float32)[np.asarray(y)]])
    return z


def _linear(x: Array, row: Layer, tensor: Tensors) -> Array:
    return x @ tensor(row["weight"]).reshape(row["inputs"], -1) + tensor(row["bias"])


def _conv_transpose(x: Array, row: Layer, tensor: Tensors) -> Array:
    """Each pixel stamps a patch, `stride` after its neighbour's; the edge is cut off at the end."""
    (height, width, inputs), (rows, columns, channels) = row["input"], row["output"]
    k, stride, cut = row["kernel"], row["stride"], row["padding"]
    weight = tensor(row["weight"]).reshape(inputs, -1)
    patches = x.reshape(-1, height, width, inputs) @ weight
    patches = patches.reshape(-1, height, width, k, k, channels)
    canvas = np.zeros((len(x), rows + 2 * cut, columns + 2 * cut, channels), np.float32)
    for ky in range(k):
        for kx in range(k):
            to = np.s_[:, ky : ky + stride * height : stride, kx : kx + stride * width : stride]
            canvas[to] += patches[:, :, :, ky, kx]
    inner = canvas[:, cut : cut + rows, cut : cut + columns]
    return (inner + tensor(row["bias"])).reshape(len(x), -1)


def _affine(x: Array, row: Layer, tensor: Tensors) -> Array:
    scale, shift = tensor(row["scale"]), tensor(row["shift"])
    return (x.reshape(len(x), -1, len(scale)) * scale + shift).reshape(len(x), -1)


LAYERS: dict[str, Callable[[Array, Layer, Tensors], Array]] = {
    "linear": _linear,
    "conv_transpose": _conv_transpose,
    "affine": _affine,
    "relu": lambda x, row, tensor: np.maximum(x, 0),
    "leaky_relu": lambda x, row, tensor: np.where(x > 0, x, np.float32(row["slope"]) * x),
    "sigmoid": lambda x, row, tensor: 0.5 * (1 + np.tanh(0.5 * x)),  # never overflows
    "tanh": lambda x, row, tensor: np.tanh(x),
}
