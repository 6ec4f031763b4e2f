"""What is measured of each run of a sweep."""

import numpy as np
import torch
from pydantic import Field

from aecore import disentanglement as known
from aecore import latent
from aecore.config import Config
from aecore.data import Dataset
from aecore.evaluation import SEED, Evaluation, encode_split
from aecore.losses import gaussian_kl
from aecore.metrics import ACTIVE_VARIANCE
from aecore.models.base import Model
from aecore.run_info import Recipe

CATEGORICAL = ("shape",)  # factors whose values have no order


class Factors(Config):
    """Disentanglement of one run; see aecore/disentanglement.py.

    mig, dci, completeness, informativeness, sap: of the posterior's means; mig_sample: of one
    draw from the posterior. information (D, F): I(z_j; v_k) / H(v_k), of means.
    """

    mig: float
    mig_sample: float
    dci: float
    completeness: float
    informativeness: float
    sap: float
    information: tuple[tuple[float, ...], ...]


class Point(Config):
    """The figures of one beta and seed, on the test images; nats where not said otherwise.

    kl (D,): mean KL of each coordinate. variance (D,): of the posterior's means over the images;
    more than 0.01 is an active unit (Burda et al. 2016). reach (D, 2): where 99 % of codes lie.
    """

    beta: float
    seed: int
    run: str | None = Field(None, max_length=80, pattern=r"^[\w.-]+$")
    rate: float
    distortion: float
    kl: tuple[float, ...]
    variance: tuple[float, ...]
    reach: tuple[tuple[float, float], ...]
    factors: Factors | None = None

    @property
    def negative_elbo(self) -> float:
        """Distortion + rate."""
        return self.distortion + self.rate

    @property
    def active(self) -> tuple[bool, ...]:
        """Which coordinates are alive."""
        return tuple(variance > ACTIVE_VARIANCE for variance in self.variance)

    @property
    def name(self) -> str:
        """The folder of its run."""
        return f"beta-{self.beta:g}-seed-{self.seed}"


def figures(model: Model, dataset: Dataset, recipe: Recipe) -> Point:
    """What a trained model is worth on a data set, with its recipe's beta and seed."""
    evaluation = Evaluation(model, dataset)
    distortion, rate = evaluation.nats
    code = evaluation.code
    return Point(
        beta=recipe.config.beta,
        seed=recipe.seed,
        rate=rate.mean().item(),
        distortion=distortion.mean().item(),
        kl=_rounded(gaussian_kl(code.mean, code.logvar).mean(0)),
        variance=_rounded(code.mean.var(0), 6),
        reach=[_rounded(row) for row in latent.ranges(code, _generator())],
        factors=factors(model, dataset) if dataset.factor_names else None,
    )


def factors(model: Model, dataset: Dataset) -> Factors:
    """Disentanglement on all images, of training and test: their factors are complete together.

    The means of a coordinate that isn't active are taken as 0: they still tremble a little with
    the image, which a histogram or a tree reads, though the decoder hears nothing of it.
    """
    splits = (dataset.train, dataset.test)
    codes = [encode_split(model, split) for split in splits]
    means = torch.cat([code.mean for code in codes])
    means = torch.where(means.var(0) > ACTIVE_VARIANCE, means, 0.0).numpy()
    draws = torch.cat([latent.posterior_sample(code, _generator()) for code in codes]).numpy()
    true = torch.cat([split.factors for split in splits]).numpy()
    order = np.random.RandomState(SEED).permutation(len(true))  # so that any part is like any other
    means, draws, true = means[order], draws[order], true[order]
    predicted = known.dci(means, true)
    information = known.mutual_information(means, true) / known.entropies(true)
    return Factors(
        mig=float(known.gaps(information).mean()),
        mig_sample=known.mig(draws, true),
        dci=predicted.disentanglement,
        completeness=predicted.completeness,
        informativeness=predicted.informativeness,
        sap=known.sap(means, true, tuple(name in CATEGORICAL for name in dataset.factor_names)),
        information=[_rounded(torch.tensor(row)) for row in information],
    )


def _generator() -> torch.Generator:
    return torch.Generator().manual_seed(SEED)


def _rounded(values: torch.Tensor, digits: int = 4) -> tuple[float, ...]:
    return tuple(round(value, digits) for value in values.tolist())
