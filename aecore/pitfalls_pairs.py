"""Pairs of small trainings, one broken and one cured: the table. They are judged next door."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aecore.config import with_changes
from aecore.data import Dataset
from aecore.models import catalog
from aecore.models.base import Model
from aecore.pitfalls import Chart, Role
from aecore.pitfalls_figures import code_lengths, sigmas
from aecore.run_info import Recipe
from aecore.training import TrainConfig

LIVE_DATASET = "digits"


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


ON_DIGITS = {"batch_size": 32, "epochs": 20}
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
            live={"batch_size": 32, "epochs": 10},
            splits=("train",),
        ),
    ]
}
