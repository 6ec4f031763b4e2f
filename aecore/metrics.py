"""What a trained model is judged by. Each metric is one row of METRICS and one short function.

A row says which abilities it needs, so that `evaluate` answers exactly the metrics that fit.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from aecore import classifier
from aecore.config import Config
from aecore.data import Dataset
from aecore.evaluation import BATCH, SEED, Evaluation, encode_split
from aecore.losses import mean_squared_error, perplexity
from aecore.models.base import CLASSES, Abilities, Model

NEIGHBOURS = 10
NEIGHBOUR_IMAGES = 10_000  # of the training set
ACTIVE_VARIANCE = 0.01
SMALL_ACTIVATION = 0.05
ASKED_FOR = 1_000  # samples a class


class Measurement(Config):
    """A figure with its unit and the conditions under which it was measured."""

    value: float
    unit: str = ""
    conditions: str = ""


def mse(e: Evaluation) -> float:
    """Mean squared error a pixel between an image and its reconstruction."""
    return mean_squared_error(e.x_hat, e.x).mean().item()


def mse_over_variance(e: Evaluation) -> float:
    """The squared error as a share of the pixels' variance: 1 is answering the mean."""
    return mse(e) / e.x.var().item()


@torch.no_grad()
def denoised_mse(e: Evaluation) -> float:
    """Mean squared error between the clean image and what was made of the noisy one."""
    parts = [e.model.reconstruct(part.to(e.device)).cpu() for part in e.noisy.split(BATCH)]
    return mean_squared_error(torch.cat(parts), e.x).mean().item()


def noisy_mse(e: Evaluation) -> float:
    """Mean squared error of the noisy image itself: what doing nothing would score."""
    return mean_squared_error(e.noisy, e.x).mean().item()


def reconstruction_nats(e: Evaluation) -> float:
    """Distortion: E[-log p(x | z)], one posterior sample."""
    return e.nats[0].mean().item()


def kl_nats(e: Evaluation) -> float:
    """Rate: KL(q(z | x) || N(0, I))."""
    return e.nats[1].mean().item()


def negative_elbo_nats(e: Evaluation) -> float:
    """Distortion + rate, an upper bound of -log p(x)."""
    return reconstruction_nats(e) + kl_nats(e)


def active_units(e: Evaluation) -> float:
    """Coordinates whose posterior mean varies over the images by more than 0.01.

    A_u = Var_x(E[u | x]) > 0.01. Source: Burda et al. 2016, section 5.2.
    """
    return float((e.code.mean.var(0) > ACTIVE_VARIANCE).sum())


def inactive_share(e: Evaluation) -> float:
    """Share of activations of at most 5 % of the same image's largest one; all, if all are 0."""
    z = e.code.z.abs()
    return (z <= SMALL_ACTIVATION * z.amax(1, keepdim=True)).float().mean().item()


def knn_accuracy(e: Evaluation) -> float:
    """How often the 10 nearest training codes vote for a test image's class."""
    from sklearn.neighbors import KNeighborsClassifier  # a second to import, and runs.py needs us

    train = e.dataset.train
    codes = encode_split(e.model, train, NEIGHBOUR_IMAGES)
    fitted = KNeighborsClassifier(min(NEIGHBOURS, len(train.labels)), algorithm="brute")
    fitted.fit(e.model.features(codes), train.labels[:NEIGHBOUR_IMAGES])
    return float(fitted.score(e.model.features(e.code), e.dataset.test.labels))


def code_perplexity(e: Evaluation) -> float:
    """e^H of how often each codebook entry is chosen: the number of entries in even use."""
    return perplexity(e.code_counts.float()).item()


def codes_used(e: Evaluation) -> float:
    """Share of the codebook's entries that any test image uses."""
    return (e.code_counts > 0).float().mean().item()


def pca_mse(e: Evaluation) -> float:
    """Mean squared error of PCA with as many numbers, fitted on the training images."""
    from sklearn.decomposition import PCA

    train = e.dataset.train.images.flatten(1).numpy().astype(np.float32) / 255
    pixels = e.x.flatten(1).numpy()
    dims = min(e.model.latent_dim, *train.shape)
    pca = PCA(dims, svd_solver="covariance_eigh", random_state=SEED).fit(train)
    restored = pca.inverse_transform(pca.transform(pixels))
    return float(np.square(restored - pixels).mean())


@torch.no_grad()
def recognised(e: Evaluation) -> float:
    """Share of samples of a wanted class that a separate classifier takes for that class."""
    judge = classifier.load(e.dataset.name)
    wanted = torch.arange(CLASSES).repeat_interleave(ASKED_FOR).to(e.device)
    right = 0
    for y in wanted.split(BATCH):
        samples = e.model.sample(len(y), y, e.generator)
        right += (judge(samples.cpu()).argmax(1) == y.cpu()).sum().item()
    return right / len(wanted)


@dataclass(frozen=True)
class Metric:
    """A row of METRICS: what is computed, for whom, in which unit, and which way is better."""

    compute: Callable[[Evaluation], float]
    applies: Callable[[Abilities, Dataset], bool]
    unit: str
    better: str
    conditions: str = "all test images"

    @property
    def meaning(self) -> str:
        """The first line of the function's docstring."""
        return self.compute.__doc__.strip().splitlines()[0]


def _always(abilities: Abilities, dataset: Dataset) -> bool:
    return True


def _posterior(abilities: Abilities, dataset: Dataset) -> bool:
    return abilities.posterior


def _discrete(abilities: Abilities, dataset: Dataset) -> bool:
    return abilities.discrete


def _denoises(abilities: Abilities, dataset: Dataset) -> bool:
    return abilities.denoises


def _judged(abilities: Abilities, dataset: Dataset) -> bool:
    return abilities.conditional and classifier.exists(dataset.name)


def _vector(abilities: Abilities, dataset: Dataset) -> bool:
    return not abilities.discrete


def _point(abilities: Abilities, dataset: Dataset) -> bool:
    return not (abilities.discrete or abilities.posterior)


ONE_SAMPLE = "all test images, grey pixels, one posterior sample"
NOISED = "all test images, noise as in training"

METRICS: dict[str, Metric] = {
    "mse": Metric(mse, _always, "", "lower"),
    "pca_mse": Metric(pca_mse, _vector, "", "lower", "as many numbers, fitted on training images"),
    "mse_over_variance": Metric(mse_over_variance, _discrete, "", "lower"),
    "denoised_mse": Metric(denoised_mse, _denoises, "", "lower", NOISED),
    "noisy_mse": Metric(noisy_mse, _denoises, "", "lower", NOISED),
    "reconstruction_nats": Metric(reconstruction_nats, _posterior, "nats", "lower", ONE_SAMPLE),
    "kl_nats": Metric(kl_nats, _posterior, "nats", "", "all test images"),
    "negative_elbo_nats": Metric(negative_elbo_nats, _posterior, "nats", "lower", ONE_SAMPLE),
    "active_units": Metric(active_units, _posterior, "coordinates", ""),
    "inactive_share": Metric(inactive_share, _point, "", "higher"),
    "knn_accuracy": Metric(
        knn_accuracy, _always, "", "higher", "k = 10, codes of the first training images"
    ),
    "code_perplexity": Metric(code_perplexity, _discrete, "codes", "higher"),
    "codes_used": Metric(codes_used, _discrete, "", "higher"),
    "recognised": Metric(
        recognised, _judged, "", "higher", "1,000 samples a class, separate classifier"
    ),
}


def evaluate(model: Model, dataset: Dataset) -> dict[str, Measurement]:
    """Every metric that fits the model's abilities, with unit and conditions, in table order."""
    evaluation = Evaluation(model, dataset)
    images = f"{len(dataset.test.labels):,} test images of {dataset.title}"
    neighbours = f"{min(NEIGHBOUR_IMAGES, len(dataset.train.labels)):,} training images"
    return {
        name: Measurement(
            value=metric.compute(evaluation),
            unit=metric.unit,
            conditions=metric.conditions.replace("all test images", images).replace(
                "the first training images", neighbours
            ),
        )
        for name, metric in METRICS.items()
        if metric.applies(model.abilities, dataset)
    }
