"""Where real digits lie in a model's latent space, told by the codes that its run keeps.

Nothing here needs the data set: see aecore/code_sample.py for what a run keeps.
"""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from aecore import latent
from aecore.losses import nearest_code
from aecore.models.base import Code, Model
from aecore.run_checks import check_codes
from aecore.runs import Run

WITHOUT_DATA = 3.0  # how far each slider reaches where no code of a real digit is known
PRIOR_GRIDS = 24
SEED = 0


@dataclass(frozen=True, eq=False)
class LatentSpace:
    """The codes of N training images; empty (N = 0) where the run kept none.

    code: float32, z flattened to (N, D) where the code is a vector; indices (N, h, w) where it is
        a grid. labels: (N,) long. entries: K, of the codebook, where there is one.
    """

    code: Code
    labels: Tensor
    entries: int | None = None

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def usage(self) -> Tensor:
        """How much the model uses each coordinate (D,): nats, or variance. See `latent.usage`."""
        if not len(self):
            return torch.zeros(self.code.z.shape[1])
        return latent.usage(self.code)

    @property
    def unit(self) -> str:
        """What usage is counted in."""
        return "variance" if self.code.logvar is None else "nats"

    @cached_property
    def order(self) -> list[int]:
        """The coordinates, the most used first."""
        return self.usage.argsort(descending=True, stable=True).tolist()

    @cached_property
    def ranges(self) -> Tensor:
        """From where to where each coordinate of real digits reaches: (D, 2)."""
        if not len(self):
            return torch.tensor([-WITHOUT_DATA, WITHOUT_DATA]).repeat(self.code.z.shape[1], 1)
        return latent.ranges(self.code, torch.Generator().manual_seed(SEED))

    @cached_property
    def counts(self) -> Tensor:
        """How often each codebook entry stands in a cell of a real digit: (K,)."""
        return torch.bincount(self.code.indices.flatten(), minlength=self.entries)

    @cached_property
    def features(self) -> Tensor:
        """What neighbours are looked for among: (N, D), or each grid's cells as numbers."""
        return self.code.z if self.entries is None else self.code.indices.flatten(1).float()

    def examples(self, label: int) -> Tensor:
        """Which of the N are of a class, those nearest to the class's mean first: (n,) long."""
        members = (self.labels == label).nonzero().flatten()
        if not len(members) or self.entries is not None:
            return members
        codes = self.code.z[members]
        return members[(codes - codes.mean(0)).norm(dim=1).argsort(stable=True)]


def latent_space(run: Run) -> LatentSpace:
    """What the run's kept codes tell.

    Raises:
        RunError: they don't fit its model.
    """
    model, kept = run.model, run.codes
    check_codes(kept, model)
    labels = kept.get("labels", torch.zeros(0)).long()
    if model.abilities.discrete:
        indices = kept.get("indices", torch.zeros(0, *model.grid)).long()
        return LatentSpace(Code(indices, indices=indices), labels, len(model.codebook))
    mean = kept.get("mean", torch.zeros(0, model.latent_dim)).float()
    logvar = kept["logvar"].float() if "logvar" in kept else None
    return LatentSpace(Code(mean, None if logvar is None else mean, logvar), labels)


@torch.inference_mode()
def prior_grids(model: Model, count: int = PRIOR_GRIDS) -> Tensor:
    """Grids of codebook entries that a discrete model's prior writes: (count, h, w) long."""
    drawn = model.sample_latent(count, torch.Generator().manual_seed(SEED))
    return snap(model, drawn.flatten(1))


def snap(model: Model, z: Tensor) -> Tensor:
    """The codebook entry nearest to each cell of flattened grids: (B, d*h*w) -> (B, h, w) long."""
    vectors = z.view(-1, *model.latent_shape).permute(0, 2, 3, 1)
    found = nearest_code(vectors.reshape(-1, vectors.shape[-1]), model.codebook)
    return found.view(vectors.shape[:3])


@torch.inference_mode()
def pictures(model: Model, codes: Tensor, y: Tensor | None = None) -> Tensor:
    """Codes as a link or a pad has them to pictures (B, 28, 28) in [0, 1].

    codes: (B, D) float, or (B, h, w) or (B, cells) long codebook entries of a discrete model.
    y: classes (B,) long where the model is conditional.
    """
    if model.abilities.discrete:
        codes = model.embed(codes.view(len(codes), *model.grid))
    return torch.sigmoid(model.decode(codes, y))[:, 0]
