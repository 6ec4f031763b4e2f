"""A model's answers to a data set, computed once for all of its metrics."""

from functools import cached_property

import torch
from torch import Tensor

from aecore.data import Dataset, Split, to_float
from aecore.losses import bernoulli_nll, gaussian_kl, reparameterise
from aecore.models.base import Code, Model

BATCH = 1_000
SEED = 0


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
