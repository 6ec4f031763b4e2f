"""Training: a generator that yields progress and can be left at any moment.

    training = start(model, dataset, TrainConfig(epochs=5), seed=0)
    for progress in train(training, dataset):
        print(progress.epoch, progress.train)

Leaving the loop stops the training; `training.model` and `training.history` hold what was learnt.
The same model, data, config and seed give the same history on the same machine.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import cos, isfinite, pi
from typing import Literal

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from aecore import hardware
from aecore.changes import Change, apply_due
from aecore.config import LIVE, Config
from aecore.data import Dataset, Split, to_float
from aecore.meter import Diverged, Meter, Progress, named_values
from aecore.models.base import Loss, Model
from aecore.networks import InitialWeights
from aecore.snapshots import Probes, choose_probes, snapshot_steps, take_snapshot

TEST_IMAGES = 2_000  # of the test set, looked at after each epoch; the final metrics use it all
TEST_SEED = 0
PROGRESS_SECONDS = 0.25


class TrainConfig(Config):
    """How long and how fast a model is trained."""

    epochs: int = Field(20, ge=1, le=500, description="passes over the training images")
    batch_size: int = Field(128, ge=8, le=4096, description="images a step")
    learning_rate: float = Field(
        3e-3, gt=0, le=1, description="Adam's step size, at its highest", json_schema_extra=LIVE
    )
    schedule: Literal["one_cycle", "constant"] = Field(
        "one_cycle", description="one_cycle: the learning rate rises, then falls to nothing"
    )
    initial_weights: InitialWeights = Field(
        "auto", description="how they are drawn; auto: lecun for dense models, torch for others"
    )
    precision: hardware.Precision = Field(
        "auto", description="number format; auto: bfloat16 where the processor multiplies in it"
    )


@dataclass
class Training:
    """A training under way: all that is needed to look at it, stop it and go on."""

    model: Model
    config: TrainConfig
    optimizer: torch.optim.Optimizer
    generator: torch.Generator
    device: torch.device
    precision: str
    images: int  # in the training set
    steps_per_epoch: int
    step: int = 0
    history: list[dict] = field(default_factory=list)
    snapshots: list[dict[str, np.ndarray]] = field(default_factory=list)
    snapshot_steps: list[int] = field(default_factory=list)
    seconds: float = 0.0
    cycle_start: int = 0  # the step at which the learning rate's schedule began
    order: Tensor | None = None  # of this epoch's images, (images,) long
    epoch_values: list[Tensor] = field(default_factory=list)  # this epoch's losses, step by step
    planned: list[Change] = field(default_factory=list)  # changes to come, by step
    changes: list[Change] = field(default_factory=list)  # changes made

    @property
    def steps(self) -> int:
        """How many steps there are in all."""
        return self.config.epochs * self.steps_per_epoch

    @property
    def epoch(self) -> float:
        """Epochs done so far, with the fraction."""
        return self.step / self.steps_per_epoch

    @property
    def cycle_done(self) -> float:
        """The share of the learning rate's schedule that is done, 0 to 1."""
        return (self.step - self.cycle_start) / (self.steps - self.cycle_start)


def start(
    model: Model,
    dataset: Dataset,
    config: TrainConfig,
    seed: int = 0,
    device: torch.device | None = None,
) -> Training:
    """A training ready to run: model on its device, optimizer, and this run's own randomness."""
    device = device or hardware.best_device()
    model.to(device, memory_format=hardware.memory_format(model))
    optimizer = torch.optim.Adam(model.parameters(), lr=config.learning_rate, fused=True)
    return Training(
        model=model,
        config=config,
        optimizer=optimizer,
        generator=torch.Generator(device).manual_seed(seed),
        device=device,
        precision=hardware.resolve_precision(config.precision, device),
        images=len(dataset.train.labels),
        steps_per_epoch=max(len(dataset.train.labels) // config.batch_size, 1),
    )


def train(training: Training, dataset: Dataset) -> Iterator[Progress]:
    """Trains until the config's epochs are done, reporting a few times a second.

    Raises:
        Diverged: the loss became NaN or infinite.
    """
    apply_due(training)
    probes = _probes_on(training.device, dataset)
    wanted = snapshot_steps(training.steps_per_epoch, training.config.epochs)
    meter = Meter(training)
    if training.step == 0:
        yield meter.report(snapshot=_record_snapshot(training, probes))
    training.model.train()
    while training.step < training.steps:
        for x, y in batches(dataset.train, training):
            apply_due(training)
            meter.add(train_step(training, x, y), len(x))
            snapshot = None
            if training.step in wanted:
                snapshot = _record_snapshot(training, probes)
            ends_epoch = training.step % training.steps_per_epoch == 0
            if not ends_epoch and (snapshot or meter.seconds > PROGRESS_SECONDS):
                yield meter.report(snapshot=snapshot)
        test = _record_epoch(training, meter, dataset)
        yield meter.report(test=test, snapshot=snapshot)


def train_step(training: Training, x: Tensor, y: Tensor) -> Loss:
    """One step of gradient descent on a batch, at this step's learning rate."""
    model, optimizer = training.model, training.optimizer
    model.at_epoch(training.epoch)
    for group in optimizer.param_groups:
        group["lr"] = learning_rate(training.config, training.cycle_done)
    with hardware.autocast(training.precision, training.device):
        loss = model.loss(x, y, training.generator)
    optimizer.zero_grad(set_to_none=True)
    loss.total.backward()
    optimizer.step()
    training.step += 1
    return loss


def learning_rate(config: TrainConfig, done: float) -> float:
    """The learning rate when the share `done` of the steps, 0 to 1, lies behind.

    One cycle (Smith & Topin 2019): a cosine from a 25th of the peak up to it over the first 30 %
    of the steps, then down to nearly nothing.
    """
    if config.schedule == "constant":
        return config.learning_rate
    rise = 0.3
    low, high = (1 / 25, done / rise) if done < rise else (1e-4, (1 - done) / (1 - rise))
    return config.learning_rate * (low + (1 - low) * (1 - cos(pi * high)) / 2)


def batches(split: Split, training: Training) -> Iterator[tuple[Tensor, Tensor]]:
    """One epoch in a new order, the incomplete last batch left out: x (B, 1, 28, 28), y (B,)."""
    size = min(training.config.batch_size, len(split.labels))
    device = training.device
    done = training.step % training.steps_per_epoch
    if done == 0 or training.order is None:
        order = torch.randperm(len(split.labels), generator=training.generator, device=device)
        training.order = order.cpu()
    # Bytes of all images fit on any device; index_select copies rows 15 times faster than [].
    images, labels = split.images.to(device), split.labels.to(device)
    order = training.order.to(device)
    for index in range(done, training.steps_per_epoch):
        chosen = order[index * size : (index + 1) * size]
        yield to_float(images.index_select(0, chosen)), labels.index_select(0, chosen)


@torch.no_grad()
def test_losses(model: Model, split: Split, device: torch.device) -> dict[str, float]:
    """The loss by its terms and metrics on the first test images, with the same noise each time."""
    was_training = model.training
    model.eval()
    generator = torch.Generator(device).manual_seed(TEST_SEED)
    x = to_float(split.images[:TEST_IMAGES].to(device))
    loss = model.loss(x, split.labels[:TEST_IMAGES].to(device), generator)
    model.train(was_training)
    return {name: value.item() for name, value in named_values(loss).items()}


def _record_epoch(training: Training, meter: Meter, dataset: Dataset) -> dict[str, float]:
    means = meter.epoch_means()
    test = test_losses(training.model, dataset.test, training.device)
    if not isfinite(test["total"]):
        when = f"the test loss stopped being a number after step {training.step}"
        raise Diverged(when, training.config.learning_rate)
    training.history.append(
        {"epoch": round(training.epoch), "step": training.step, "train": means, "test": test}
    )
    return test


def _record_snapshot(training: Training, probes: Probes) -> dict[str, np.ndarray]:
    snapshot = take_snapshot(training.model, probes)
    training.snapshots.append(snapshot)
    training.snapshot_steps.append(training.step)
    return snapshot


def _probes_on(device: torch.device, dataset: Dataset) -> Probes:
    probes = choose_probes(dataset)
    return Probes(**{name: tensor.to(device) for name, tensor in vars(probes).items()})
