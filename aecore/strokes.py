"""A drawing as strokes: short enough for a link, and turned into pixels the same way everywhere.

The drawing pad sends strokes, not pixels: they are smaller, they can be drawn again at any size,
and they fit into a URL. The text is the version, "1", and then base64url (no padding) of, for each
stroke in the order drawn:

    byte  flags       1: carries pressure, 2: erases, 4: goes on from the stroke before it
    byte  n           how many points, 1 to 255
    2 bytes x, y      the first point, on a grid of 256 x 256, y downwards
    2(n-1) bytes      the steps dx, dy to each next point, signed
    n bytes           the pressure at each point, 0 to 255, only if flag 1 is set

The JavaScript that writes it: ui/components/sketchpad/sketchpad.js.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

SIDE = 256  # the grid that points lie on
PEN = 18  # widths, in grid units
ERASER = 44
LIMIT = 6000  # characters: a page full of scribbling takes about half of it
PRESSURE, ERASES, CONTINUES = 1, 2, 4  # the flags
FINE = 3  # strokes are drawn this many times larger, then shrunk, so that their edges are smooth
#: The cubic B-spline's weights on four points, at the start and the middle of a curved piece.
BLEND = np.array([[8, 32, 8, 0], [1, 23, 23, 1]]) / 48


class StrokesError(ValueError):
    """A text that isn't a drawing; the message says why."""


@dataclass(frozen=True, eq=False)
class Stroke:
    """One movement of the pen: points (n, 2) uint8 as x, y; pressure (n,) uint8, or None."""

    points: np.ndarray
    pressure: np.ndarray | None = None
    erases: bool = False
    continues: bool = False

    def widths(self) -> np.ndarray:
        """The stroke's width at each point, in grid units, (n,): 0.5 to 1.5 pens by pressure."""
        if self.erases:
            return np.full(len(self.points), float(ERASER))
        if self.pressure is None:
            return np.full(len(self.points), float(PEN))
        return PEN * (0.5 + self.pressure / 255)


def encode(strokes: Sequence[Stroke]) -> str:
    """Strokes to text; "" for none. A stroke has 1 to 255 points, less than 128 apart."""
    if not strokes:
        return ""
    data = b"".join(_stroke_bytes(stroke) for stroke in strokes)
    return "1" + base64.urlsafe_b64encode(data).decode().rstrip("=")


def _stroke_bytes(stroke: Stroke) -> bytes:
    points = np.asarray(stroke.points, np.int64)
    steps = np.diff(points, axis=0)
    if not 1 <= len(points) <= 255 or (len(steps) and np.abs(steps).max() > 127):
        raise StrokesError("a stroke has 1 to 255 points, each less than 128 from the last")
    pressed = stroke.pressure is not None
    flags = PRESSURE * pressed + ERASES * stroke.erases + CONTINUES * stroke.continues
    pressure = bytes(np.asarray(stroke.pressure, np.uint8)) if pressed else b""
    return bytes([flags, len(points), *points[0]]) + steps.astype(np.int8).tobytes() + pressure


def decode(text: str) -> list[Stroke]:
    """Text to strokes; none for "".

    Raises:
        StrokesError: not a text that `encode` writes, or longer than LIMIT characters.
    """
    if not isinstance(text, str):
        raise StrokesError("a drawing is a text")
    if len(text) > LIMIT:
        raise StrokesError("the drawing has too many strokes; take some back, or start again")
    if not text:
        return []
    if not re.fullmatch(r"1[A-Za-z0-9_-]+", text):
        raise StrokesError("this isn't a drawing, or one of another version")
    try:
        data = base64.urlsafe_b64decode(text[1:] + "=" * (-(len(text) - 1) % 4))
    except binascii.Error as error:
        raise StrokesError("the drawing was cut short or changed on its way") from error
    return list(_read_strokes(data))


def _read_strokes(data: bytes):
    at = 0
    while at < len(data):
        flags, n = data[at], data[at + 1] if at + 1 < len(data) else 0
        end = at + 2 + 2 * n + (n if flags & PRESSURE else 0)
        if n == 0 or flags > 7 or end > len(data):
            raise StrokesError("the drawing was cut short or changed on its way")
        yield _read_stroke(flags, n, data[at + 2 : end])
        at = end


def _read_stroke(flags: int, n: int, data: bytes) -> Stroke:
    steps = np.frombuffer(data[2 : 2 * n], np.int8).reshape(-1, 2).astype(np.int64)
    points = np.cumsum(np.vstack([[[data[0], data[1]]], steps]), axis=0)
    if points.min() < 0 or points.max() >= SIDE:
        raise StrokesError("the drawing leaves the pad")
    pressure = np.frombuffer(data[2 * n :], np.uint8) if flags & PRESSURE else None
    return Stroke(points.astype(np.uint8), pressure, bool(flags & ERASES), bool(flags & CONTINUES))


def rasterise(strokes: Sequence[Stroke], side: int = 112) -> np.ndarray:
    """Strokes to ink: float32 (side, side), 0 for paper and 1 for ink."""
    scale = side * FINE / SIDE
    canvas = Image.new("L", (side * FINE, side * FINE))
    draw = ImageDraw.Draw(canvas)
    for stroke in strokes:
        path = _curve(np.column_stack([stroke.points + 0.5, stroke.widths()]).astype(float))
        _draw_path(draw, path * scale, 0 if stroke.erases else 255)
    return np.asarray(canvas.reduce(FINE), np.float32) / 255


def _curve(points: np.ndarray) -> np.ndarray:
    """Points (n, 3) to their uniform cubic B-spline as a path (m, 3) that ends in their ends."""
    if len(points) < 3:
        return points
    before, after = 2 * points[0] - points[1], 2 * points[-1] - points[-2]
    padded = np.vstack([before, points, after])
    corners = np.stack([padded[i : len(padded) - 3 + i] for i in range(4)])
    path = np.einsum("tk,kns->nts", BLEND, corners).reshape(-1, 3)
    return np.vstack([path, points[-1:]])


def _draw_path(draw: ImageDraw.ImageDraw, path: np.ndarray, ink: int) -> None:
    path = path - [0.5, 0.5, 0]  # Pillow counts from the middles of pixels
    for (x0, y0, _), (x1, y1, width) in zip(path[:-1], path[1:], strict=True):
        draw.line((x0, y0, x1, y1), fill=ink, width=round(width))
    for x, y, width in path:
        r = (width - 1) / 2
        draw.ellipse((x - r, y - r, x + r, y + r), fill=ink)
