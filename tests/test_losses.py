"""The equations, held to torch.distributions and to what must be true of them."""

import math

import pytest
import torch
from torch.distributions import Bernoulli, Independent, Normal, kl_divergence

from aecore.losses import (
    bernoulli_nll,
    free_bits,
    gaussian_kl,
    gaussian_log_density,
    l1,
    mean_squared_error,
    nearest_code,
    perplexity,
    reparameterise,
    straight_through,
)


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(0)


@pytest.fixture
def posterior(generator):
    """Means and log variances (64, 5) over a wide range."""
    mean = 3 * torch.randn(64, 5, generator=generator)
    return mean, 4 * torch.randn(64, 5, generator=generator)


def normal(mean, logvar):
    return Normal(mean, (0.5 * logvar).exp())


def test_kl_matches_torch_distributions(posterior):
    expected = kl_divergence(normal(*posterior), Normal(0.0, 1.0))
    torch.testing.assert_close(gaussian_kl(*posterior), expected, rtol=1e-5, atol=1e-5)


def test_kl_of_the_prior_to_itself_is_zero_and_no_kl_is_negative(posterior):
    assert (gaussian_kl(torch.zeros(3, 4), torch.zeros(3, 4)) == 0).all()
    assert (gaussian_kl(*posterior) >= 0).all()


def test_kl_gradient_matches_torch_distributions(posterior):
    ours = [part.clone().requires_grad_() for part in posterior]
    theirs = [part.clone().requires_grad_() for part in posterior]
    gaussian_kl(*ours).sum().backward()
    kl_divergence(normal(*theirs), Normal(0.0, 1.0)).sum().backward()
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a.grad, b.grad, rtol=1e-4, atol=1e-5)


def test_bernoulli_nll_of_binary_pixels_matches_torch_distributions(generator):
    logits = 5 * torch.randn(6, 1, 28, 28, generator=generator)
    x = torch.randint(0, 2, (6, 1, 28, 28), generator=generator).float()
    expected = -Independent(Bernoulli(logits=logits), 3).log_prob(x)
    torch.testing.assert_close(bernoulli_nll(logits, x), expected)


def test_bernoulli_nll_of_grey_pixels_is_the_cross_entropy(generator):
    logits = 5 * torch.randn(6, 1, 28, 28, generator=generator)
    x = torch.rand(6, 1, 28, 28, generator=generator)
    p, grey = logits.double().sigmoid(), x.double()
    expected = -(grey * p.log() + (1 - grey) * (1 - p).log()).sum((1, 2, 3))
    torch.testing.assert_close(bernoulli_nll(logits, x).double(), expected, rtol=1e-5, atol=1e-3)


def test_bernoulli_nll_is_least_where_the_picture_is_the_image(generator):
    x = torch.rand(1, 1, 4, 4, generator=generator).clamp(0.05, 0.95)
    best = bernoulli_nll(x.logit(), x)
    entropy = Bernoulli(probs=x).entropy().sum()
    assert best.item() == pytest.approx(entropy.item(), rel=1e-5)  # grey pixels never reach zero
    for step in (-0.5, 0.5):
        assert bernoulli_nll(x.logit() + step, x) > best


@pytest.mark.parametrize("logit", [1e4, -1e4])
def test_bernoulli_nll_is_finite_at_extreme_logits(logit):
    logits = torch.full((1, 1, 2, 2), logit, requires_grad=True)
    for pixel in (0.0, 0.3, 1.0):
        nll = bernoulli_nll(logits, torch.full((1, 1, 2, 2), pixel))
        wrong = 1 - pixel if logit > 0 else pixel
        assert nll.item() == pytest.approx(4 * wrong * 1e4, rel=1e-5)
        (gradient,) = torch.autograd.grad(nll, logits)
        assert gradient.isfinite().all()


def test_squared_error_is_averaged_over_the_pixels_of_each_image():
    x = torch.zeros(2, 1, 28, 28)
    x_hat = torch.stack([torch.full((1, 28, 28), 0.5), torch.zeros(1, 28, 28)])
    assert mean_squared_error(x_hat, x).tolist() == [0.25, 0.0]


def test_reparameterise_has_the_mean_and_the_variance_asked_for(generator):
    mean, logvar = torch.tensor([-2.0, 0.0, 5.0]), torch.tensor([-3.0, 0.0, 2.0])
    z = reparameterise(mean.expand(200_000, 3), logvar.expand(200_000, 3), generator)
    sigma = (0.5 * logvar).exp()
    assert ((z.mean(0) - mean).abs() < 5 * sigma / math.sqrt(len(z))).all()
    torch.testing.assert_close(z.var(0), logvar.exp(), rtol=0.02, atol=0)
    skewness = ((z - mean) / sigma).pow(3).mean(0)
    assert (skewness.abs() < 0.05).all()


def test_reparameterise_passes_gradients_to_mean_and_variance(generator):
    mean = torch.zeros(1, 3, requires_grad=True)
    logvar = torch.full((1, 3), 0.7, requires_grad=True)
    z = reparameterise(mean, logvar, generator)
    z.sum().backward()
    assert (mean.grad == 1).all()
    torch.testing.assert_close(logvar.grad, 0.5 * z.detach())  # dz/dlogvar = sigma * eps / 2


def test_reparameterise_is_decided_by_its_generator_alone():
    mean, logvar = torch.zeros(4, 3), torch.zeros(4, 3)
    first, again, other = (
        reparameterise(mean, logvar, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_free_bits_without_a_floor_are_the_plain_kl(posterior):
    kl = gaussian_kl(*posterior)
    torch.testing.assert_close(free_bits(kl, 0.0), kl.sum(1).mean())


def test_free_bits_charge_the_floor_below_it_and_the_kl_above_it():
    kl = torch.tensor([[0.1, 3.0], [0.3, 1.0]], requires_grad=True)  # means 0.2 and 2
    charged = free_bits(kl, 0.5)
    assert charged.item() == pytest.approx(0.5 + 2.0)
    charged.backward()
    assert kl.grad.tolist() == [[0.0, 0.5], [0.0, 0.5]]  # no pull on the one below the floor


def test_free_bits_look_at_the_mean_over_the_batch():
    kl = torch.tensor([[0.0], [4.0]])  # one image below the floor, the mean above it
    assert free_bits(kl, 1.0).item() == pytest.approx(2.0)


def test_l1_sums_absolute_values():
    assert l1(torch.tensor([[1.0, -2.0, 0.0], [0.0, 0.0, 0.0]])).tolist() == [3.0, 0.0]


def test_gaussian_log_density_matches_torch_distributions(posterior, generator):
    z = 3 * torch.randn(64, 5, generator=generator)
    expected = normal(*posterior).log_prob(z).sum(1)
    torch.testing.assert_close(gaussian_log_density(z, *posterior), expected, rtol=1e-4, atol=1e-3)


def test_gaussian_log_density_broadcasts_over_leading_dimensions(posterior, generator):
    z = torch.randn(7, 64, 5, generator=generator)
    together = gaussian_log_density(z, *posterior)
    assert together.shape == (7, 64)
    torch.testing.assert_close(together[3], gaussian_log_density(z[3], *posterior))


def test_nearest_code_is_the_one_that_brute_force_finds(generator):
    z, codebook = (torch.randn(n, 6, generator=generator) for n in (200, 31))
    distances = (z[:, None] - codebook[None]).square().sum(2)
    assert torch.equal(nearest_code(z, codebook), distances.argmin(1))


def test_a_codebook_entry_is_nearest_to_itself(generator):
    codebook = torch.randn(50, 8, generator=generator)
    assert torch.equal(nearest_code(codebook, codebook), torch.arange(50))


def test_straight_through_gives_the_quantised_value_and_the_identity_as_gradient(generator):
    z = torch.randn(5, 3, generator=generator, requires_grad=True)
    quantised = torch.randn(5, 3, generator=generator, requires_grad=True)
    upstream = torch.randn(5, 3, generator=generator)
    out = straight_through(z, quantised)
    torch.testing.assert_close(out, quantised)
    out.backward(upstream)
    assert torch.equal(z.grad, upstream)
    assert quantised.grad is None


@pytest.mark.parametrize("codes", [1, 2, 512])
def test_perplexity_of_even_use_is_the_number_of_codes(codes):
    assert perplexity(torch.full((codes,), 7.0)).item() == pytest.approx(codes, rel=1e-5)


def test_perplexity_of_one_code_is_one():
    assert perplexity(torch.tensor([0.0, 42.0, 0.0])).item() == pytest.approx(1.0)


def test_perplexity_matches_torch_distributions(generator):
    counts = torch.randint(0, 100, (64,), generator=generator).float()
    expected = torch.distributions.Categorical(counts / counts.sum()).perplexity()
    torch.testing.assert_close(perplexity(counts), expected)
