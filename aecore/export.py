"""What a visitor takes home: a picture as PNG, a walk as GIF, coordinates as JSON.

Pictures are (H, W) in [0, 1] with ink 1, written as ink on white paper, enlarged without blur.
"""

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image

PICTURE_SCALE = 10  # screen pixels for one of the picture's
SHEET_SCALE = 4
GIF_SCALE = 8


def png(picture: ArrayLike, scale: int = PICTURE_SCALE) -> bytes:
    """One picture (H, W) as a PNG."""
    file = io.BytesIO()
    _paper(np.asarray(picture), scale).save(file, "PNG", optimize=True)
    return file.getvalue()


def sheet(pictures: ArrayLike, gap: int = 2) -> np.ndarray:
    """Pictures (rows, columns, H, W) side by side as one, `gap` pixels of paper between them."""
    pictures = np.asarray(pictures, np.float32)
    framed = np.pad(pictures, ((0, 0), (0, 0), (0, gap), (0, gap)))
    rows, columns, height, width = framed.shape
    joined = framed.transpose(0, 2, 1, 3).reshape(rows * height, columns * width)
    return joined[: rows * height - gap, : columns * width - gap]


def gif(frames: ArrayLike, seconds: float = 3.0, scale: int = GIF_SCALE) -> bytes:
    """Frames (n, H, W) as a GIF that goes there in `seconds` and back again, for ever."""
    frames = np.asarray(frames)
    there_and_back = [*frames, *frames[-2:0:-1]]
    first, *rest = [_paper(frame, scale) for frame in there_and_back]
    each = max(20, round(1000 * seconds / len(frames) / 10) * 10)  # GIFs count in hundredths
    file = io.BytesIO()
    first.save(file, "GIF", save_all=True, append_images=rest, duration=each, loop=0)
    return file.getvalue()


def coordinates_json(
    model: str,
    z: ArrayLike,
    y: int | None = None,
    usage: Sequence[float] | None = None,
    unit: str = "",
    link: str = "",
) -> str:
    """A place in a latent space as JSON: the run, its numbers (or codebook entries), the class.

    usage: how much the model uses each coordinate, and its unit, where known.
    """
    found: dict[str, Any] = {"model": model, "z": _plain(z)}
    if y is not None:
        found["class"] = y
    if usage is not None:
        found["usage"] = {"unit": unit, "values": _plain(usage)}
    if link:
        found["link"] = link
    return json.dumps(found, indent=1) + "\n"


def walk_json(model: str, codes: ArrayLike, settings: Mapping[str, Any]) -> str:
    """The codes of a walk, (steps, D) or (steps, h, w), with how it was made."""
    return json.dumps({"model": model, **settings, "codes": _plain(codes)}, indent=1) + "\n"


def _plain(numbers: ArrayLike) -> list:
    values = np.asarray(numbers)
    if values.dtype.kind != "f":
        return values.tolist()
    return np.vectorize(lambda v: float(f"{v:.6g}"))(values).tolist()


def _paper(picture: np.ndarray, scale: int) -> Image.Image:
    grey = 255 - np.round(255 * np.clip(picture, 0, 1)).astype(np.uint8)
    return Image.fromarray(grey.repeat(scale, 0).repeat(scale, 1), "L")
