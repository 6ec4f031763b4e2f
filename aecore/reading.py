"""One image through one model: its code, its reconstruction, and how well it was rebuilt."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from aecore.losses import gaussian_kl
from aecore.models.base import CLASSES, Model
from aecore.scores import scores


@dataclass(frozen=True, eq=False)
class Reading:
    """What a model makes of one image; what the model lacks is None.

    image, reconstruction: float32 (28, 28) in [0, 1].
    code: (D,), the numbers that the decoder gets; the mean of a posterior.
    sigma, kl: (D,), the posterior's standard deviations, and its KL to the prior in nats.
    indices: (h, w), the codebook entry in each cell.
    scores: see `aecore.scores.scores`, here of this one image.
    label: the class a conditional model was told; label_costs: (10,), its cost under each class.
    """

    image: np.ndarray
    reconstruction: np.ndarray
    code: np.ndarray
    scores: dict[str, float]
    sigma: np.ndarray | None = None
    kl: np.ndarray | None = None
    indices: np.ndarray | None = None
    label: int | None = None
    label_costs: np.ndarray | None = None


@torch.inference_mode()
def read(model: Model, image: np.ndarray, label: int | None = None) -> Reading:
    """An image (28, 28) in [0, 1] through the model; a conditional model guesses a missing label.

    The guess is the class under which the image costs least: -ELBO, or the squared error.
    """
    x = torch.tensor(image, dtype=torch.float32)[None, None]
    costs = label_costs(model, x) if model.abilities.conditional else None
    if costs is not None and label is None:
        label = int(costs.argmin())
    y = None if costs is None else torch.tensor([label])
    code = model.encode(x, y)
    return Reading(
        image=x[0, 0].numpy(),
        reconstruction=torch.sigmoid(model.decode(code.z, y))[0, 0].numpy(),
        code=code.z[0].flatten().numpy(),
        scores={name: float(score) for name, score in scores(model, x, y).items()},
        sigma=None if code.logvar is None else (0.5 * code.logvar[0]).exp().numpy(),
        kl=None if code.logvar is None else gaussian_kl(code.mean, code.logvar)[0].numpy(),
        indices=None if code.indices is None else code.indices[0].numpy(),
        label=None if costs is None else label,
        label_costs=costs,
    )


def label_costs(model: Model, x: Tensor) -> np.ndarray:
    """What one image (1, 1, 28, 28) costs a conditional model under each of the classes: (10,)."""
    every = torch.arange(CLASSES)
    found = scores(model, x.expand(CLASSES, -1, -1, -1), every)
    return found.get("negative_elbo_nats", found["mse"]).numpy()


def codebook_places(codebook: Tensor) -> np.ndarray:
    """Where each entry (K, d) lies along the direction in which they differ most: (K,), 0 to 1.

    The first principal component, as ranks: entries with like meanings get like places.
    """
    centred = codebook.detach().float() - codebook.detach().float().mean(0)
    axis = torch.linalg.svd(centred, full_matrices=False).Vh[0]
    return ((centred @ axis).argsort().argsort() / max(1, len(codebook) - 1)).numpy()
