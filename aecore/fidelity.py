"""How good new digits are: recognised, different from one another, not learned by heart.

The judge is a classifier that no autoencoder ever saw (aecore/classifier.py). Its last hidden
layer is the space in which samples and real digits are compared.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from aecore.classifier import Classifier
from aecore.losses import perplexity
from aecore.models.base import CLASSES

SURE = 0.9  # the probability from which a sample counts as recognised
NEIGHBOURS = 3  # k of precision and recall, as in the paper
BATCH = 500


@dataclass(frozen=True, eq=False)
class Judgement:
    """features (n, 64) of the classifier; labels (n,) it reads; its probability of them (n,)."""

    features: Tensor
    labels: Tensor
    sureness: Tensor

    @property
    def recognised(self) -> float:
        """The share that the classifier is sure of, 0 to 1."""
        return float((self.sureness >= SURE).float().mean())

    @property
    def classes(self) -> float:
        """How many classes there are in even use, 1 to 10: e^H of how often each is read."""
        return float(perplexity(torch.bincount(self.labels, minlength=CLASSES).float()))


@torch.inference_mode()
def judge(classifier: Classifier, images: Tensor) -> Judgement:
    """What the classifier makes of images (n, 28, 28) in [0, 1]."""
    features = torch.cat([classifier.features(part[:, None]) for part in images.split(BATCH)])
    sureness, labels = classifier.output(features).softmax(1).max(1)
    return Judgement(features, labels, sureness)


def diversity(features: Tensor) -> float:
    """The mean distance between two samples in the classifier's features (n, 64)."""
    return float(torch.pdist(features.float()).mean())


def radii(features: Tensor, k: int = NEIGHBOURS) -> Tensor:
    """The distance from each point to its k-th nearest other one: (n, D) -> (n,)."""
    distances = torch.cdist(features, features)
    return distances.topk(min(k + 1, len(features)), largest=False).values[:, -1]


def covered(points: Tensor, centres: Tensor, k: int = NEIGHBOURS) -> Tensor:
    """Which points (n, D) lie in the manifold of the centres (m, D): bool (n,).

    That manifold is the union of balls around the centres, each as large as the distance to its
    k-th neighbour. Source: Kynkäänniemi et al. 2019, equation 1.
    """
    return (torch.cdist(points, centres) <= radii(centres, k)).any(1)


def precision_recall(real: Tensor, drawn: Tensor, k: int = NEIGHBOURS) -> tuple[float, float]:
    """Precision: drawn digits that look real; recall: real digits that could have been drawn.

    Both are shares of points that lie in the other set's manifold, see `covered`; the sets
    (n, D) should be of one size. Source: Kynkäänniemi et al. 2019, equation 2.
    """
    real, drawn = real.float(), drawn.float()
    precision = covered(drawn, real, k).float().mean()
    recall = covered(real, drawn, k).float().mean()
    return float(precision), float(recall)


def nearest_digits(drawn: Tensor, known: Tensor) -> tuple[Tensor, Tensor]:
    """The training digit nearest to each image in pixels: errors (n,) and which ones (n,).

    drawn (n, 28, 28), known (N, 28, 28), in [0, 1]; the error is the mean squared one, as
    everywhere. One that is far below what real test digits have was learned by heart.
    """
    distances = torch.cdist(drawn.flatten(1), known.flatten(1))
    found, which = distances.min(1)
    return found.square() / drawn[0].numel(), which
