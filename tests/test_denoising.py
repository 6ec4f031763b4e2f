"""The best linear denoiser against ridge regression; PSNR and SSIM; curves; the field."""

import math

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge

from aecore import denoising
from aecore.data import to_float
from aecore.denoising_curves import NOTHING, baselines, curve
from aecore.denoising_field import field, slice_through
from aecore.noise import NOISES, corrupt
from aecore.quality import guess, mean_quality, quality, through
from aecore.reading import read
from aecore.tensor_files import RunError


@pytest.fixture(scope="module")
def clean(digits):
    return denoising.pixel_statistics(digits.train.images)


@pytest.fixture(scope="module")
def test_digits(digits):
    return to_float(digits.test.images[:60])


def test_statistics_are_the_mean_and_covariance(digits, clean):
    x = digits.train.images.flatten(1).double() / 255
    assert torch.allclose(clean.mean, x.mean(0))
    assert torch.allclose(clean.covariance, torch.cov(x.T), atol=2e-3)
    assert torch.allclose(clean.covariance.diagonal(), x.var(0), atol=1e-8)


@pytest.mark.parametrize("kind", NOISES)
def test_the_best_linear_denoiser_is_what_ridge_regression_comes_to(
    kind, digits, clean, test_digits
):
    """Many noisy copies, a hundredth of a ridge: the errors agree, though nothing is shared."""
    amount = NOISES[kind].usual
    x = to_float(digits.train.images).repeat(4, 1, 1, 1)
    ridge = Ridge(alpha=0.01).fit(corrupt(x, kind, amount, 1).flatten(1), x.flatten(1))
    noisy = corrupt(test_digits, kind, amount, 2)
    theirs = ridge.predict(noisy.flatten(1)).clip(0, 1)
    ours = denoising.best_linear(clean, kind, amount)(noisy).flatten(1).numpy()
    truth = test_digits.flatten(1).numpy()
    error, reference = (np.square(each - truth).mean() for each in (ours, theirs))
    assert error < 1.1 * reference
    assert error < 0.7 * np.square(noisy.flatten(1).numpy() - truth).mean()


def test_no_other_matrix_does_better_on_average(digits, clean):
    """A step away from the best matrix, in any direction, costs."""
    x = to_float(digits.train.images)
    noisy = corrupt(x, "salt", 0.3, 5)
    best = denoising.best_linear(clean, "salt", 0.3)

    def error(matrix):
        moved = (noisy.flatten(1) - best.noisy_mean) @ matrix.T + best.clean_mean
        return (moved - x.flatten(1)).square().mean()

    generator = torch.Generator().manual_seed(0)
    for _ in range(3):
        step = 0.05 * torch.randn(784, 784, generator=generator) * best.matrix.std()
        assert error(best.matrix) < error(best.matrix + step)


def test_statistics_survive_being_kept(clean, tmp_path, monkeypatch):
    monkeypatch.setenv("AECORE_CHECKPOINTS", str(tmp_path))
    denoising.save_statistics(clean, "digits")
    kept = denoising.load_statistics("digits")
    assert torch.allclose(kept.covariance, clean.covariance, atol=1e-3)
    (denoising.folder("digits") / denoising.FILE).write_bytes(b"{}")
    with pytest.raises(RunError):
        denoising.load_statistics("digits")


def test_the_median_takes_single_specks_away_and_keeps_areas():
    y = torch.zeros(1, 1, 28, 28)
    y[0, 0, 5, 5] = 1
    y[0, 0, 10:20, 10:20] = 1
    filtered = denoising.median(y)
    assert filtered[0, 0, 5, 5] == 0
    assert filtered[0, 0, 11:19, 11:19].min() == 1


def test_quality_is_perfect_for_the_same_image_and_follows_its_definition(x):
    image = x[0, 0].numpy()
    same = quality(image, image)
    assert same.mse == 0 and math.isinf(same.psnr) and same.ssim == pytest.approx(1)
    other = quality(image, np.clip(image + 0.1, 0, 1))
    assert other.psnr == pytest.approx(-10 * math.log10(other.mse))
    assert other.ssim < 1
    mean = mean_quality(x[:2], torch.stack([x[0], x[1] * 0.5]))
    assert mean.psnr == pytest.approx(quality(x[1, 0].numpy(), 0.5 * x[1, 0].numpy()).psnr)


def test_a_conditional_model_cleans_under_the_class_it_guesses(trained_run, x):
    model = trained_run("cvae").model
    labels = guess(model, x)
    assert labels.tolist() == [read(model, image[0].numpy()).label for image in x]
    assert torch.equal(through(model, x), model.reconstruct(x, labels))


def test_a_curve_of_nothing_is_the_noise_itself(clean, test_digits):
    found = curve("gaussian", test_digits[:20], baselines("gaussian", clean)[NOTHING])
    assert found["mse"][0] == 0 and found["psnr"][0] is None  # exact: infinitely many decibels
    assert found["mse"] == sorted(found["mse"])
    assert len(found["ssim"]) == len(NOISES["gaussian"].amounts)


def test_a_slice_goes_through_its_three_images(x):
    plane = slice_through(*x[:3, 0])
    assert torch.allclose(plane.images(plane.corners), x[:3], atol=1e-5)
    assert plane.across @ plane.up == pytest.approx(0, abs=1e-5)
    assert plane.across.norm() == pytest.approx(1) and plane.up.norm() == pytest.approx(1)


def test_there_is_no_slice_through_images_on_a_line(x):
    with pytest.raises(ValueError, match="line"):
        slice_through(x[0, 0], x[1, 0], 0.5 * (x[0, 0] + x[1, 0]))
    with pytest.raises(ValueError, match="same"):
        slice_through(x[0, 0], x[0, 0], x[1, 0])


@pytest.mark.parametrize("model_id", ["denoising_ae", "cvae", "vq_vae"])
def test_the_field_is_what_the_model_does_to_each_image(trained_run, x, model_id):
    model = trained_run(model_id).model
    plane = slice_through(*x[:3, 0])
    found = field(model, plane, 5)
    image = plane.images(torch.tensor([[found.xs[3], found.ys[1]]]))
    y = guess(model, x[:1]) if model.abilities.conditional else None
    with torch.inference_mode():
        moved = (model.reconstruct(image, y) - image).flatten()
    assert found.lengths[1, 3] == pytest.approx(float(moved.norm()), rel=1e-4)
    assert found.steps[1, 3, 0] == pytest.approx(float(moved @ plane.across), abs=1e-4)
    assert found.steps[1, 3, 1] == pytest.approx(float(moved @ plane.up), abs=1e-4)
