"""How well single images are rebuilt, and how that compares with the test images."""

import numpy as np
import torch
from torch import Tensor

from aecore.data import Dataset, to_float
from aecore.losses import bernoulli_nll, gaussian_kl, mean_squared_error
from aecore.models.base import Model

BATCH = 1_000


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
