"""The one table of models. A new model is one row here (and a file, if it is a new family)."""

import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch

from aecore.config import Config, with_changes
from aecore.models.autoencoder import (
    Autoencoder,
    AutoencoderConfig,
    DenoisingAutoencoder,
    DenoisingConfig,
    SparseAutoencoder,
    SparseConfig,
)
from aecore.models.base import Abilities, Model
from aecore.models.faults import MeanKLVAE, RawPixelsAutoencoder, ReluLogvarVAE, SquaredErrorVAE
from aecore.models.vae import VAE, ConditionalVAE, ConditionalVAEConfig, VAEConfig
from aecore.models.vq_vae import VQVAE, VQVAEConfig
from aecore.networks import InitialWeights, draw_lecun_weights, resolve_initial_weights


class UnknownModel(KeyError):
    """A model id that the catalog doesn't have; the message lists those it has."""

    def __str__(self) -> str:
        return self.args[0]


@dataclass(frozen=True)
class Entry:
    """One row: what a model is called, what builds it, and how it likes to be trained.

    `training` holds what differs from TrainConfig's defaults in a run worth shipping.
    """

    id: str
    title: str
    summary: str
    source: str
    family: type[Model]
    config: Config
    training: Mapping[str, Any] = field(default_factory=dict)

    @property
    def abilities(self) -> Abilities:
        """What the family can do."""
        return self.family.abilities


ROWS = [
    Entry(
        "ae",
        "Autoencoder",
        "Squeezes an image into 32 numbers and rebuilds it.",
        "Hinton & Salakhutdinov 2006",
        Autoencoder,
        AutoencoderConfig(latent_dim=32, widths=(256, 128, 64)),
        {"epochs": 50, "batch_size": 256},
    ),
    Entry(
        "conv_ae",
        "Convolutional autoencoder",
        "The same with convolutions, which know that neighbouring pixels belong together.",
        "Masci et al. 2011",
        Autoencoder,
        AutoencoderConfig(latent_dim=64, body="conv", widths=(32, 64)),
        {"epochs": 25},
    ),
    Entry(
        "denoising_ae",
        "Denoising autoencoder",
        "Is shown noise and asked for the clean image.",
        "Vincent et al. 2010",
        DenoisingAutoencoder,
        DenoisingConfig(latent_dim=64, widths=(256, 128)),
        {"epochs": 40, "batch_size": 256},
    ),
    Entry(
        "sparse_ae",
        "Sparse autoencoder",
        "Pays for every active number of its code, so that few are active at a time.",
        "Ng 2011, L1 in place of KL",
        SparseAutoencoder,
        SparseConfig(latent_dim=64, widths=(256, 128, 64)),
        {"epochs": 40, "batch_size": 256},
    ),
    Entry(
        "vae",
        "Variational autoencoder",
        "Encodes to a cloud instead of a point, so that new digits can be drawn.",
        "Kingma & Welling 2014",
        VAE,
        VAEConfig(latent_dim=20, widths=(256, 256)),
        {"epochs": 80, "batch_size": 256},
    ),
    Entry(
        "conv_vae",
        "Convolutional VAE",
        "A variational autoencoder with convolutions.",
        "Kingma & Welling 2014; Radford et al. 2016",
        VAE,
        VAEConfig(latent_dim=32, body="conv", widths=(32, 64, 128), activation="leaky_relu"),
        {"epochs": 40},
    ),
    Entry(
        "beta_vae",
        "β-VAE",
        "Weighs the KL term by β: fewer coordinates in use, each one plainer to read.",
        "Higgins et al. 2017",
        VAE,
        VAEConfig(latent_dim=10, widths=(256, 256), beta=4.0),
        {"epochs": 30, "batch_size": 256},
    ),
    Entry(
        "cvae",
        "Conditional VAE",
        "Is told the class, so that its code keeps only the style.",
        "Sohn et al. 2015",
        ConditionalVAE,
        ConditionalVAEConfig(latent_dim=20, widths=(256, 256)),
        {"epochs": 70, "batch_size": 256},
    ),
    Entry(
        "vq_vae",
        "VQ-VAE",
        "Writes the image as a 7x7 grid of words from a learned dictionary.",
        "van den Oord et al. 2017",
        VQVAE,
        VQVAEConfig(),
        {"epochs": 20},
    ),
]

CATALOG: dict[str, Entry] = {entry.id: entry for entry in ROWS}

# Broken on purpose, for the page Pitfalls: a recipe may name them, no list of models shows them.
_VAE = CATALOG["vae"]
BROKEN: dict[str, Entry] = {
    "mean_kl": replace(_VAE, id="mean_kl", title="VAE with a mean KL", family=MeanKLVAE),
    "squared_error": replace(
        _VAE, id="squared_error", title="VAE with a squared error", family=SquaredErrorVAE
    ),
    "relu_logvar": replace(
        _VAE, id="relu_logvar", title="VAE with a ReLU on log σ²", family=ReluLogvarVAE
    ),
    "raw_pixels": replace(
        CATALOG["ae"],
        id="raw_pixels",
        title="Autoencoder on raw pixels",
        family=RawPixelsAutoencoder,
    ),
}


def entry(model_id: str) -> Entry:
    """The row of a model.

    Raises:
        UnknownModel: no such row; the message lists the ids.
    """
    found = CATALOG.get(model_id) or BROKEN.get(model_id)
    if found is None:
        unknown = reprlib.repr(model_id)  # shortened: it may come from a hostile file
        raise UnknownModel(f"there is no model {unknown}; choose from {', '.join(CATALOG)}")
    return found


def configure(model_id: str, changes: Mapping[str, Any] | None = None) -> Config:
    """A model's default config with some fields changed; texts are read as on a command line."""
    return with_changes(entry(model_id).config, changes or {})


def build(
    model_id: str,
    config: Config | None = None,
    seed: int = 0,
    initial_weights: InitialWeights = "torch",
) -> Model:
    """A new model with random weights that depend on `seed` and `initial_weights` alone."""
    row = entry(model_id)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = row.family(config or row.config)
        if resolve_initial_weights(initial_weights, model) == "lecun":
            draw_lecun_weights(model)
    return model


def parameter_count(model: Model) -> int:
    """How many numbers training adjusts."""
    return sum(p.numel() for p in model.parameters() if p.requires_grad)
