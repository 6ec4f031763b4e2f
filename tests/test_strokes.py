"""Strokes: what is written is read again, what is hostile is refused, what is drawn has a size."""

import base64

import numpy as np
import pytest

from aecore.strokes import (
    ERASER,
    LIMIT,
    PEN,
    SIDE,
    Stroke,
    StrokesError,
    decode,
    encode,
    rasterise,
)


def stroke(*points, **rest):
    return Stroke(np.array(points, np.uint8), **rest)


def text(*data):
    return "1" + base64.urlsafe_b64encode(bytes(data)).decode().rstrip("=")


LINE = stroke((40, 128), (128, 128), (216, 128))


def test_every_kind_of_stroke_is_read_as_it_was_written():
    pressure = np.array([0, 128, 255], np.uint8)
    written = [
        stroke((0, 0)),
        stroke((255, 255), (200, 190), (73, 63)),
        stroke((9, 9), (10, 10), (9, 11), pressure=pressure),
        stroke((5, 5), (6, 7), erases=True, continues=True),
    ]
    read = decode(encode(written))
    assert len(read) == len(written)
    for one, other in zip(written, read, strict=True):
        assert np.array_equal(one.points, other.points)
        assert (one.erases, one.continues) == (other.erases, other.continues)
    assert [each.pressure is None for each in read] == [True, True, False, True]
    assert np.array_equal(read[2].pressure, pressure)


def test_no_strokes_are_no_text():
    assert encode([]) == ""
    assert decode("") == []


def test_a_digit_fits_into_a_link():
    angle = np.linspace(0, 2 * np.pi, 200)
    ring = np.column_stack([128 + 90 * np.cos(angle), 128 + 100 * np.sin(angle)])
    written = encode([Stroke(ring.astype(np.uint8))])
    assert len(written) < 600
    assert written.isascii() and not set(written) & set("+/=%&?# ")


@pytest.mark.parametrize(
    "hostile",
    [
        "abc",  # no version
        "2AAAA",  # another version
        "1",  # nothing behind the version
        "1AB",  # half a stroke
        "1A",  # not base64 at all
        "1<script>",
        "1AAAA\n",
        text(0, 0),  # a stroke of no points
        text(0, 3, 10, 10, 1, 1),  # fewer points than it says
        text(1, 1, 10, 10),  # says that it has pressure, and has none
        text(8, 1, 10, 10),  # an unknown flag
        text(0, 2, 250, 10, 100, 0),  # leaves the pad
        text(0, 2, 5, 10, 256 - 100, 0),
        "1" + "A" * LIMIT,
        None,
        7,
    ],
)
def test_what_is_not_a_drawing_is_refused_in_words(hostile):
    with pytest.raises(StrokesError, match="drawing"):
        decode(hostile)


def test_random_texts_are_read_or_refused_and_nothing_else():
    random = np.random.default_rng(0)
    read = 0
    for _ in range(3000):
        data = random.integers(0, 256, random.integers(1, 30), dtype=np.uint8)
        data[0] %= 8
        data[1 % len(data)] %= 8
        try:
            rasterise(decode(text(*data)), 28)
            read += 1
        except StrokesError:
            continue
    assert read > 10  # else the loop tries nothing


def test_strokes_that_do_not_fit_the_format_are_not_written():
    with pytest.raises(StrokesError):
        encode([Stroke(np.zeros((0, 2), np.uint8))])
    with pytest.raises(StrokesError):
        encode([stroke((0, 0), (200, 0))])
    with pytest.raises(StrokesError):
        encode([Stroke(np.zeros((256, 2), np.uint8))])


def test_a_line_is_as_wide_as_the_pen():
    ink = rasterise([LINE], SIDE)
    assert ink.dtype == np.float32 and ink.shape == (SIDE, SIDE)
    assert ink[:, 128].sum() == pytest.approx(PEN, abs=1.5)
    assert ink[128].sum() == pytest.approx(216 - 40 + PEN, abs=2)  # with its round ends


def test_a_single_point_is_a_round_dot():
    ink = rasterise([stroke((128, 128))], SIDE)
    assert ink.sum() == pytest.approx(np.pi * (PEN / 2) ** 2, rel=0.1)


def test_pressure_widens_the_line():
    soft, hard = (
        rasterise([stroke((40, 128), (128, 128), pressure=np.array([p, p], np.uint8))], SIDE)
        for p in (0, 255)
    )
    assert hard[:, 80].sum() == pytest.approx(3 * soft[:, 80].sum(), rel=0.2)


def test_the_eraser_takes_ink_away_and_a_later_stroke_puts_it_back():
    rubbed = stroke((128, 20), (128, 120), (128, 236), erases=True)
    ink = rasterise([LINE, rubbed], SIDE)
    assert ink[128, 128] == 0
    assert ink[128, 128 - ERASER] == 1
    assert rasterise([LINE, rubbed, LINE], SIDE)[128, 128] == 1


def test_the_curve_passes_near_its_points_and_ends_in_its_ends():
    corner = [(40, 200), (60, 160), (100, 120), (160, 110), (220, 60)]
    ink = rasterise([stroke(*corner)], SIDE)
    assert all(ink[y, x] == 1 for x, y in corner)


def test_the_size_of_the_raster_changes_nothing_but_the_resolution():
    small = rasterise([LINE], 64)
    large = rasterise([LINE], 256).reshape(64, 4, 64, 4).mean((1, 3))
    assert np.abs(small - large).mean() < 0.01
