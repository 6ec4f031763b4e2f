"""Pairs of small trainings, one broken and one cured: the table, and how a pair is judged."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch

from aecore import data
from aecore.config import with_changes
from aecore.data import Dataset, Split
from aecore.fitting import begin
from aecore.models import catalog
from aecore.models.base import CLASSES, Model
from aecore.pitfalls import Chart, Result, Role, Strip, Verdict, as_bytes, line
from aecore.pitfalls_figures import code_lengths, figures, sigmas
from aecore.run_info import Recipe
from aecore.runs import Run
from aecore.snapshots import choose_probes
from aecore.training import TrainConfig

LIVE_DATASET = "digits"
SHOWN = 10  # pictures in a strip
NOISE_SEED = 0


@dataclass(frozen=True)
class Half:
    """One of a pair: what it is called, and how it differs from the pair's settings."""

    label: str
    model: str = "vae"
    config: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Pair:
    """A row: two trainings that differ in one thing, and what is measured on them.

    curve: the loss that gives the mistake away, by its first name that a history has.
    images: on how many training images it ships; live: settings on the digits.
    """

    id: str
    broken: Half
    cured: Half
    curve: tuple[str, ...]
    curve_title: str
    figures: tuple[str, ...]
    config: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    live: Mapping[str, Any] = field(default_factory=dict)
    dataset: str = "mnist"  # it ships as trained on this
    images: int = 10_000
    splits: tuple[str, ...] = ("test",)
    strips: tuple[str, ...] = ("reconstructions",)
    charts: tuple[Callable[[Model, Model, Dataset], Chart], ...] = ()

    def recipe(self, role: Role, dataset: str, seed: int = 0) -> Recipe:
        """The recipe of one of the two on a data set."""
        half = self.broken if role == "broken" else self.cured
        live = self.live if dataset == LIVE_DATASET else {}
        training = {**self.training, **live, **half.training}
        return Recipe(
            model=half.model,
            config=catalog.configure(half.model, {**self.config, **half.config}),
            dataset=dataset,
            training=with_changes(TrainConfig(batch_size=128, epochs=20), training),
            seed=seed,
        )


ON_DIGITS = {"batch_size": 32, "epochs": 30}
NARROW = {"widths": (256, 128), "latent_dim": 16}
SMALL_VQ = {"codes": 128, "code_dim": 16, "widths": (16, 32), "prior_width": 4, "prior_depth": 1}

PAIRS: dict[str, Pair] = {
    pair.id: pair
    for pair in [
        Pair(
            "too_large",
            Half("128 coordinates", config={"latent_dim": 128}),
            Half("10 coordinates", config={"latent_dim": 10}),
            ("negative_elbo_nats",),
            "−ELBO, nats an image",
            ("negative_elbo_nats", "reconstruction_nats", "kl_nats", "knn_accuracy"),
            {"widths": (256,)},
            {"batch_size": 32, "epochs": 30},
            dataset=LIVE_DATASET,
            splits=("train", "test"),
        ),
        Pair(
            "too_small",
            Half("2 numbers", "ae", {"latent_dim": 2}),
            Half("16 numbers", "ae", {"latent_dim": 16}),
            ("reconstruction",),
            "Squared error a pixel",
            ("train_mse", "mse", "knn_accuracy"),
            {"widths": (256, 128)},
            live=ON_DIGITS,
            splits=("train", "test"),
        ),
        Pair(
            "kl_collapse",
            Half("every nat is paid for"),
            Half("one nat a coordinate is free", config={"free_bits": 1.0}),
            ("kl_nats",),
            "KL: what the code says, nats an image",
            ("kl_nats", "active_units", "negative_elbo_nats"),
            {"widths": (256, 256, 256, 256), "latent_dim": 10, "beta": 8.0},
            live=ON_DIGITS,
            strips=("reconstructions", "samples"),
        ),
        Pair(
            "beta_high",
            Half("β = 50", config={"beta": 50.0}),
            Half("β = 1", config={"beta": 1.0}),
            ("kl_nats",),
            "KL: what the code says, nats an image",
            ("kl_nats", "active_units", "reconstruction_nats"),
            live=ON_DIGITS,
            strips=("reconstructions", "samples"),
        ),
        Pair(
            "mean_kl",
            Half("KL averaged over the coordinates", "mean_kl"),
            Half("KL summed over the coordinates", "vae"),
            ("kl_nats",),
            "KL: what the code says, nats an image",
            ("kl_nats", "mse", "sure"),
            live=ON_DIGITS,
            strips=("reconstructions", "samples"),
        ),
        Pair(
            "squared_error",
            Half("squared error", "squared_error"),
            Half("cross-entropy", "vae"),
            ("kl_nats",),
            "KL: what the code says, nats an image",
            ("mse", "kl_nats", "active_units"),
            live=ON_DIGITS,
            strips=("reconstructions", "samples"),
        ),
        Pair(
            "raw_pixels",
            Half("pixels from 0 to 255", "raw_pixels"),
            Half("pixels from 0 to 1", "ae"),
            ("mse", "reconstruction"),
            "Squared error a pixel, in units of full ink",
            ("mse", "saturated"),
            NARROW,
            live=ON_DIGITS,
        ),
        Pair(
            "relu_logvar",
            Half("log σ² behind a ReLU", "relu_logvar"),
            Half("log σ² as it comes", "vae"),
            ("negative_elbo_nats",),
            "−ELBO, nats an image",
            ("least_sigma", "kl_nats", "reconstruction_nats", "negative_elbo_nats"),
            live=ON_DIGITS,
            strips=("reconstructions", "samples"),
            charts=(sigmas,),
        ),
        Pair(
            "ae_samples",
            Half("autoencoder", "ae"),
            Half("VAE", "vae"),
            ("reconstruction",),
            "",
            ("mse", "code_length", "sure"),
            {"latent_dim": 16, "widths": (256, 256)},
            live=ON_DIGITS,
            strips=("samples", "reconstructions"),
            charts=(code_lengths,),
        ),
        Pair(
            "codebook",
            Half("entries nobody chooses are left alone", "vq_vae", {"restart_below": 0.0}),
            Half("entries nobody chooses begin anew", "vq_vae"),
            ("code_perplexity",),
            "Codebook entries in even use",
            ("codes_used", "code_perplexity", "mse"),
            SMALL_VQ,
            {"epochs": 8},
            live={"batch_size": 32, "epochs": 12},
        ),
        Pair(
            "learning_rate",
            Half("learning rate 0.1", "ae", training={"learning_rate": 0.1}),
            Half("learning rate 0.001", "ae", training={"learning_rate": 0.001}),
            ("reconstruction",),
            "Squared error a pixel",
            ("mse", "knn_accuracy"),
            NARROW,
            {"schedule": "constant"},
            live=ON_DIGITS,
            splits=("train",),
        ),
    ]
}


def follow(pair: Pair, on_step: Callable[[str, float], None] = lambda label, done: None) -> Result:
    """Trains a pair on the first training images of its data set, as it ships, and judges it.

    Raises:
        DatasetMissing: the data set isn't here; says what to do.
    """
    dataset = first_images(data.load(pair.dataset), pair.images)
    runs = []
    for role in ("broken", "cured"):
        fitting = begin(pair.recipe(role, pair.dataset), dataset)
        for progress in fitting.progress():
            on_step(f"{pair.id}, {role}", progress.done)
        runs.append(fitting.finish(measure=False))
    return judge(pair, *runs, dataset)


def first_images(dataset: Dataset, count: int) -> Dataset:
    """The data set with no more than its first `count` training images."""
    train = dataset.train
    return replace(dataset, train=Split(train.images[:count], train.labels[:count]))


@torch.no_grad()
def judge(pair: Pair, broken: Run, cured: Run, dataset: Dataset) -> Result:
    """What the two runs of a pair show: curves, figures, pictures."""
    probes = choose_probes(dataset)
    strips = [Strip(title="test digits", role="truth", pictures="originals")]
    pictures = {"originals": as_bytes(probes.images)}
    runs: dict[Role, Run] = {"broken": broken, "cured": cured}
    labels = {"broken": pair.broken.label, "cured": pair.cured.label}
    for kind in pair.strips:
        for role, run in runs.items():
            name = f"{kind}_{role}"
            words = "from noise" if kind == "samples" else "rebuilt"
            strips.append(Strip(title=f"{words}: {labels[role]}", role=role, pictures=name))
            if kind == "samples":
                pictures[name] = as_bytes(drawn(run.model))
            else:
                pictures[name] = as_bytes(run.model.reconstruct(probes.images, probes.labels))
    charts = [chart(broken.model, cured.model, dataset) for chart in pair.charts]
    if pair.curve_title:
        charts.insert(0, curves(pair, broken, cured))
    verdict = Verdict(
        id=pair.id,
        **labels,
        conditions=conditions(pair, broken.recipe, cured.recipe, dataset),
        charts=charts,
        figures=figures(pair.figures, broken, cured, dataset),
        strips=strips,
    )
    return Result(verdict, pictures)


def drawn(model: Model, count: int = SHOWN) -> torch.Tensor:
    """Pictures from N(0, I), or from the model's own prior: (count, 1, 28, 28) in [0, 1].

    A plain autoencoder has no prior; its decoder gets N(0, I) all the same, as people do.
    """
    generator = torch.Generator().manual_seed(NOISE_SEED)
    y = torch.arange(count) % CLASSES
    if model.abilities.samples:
        return model.sample(count, y, generator)
    z = torch.empty(count, *model.latent_shape).normal_(generator=generator)
    return torch.sigmoid(model.decode(z, y))


def curves(pair: Pair, broken: Run, cured: Run) -> Chart:
    """The pair's telling loss, epoch by epoch."""
    lines = []
    for role, half, run in (("broken", pair.broken, broken), ("cured", pair.cured, cured)):
        for split in pair.splits:
            rows = run.info.history
            name = next(name for name in pair.curve if name in rows[0][split])
            suffix = f", {split}" if len(pair.splits) > 1 else ""
            epochs = [row["epoch"] for row in rows]
            values = [row[split][name] for row in rows]
            lines.append(line(f"{half.label}{suffix}", role, epochs, values))
    return Chart(title=pair.curve_title, x="epoch", y="", lines=lines)


def conditions(pair: Pair, broken: Recipe, cured: Recipe, dataset: Dataset) -> str:
    """How the pair was trained and on what it was judged."""
    training = cured.training
    same = "" if broken.training == cured.training else " (but for what the pair is about)"
    return (
        f"Both trained on {len(dataset.train):,} training images of {dataset.title}: "
        f"{training.epochs} epochs of steps of {training.batch_size} images, Adam, learning rate "
        f"{training.learning_rate:g}, {training.schedule.replace('_', '-')}{same}, seed "
        f"{cured.seed}. Figures: {len(dataset.test):,} test images; curves: the first "
        f"{min(2_000, len(dataset.test)):,} of them."
    )
