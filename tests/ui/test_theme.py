"""The palette's promises, by computation: contrast, and distances for every kind of colour vision.

Colour blindness by Machado et al. 2009 (severity 1), distances as 100 times Euclid in OKLab
(Ottosson 2020), where 2 is about the least that people notice.
"""

import re

import numpy as np
import pytest

from ui import theme

CONTRAST = 3.0  # WCAG 2.2, 1.4.11: graphics
TEXT_CONTRAST = 4.5  # 1.4.3: text
APART = {"normal": 15.0, "protan": 8.5, "deutan": 8.5, "tritan": 8.5}
CONFUSED = [(4, 9), (7, 9), (3, 5), (3, 8), (5, 8), (4, 7), (2, 7), (1, 7), (0, 6), (5, 6), (8, 9)]

SEEN = {  # linear RGB -> linear RGB
    "normal": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def linear(colour: str) -> np.ndarray:
    rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    light = sorted(linear(c) @ [0.2126, 0.7152, 0.0722] for c in (one, other))
    return (light[1] + 0.05) / (light[0] + 0.05)


def distances(colours, vision: str) -> np.ndarray:
    seen = np.clip(np.array([linear(c) for c in colours]) @ SEEN[vision].T, 0, 1)
    lab = np.cbrt(seen @ TO_LMS.T) @ TO_OKLAB.T
    return 100 * np.linalg.norm(lab[:, None] - lab[None], axis=-1)


def test_the_measures_agree_with_what_is_known():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert distances(["#000000", "#ffffff"], "normal")[0, 1] == pytest.approx(100, abs=0.1)
    red_green = ["#d01010", "#7a7a00"]
    assert distances(red_green, "deutan")[0, 1] < distances(red_green, "normal")[0, 1] / 3


@pytest.mark.parametrize("mode", theme.MODES)
def test_ten_digits_stand_out_from_the_page(mode):
    assert len(set(theme.DIGITS[mode])) == 10
    page = theme.THEME[mode]["backgroundColor"]
    assert min(contrast(colour, page) for colour in theme.DIGITS[mode]) >= CONTRAST


@pytest.mark.parametrize("vision", SEEN)
@pytest.mark.parametrize("mode", theme.MODES)
def test_ten_digits_stay_apart_for_every_kind_of_vision(mode, vision):
    apart = distances(theme.DIGITS[mode], vision)
    assert apart[np.triu_indices(10, 1)].min() >= APART[vision]


@pytest.mark.parametrize("mode", theme.MODES)
def test_digits_that_are_taken_for_one_another_are_further_apart_than_most(mode):
    worst = np.minimum.reduce([distances(theme.DIGITS[mode], vision) for vision in SEEN])
    assert min(worst[a, b] for a, b in CONFUSED) >= 10


@pytest.mark.parametrize("mode", theme.MODES)
def test_text_and_accent_can_be_read(mode):
    colours = theme.THEME[mode]
    for ground in ("backgroundColor", "secondaryBackgroundColor"):
        assert contrast(colours["textColor"], colours[ground]) >= 7
        assert contrast(colours["primaryColor"], colours[ground]) >= TEXT_CONTRAST
    assert contrast(colours["linkColor"], colours["backgroundColor"]) >= TEXT_CONTRAST


def test_every_colour_of_ours_comes_in_light_and_dark():
    assert len(theme.variables()) == 10 + len(theme.NAMES) + 1
    assert all(value.startswith("light-dark(#") for value in theme.variables().values())


def test_the_style_sheets_use_no_colour_that_the_theme_lacks():
    sheet = "".join(path.read_text(encoding="utf-8") for path in theme.STYLES)
    assert set(re.findall(r"var\((--bn-[\w-]+)", sheet)) <= set(theme.variables())
    assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", sheet)
