"""What a trained model is judged by. Each metric is one row of METRICS and one short function.

A row says which abilities it needs, so that `evaluate` answers exactly the metrics that fit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier
from torch import Tensor

from aecore import classifier
from aecore.config import Config
from aecore.data import Dataset, Split, to_float
from aecore.losses import (
    bernoulli_nll,
    gaussian_kl,
    mean_squared_error,
    perplexity,
    reparameterise,
)
from aecore.models.base import CLASSES, Abilities, Code, Model

BATCH = 1_000
NEIGHBOURS = 10
NEIGHBOUR_IMAGES = 10_000  # of the training set
ACTIVE_VARIANCE = 0.01
SMALL_ACTIVATION = 0.05
ASKED_FOR = 100  # samples a class
SEED = 0


class Measurement(Config):
    """A figure with its unit and the conditions under which it was measured."""

    value: float
    unit: str = ""
    conditions: str = ""


class Evaluation:
    """A model's answers to a data set, computed once and shared by the metrics.

    Codes and images of the whole test set, on the processor; one posterior sample an image.
    """

    def __init__(self, model: Model, dataset: Dataset):
        self.model = model.eval()
        self.dataset = dataset
        self.device = next(model.parameters()).device
        self.generator = torch.Generator(self.device).manual_seed(SEED)

    @cached_property
    def x(self) -> Tensor:
        """Test images (B, 1, 28, 28) in [0, 1]."""
        return to_float(self.dataset.test.images)

    @cached_property
    def code(self) -> Code:
        """Codes of the test images."""
        return encode_split(self.model, self.dataset.test)

    @cached_property
    def x_hat(self) -> Tensor:
        """Reconstructions from the deterministic code."""
        return torch.sigmoid(self._decode(self.code.z))

    @cached_property
    def nats(self) -> tuple[Tensor, Tensor]:
        """Distortion and rate of each test image in nats, (B,) each, by one posterior sample."""
        code = self.code
        generator = torch.Generator().manual_seed(SEED)
        z = reparameterise(code.mean, code.logvar, generator)
        distortion = bernoulli_nll(self._decode(z), self.x)
        return distortion, gaussian_kl(code.mean, code.logvar).sum(1)

    @cached_property
    def noisy(self) -> Tensor:
        """The test images as a denoiser was trained to see them."""
        return self.model.corrupt(self.x, torch.Generator().manual_seed(SEED))

    @cached_property
    def code_counts(self) -> Tensor:
        """How often each codebook entry stands in a cell of a test image: (K,)."""
        return torch.bincount(self.code.indices.flatten(), minlength=len(self.model.codebook))

    @torch.no_grad()
    def _decode(self, z: Tensor) -> Tensor:
        pairs = zip(z.split(BATCH), self.dataset.test.labels.split(BATCH), strict=True)
        return torch.cat(
            [self.model.decode(z.to(self.device), y.to(self.device)).cpu() for z, y in pairs]
        )


@torch.no_grad()
def encode_split(model: Model, split: Split, limit: int | None = None) -> Code:
    """The codes of a split's first `limit` images (all of them if None), on the processor."""
    device = next(model.parameters()).device
    images, labels = split.images[:limit], split.labels[:limit]
    codes = [
        model.encode(to_float(images[i : i + BATCH].to(device)), labels[i : i + BATCH].to(device))
        for i in range(0, len(images), BATCH)
    ]

    def joined(name: str) -> Tensor | None:
        parts = [getattr(code, name) for code in codes]
        return None if parts[0] is None else torch.cat(parts).cpu()

    return Code(joined("z"), joined("mean"), joined("logvar"), joined("indices"))


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
    """Share of activations of at most 5 % of the largest one of the same image; all, if all are 0."""
    z = e.code.z.abs()
    return (z <= SMALL_ACTIVATION * z.amax(1, keepdim=True)).float().mean().item()


def knn_accuracy(e: Evaluation) -> float:
    """How often the 10 nearest training codes vote for a test image's class."""
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
    samples = e.model.sample(len(wanted), wanted, e.generator)
    return (judge(samples.cpu()).argmax(1) == wanted.cpu()).float().mean().item()


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
        knn_accuracy, _always, "", "higher", "k = 10, codes of 10,000 training images"
    ),
    "code_perplexity": Metric(code_perplexity, _discrete, "codes", "higher"),
    "codes_used": Metric(codes_used, _discrete, "", "higher"),
    "recognised": Metric(
        recognised, _judged, "", "higher", "100 samples a class, separate classifier"
    ),
}


def evaluate(model: Model, dataset: Dataset) -> dict[str, Measurement]:
    """Every metric that fits the model's abilities, with unit and conditions, in table order."""
    evaluation = Evaluation(model, dataset)
    images = f"{len(dataset.test.labels):,} test images of {dataset.title}"
    return {
        name: Measurement(
            value=metric.compute(evaluation),
            unit=metric.unit,
            conditions=metric.conditions.replace("all test images", images),
        )
        for name, metric in METRICS.items()
        if metric.applies(model.abilities, dataset)
    }


@torch.no_grad()
def scores(model: Model, x: Tensor, y: Tensor | None = None) -> dict[str, Tensor]:
    """How well each image is rebuilt, without noise, so that the same image scores the same.

    Args:
        x: images (B, 1, 28, 28) in [0, 1]; y: classes (B,) long for a conditional model.

    Returns:
        "mse" (B,), and for a model with a posterior "negative_elbo_nats" (B,), taken at the mean.
    """
    code = model.encode(x, y)
    logits = model.decode(code.z, y)
    found = {"mse": mean_squared_error(torch.sigmoid(logits), x)}
    if model.abilities.posterior:
        rate = gaussian_kl(code.mean, code.logvar).sum(1)
        found["negative_elbo_nats"] = bernoulli_nll(logits, x) + rate
    return found


def reference(model: Model, dataset: Dataset) -> dict[str, list[float]]:
    """The percentiles 0 to 100 of each score over the test images: what `share_above` needs."""
    device = next(model.parameters()).device
    images, labels = dataset.test.images, dataset.test.labels
    parts = [
        scores(model, to_float(images[i : i + BATCH].to(device)), labels[i : i + BATCH].to(device))
        for i in range(0, len(images), BATCH)
    ]
    return {
        name: np.percentile(torch.cat([part[name].cpu() for part in parts]), range(101)).tolist()
        for name in parts[0]
    }


def share_above(value: float, percentiles: list[float]) -> float:
    """The share of test images that score higher (worse) than `value`, 0 to 1."""
    return 1 - float(np.interp(value, percentiles, np.linspace(0, 1, len(percentiles))))
