import numpy as np
import pytest
import torch

from aecore import data, shapes

NAMES = tuple(shapes.OUTLINES)
COUNTS = (len(NAMES), len(shapes.SIZES), len(shapes.ANGLES), *[len(shapes.POSITIONS)] * 2)
FIRST_TESTED = [4, 9, 10, 14, 16, 26, 27, 29]


@pytest.fixture(scope="module")
def everything():
    """Images (3, 4, 11, 10, 10, 28, 28) in [0, 1], by shape, size, angle, x and y."""
    images, _, _ = shapes.shapes()
    return (images / 255).reshape(*COUNTS, 28, 28)


@pytest.fixture(scope="module")
def dataset():
    return data.load("shapes")


@pytest.fixture(scope="module")
def both(dataset):
    """The factors of the training and the test images, and the images, one after the other."""
    parts = (dataset.train, dataset.test)
    return torch.cat([p.factors for p in parts]), torch.cat([p.images for p in parts])


def test_every_combination_of_the_factors_appears_exactly_once(dataset, both):
    factors, _ = both
    assert dataset.factor_names == ("shape", "size", "angle", "x", "y")
    assert [len(values) for values in dataset.factor_values] == list(COUNTS)
    number = np.ravel_multi_index(factors.numpy().T, COUNTS)
    assert np.array_equal(np.sort(number), np.arange(np.prod(COUNTS)))


def test_no_two_images_are_equal(both):
    _, images = both
    assert len({image.numpy().tobytes() for image in images}) == len(images)


def test_the_label_is_the_shape(dataset):
    assert dataset.classes == NAMES
    for split in (dataset.train, dataset.test):
        assert torch.equal(split.labels, split.factors[:, 0])


def test_generating_twice_gives_the_same_images_and_the_same_split(dataset):
    images, factors, _ = shapes.shapes()
    testing = shapes.for_testing(len(images))
    assert np.array_equal(dataset.test.images[:, 0].numpy(), images[testing])
    assert np.array_equal(dataset.train.factors.numpy(), factors[~testing])


def test_the_split_is_one_in_five_and_the_same_forever():
    testing = shapes.for_testing(13_200)
    assert testing.sum() == 2_640
    assert np.flatnonzero(testing)[:8].tolist() == FIRST_TESTED


def test_every_value_of_every_factor_is_in_both_parts(dataset):
    for split in (dataset.train, dataset.test):
        for column, count in zip(split.factors.T, COUNTS, strict=True):
            share = column.bincount(minlength=count) / len(split)
            assert (share * count - 1).abs().max() < 0.25


def test_x_and_y_are_the_centre_of_mass_whatever_the_shape_and_the_angle(dataset, both):
    factors, images = both
    ink = images[:, 0].double()
    index = torch.arange(28.0).double() - 13.5
    right, down = ((ink.sum(axis) @ index) / ink.sum((1, 2)) for axis in (1, 2))
    for column, measured in ((3, right), (4, down)):
        true = dataset.factor_values[column][factors[:, column]]
        assert (measured - true).abs().max() < 0.05


def test_the_size_is_the_side_of_the_square_of_the_same_area(dataset, both):
    factors, images = both
    side = data.to_float(images).sum((1, 2, 3)).sqrt()
    true = dataset.factor_values[1][factors[:, 1]]
    assert (side / true - 1).abs().max() < 0.02


def test_nothing_touches_the_border(both):
    _, images = both
    inner = images[:, 0, 1:-1, 1:-1]
    assert (inner.long().sum((1, 2)) == images.long().sum((1, 2, 3))).all()


def test_edges_are_anti_aliased(both):
    _, images = both
    grey = ((images > 0) & (images < 255)).float().mean()
    ink = (images > 0).float().mean()
    assert 0.1 < grey / ink < 0.8


def nearest_and_ink(images):
    """Of images (N, ...): the smallest squared distance between two of them, and their mean ink."""
    flat = torch.tensor(images.reshape(len(images), -1))
    return torch.nn.functional.pdist(flat).min() ** 2, flat.sum(1).mean()


@pytest.mark.parametrize("shape", range(len(NAMES)), ids=NAMES)
@pytest.mark.parametrize("size", range(len(shapes.SIZES)))
def test_every_angle_looks_different(everything, shape, size):
    nearest, ink = nearest_and_ink(everything[shape, size, :, 5, 5])
    assert nearest > 0.04 * ink


@pytest.mark.parametrize("size", range(len(shapes.SIZES)))
def test_no_shape_at_any_angle_looks_like_another(everything, size):
    flat = torch.tensor(everything[:, size, :, 5, 5].reshape(len(NAMES), len(shapes.ANGLES), -1))
    ink = flat.sum(-1).mean()
    for one in range(len(NAMES)):
        for other in range(one):
            assert torch.cdist(flat[one], flat[other]).min() ** 2 > 0.1 * ink


def test_a_larger_angle_turns_anticlockwise(everything):
    """The hook's upright leg, seen from its corner, leans to the left as the angle grows."""
    upright = everything[NAMES.index("hook"), -1, :, 5, 5]
    top = upright[:, :11].sum(1)  # the upper part, (angles, columns)
    place = (top @ np.arange(28)) / top.sum(1)
    level = shapes.ANGLES.index(0)
    assert (np.diff(place[level - 2 : level + 3]) < 0).all()


def test_one_step_in_x_or_y_is_one_pixel_to_the_right_or_down(everything):
    assert np.array_equal(everything[..., 1, 0, :, 1:], everything[..., 0, 0, :, :-1])
    assert np.array_equal(everything[..., 0, 1, 1:, :], everything[..., 0, 0, :-1, :])
