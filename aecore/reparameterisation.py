"""Two ways to the gradient of an expectation, draw by draw, so that their noise can be compared.

Wanted is the gradient of E[f(z)], z ~ N(mean, e^logvar), with regard to mean and logvar. A draw of
z by itself has no gradient. The pathwise estimator writes z = mean + sigma * eps, and
differentiates f through it; the score-function estimator weighs the gradient of log N(z) by f(z).
Both are right on average. Sources: Williams 1992 (score function); Kingma & Welling 2014, sections
2.2 and 2.4; Mohamed et al. 2020, sections 4 and 5.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from aecore.losses import gaussian_log_density

Objective = Callable[[Tensor], Tensor]
TARGET = 1.0


def squared_distance(z: Tensor) -> Tensor:
    """f(z) = (z - 1)^2, for each draw: (N,) -> (N,)."""
    return (z - TARGET).square()


def exact_gradient(mean: float, logvar: float) -> tuple[float, float]:
    """The gradient of E[(z - 1)^2] = (mean - 1)^2 + e^logvar, by mean and by logvar."""
    return 2 * (mean - TARGET), float(torch.tensor(logvar).exp())


def pathwise_gradients(objective: Objective, mean: float, logvar: float, eps: Tensor) -> Tensor:
    """d f(mean + sigma * eps) / d (mean, logvar) for each draw of eps: (N,) -> (N, 2).

    Source: Kingma & Welling 2014, section 2.4.
    """
    means, logvars = _leaves(mean, logvar, len(eps))
    z = means + (0.5 * logvars).exp() * eps  # the draw is a function of mean and logvar
    return torch.stack(torch.autograd.grad(objective(z).sum(), (means, logvars)), dim=1)


def score_gradients(
    objective: Objective, mean: float, logvar: float, eps: Tensor, baseline: float = 0.0
) -> Tensor:
    """(f(z) - baseline) * d log N(z; mean, e^logvar) / d (mean, logvar): (N,) -> (N, 2).

    The draws are the same as the pathwise estimator's, but taken as given: f is never
    differentiated. Source: Williams 1992; Kingma & Welling 2014, section 2.2.
    """
    means, logvars = _leaves(mean, logvar, len(eps))
    z = (means + (0.5 * logvars).exp() * eps).detach()  # just a number: no way back
    log_density = gaussian_log_density(z[:, None], means[:, None], logvars[:, None])
    scores = torch.autograd.grad(log_density.sum(), (means, logvars))
    return (objective(z) - baseline)[:, None] * torch.stack(scores, dim=1)


def _leaves(mean: float, logvar: float, count: int) -> tuple[Tensor, Tensor]:
    """One copy of the two parameters for each draw, so that each draw has its own gradient."""
    means, logvars = (torch.full((count,), float(value)) for value in (mean, logvar))
    return means.requires_grad_(), logvars.requires_grad_()


@dataclass(frozen=True, eq=False)
class Estimates:
    """Gradients by one estimator, draw by draw: (N, 2), by mean and by logvar."""

    name: str
    gradients: Tensor

    @property
    def mean(self) -> Tensor:
        """What the draws say on average, (2,)."""
        return self.gradients.mean(0)

    @property
    def variance(self) -> Tensor:
        """How far single draws scatter around that, (2,)."""
        return self.gradients.var(0)


def compare(mean: float, logvar: float, draws: int = 2_000, seed: int = 0) -> list[Estimates]:
    """Both estimators on the same draws, and the score function with a baseline, E[f]."""
    eps = torch.randn(draws, generator=torch.Generator().manual_seed(seed))
    with torch.enable_grad():
        average = (mean - TARGET) ** 2 + float(torch.tensor(logvar).exp())
        given = (squared_distance, mean, logvar, eps)
        return [
            Estimates("pathwise", pathwise_gradients(*given)),
            Estimates("score function", score_gradients(*given)),
            Estimates("score function, baseline", score_gradients(*given, baseline=average)),
        ]
