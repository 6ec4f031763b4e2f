"""A digit among others: its neighbours are the nearest there are, and odd is what few are."""

import numpy as np
import pytest
import torch

from aecore import citizen, latent_space
from aecore.data import to_float
from aecore.models.catalog import CATALOG
from aecore.reading import read
from aecore.runs import Run


@pytest.fixture(scope="module")
def home_of(fitted):
    """home_of(model_id): a small trained run with the codes it keeps, and their space."""

    def opened(model_id):
        run = fitted(model_id).finish()
        return run, latent_space.latent_space(run)

    return opened


def reading_of(run, dataset, number):
    image = to_float(dataset.train.images[number, 0]).numpy()
    label = int(dataset.train.labels[number]) if run.model.abilities.conditional else None
    return read(run.model, image, label)


@pytest.mark.parametrize("model_id", CATALOG)
def test_the_nearest_neighbour_of_a_training_digit_is_itself(home_of, few_digits, model_id):
    run, space = home_of(model_id)
    found = citizen.neighbours(run.model, space, reading_of(run, few_digits, 17))
    assert len(found.numbers) == citizen.NEIGHBOURS
    assert (np.diff(found.distances) >= 0).all()
    twins = found.numbers[found.distances <= found.distances[0] + 1e-6]
    assert 17 in twins
    assert (found.labels == few_digits.train.labels[found.numbers].numpy()).all()


def test_the_distance_between_grids_is_that_of_their_vectors(home_of, few_digits):
    run, space = home_of("vq_vae")
    reading = reading_of(run, few_digits, 3)
    found = citizen.neighbours(run.model, space, reading, k=len(space))
    vectors = run.model.embed(space.code.indices).flatten(1)
    direct = (vectors - torch.tensor(reading.code)).norm(dim=1).numpy()
    assert np.allclose(direct[found.numbers], found.distances, atol=1e-3)
    assert np.allclose(np.sort(direct), found.distances, atol=1e-3)


def test_a_run_without_codes_knows_no_neighbours(home_of, few_digits):
    run, _ = home_of("vae")
    bare = Run(run.info, model=run.model)
    empty = latent_space.latent_space(bare)
    found = citizen.neighbours(run.model, empty, reading_of(run, few_digits, 0))
    assert len(found.numbers) == len(found.labels) == 0


def test_codes_line_up_with_the_images_they_are_of_and_with_no_others(home_of, few_digits):
    _, space = home_of("ae")
    labels = few_digits.train.labels
    assert citizen.lines_up(space, labels)
    assert not citizen.lines_up(space, labels.roll(1))
    assert not citizen.lines_up(space, labels[: len(space) - 1])


@pytest.mark.parametrize("model_id", ["ae", "cvae", "vq_vae"])
def test_a_neighbour_without_its_image_is_rebuilt_from_its_code(home_of, few_digits, model_id):
    run, space = home_of(model_id)
    pictures = citizen.rebuilt(run.model, space, np.array([5, 9]))
    assert pictures.shape == (2, 28, 28)
    direct = reading_of(run, few_digits, 5).reconstruction
    assert np.abs(pictures[0] - direct).max() < 0.02  # the codes are kept in float16


def test_odder_is_the_share_of_test_digits_with_a_lower_score():
    reference = {"mse": list(np.linspace(0, 1, 101)), "negative_elbo_nats": [0.0] * 100 + [200.0]}
    odd = citizen.oddness({"mse": 0.96, "negative_elbo_nats": 300.0, "other": 1.0}, reference)
    assert odd == pytest.approx({"mse": 0.96, "negative_elbo_nats": 1.0})
    assert citizen.oddness({"mse": -1.0}, reference)["mse"] == 0
    assert citizen.oddness({"mse": 0.5}, {}) == {}


def test_noise_is_odder_than_a_digit(home_of, few_digits):
    run, _ = home_of("vae")
    digit = reading_of(run, few_digits, 0)
    noise = read(run.model, np.random.default_rng(0).random((28, 28), np.float32))
    plain, strange = (citizen.oddness(r.scores, run.info.reference) for r in (digit, noise))
    assert all(strange[name] > plain[name] for name in ("mse", "negative_elbo_nats"))
    assert strange["mse"] == 1


def test_a_grid_of_49_codes_out_of_32_takes_245_bits(home_of, few_digits):
    run, space = home_of("vq_vae")
    assert citizen.bits(reading_of(run, few_digits, 0), space.entries) == 49 * 5
