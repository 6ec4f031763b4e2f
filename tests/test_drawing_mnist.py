import numpy as np
import pytest
from PIL import Image

from aecore import data
from aecore.drawing import normalise, stroke_width
from tests.mnist import GIVEN, difference, longer_side, middle_of, needs_mnist


def on_a_pad(image, random):
    """A digit (28, 28) as if drawn: 5.4 to 10 times as large, anywhere on a pad of 280x280."""
    side = random.randint(150, 281)
    large = Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC)
    top, left = random.randint(0, 281 - side, 2)
    ink = np.zeros((280, 280), np.float32)
    ink[top : top + side, left : left + side] = np.clip(np.asarray(large), 0, 1)
    return ink


@pytest.fixture(scope="module")
def mnist_digits():
    return data.to_float(data.load("mnist", GIVEN).test.images[:500, 0]).numpy()


@needs_mnist
def test_most_digits_of_mnist_are_already_normal(mnist_digits):
    changes = [difference(normalise(x).image, x) for x in mnist_digits]
    assert np.median(changes) < 0.001
    assert np.mean(changes) < 0.01


@needs_mnist
def test_normalising_twice_changes_nothing_more(mnist_digits):
    once = [normalise(x).image for x in mnist_digits]
    changes = [difference(normalise(x).image, x) for x in once]
    assert np.mean(changes) < 0.001
    assert np.quantile(changes, 0.98) < 0.02


@needs_mnist
def test_digits_moved_and_scaled_come_back_as_they_were(mnist_digits):
    """Mean error per pixel under 0.035; a shift by one pixel alone makes 0.063, a blank 0.122."""
    random = np.random.RandomState(0)
    errors = [difference(normalise(on_a_pad(x, random)).image, x) for x in mnist_digits]
    assert np.mean(errors) < 0.035
    assert np.quantile(errors, 0.9) < 0.06
    shifted = [difference(np.roll(x, 1, axis=1), x) for x in mnist_digits]
    assert np.mean(errors) < 0.6 * np.mean(shifted)


@needs_mnist
def test_the_figures_that_the_form_rests_on_are_those_of_mnist():
    images = data.load("mnist", GIVEN).train.images[:5_000, 0].numpy()
    widths = [stroke_width(x / np.float32(255)) for x in images]
    assert np.quantile(widths, [0.1, 0.5, 0.9]) == pytest.approx([1.89, 2.48, 3.41], abs=0.06)
    assert images.max((1, 2)).min() >= 254
    for x in images:
        assert longer_side(x) in (19, 20)
        assert all(abs(place - 14) < 0.53 for place in middle_of(x / 255))
