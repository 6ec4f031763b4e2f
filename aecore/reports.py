"""A training's progress as plain data, on its way from a worker to the pages.

A worker says `to_plain(progress, ...)`, which holds numbers, texts and bytes alone; the server
reads it back as a `Report`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from aecore.training import Progress

Frame = dict[str, np.ndarray]


@dataclass(frozen=True)
class Report:
    """What a training says of itself, several times a second.

    train: the losses' means since the last report; test: after each epoch, on the test images.
    frame: what the model makes of the fixed probes at this step (see aecore/snapshots.py);
        `kept` where it is among the run's snapshots, else it was taken to look at now.
    """

    step: int
    steps: int
    epoch: float
    epochs: int
    train: dict[str, float]
    test: dict[str, float] | None
    learning_rate: float
    images_per_second: float
    seconds: float  # of training so far
    megabytes: float  # of memory that the worker uses
    frame: Frame | None = None
    kept: bool = False

    @property
    def done(self) -> float:
        """The share that is done, 0 to 1."""
        return self.step / self.steps

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at the pace so far; None before the first steps."""
        return self.seconds * (self.steps / self.step - 1) if self.step and self.seconds else None


def to_plain(
    progress: Progress, seconds: float, megabytes: float, frame: Frame | None, kept: bool
) -> dict[str, Any]:
    """A report as numbers, texts and bytes."""
    return {
        "step": progress.step,
        "steps": progress.steps,
        "epoch": progress.epoch,
        "epochs": progress.epochs,
        "train": progress.train,
        "test": progress.test,
        "learning_rate": progress.learning_rate,
        "images_per_second": progress.images_per_second,
        "seconds": seconds,
        "megabytes": megabytes,
        "frame": arrays_to_plain(frame) if frame else None,
        "kept": kept,
    }


def from_plain(message: dict[str, Any]) -> Report:
    """The report that `to_plain` wrote; its arrays share the message's bytes."""
    frame = message["frame"]
    return Report(**{**message, "frame": arrays_from_plain(frame) if frame else None})


def arrays_to_plain(arrays: Frame) -> dict[str, Any]:
    """Arrays by name as bytes with their type and shape."""
    return {
        name: {"type": array.dtype.str, "shape": list(array.shape), "bytes": array.tobytes()}
        for name, array in arrays.items()
    }


def arrays_from_plain(plain: dict[str, Any]) -> Frame:
    """The arrays that `arrays_to_plain` wrote, not to be written to."""
    return {
        name: np.frombuffer(row["bytes"], np.dtype(row["type"])).reshape(row["shape"])
        for name, row in plain.items()
    }
