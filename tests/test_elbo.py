"""The ELBO of one image, against torch.distributions."""

import numpy as np
import pytest
import torch
from torch.distributions import Bernoulli, Normal, kl_divergence

from aecore.elbo import elbo, grey_floor


@pytest.fixture
def image(x):
    return x[0, 0].numpy()


@pytest.mark.parametrize("model_id", ["vae", "conv_vae", "beta_vae"])
def test_the_terms_are_those_of_the_distributions(trained_run, image, model_id):
    model = trained_run(model_id).model
    found = elbo(model, image, draws=5, seed=2)
    x = torch.tensor(image)[None, None]
    with torch.no_grad():
        code = model.encode(x)
        posterior = Normal(code.mean, (code.logvar / 2).exp())
        eps = torch.randn(5, model.latent_dim, generator=torch.Generator().manual_seed(2))
        logits = model.decode(posterior.mean + posterior.stddev * eps)
    nats = -Bernoulli(logits=logits, validate_args=False).log_prob(x).flatten(1).sum(1)
    np.testing.assert_allclose(found.distortions, nats, rtol=1e-4)
    prior = Normal(torch.zeros(model.latent_dim), torch.ones(model.latent_dim))
    np.testing.assert_allclose(found.kl, kl_divergence(posterior, prior)[0], rtol=1e-3, atol=1e-5)
    assert found.pixels.sum() == pytest.approx(found.distortion, rel=1e-4)
    assert found.negative_elbo() == pytest.approx(found.distortion + found.rate)
    assert found.negative_elbo(4) - found.negative_elbo() == pytest.approx(3 * found.rate)


def test_no_prediction_costs_less_than_the_floor(trained_run, image):
    x = torch.tensor(image)[None, None]
    floor = grey_floor(x)
    perfect = -Bernoulli(probs=x, validate_args=False).log_prob(x).sum()
    assert floor == pytest.approx(perfect.item(), rel=1e-3)
    assert elbo(trained_run("vae").model, image).distortion > floor
    assert grey_floor((x > 0.5).float()) == 0


def test_a_conditional_model_is_told_the_class(trained_run, image):
    model = trained_run("cvae").model
    one, other = elbo(model, image, label=1), elbo(model, image, label=8)
    assert one.distortion != other.distortion


def test_a_model_without_a_posterior_has_no_elbo(trained_run, image):
    with pytest.raises(ValueError, match="has no posterior"):
        elbo(trained_run("ae").model, image)
