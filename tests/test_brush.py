"""The brush's mask as text, and texts that are none."""

import numpy as np
import pytest

from aecore import brush


def test_a_mask_survives_the_link():
    mask = np.random.RandomState(0).rand(28, 28) > 0.7
    text = brush.write(mask)
    assert len(text) == brush.LENGTH
    assert np.array_equal(brush.read(text), mask)


def test_where_the_brush_has_not_been_there_is_no_text():
    assert brush.write(np.zeros((28, 28), bool)) == ""
    assert not brush.read("").any()


@pytest.mark.parametrize("text", ["x", "A" * 130, "A" * 132, "!" * 131, "ä" * 131, None, 7])
def test_another_text_is_refused(text):
    if text is None:
        assert not brush.read(text).any()
        return
    with pytest.raises(brush.BrushError):
        brush.read(text)
