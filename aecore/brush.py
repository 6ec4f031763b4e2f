"""Where a brush has been on a 28 x 28 picture, as a text short enough for a link.

The text is 784 bits, row by row, as base64url without padding; "" where the brush has not been.
The JavaScript that writes it: ui/components/noise_brush/noise_brush.js.
"""

import base64
import re

import numpy as np

SIDE = 28
LENGTH = 131  # characters of 98 bytes


class BrushError(ValueError):
    """A text that isn't a mask; the message says why."""


def write(mask: np.ndarray) -> str:
    """A mask, bool (28, 28), as text."""
    if not mask.any():
        return ""
    return base64.urlsafe_b64encode(np.packbits(mask).tobytes()).decode().rstrip("=")


def read(text: str) -> np.ndarray:
    """Text to mask, bool (28, 28).

    Raises:
        BrushError: not a text that `write` writes.
    """
    if not text:
        return np.zeros((SIDE, SIDE), bool)
    if not isinstance(text, str) or not re.fullmatch(rf"[A-Za-z0-9_-]{{{LENGTH}}}", text):
        raise BrushError("the place of the noise was cut short or changed on its way")
    data = base64.urlsafe_b64decode(text + "=")
    return np.unpackbits(np.frombuffer(data, np.uint8)).astype(bool).reshape(SIDE, SIDE)
