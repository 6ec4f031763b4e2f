"""A place in the latent space as a short text, for a link, and back.

    "v" + base64url of the coordinates as float16, little-endian       (a vector)
    "c" + base64url of the codebook entries as uint16, little-endian   (a grid, row by row)

No padding. float16 keeps three digits, which is finer than a pixel of any slider; whoever writes
such a text goes on with the rounded numbers, so that a link shows the very same picture. The
JavaScript that writes it: ui/components/latent_pad/coordinates.js.
"""

import base64
import binascii
import re

import numpy as np
from numpy.typing import ArrayLike

LARGEST = 65_504  # that float16 holds
LIMIT = 8_000  # characters, four times the widest code that a config allows


class CoordinatesError(ValueError):
    """A text that is no place in this latent space; the message says why."""


def rounded(z: ArrayLike) -> np.ndarray:
    """Coordinates as a link keeps them: rounded to float16, as float32, of the same shape."""
    return np.clip(np.asarray(z), -LARGEST, LARGEST).astype(np.float16).astype(np.float32)


def encode_vector(z: ArrayLike) -> str:
    """Coordinates (D,) to text."""
    return "v" + _text(rounded(z).astype("<f2").tobytes())


def encode_codes(codes: ArrayLike) -> str:
    """A grid of codebook entries (h, w), or its cells row by row, to text."""
    return "c" + _text(np.asarray(codes).astype("<u2").tobytes())


def decode_vector(text: str, size: int) -> np.ndarray:
    """Text to coordinates, float32 (size,).

    Raises:
        CoordinatesError: not such a text, another number of coordinates, or one that is not finite.
    """
    z = np.frombuffer(_bytes(text, "v"), "<f2").astype(np.float32)
    _expect_size(len(z), size, "coordinates")
    if not np.isfinite(z).all():
        raise CoordinatesError("one of its coordinates is not a number")
    return z


def decode_codes(text: str, cells: int, codes: int) -> np.ndarray:
    """Text to codebook entries, int64 (cells,), row by row.

    Raises:
        CoordinatesError: not such a text, another number of cells, or an unknown entry.
    """
    grid = np.frombuffer(_bytes(text, "c"), "<u2").astype(np.int64)
    _expect_size(len(grid), cells, "cells")
    if len(grid) and grid.max() >= codes:
        raise CoordinatesError(f"it names entry {grid.max()} of a codebook of {codes}")
    return grid


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: str, kind: str) -> bytes:
    if len(text) > LIMIT or not re.fullmatch(r"[vc][A-Za-z0-9_-]*", text):
        raise CoordinatesError("it was cut short or changed on its way")
    if text[0] != kind:
        raise CoordinatesError("it belongs to another kind of model")
    try:
        data = base64.urlsafe_b64decode(text[1:] + "=" * (-(len(text) - 1) % 4))
    except binascii.Error as error:
        raise CoordinatesError("it was cut short or changed on its way") from error
    if len(data) % 2:
        raise CoordinatesError("it was cut short or changed on its way")
    return data


def _expect_size(found: int, wanted: int, what: str) -> None:
    if found != wanted:
        raise CoordinatesError(f"it has {found} {what}, and this model takes {wanted}")
