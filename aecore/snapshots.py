"""Snapshots: what a model does to the same few images as it learns, for the time machine.

At steps spaced first geometrically and then by epoch, a run keeps the reconstructions of fixed
probes, samples from fixed noise, and the latent features of some hundred test images.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aecore.data import Dataset, to_float
from aecore.models.base import CLASSES, Model

MAP_IMAGES = 500
MAP_DIMS = 3  # wider codes are kept as so many leading principal components: the map shows two
SAMPLES = 20
FRAMES = 32  # at most about so many snapshots a run: they ship with it
NOISE_SEED = 0
HALF_MAX = 65504.0  # the largest float16: a training about to diverge has larger latents


@dataclass(frozen=True)
class Probes:
    """The fixed images that snapshots look at: one of each class, and some hundred for a map."""

    images: Tensor  # (P, 1, 28, 28) float in [0, 1]
    labels: Tensor  # (P,) long
    map_images: Tensor  # (M, 1, 28, 28) float
    map_labels: Tensor  # (M,) long


def choose_probes(dataset: Dataset) -> Probes:
    """The first test image of each class, and the first 500 test images."""
    labels = dataset.test.labels
    first = [int((labels == label).nonzero()[0]) for label in labels.unique()]
    return Probes(
        to_float(dataset.test.images[first]),
        labels[first],
        to_float(dataset.test.images[:MAP_IMAGES]),
        labels[:MAP_IMAGES],
    )


def probe_arrays(probes: Probes) -> dict[str, np.ndarray]:
    """What is kept of the probes beside their snapshots: the images of each class, the labels."""
    return {
        "probe_images": to_bytes(probes.images),
        "probe_labels": probes.labels.numpy(),
        "map_labels": probes.map_labels.numpy(),
    }


def snapshot_steps(steps_per_epoch: int, epochs: int) -> set[int]:
    """0, 1, 2, 4, 8 ... within the first epoch, then ends of epochs, thinned to fit FRAMES."""
    steps = {0}
    step = 1
    while step < steps_per_epoch:
        steps.add(step)
        step *= 2
    room = max(FRAMES - len(steps), 2)
    stride = -(-epochs // room)  # rounded up
    steps |= {epoch * steps_per_epoch for epoch in range(epochs, 0, -stride)}
    return steps


@torch.no_grad()
def take_snapshot(model: Model, probes: Probes) -> dict[str, np.ndarray]:
    """The model's answers to the probes; images as uint8, latent features as float16."""
    was_training = model.training
    model.eval()
    code = model.encode(probes.images, probes.labels)
    snapshot = {
        "reconstructions": to_bytes(torch.sigmoid(model.decode(code.z, probes.labels))),
        "latents": _compact(model.features(model.encode(probes.map_images, probes.map_labels))),
    }
    if model.abilities.samples:
        generator = torch.Generator(probes.images.device).manual_seed(NOISE_SEED)
        classes = torch.arange(SAMPLES, device=probes.images.device) % CLASSES
        snapshot["samples"] = to_bytes(model.sample(SAMPLES, classes, generator))
    model.train(was_training)
    return snapshot


def to_bytes(images: Tensor) -> np.ndarray:
    """(B, 1, 28, 28) in [0, 1] to (B, 28, 28) uint8."""
    return (images.float() * 255).round().to(torch.uint8).squeeze(1).cpu().numpy()


def _compact(features: Tensor) -> np.ndarray:
    """(M, D) to at most MAP_DIMS columns, float16."""
    features = features.float().cpu().nan_to_num(0).clamp(-HALF_MAX, HALF_MAX)
    if features.shape[1] > MAP_DIMS:
        with torch.autocast("cpu", enabled=False):
            features = _leading_components(features - features.mean(0))
    return features.clamp(-HALF_MAX, HALF_MAX).numpy().astype(np.float16, order="C")


def _leading_components(centred: Tensor) -> Tensor:
    """(M, D) to (M, MAP_DIMS), by the eigenvectors of the smaller of the two tables of products."""
    images, dims = centred.shape
    if dims <= images:
        directions = torch.linalg.eigh(centred.T @ centred)[1][:, -MAP_DIMS:]
        return (centred @ directions).flip(1)
    values, vectors = torch.linalg.eigh(centred @ centred.T)
    return (vectors * values.clamp(min=0).sqrt())[:, -MAP_DIMS:].flip(1)
