"""A place in a latent space as text: there and back, and what is refused."""

import base64

import numpy as np
import pytest

from aecore import coordinates
from aecore.coordinates import CoordinatesError


def as_text(*values):
    """A text that `encode_vector` would not write."""
    return "v" + base64.urlsafe_b64encode(np.array(values, "<f2").tobytes()).decode().rstrip("=")


def test_a_vector_comes_back_as_it_was_rounded():
    z = np.random.default_rng(0).normal(0, 3, 64)
    text = coordinates.encode_vector(z)
    back = coordinates.decode_vector(text, 64)
    assert np.array_equal(back, coordinates.rounded(z))
    assert np.abs(back - z).max() < 0.01
    assert coordinates.encode_vector(back) == text


def test_the_text_of_twenty_coordinates_fits_into_a_short_link():
    assert len(coordinates.encode_vector(np.zeros(20))) == 55


def test_numbers_too_large_for_the_text_are_brought_to_the_largest_it_holds():
    assert coordinates.rounded([1e9, -1e9]).tolist() == [65504, -65504]


def test_a_grid_of_codes_comes_back():
    grid = np.random.default_rng(0).integers(0, 512, (7, 7))
    text = coordinates.encode_codes(grid)
    assert np.array_equal(coordinates.decode_codes(text, 49, 512), grid.ravel())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (coordinates.encode_vector(np.zeros(3)), "3 coordinates, and this model takes 4"),
        (coordinates.encode_codes(np.zeros(4)), "another kind of model"),
        (as_text(0, np.nan, 0, 0), "not a number"),
        (as_text(0, 0, 0, -np.inf), "not a number"),
        ("", "cut short"),
        ("v", "0 coordinates"),
        ("vAAA$", "cut short"),
        ("vA", "cut short"),
        ("vAAAA" * 4_000, "cut short"),
        ("<script>", "cut short"),
    ],
)
def test_what_is_no_place_is_refused_with_the_reason(text, words):
    with pytest.raises(CoordinatesError, match=words):
        coordinates.decode_vector(text, 4)


def test_an_unknown_codebook_entry_is_named():
    text = coordinates.encode_codes([3, 700])
    with pytest.raises(CoordinatesError, match="entry 700 of a codebook of 512"):
        coordinates.decode_codes(text, 2, 512)
