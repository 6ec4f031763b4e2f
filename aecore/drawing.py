"""A drawing as the 28x28 image that MNIST would have made of it.

MNIST's digits were fitted into a box of 20x20 pixels with their aspect ratio kept, then placed in
28x28 by their centre of mass (LeCun et al., 1998, Gradient-Based Learning Applied to Document
Recognition, section III.A). A model that saw only such images misreads a digit that is off-centre,
small or thin, so a drawing gets the same treatment. What the paper leaves open was measured on the
60,000 training images:

- the longer side of the ink is 20 pixels, in all but 13 of them (19 there);
- the centre of mass lies within half a pixel of index 14, in both directions and in all of them:
  the digits were moved by whole pixels, never resampled to be moved;
- the darkest pixel is 254 or 255, in all of them;
- the stroke width, as `stroke_width` measures it, has its median at 2.48 pixels and its 10 % and
  90 % quantiles at 1.89 and 3.41.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image
from scipy import ndimage

SIDE = 28
BOX = 20
CENTRE = 14
USUAL_STROKE = (1.89, 3.41)  # pixels; a drawing outside this is brought to the nearer end

FAINT = 0.1  # ink up to here is taken for noise of the scan, not for a stroke
FINE = 3  # strokes are made thicker or thinner at this many times the final resolution
DOT_STROKE = 7  # a stroke this wide, in a box of 20, is a blob rather than a line
DOT_SIDE = 0.2  # and a blob is a dot where it is smaller than this share of the pad
DOT_SIZE = 3  # pixels: a dot is drawn as wide as a stroke, not blown up to 20x20
FULL = 0.6  # share of the pad under ink from which hardly a stroke can be told

EMPTY_NOTE = "The pad is empty. Draw a digit from 0 to 9."
DOT_NOTE = "This is a single dot. The models know digits, so draw one with strokes."
FULL_NOTE = "The drawing covers almost the whole pad. Clear it and draw with single strokes."


class DrawingError(ValueError):
    """What was given cannot be read as a drawing; the message says why, for the visitor."""


@dataclass(frozen=True, eq=False)
class Drawing:
    """What the model is given to see.

    image: float32 (28, 28) in [0, 1], ink 1, read-only. empty: there was no ink at all.
    notes: sentences for the visitor about what is unusual; none for a usual drawing.
    """

    image: np.ndarray
    empty: bool = False
    notes: tuple[str, ...] = ()


def normalise(strokes: ArrayLike, ink: int = 1, center: bool = True) -> Drawing:
    """Bring a drawing into the form of MNIST's images.

    strokes: (H, W) of any size, floats in [0, 1] or uint8 in [0, 255].
    ink: the value of full ink, 1 (light on dark) or 0 (dark on light).
    center: False only shrinks the whole pad to 28x28, to show what the model would see then.

    Raises:
        DrawingError: the array is no picture: wrong shape, no pixels, not numbers.
    """
    pad = _as_ink(strokes, ink)
    if pad.max() <= FAINT:
        return _drawing(np.zeros((SIDE, SIDE), np.float32), EMPTY_NOTE, empty=True)
    crop = _crop(pad, FAINT)
    note = _note(pad, crop)
    if not center:
        return _drawing(_in_the_middle(_fit(pad, SIDE)), note)
    small = _fit(crop, DOT_SIZE) if note == DOT_NOTE else _with_usual_stroke(crop)
    return _drawing(_by_centre_of_mass(small / small.max()), note)


def stroke_width(image: np.ndarray) -> float:
    """Mean width of the strokes of an image (H, W) with values in [0, 1], in its pixels.

    A stroke of width w and length l has area w l and two sides of length l, so w is twice the ink
    divided by the length of its outline, which for a grey image is the sum of the gradient's norm
    (its total variation). On 2,000 training images this correlates 0.955 with the mean of the
    distance transform along the ridges of the enlarged image.
    """
    framed = np.pad(np.asarray(image, np.float32), 1)
    down, right = np.diff(framed, axis=0), np.diff(framed, axis=1)
    # The mean over cells of 2x2 pixels: the same for a stroke in any direction, within 8 %.
    down = down[:, 1:] + down[:, :-1]
    right = right[1:] + right[:-1]
    return float(4 * framed.sum() / np.hypot(down, right).sum())


def _as_ink(strokes: ArrayLike, ink: int) -> np.ndarray:
    pad = np.asarray(strokes)
    if pad.ndim != 2 or pad.size == 0:
        raise DrawingError(f"A drawing has height and width, but this array has shape {pad.shape}.")
    if ink not in (0, 1):
        raise DrawingError(f"ink is 1 (light on dark) or 0 (dark on light), not {ink!r}.")
    if pad.dtype.kind not in "biuf":
        raise DrawingError(f"A drawing is made of numbers, not of {pad.dtype}.")
    pad = pad.astype(np.float32) / (255 if pad.dtype == np.uint8 else 1)
    if not np.isfinite(pad).all():
        raise DrawingError("The drawing has values that are not numbers.")
    pad = np.clip(pad, 0, 1)
    return pad if ink == 1 else 1 - pad


def _drawing(image: np.ndarray, note: str | None, empty: bool = False) -> Drawing:
    image.setflags(write=False)
    return Drawing(image, empty, (note,) if note else ())


def _note(pad: np.ndarray, crop: np.ndarray) -> str | None:
    if (pad > 0.5).mean() > FULL:
        return FULL_NOTE
    small_enough = max(crop.shape) < max(2, DOT_SIDE * max(pad.shape))
    if small_enough and stroke_width(_fit(crop, BOX)) > DOT_STROKE:
        return DOT_NOTE
    return None


def _crop(image: np.ndarray, level: float) -> np.ndarray:
    """The smallest rectangle that holds all ink above the level."""
    rows = np.flatnonzero((image > level).any(axis=1))
    columns = np.flatnonzero((image > level).any(axis=0))
    return image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _fit(image: np.ndarray, side: int) -> np.ndarray:
    """Resample so that the longer side has this many pixels; the aspect ratio is kept."""
    scale = side / max(image.shape)
    height, width = (max(1, round(length * scale)) for length in image.shape)
    # Averaging over areas neither sharpens nor blurs; there are none to average when enlarging.
    method = Image.Resampling.BOX if scale <= 1 else Image.Resampling.BICUBIC
    return np.clip(np.asarray(Image.fromarray(image).resize((width, height), method)), 0, 1)


def _with_usual_stroke(crop: np.ndarray) -> np.ndarray:
    """Fit into the box of 20x20; make strokes thicker or thinner where no writer's are like it."""
    small = _fit(crop, BOX)
    thin, thick = USUAL_STROKE
    width = stroke_width(small)
    if thin <= width <= thick:
        return small
    fine = np.pad(_fit(crop, FINE * BOX), 2 * FINE)
    inside = fine > fine.max() / 2
    ink = _thickened(inside) if width < thin else _thinned(inside, FINE * width)
    return _fit(_crop(np.clip(ink, 0, 1).astype(np.float32), 0.5), BOX)


def _change(width: float, target: float) -> float:
    """How much wider strokes must get, in fine pixels, given that the result is fitted again.

    width is in fine pixels, target in final ones: (width + change) BOX / (BOX + change) = target.
    """
    return BOX * (FINE * target - width) / (BOX - target)


def _thickened(inside: np.ndarray) -> np.ndarray:
    change = _change(stroke_width(inside), USUAL_STROKE[0])
    return max(0.0, change) / 2 + 1 - ndimage.distance_transform_edt(~inside)


def _thinned(inside: np.ndarray, width: float) -> np.ndarray:
    """Take the same off every stroke, but leave hairlines as wide as the thinnest of MNIST's.

    A blob makes the mean width larger than that of the lines beside it, and has a midline wider
    than its mean: the smaller of the two figures spoils neither.
    """
    depth = ndimage.distance_transform_edt(inside)
    midline = inside & (depth == ndimage.maximum_filter(depth, 3))
    width = min(width, 2 * float(np.median(depth[midline])) - 1)
    rest = depth + min(0.0, _change(width, USUAL_STROKE[1])) / 2
    hairline = FINE * USUAL_STROKE[0] / 2 + 0.5 - ndimage.distance_transform_edt(~midline)
    return np.maximum(rest, np.where(inside, hairline, 0))


def _by_centre_of_mass(small: np.ndarray) -> np.ndarray:
    middle = [
        small.sum(axis=1 - axis) @ np.arange(length) / small.sum()
        for axis, length in enumerate(small.shape)
    ]
    return _placed(small, [round(CENTRE - float(m)) for m in middle])


def _in_the_middle(small: np.ndarray) -> np.ndarray:
    return _placed(small, [(SIDE - length) // 2 for length in small.shape])


def _placed(small: np.ndarray, corner: list[int]) -> np.ndarray:
    image = np.zeros((SIDE, SIDE), np.float32)
    (top, left) = (
        min(max(start, 0), SIDE - length) for start, length in zip(corner, small.shape, strict=True)
    )
    image[top : top + small.shape[0], left : left + small.shape[1]] = small
    return image
