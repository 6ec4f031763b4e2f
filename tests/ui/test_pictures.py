"""Digits, bars and grids as HTML: the right pixels, the right lengths, nothing unescaped."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from ui import bars, images


def test_the_ink_of_an_image_is_the_alpha_of_its_png():
    image = np.linspace(0, 1, 784).reshape(28, 28)
    data = base64.b64decode(images.ink(image).removeprefix("data:image/png;base64,"))
    picture = Image.open(io.BytesIO(data))
    assert picture.size == (28, 28)
    alpha = np.asarray(picture.getchannel("A")) / 255
    assert np.abs(alpha - image).max() <= 0.5 / 255 + 1e-9


def test_ink_outside_its_range_is_clipped():
    assert images.ink(np.full((2, 2), 7.0)) == images.ink(np.ones((2, 2)))
    assert images.ink(np.full((2, 2), -7.0)) == images.ink(np.zeros((2, 2)))


def test_words_about_an_image_are_escaped():
    assert "<script>" not in images.digit(np.zeros((28, 28)), '"><script>')
    assert "<script>" not in images.empty("<script>")


@pytest.mark.parametrize(
    ("largest", "scale"),
    [(0, 1), (0.3, 1), (1, 1), (1.01, 2), (4.9, 5), (27, 30), (37, 50), (260, 300)],
)
def test_the_axis_ends_at_a_round_number(largest, scale):
    assert bars.nice_scale(largest) == scale


def lengths(html, name):
    return [float(v) for v in re.findall(rf"--{name}:(-?[\d.]+)", html)]


def test_bars_are_as_long_as_the_numbers_are_large():
    code = np.array([0.5, -1.5, 0.0, 2.0])
    html = bars.code_bars(code)
    assert lengths(html, "v") == pytest.approx(code / 2)
    assert lengths(html, "s") == []
    assert "+2" in html and "−2" in html


def test_whiskers_are_sigma_long_and_fit_on_the_axis():
    html = bars.code_bars(np.array([1.5, -4.0]), np.array([0.1, 1.5]), np.array([3.0, 9.0]))
    assert lengths(html, "s") == pytest.approx([0.01, 0.15])  # of 10, as 4 + 1.5 > 5
    assert "coordinate 2: −4.00 ± 1.50" in html


def test_coordinates_that_say_nothing_are_faint():
    html = bars.code_bars(np.zeros(3), np.ones(3), np.array([0.0, 0.09, 0.5]))
    assert html.count('class="idle"') == 2


def test_the_grid_shows_the_entries_in_reading_order():
    indices = np.arange(49).reshape(7, 7) + 100
    html = bars.code_grid(indices, np.linspace(0, 1, 512))
    assert [int(n) for n in re.findall(r">(\d+)</b>", html)] == list(range(100, 149))
