"""A reading is what the model itself says, and a guess is the cheapest class."""

import numpy as np
import pytest
import torch

from aecore import losses
from aecore.models.catalog import CATALOG, build
from aecore.reading import codebook_places, label_costs, read

IMAGE = np.zeros((28, 28), np.float32)
IMAGE[6:22, 12:16] = np.linspace(0.2, 1, 16)[:, None]


@pytest.mark.parametrize("model_id", CATALOG)
def test_a_reading_has_what_the_abilities_say(model_id):
    model = build(model_id).eval()
    reading = read(model, IMAGE)
    assert reading.reconstruction.shape == (28, 28)
    assert reading.reconstruction.min() >= 0 and reading.reconstruction.max() <= 1
    assert reading.code.shape == (model.latent_dim,)
    assert (reading.sigma is not None) == (reading.kl is not None) == model.abilities.posterior
    assert (reading.indices is not None) == model.abilities.discrete
    assert (reading.label is not None) == model.abilities.conditional
    error = np.square(reading.reconstruction - IMAGE).mean()
    assert reading.scores["mse"] == pytest.approx(error, rel=1e-4)


def test_sigma_and_kl_are_the_posterior_s():
    model = build("vae").eval()
    reading = read(model, IMAGE)
    with torch.no_grad():
        code = model.encode(torch.tensor(IMAGE)[None, None])
        prior = torch.distributions.Normal(0.0, 1.0)
        posterior = torch.distributions.Normal(code.mean, (0.5 * code.logvar).exp())
        kl = torch.distributions.kl_divergence(posterior, prior)[0]
    assert np.allclose(reading.sigma, posterior.scale[0], atol=1e-5)
    assert np.allclose(reading.kl, kl, atol=1e-4)


def test_a_conditional_model_guesses_the_class_that_costs_least():
    model = build("cvae", seed=3).eval()
    x = torch.tensor(IMAGE)[None, None]
    costs = []
    with torch.no_grad():
        for label in range(10):
            y = torch.tensor([label])
            code = model.encode(x, y)
            nll = losses.bernoulli_nll(model.decode(code.mean, y), x)
            costs.append(float(nll + losses.gaussian_kl(code.mean, code.logvar).sum()))
    assert np.allclose(label_costs(model, x), costs, rtol=1e-4)
    assert read(model, IMAGE).label == int(np.argmin(costs))


def test_a_class_that_is_told_is_believed():
    model = build("cvae", seed=3).eval()
    guessed = read(model, IMAGE)
    told = read(model, IMAGE, label=(guessed.label + 5) % 10)
    assert told.label == (guessed.label + 5) % 10
    assert not np.array_equal(told.reconstruction, guessed.reconstruction)


def test_a_drawing_may_be_read_only():
    image = IMAGE.copy()
    image.setflags(write=False)
    assert np.array_equal(read(build("ae").eval(), image).image, IMAGE)


def test_codebook_places_follow_the_direction_of_greatest_spread():
    line = torch.tensor([[0.0, 0.1], [3.0, -0.1], [1.0, 0.0], [2.0, 0.05]])
    places = codebook_places(line)
    order = places if places[0] == 0 else 1 - places  # a principal axis has no sign
    assert order == pytest.approx([0, 1, 1 / 3, 2 / 3])
