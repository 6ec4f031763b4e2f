import numpy as np
import pytest
from PIL import Image

from aecore import drawing
from aecore.drawing import USUAL_STROKE, DrawingError, normalise, stroke_width
from tests.mnist import difference, longer_side, middle_of


def pad(side=280):
    return np.zeros((side, side), np.float32)


def seven(width=20, side=280):
    """A drawn 7: a bar and a slanted stem of the same width, away from the middle."""
    y, x = np.mgrid[:side, :side] / side
    half = width / side / 2
    bar = (abs(y - 0.15) < half) & (x > 0.3) & (x < 0.7)
    stem = (abs((x - 0.7) + (y - 0.15) * 0.5) < half * 1.12) & (y > 0.15) & (y < 0.75)
    return (bar | stem).astype(np.float32)


DRAWINGS = {
    "a usual 7": seven(),
    "a thin 7": seven(width=3),
    "a fat 7": seven(width=50),
    "a 7 in a corner": np.pad(seven(side=100, width=8), ((0, 180), (180, 0))),
    "one line a pixel wide": np.eye(280, dtype=np.float32),
    "two dots": np.pad(np.ones((20, 20)), ((30, 230), (100, 160)))
    + np.pad(np.ones((20, 20)), ((230, 30), (100, 160))),
    "a wide pad": np.pad(seven(side=100), ((0, 0), (150, 150))),
    "a filled disc": (np.hypot(*np.mgrid[-140:140, -140:140]) < 70).astype(float),
    "noise": np.random.RandomState(0).rand(280, 280),
    "five pixels": np.eye(5),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_drawing_comes_out_in_the_form_of_mnist(name):
    drawn = normalise(DRAWINGS[name])
    assert drawn.image.shape == (28, 28)
    assert drawn.image.dtype == np.float32
    assert (drawn.image.min(), drawn.image.max()) == (0, 1)
    assert drawn.empty is False
    assert longer_side(drawn.image) == 20
    for place in middle_of(drawn.image):
        assert abs(place - 14) <= 0.51


@pytest.mark.parametrize("name", ["a usual 7", "a thin 7", "a fat 7", "a 7 in a corner"])
def test_strokes_of_any_width_come_out_as_wide_as_a_writers(name):
    thin, thick = USUAL_STROKE
    assert thin - 0.15 < stroke_width(normalise(DRAWINGS[name]).image) < thick + 0.3
    assert normalise(DRAWINGS[name]).notes == ()


def test_a_drawing_made_anywhere_and_at_any_size_gives_the_same_image():
    large = normalise(seven(width=20, side=280)).image
    for moved in (
        np.roll(seven(), (60, 70), axis=(0, 1)),
        np.pad(seven(width=20, side=280), ((0, 400), (300, 100))),
    ):
        assert np.array_equal(normalise(moved).image, large)
    assert difference(normalise(seven(width=40, side=560)).image, large) < 0.01


def test_a_hairline_beside_a_broad_stroke_does_not_vanish():
    ink = pad()
    ink[20:260, 120:200] = 1
    ink[20:30, 20:200] = 1
    image = normalise(ink).image
    columns = np.flatnonzero((image > 0.3).any(0))
    assert columns[-1] - columns[0] + 1 == pytest.approx(20 * 180 / 240, abs=2)


def test_a_faint_drawing_comes_out_as_dark_as_any():
    assert np.allclose(normalise(0.4 * seven()).image, normalise(seven()).image, atol=1e-5)


def test_noise_under_the_ink_is_left_out():
    noisy = np.maximum(seven(), 0.08 * np.random.RandomState(0).rand(280, 280))
    clean = normalise(seven()).image
    assert difference(normalise(noisy).image, clean) < 0.02


def test_dark_on_light_is_the_same_drawing():
    assert np.allclose(normalise(1 - seven(), ink=0).image, normalise(seven()).image)


def test_bytes_and_booleans_are_the_same_drawing():
    image = normalise(seven()).image
    assert np.allclose(normalise((255 * seven()).astype(np.uint8)).image, image)
    assert np.allclose(normalise(seven() > 0.5).image, image)


def test_values_beyond_ink_and_paper_are_clipped():
    assert np.array_equal(normalise(3 * seven() - 1).image, normalise(seven()).image)


@pytest.mark.parametrize("nothing", [pad(), pad() + 0.05, pad(1)])
def test_an_empty_pad_gives_an_empty_image_and_says_so(nothing):
    drawn = normalise(nothing)
    assert drawn.empty
    assert drawn.image.shape == (28, 28)
    assert not drawn.image.any()
    assert drawn.notes == (drawing.EMPTY_NOTE,)


@pytest.mark.parametrize("size", [1, 6, 20, 40])
def test_a_dot_stays_a_dot_and_is_named(size):
    ink = pad()
    ink[50 : 50 + size, 200 : 200 + size] = 1
    drawn = normalise(ink)
    assert drawn.notes == (drawing.DOT_NOTE,)
    assert not drawn.empty
    assert drawn.image[13:16, 13:16].min() == 1
    assert drawn.image.sum() == 9


@pytest.mark.parametrize("margin", [0, 5, 25])
def test_a_full_pad_gives_a_full_box_and_is_named(margin):
    ink = pad()
    ink[margin : 280 - margin, margin : 280 - margin] = 1
    drawn = normalise(ink)
    assert drawn.notes == (drawing.FULL_NOTE,)
    assert longer_side(drawn.image) == 20
    assert drawn.image.mean() == pytest.approx((20 / 28) ** 2, rel=0.1)


def test_without_centring_the_pad_is_only_shrunk():
    ink = pad()
    ink[:100, :50] = 1
    drawn = normalise(ink, center=False)
    expected = np.zeros((28, 28))
    expected[:10, :5] = 1
    assert np.allclose(drawn.image, expected)


def test_without_centring_an_oblong_pad_keeps_its_aspect_ratio():
    image = normalise(np.ones((100, 200)), center=False).image
    assert image[7:21].min() == 1
    assert image.sum() == 14 * 28


def test_the_image_cannot_be_changed_by_accident():
    with pytest.raises(ValueError):
        normalise(seven()).image[0, 0] = 1


def test_the_drawing_that_was_given_is_not_changed():
    ink = seven()
    normalise(ink)
    assert np.array_equal(ink, seven())


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (np.zeros((280, 280, 4)), r"shape \(280, 280, 4\)"),
        (np.zeros((0, 10)), r"shape \(0, 10\)"),
        (np.full((10, 10), np.nan), "not numbers"),
        (np.array([["a", "b"]]), "numbers"),
        (np.array([[1j, 2]]), "numbers"),
    ],
)
def test_an_array_that_is_no_picture_is_refused_with_the_reason(broken, why):
    with pytest.raises(DrawingError, match=why):
        normalise(broken)


def test_ink_is_one_or_zero():
    with pytest.raises(DrawingError, match="ink is 1"):
        normalise(seven(), ink=2)


@pytest.mark.parametrize("angle", [0, 20, 45, 70, 90])
@pytest.mark.parametrize("width", [2, 3, 5])
def test_the_width_of_a_straight_stroke_is_measured_in_any_direction(width, angle):
    line = np.zeros((800, 800), np.float32)
    line[100:700, 400 : 400 + 4 * width] = 1
    turned = Image.fromarray(line).rotate(angle, Image.Resampling.BILINEAR).reduce(4)
    assert stroke_width(np.asarray(turned)) == pytest.approx(width, rel=0.05)
