"""Noise: each kind does what it says, by a seed, and none of it at amount 0."""

import pytest
import torch
from scipy import ndimage

from aecore.models import catalog
from aecore.noise import NOISES, block_masks, corrupt

KINDS = pytest.mark.parametrize("kind", NOISES)


@pytest.fixture
def grey():
    return torch.full((400, 1, 28, 28), 0.5)


@KINDS
def test_no_noise_leaves_an_image_as_it_is(kind, x):
    assert torch.allclose(corrupt(x, kind, 0), x, atol=1e-6)


@KINDS
def test_the_same_seed_spoils_the_same_way_and_stays_in_range(kind, x):
    amount = NOISES[kind].most
    first, again, other = (corrupt(x, kind, amount, seed) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert first.min() >= 0 and first.max() <= 1 + 1e-6
    assert torch.equal(first, other) == (kind == "blur")  # nothing in a blur is random


@KINDS
def test_more_noise_is_further_from_the_image(kind, x):
    errors = [(corrupt(x, kind, amount) - x).square().mean() for amount in NOISES[kind].amounts]
    assert len(errors) == 9 and errors[0] < 1e-10
    assert all(less < more for less, more in zip(errors, errors[1:], strict=False))


def test_gaussian_noise_has_the_standard_deviation_asked_for(grey):
    assert corrupt(grey, "gaussian", 0.1).std() == pytest.approx(0.1, rel=0.02)


def test_salt_and_pepper_are_equal_and_as_many_as_asked_for(grey):
    spoiled = corrupt(grey, "salt", 0.3)
    assert (spoiled == 0).float().mean() == pytest.approx(0.15, abs=0.01)
    assert (spoiled == 1).float().mean() == pytest.approx(0.15, abs=0.01)


def test_a_block_is_a_square_hole_in_the_middle(grey):
    holes = corrupt(grey, "block", 6) == 0
    assert (holes.flatten(1).sum(1) == 36).all()
    assert not holes[:, :, :4].any() and not holes[:, :, 24:].any()
    assert len({tuple(hole.flatten().tolist()) for hole in holes}) > 50  # in many places
    assert len(block_masks(6)) == 15 * 15


def test_a_blur_is_scipys(x):
    ours = corrupt(x, "blur", 1.5)[:, 0].numpy()
    theirs = ndimage.gaussian_filter(
        x[:, 0].numpy(), sigma=(0, 1.5, 1.5), mode="constant", truncate=10
    )
    assert abs(ours - theirs).max() < 1e-4


def test_a_denoising_model_is_trained_on_the_gaussian_noise_of_the_page(x):
    model = catalog.build("denoising_ae")
    noisy = model.corrupt(x, torch.Generator().manual_seed(3))
    assert torch.equal(noisy, corrupt(x, "gaussian", model.config.noise, seed=3))
