"""The 1,797 real handwritten digits that scikit-learn carries, brought into MNIST's form.

They are the test set of UCI's «Optical Recognition of Handwritten Digits» (E. Alpaydin and
C. Kaynak, 1998; 13 writers), 8x8 with 17 grey levels: each level counts the ink in a block of 4x4
of the scanned 32x32. So the outline of the stroke lies about where the level is half the full one.
"""

import numpy as np
from PIL import Image

from aecore import drawing

SCALE = 8  # the outline is looked for at this many times the resolution
EDGE = (0.4, 0.6)  # grey levels from paper to ink, after enlarging
EVERY = 5  # every fifth digit of a class is for testing


def digits() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The images uint8 (1797, 28, 28), their labels int64 (1797,), and which are for testing.

    Testing takes every fifth of each class in the file's order, in which the writers follow one
    another: 355 images, all writers and classes in both parts, always the same.
    """
    from sklearn.datasets import load_digits  # takes a second: only where it is needed

    small = load_digits()
    images = np.stack([as_mnist(image) for image in small.images / 16])
    return images, small.target.astype(np.int64), every_fifth(small.target)


def as_mnist(image: np.ndarray) -> np.ndarray:
    """An 8x8 image with values in [0, 1] as a 28x28 one, uint8, with MNIST's size and strokes."""
    framed = np.pad(image.astype(np.float32), 1)
    side = SCALE * len(framed)
    large = np.asarray(Image.fromarray(framed).resize((side, side), Image.Resampling.LANCZOS))
    low, high = EDGE
    ink = np.clip((large - low) / (high - low), 0, 1)
    return np.round(255 * drawing.normalise(ink).image).astype(np.uint8)


def every_fifth(labels: np.ndarray) -> np.ndarray:
    """True at every fifth occurrence of each label (N,), bool."""
    chosen = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        chosen[np.flatnonzero(labels == label)[EVERY - 1 :: EVERY]] = True
    return chosen
