"""What is measured on a pair of models: one number each, and charts of what a code looks like."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from aecore import classifier, metrics
from aecore.data import Dataset, to_float
from aecore.evaluation import Evaluation, encode_split
from aecore.losses import mean_squared_error
from aecore.models.base import CLASSES, Model
from aecore.pitfalls import Chart, Figure, line
from aecore.runs import Run

SAMPLES = 1_000
SURE = 0.9
JUDGE = "mnist"  # the data set of the classifier that looks at samples, of `digits` too
TRAIN_IMAGES = 1_000
SEED = 0
BINS = 40


@dataclass(frozen=True)
class Row:
    """A row of FIGURES: what it is called, how it is computed, unit and digits."""

    what: str
    compute: Callable[[Evaluation], float]
    unit: str = ""
    digits: int = 2
    needs_judge: bool = False  # the classifier


@torch.no_grad()
def train_mse(e: Evaluation) -> float:
    """The squared error on the first training images."""
    x = to_float(e.dataset.train.images[:TRAIN_IMAGES])
    y = e.dataset.train.labels[:TRAIN_IMAGES]
    return mean_squared_error(e.model.reconstruct(x, y), x).mean().item()


def gap(e: Evaluation) -> float:
    """How many times as large the error on test images is as that on training images."""
    return metrics.mse(e) / train_mse(e)


def saturated(e: Evaluation) -> float:
    """Share of the reconstructions' pixels that are all but black or white, within 0.01."""
    return 1 - ((e.x_hat > 0.01) & (e.x_hat < 0.99)).float().mean().item()


def least_sigma(e: Evaluation) -> float:
    """The least standard deviation that any coordinate has, averaged over test images."""
    return (0.5 * e.code.logvar).exp().amin(1).mean().item()


def code_length(e: Evaluation) -> float:
    """The mean length of a code, over what N(0, I) would give: sqrt(D)."""
    return e.code.z.flatten(1).norm(dim=1).mean().item() / e.model.latent_dim**0.5


@torch.no_grad()
def sure(e: Evaluation) -> float:
    """Share of pictures from N(0, I) that the classifier recognises with more than 90 %."""
    generator = torch.Generator().manual_seed(SEED)
    z = torch.empty(SAMPLES, *e.model.latent_shape).normal_(generator=generator)
    images = torch.sigmoid(e.model.decode(z, torch.arange(SAMPLES) % CLASSES))
    chances = classifier.load(JUDGE)(images).softmax(1)
    return (chances.amax(1) > SURE).float().mean().item()


FIGURES: dict[str, Row] = {
    "train_mse": Row("squared error, training images", train_mse, digits=4),
    "mse": Row("squared error, test images", metrics.mse, digits=4),
    "gap": Row("test error over training error", gap, "times", 1),
    "knn_accuracy": Row("class told by the nearest codes", metrics.knn_accuracy, "%", 1),
    "kl_nats": Row("KL: what the code says", metrics.kl_nats, "nats", 1),
    "reconstruction_nats": Row("reconstruction", metrics.reconstruction_nats, "nats", 1),
    "negative_elbo_nats": Row("−ELBO", metrics.negative_elbo_nats, "nats", 1),
    "active_units": Row("coordinates in use", metrics.active_units, "", 0),
    "saturated": Row("pixels all black or all white", saturated, "%", 1),
    "least_sigma": Row("sharpest coordinate, σ", least_sigma),
    "code_length": Row("length of a code over that of noise", code_length, "times", 1),
    "sure": Row("pictures from noise taken for a digit", sure, "%", 0, needs_judge=True),
    "codes_used": Row("codebook entries in use", metrics.codes_used, "%", 0),
    "code_perplexity": Row("entries in even use", metrics.code_perplexity, "", 0),
}


def figures(names: Sequence[str], broken: Run, cured: Run, dataset: Dataset) -> list[Figure]:
    """Rows measured on both models, but for those whose classifier isn't here."""
    rows = [FIGURES[name] for name in names]
    judged = classifier.exists(JUDGE)
    return [figure(row, broken, cured, dataset) for row in rows if judged or not row.needs_judge]


def figure(row: Row, broken: Run, cured: Run, dataset: Dataset) -> Figure:
    """A row measured on both models."""
    scale = 100 if row.unit == "%" else 1
    first, second = (scale * row.compute(Evaluation(run.model, dataset)) for run in (broken, cured))
    return Figure(what=row.what, broken=first, cured=second, unit=row.unit, digits=row.digits)


def code_lengths(broken: Model, cured: Model, dataset: Dataset) -> Chart:
    """How long codes are, beside the noise that the decoder is given."""
    lengths = {
        name: encode_split(model, dataset.test, 2_000).z.flatten(1).norm(dim=1)
        for name, model in (("broken", broken), ("cured", cured))
    }
    noise = torch.randn(2_000, broken.latent_dim, generator=torch.Generator().manual_seed(SEED))
    top = max(values.max().item() for values in lengths.values())
    lines = [
        _density("the autoencoder's codes", "broken", lengths["broken"], top),
        _density("the VAE's means", "cured", lengths["cured"], top),
        _density("N(0, I)", "truth", noise.norm(dim=1), top),
    ]
    return Chart(
        title="Where codes lie: distance from the origin", x="length", y="share", lines=lines
    )


def sigmas(broken: Model, cured: Model, dataset: Dataset) -> Chart:
    """The standard deviations of all posteriors."""
    found = {
        role: (0.5 * encode_split(model, dataset.test, 2_000).logvar).exp().flatten()
        for role, model in (("broken", broken), ("cured", cured))
    }
    top = min(3.0, max(values.max().item() for values in found.values()))
    lines = [
        _density("behind a ReLU", "broken", found["broken"], top),
        _density("as it comes", "cured", found["cured"], top),
    ]
    return Chart(title="σ of every coordinate of test digits", x="σ", y="share", lines=lines)


def _density(name: str, role: str, values: Tensor, top: float):
    counts = torch.histc(values.clamp(max=top), BINS, 0, top)
    middles = (torch.arange(BINS) + 0.5) * top / BINS
    return line(name, role, middles.tolist(), (counts / counts.sum()).tolist())
