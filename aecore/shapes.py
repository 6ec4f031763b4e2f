"""Generated images whose true factors are known: shape, size, angle, x and y.

What disentanglement is measured on (after dSprites, Matthey et al., 2017, but at 28x28 and with
what spoils the measurement there left out):

- no shape has a rotational symmetry, and angles span 120 degrees rather than a circle, so the
  angle is never ambiguous and lies on a line, as a latent coordinate does;
- at one size all shapes have the same area, so the amount of ink tells nothing about the shape;
- x and y are the centre of mass, whatever the shape and the angle.

Every combination of the factors appears exactly once in training and test set together.
"""

from itertools import product

import numpy as np
from PIL import Image, ImageDraw

SIDE = 28
FINE = 32  # outlines are drawn at this many times the resolution, then averaged over areas
SEED = 0
TEST_SHARE = 0.2

FACTORS = ("shape", "size", "angle", "x", "y")
SIZES = (5.0, 6.0, 7.0, 8.0)  # pixels: the side of the square of the same area
ANGLES = tuple(range(-60, 61, 12))  # degrees, anticlockwise
POSITIONS = tuple(np.arange(10) - 4.5)  # pixels from the middle; x to the right, y downwards

_ARC = np.linspace(0, np.pi, 60)
#: Outlines, as corners (x, y) with y upwards; the scale and the centre are set later.
OUTLINES = {
    "half-disc": np.column_stack([np.cos(_ARC), np.sin(_ARC)]),
    "wedge": np.array([(-1, 0), (1, 0), (0, 2.4)], float),
    "hook": np.array([(0, 0), (3, 0), (3, 1), (1, 1), (1, 3.6), (0, 3.6)], float),
}


def shapes() -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, ...]]:
    """All combinations: images uint8 (N, 28, 28), factors int64 (N, 5), and the factors' values.

    factors[i] are indices into the values, in the order of FACTORS: the shape (as a number),
    the size in pixels, the angle in degrees, and x and y in pixels from the middle.
    """
    values = tuple(map(np.array, (range(len(OUTLINES)), SIZES, ANGLES, POSITIONS, POSITIONS)))
    factors = np.stack(np.meshgrid(*(np.arange(len(v)) for v in values), indexing="ij"), -1)
    images = np.stack([_everywhere(_sprite(*one)) for one in product(OUTLINES, SIZES, ANGLES)])
    return images.reshape(-1, SIDE, SIDE), factors.reshape(-1, len(values)), values


def for_testing(count: int) -> np.ndarray:
    """Which images are for testing, bool (count,): one in five, drawn once and for all."""
    # RandomState's stream is promised never to change, unlike that of numpy's newer generators.
    order = np.random.RandomState(SEED).permutation(count)
    return order < round(TEST_SHARE * count)


def _sprite(shape: str, size: float, angle: float) -> np.ndarray:
    """A shape at the upper left end of the positions, uint8 (28, 28), anti-aliased."""
    turned = _unit(OUTLINES[shape]) @ _rotation(angle).T * size
    middle = (SIDE / 2 + POSITIONS[0]) * np.ones(2)
    corners = FINE * (middle + turned * (1, -1))  # images count y downwards
    canvas = Image.new("L", (FINE * SIDE, FINE * SIDE))
    ImageDraw.Draw(canvas).polygon([tuple(c) for c in corners], fill=255)
    return np.asarray(canvas.reduce(FINE))


def _everywhere(sprite: np.ndarray) -> np.ndarray:
    """The sprite moved to all positions, (x, y, 28, 28): whole pixels, so all copies are equal."""
    count = len(POSITIONS)
    moved = [np.roll(sprite, (y, x), axis=(0, 1)) for x, y in product(range(count), repeat=2)]
    return np.stack(moved).reshape(count, count, SIDE, SIDE)


def _unit(corners: np.ndarray) -> np.ndarray:
    """The outline with area 1 and its centre of mass at the origin (the shoelace formula)."""
    x, y = corners.T
    x1, y1 = np.roll(corners, -1, axis=0).T
    cross = x * y1 - x1 * y
    area = cross.sum() / 2
    centre = np.array([((x + x1) * cross).sum(), ((y + y1) * cross).sum()]) / (6 * area)
    return (corners - centre) / np.sqrt(area)


def _rotation(degrees: float) -> np.ndarray:
    c, s = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return np.array([[c, -s], [s, c]])
