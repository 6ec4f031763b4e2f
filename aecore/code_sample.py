"""The codes of some thousand training images, kept with a run.

They are what a page needs of the data when the data set isn't there: where digits lie in the
latent space, how far each coordinate reaches, which training digits are nearest to a drawing.

    labels    (N,) uint8           the class of training image i, 0 <= i < N
    mean      (N, D) float16       its code z; the posterior's mean where there is one
    logvar    (N, D) float16       the posterior's log-variance, where there is one
    indices   (N, h, w) int16      its grid of codebook entries, in place of mean, where discrete
"""

import torch
from torch import Tensor

from aecore.data import Dataset
from aecore.evaluation import encode_split
from aecore.models.base import Model

IMAGES = 5_000


def sample_codes(model: Model, dataset: Dataset) -> dict[str, Tensor]:
    """The codes of the first 5,000 training images, small enough to ship."""
    code = encode_split(model, dataset.train, IMAGES)
    found = {"labels": dataset.train.labels[:IMAGES].to(torch.uint8)}
    if code.indices is not None:
        return {**found, "indices": code.indices.to(torch.int16)}
    found["mean"] = code.z.to(torch.float16)
    if code.logvar is not None:
        found["logvar"] = code.logvar.to(torch.float16)
    return found
