"""What a training reports, and the collecting of its losses without waiting for them."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from aecore.models.base import Loss

if TYPE_CHECKING:
    from aecore.training import Training


class Diverged(ArithmeticError):
    """A loss stopped being a number; says at which step, what it usually means, what to try."""

    def __init__(self, when: str, learning_rate: float):
        super().__init__(
            f"{when}. Usually the learning rate ({learning_rate:g}) is too high: try a third of it."
        )


@dataclass(frozen=True)
class Progress:
    """One report from a training: the means since the last report."""

    step: int
    steps: int
    epoch: float
    epochs: int
    train: dict[str, float]
    learning_rate: float
    images_per_second: float
    test: dict[str, float] | None = None  # after each epoch
    snapshot: dict[str, np.ndarray] | None = None

    @property
    def done(self) -> float:
        """The share that is done, 0 to 1."""
        return self.step / self.steps


def named_values(loss: Loss) -> dict[str, Tensor]:
    """A loss as one table: the total, its terms, and what is only logged."""
    return {"total": loss.total.detach(), **loss.terms, **loss.metrics}


class Meter:
    """Collects losses without waiting for them: values are read only when a report is due."""

    def __init__(self, training: "Training"):
        self.training = training
        self.waiting: list[Tensor] = []  # not read yet
        self.report_values: list[Tensor] = []  # read, since the last report
        self.names: list[str] = []
        self.images = 0
        self.since = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Since the last report."""
        return time.perf_counter() - self.since

    def add(self, loss: Loss, images: int) -> None:
        """Notes a step's loss."""
        values = named_values(loss)
        self.names = list(values)
        self.waiting.append(torch.stack([value.detach() for value in values.values()]))
        self.images += images

    def report(self, **extra) -> Progress:
        """The means since the last report; raises Diverged at the first step without a number."""
        training, seconds = self.training, self.seconds
        self._read()
        means, self.report_values = self._means(self.report_values), []
        progress = Progress(
            step=training.step,
            steps=training.steps,
            epoch=training.epoch,
            epochs=training.config.epochs,
            train=means,
            learning_rate=training.optimizer.param_groups[0]["lr"],
            images_per_second=self.images / seconds if seconds else 0.0,
            **extra,
        )
        training.seconds += seconds
        self.images, self.since = 0, time.perf_counter()
        return progress

    def _read(self) -> None:
        if not self.waiting:
            return
        values = torch.stack(self.waiting).cpu().double()  # in this order: MPS has no float64
        finite = values[:, 0].isfinite()
        if not finite.all():
            step = self.training.step - len(self.waiting) + int((~finite).nonzero()[0]) + 1
            rate = self.training.config.learning_rate
            raise Diverged(f"the loss stopped being a number at step {step}", rate)
        self.waiting = []
        self.report_values.append(values)
        self.training.epoch_values.append(values)

    def _means(self, parts: list[Tensor]) -> dict[str, float]:
        means = torch.cat(parts).mean(0).tolist() if parts else []
        return dict(zip(self.names, means, strict=True)) if parts else {}

    def epoch_means(self) -> dict[str, float]:
        """The means over the epoch's steps, however the reports cut it up; starts a new epoch."""
        self._read()
        means = self._means(self.training.epoch_values)
        self.training.epoch_values = []
        return means
