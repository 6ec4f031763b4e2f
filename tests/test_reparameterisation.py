"""Both estimators of a gradient: right on average, and as noisy as the sums on paper say."""

import pytest
import torch

from aecore.reparameterisation import (
    compare,
    exact_gradient,
    pathwise_gradients,
    score_gradients,
    squared_distance,
)

PLACES = [(2.0, -1.0), (-0.5, 0.5), (1.0, 0.0)]


@pytest.fixture
def eps():
    return torch.randn(100_000, generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize(("mean", "logvar"), PLACES)
def test_every_estimator_is_right_on_average(mean, logvar):
    exact = torch.tensor(exact_gradient(mean, logvar))
    for found in compare(mean, logvar, draws=100_000):
        error = (found.variance / 100_000).sqrt()
        assert ((found.mean - exact).abs() < 5 * error + 1e-5).all(), found.name


@pytest.mark.parametrize(("mean", "logvar"), PLACES)
def test_the_exact_gradient_is_that_of_the_expectation(mean, logvar):
    m, s = (torch.tensor(value, requires_grad=True) for value in (mean, logvar))
    expectation = (m - 1).square() + s.exp()  # E[(z - 1)^2] = bias^2 + variance
    expectation.backward()
    assert exact_gradient(mean, logvar) == pytest.approx((m.grad.item(), s.grad.item()))


def test_a_pathwise_gradient_is_the_chain_rule_of_each_draw(eps):
    mean, logvar = 2.0, -1.0
    sigma = torch.tensor(logvar / 2).exp()
    slope = 2 * (mean + sigma * eps - 1)
    found = pathwise_gradients(squared_distance, mean, logvar, eps)
    torch.testing.assert_close(found[:, 0], slope)
    torch.testing.assert_close(found[:, 1], slope * sigma * eps / 2)


def test_a_score_gradient_is_the_value_times_the_slope_of_the_log_density(eps):
    mean, logvar, baseline = 2.0, -1.0, 0.7
    sigma = torch.tensor(logvar / 2).exp()
    value = (mean + sigma * eps - 1).square() - baseline
    found = score_gradients(squared_distance, mean, logvar, eps, baseline)
    torch.testing.assert_close(found[:, 0], value * eps / sigma, rtol=1e-3, atol=1e-3)
    torch.testing.assert_close(found[:, 1], value * (eps.square() - 1) / 2, rtol=1e-3, atol=1e-3)


def test_a_score_gradient_never_differentiates_the_objective(eps):
    def without_slope(z):
        return z.detach().round()

    assert score_gradients(without_slope, 0.3, 0.1, eps).isfinite().all()
    with pytest.raises(RuntimeError):
        pathwise_gradients(without_slope, 0.3, 0.1, eps)


def test_the_trick_scatters_less_and_ever_less_as_sigma_shrinks():
    ratios = []
    for logvar in (0.0, -2.0, -4.0):
        path, score, baseline = compare(2.0, logvar)
        assert path.variance[0] < baseline.variance[0] < score.variance[0]
        # d f / d mean = 2 (mean + sigma eps - 1) has variance 4 sigma^2
        sigma_squared = torch.tensor(logvar).exp()
        assert float(path.variance[0]) == pytest.approx(4 * float(sigma_squared), rel=0.1)
        ratios.append(score.variance[0] / path.variance[0])
    assert ratios == sorted(ratios)


def test_the_same_seed_gives_the_same_draws():
    one, other = compare(0.5, 0.2, seed=4), compare(0.5, 0.2, seed=4)
    assert all(torch.equal(a.gradients, b.gradients) for a, b in zip(one, other, strict=True))
