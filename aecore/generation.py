"""New digits: where their codes are drawn from, for models with a prior and for those without.

All noise comes from a seed, and its first numbers are the same whatever the size of a model's
code: «the same noise through different models». The temperature T multiplies the standard
deviation of what is drawn: 0 gives the most typical digit again and again, 1 what the model
learned, more than 1 stranger ones. Between codebook entries it divides the logits, as usual.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from aecore import latent
from aecore.latent_space import LatentSpace, pictures
from aecore.models.base import Abilities, Model

WIDEST = 256  # numbers in the widest code that a config allows
JITTER = 1e-5  # share of the mean variance that keeps a covariance invertible
SEED = 0
BATCH = 500  # grids written at a time
COLDEST = 1e-3  # the temperature that stands for 0, by which nothing can be divided


@dataclass(frozen=True)
class Source:
    """A place where codes are drawn from, and which models it makes sense for."""

    title: str
    words: str
    fits: Callable[[Abilities], bool]
    fitted: bool = False  # to the codes that a run keeps


SOURCES: dict[str, Source] = {
    "prior": Source(
        "From the prior",
        "what the model was trained to be sampled from",
        lambda abilities: abilities.samples,
    ),
    "normal": Source(
        "From N(0, I)",
        "as if this were a VAE, whose codes lie there",
        lambda abilities: not abilities.samples,
    ),
    "gaussian": Source(
        "From one Gaussian",
        "fitted to the codes of 5,000 training digits",
        lambda abilities: not abilities.samples,
        fitted=True,
    ),
    "mixture": Source(
        "From a mixture of Gaussians",
        "fitted to the codes of 5,000 training digits",
        lambda abilities: not abilities.discrete,
        fitted=True,
    ),
    "frequent": Source(
        "Each cell by itself",
        "as often as real digits use them, each cell alone",
        lambda abilities: abilities.discrete,
        fitted=True,
    ),
    "random": Source(
        "Random codes",
        "each of the codebook's entries as likely as any other",
        lambda abilities: abilities.discrete,
    ),
}


def sources(abilities: Abilities, fitted: bool = True) -> list[str]:
    """The sources for a model with these abilities; `fitted`: its run keeps codes to fit to."""
    return [
        name
        for name, source in SOURCES.items()
        if source.fits(abilities) and (fitted or not source.fitted)
    ]


@dataclass(frozen=True, eq=False)
class Gaussians:
    """A mixture of K Gaussians: weights (K,), means (K, D), their covariances' roots (K, D, D)."""

    weights: Tensor
    means: Tensor
    roots: Tensor

    def sample(self, eps: Tensor, temperature: float, generator: torch.Generator) -> Tensor:
        """mean_k + T root_k eps, the component k drawn by its weight: eps (n, D) -> (n, D)."""
        which = torch.multinomial(self.weights, len(eps), replacement=True, generator=generator)
        spread = torch.einsum("nij,nj->ni", self.roots[which], eps)
        return self.means[which] + temperature * spread


def noise(n: int, width: int, seed: int) -> Tensor:
    """Standard normal numbers (n, width); a wider code gets the same ones first."""
    return torch.randn(n, WIDEST, generator=torch.Generator().manual_seed(seed))[:, :width]


def fit_gaussians(space: LatentSpace, components: int = 1) -> Gaussians:
    """One Gaussian, or scikit-learn's mixture, fitted to the codes of a run's training digits.

    Where there is a posterior, one draw of each is what counts: this is the aggregate posterior.
    """
    draws = latent.posterior_sample(space.code, torch.Generator().manual_seed(SEED)).double()
    floor = JITTER * float(draws.var(0).mean()) + 1e-9
    if components == 1:
        size = draws.shape[1]
        covariance = torch.cov(draws.T).view(size, size) + floor * torch.eye(size)
        weights, means, covariances = torch.ones(1), draws.mean(0)[None], covariance[None]
    else:
        from sklearn.mixture import GaussianMixture  # a second to import

        fitted = GaussianMixture(components, reg_covar=floor, max_iter=60, random_state=SEED).fit(
            draws.numpy()
        )
        weights, means, covariances = (
            torch.as_tensor(part) for part in (fitted.weights_, fitted.means_, fitted.covariances_)
        )
    roots = torch.linalg.cholesky(covariances)
    return Gaussians(weights.float(), means.float(), roots.float())


def draw(
    model: Model,
    source: str,
    n: int,
    seed: int,
    temperature: float = 1.0,
    gaussians: Gaussians | None = None,
    space: LatentSpace | None = None,
) -> Tensor:
    """n codes, (n, D), or (n, h, w) codebook entries of a discrete model, for `pictures`.

    gaussians: what was fitted, where the source is. space: whose codes' frequencies count.
    """
    generator = torch.Generator().manual_seed(seed)
    if model.abilities.discrete:
        if source == "prior":
            return write(model, n, seed, temperature).indices
        counts = space.counts.float() if source == "frequent" else torch.ones(len(model.codebook))
        cells = model.grid[0] * model.grid[1]
        drawn = torch.multinomial(counts, n * cells, replacement=True, generator=generator)
        return drawn.view(n, *model.grid)
    eps = noise(n, model.latent_dim, seed)
    if gaussians is not None:
        return gaussians.sample(eps, temperature, generator)
    return temperature * eps


@dataclass(frozen=True, eq=False)
class Written:
    """Grids that a prior wrote: indices (n, h, w) long; how probable each code was, (n, h, w)."""

    indices: Tensor
    probability: Tensor


@torch.inference_mode()
def write(model: Model, n: int, seed: int, temperature: float = 1.0) -> Written:
    """Grids by a discrete model's learned prior, cell by cell in reading order.

    Each cell's code is drawn from softmax(logits / T); at T = 0 the likeliest is taken.
    """
    generator = torch.Generator().manual_seed(seed)
    parts = [_write(model, min(BATCH, n - i), generator, temperature) for i in range(0, n, BATCH)]
    return Written(*(torch.cat(tensors) for tensors in zip(*parts, strict=True)))


def _write(
    model: Model, n: int, generator: torch.Generator, temperature: float
) -> tuple[Tensor, Tensor]:
    height, width = model.grid
    indices = torch.zeros(n, height, width, dtype=torch.long)
    probability = torch.zeros(n, height, width)
    for row in range(height):
        for column in range(width):
            logits = model.prior(indices)[:, :, row, column].float()
            p = (logits / max(temperature, COLDEST)).softmax(1)
            chosen = torch.multinomial(p, 1, generator=generator)
            indices[:, row, column] = chosen[:, 0]
            probability[:, row, column] = logits.softmax(1).gather(1, chosen)[:, 0]
    return indices, probability


def growing(model: Model, indices: Tensor, blank: int) -> Tensor:
    """A grid (h, w) while it is written: the picture before each cell and after the last one.

    Cells that are still to come hold the entry `blank`. (cells + 1, 28, 28) in [0, 1].
    """
    cells = indices.numel()
    written = torch.arange(cells)[None] < torch.arange(cells + 1)[:, None]
    grids = torch.where(written, indices.flatten(), blank)
    return pictures(model, grids)
