"""An uploaded picture of a digit, read as a drawing.

Uploads come from strangers: whatever the bytes are, the answer is a drawing or a DrawingError
with a sentence for the visitor, and no picture takes more memory than its share.
"""

import io
import struct
import zlib

import numpy as np
from PIL import Image, ImageOps

from aecore.drawing import FAINT, DrawingError

MAX_BYTES = 10 * 2**20
MAX_PIXELS = 16_000_000
SIDE = 560  # a picture is reduced to this many pixels: twice a usual pad


def from_upload(data: bytes) -> np.ndarray:
    """Read a PNG or JPEG as a drawing: float32 (H, W), ink 1 on paper 0, at most 560 a side.

    Colours become grey; what is see-through becomes paper; the side that the border shows is
    taken for paper, so dark on light and light on dark both come out with ink 1. The most
    contrasting pixel is full ink, and as much grain as the border has is removed.

    Raises:
        DrawingError: this is no PNG or JPEG, or it has more than 10 MB or 16 million pixels
            (a JPEG is decoded at a reduced size, so photographs of 48 million are read).
    """
    if len(data) > MAX_BYTES:
        raise DrawingError(f"This file has {len(data) / 2**20:.1f} MB; at most 10 MB are read.")
    try:
        return _ink_of(_grey(_opened(data)))
    except Image.DecompressionBombError as error:
        raise DrawingError("This picture unpacks to far too many pixels to be read.") from error
    # What Pillow raises for files that are cut short or garbled, format by format.
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error) as error:
        if isinstance(error, DrawingError):
            raise
        raise DrawingError("This file is not a PNG or JPEG picture, or it is damaged.") from error


def _opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data), formats=("PNG", "JPEG"))
    picture.draft("L", (SIDE, SIDE))  # JPEG only: decode no finer than needed
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise DrawingError(
            f"This picture has {width} x {height} pixels; at most 16 million are read."
        )
    return ImageOps.exif_transpose(picture)


def _grey(picture: Image.Image) -> np.ndarray:
    """Grey levels (H, W) in [0, 1], with what is see-through painted to contrast with the ink."""
    if picture.mode.startswith("I"):  # 16 bits a pixel
        picture = Image.fromarray((np.asarray(picture) // 257).astype(np.uint8))
    seen = picture.convert("LA")
    seen.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    grey, alpha = (np.asarray(band, np.float32) / 255 for band in seen.split())
    if alpha.min() == 1:
        return grey
    dark_ink = (grey * alpha).sum() < 0.5 * alpha.sum()
    return grey * alpha + (1 - alpha) * float(dark_ink)


def _ink_of(grey: np.ndarray) -> np.ndarray:
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    paper = np.median(border)
    contrast = grey - paper if paper < 0.5 else paper - grey
    grain = 2 * np.abs(border - paper).mean()
    full = contrast.max() - grain
    if full < FAINT:  # one colour all over
        return np.zeros_like(grey)
    return np.clip((contrast - grain) / full, 0, 1).astype(np.float32)
