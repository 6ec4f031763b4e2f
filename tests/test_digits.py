import numpy as np
import torch

from aecore import data
from aecore.drawing import USUAL_STROKE, stroke_width


def test_no_digit_is_in_both_parts(digits):
    train = {image.numpy().tobytes() for image in digits.train.images}
    test = {image.numpy().tobytes() for image in digits.test.images}
    assert not train & test


def test_every_class_of_the_digits_is_split_alike(digits):
    train, test = (split.labels.bincount() for split in (digits.train, digits.test))
    assert (test / (train + test)).min() > 0.19
    assert (test / (train + test)).max() <= 0.2


def test_digits_have_the_form_of_mnist(digits):
    images = digits.train.images[:, 0]
    ink = images.float()
    rows, columns = (images > 25).any(2).sum(1), (images > 25).any(1).sum(1)
    longer = torch.maximum(rows, columns)
    assert ((longer >= 18) & (longer <= 20)).float().mean() > 0.99
    assert (images.amax((1, 2)) == 255).all()
    index = torch.arange(28.0)
    down, right = ((ink.sum(axis) @ index) / ink.sum((1, 2)) for axis in (2, 1))
    for middle in (down, right):
        assert (middle - 14).abs().max() < 0.52


def test_the_strokes_of_digits_weigh_what_those_of_mnist_do(digits):
    widths = [stroke_width(image.numpy() / 255) for image in digits.test.images[:, 0]]
    thin, thick = USUAL_STROKE
    assert np.mean([thin - 0.2 < width < thick + 0.5 for width in widths]) > 0.8


def test_digits_can_be_told_apart_after_the_change_of_form(digits):
    train, test = (data.to_float(split.images).flatten(1) for split in (digits.train, digits.test))
    nearest = torch.cdist(test, train).argmin(1)
    assert (digits.train.labels[nearest] == digits.test.labels).float().mean() > 0.95
