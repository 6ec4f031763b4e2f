"""Going on with a training that was left: where it stood, written as tensors and read back.

A run that can go on has these in its optimizer.safetensors:

    step             () int64                  steps done
    generator        (bytes,) uint8            this run's randomness
    order            (images,) int32           in the middle of an epoch: its order of the images
    epoch_values     (steps, terms) float64    in the middle of an epoch: its losses so far
    state.I.NAME     like parameter I, or ()   what Adam keeps of it: step, exp_avg, exp_avg_sq

A training that is left and taken up again goes on as if nothing had been, number by number.
"""

import torch
from torch import Tensor

from aecore.changes import apply_due
from aecore.config import ConfigError
from aecore.data import Dataset
from aecore.fitting import Fitting, begin
from aecore.runs import OPTIMIZER_FILE, Run, RunError
from aecore.training import Training

ADAM = {"step", "exp_avg", "exp_avg_sq"}
NOT_FRAMES = {"steps", "probe_images", "probe_labels", "map_labels"}  # of a run's snapshots


def standing(training: Training) -> dict[str, Tensor]:
    """All that a training knows beside its model, history and snapshots."""
    tensors = {
        "step": torch.tensor(training.step),
        "generator": training.generator.get_state(),
    }
    if training.step % training.steps_per_epoch:
        tensors["order"] = training.order.int()
        tensors["epoch_values"] = torch.cat(training.epoch_values)
    for index, state in training.optimizer.state_dict()["state"].items():
        for name, value in state.items():
            tensors[f"state.{index}.{name}"] = value.detach().cpu().contiguous().clone()
    return tensors


def resume(run: Run, dataset: Dataset | None = None) -> Fitting:
    """A fitting that stands where the run was left, ready to go on.

    Raises:
        RunError: the run has no optimizer.safetensors, or one that doesn't fit it.
        DatasetMissing: its data set isn't here.
    """
    if not run.optimizer:
        raise RunError(
            f"{run.info.title}: was kept without the state of its optimizer ({OPTIMIZER_FILE}), "
            "so it can't be trained on; train a new run instead"
        )
    fitting = begin(run.recipe, dataset)
    training = fitting.training
    training.model.load_state_dict(run.model.state_dict())
    training.history = list(run.info.history)
    training.seconds = run.info.timing.seconds
    _read_snapshots(training, run.snapshots)
    try:
        _read_standing(training, run.optimizer)
        training.planned = list(run.info.changes)
        apply_due(training)
    except (KeyError, ValueError, RuntimeError, TypeError) as error:
        raise RunError(f"{run.folder or run.info.title}/{OPTIMIZER_FILE}: {error}") from error
    return fitting


def _read_snapshots(training: Training, snapshots: dict[str, Tensor]) -> None:
    if not snapshots:
        return
    frames = {name: rows.numpy() for name, rows in snapshots.items() if name not in NOT_FRAMES}
    training.snapshot_steps = snapshots["steps"].tolist()
    training.snapshots = [
        {name: rows[index] for name, rows in frames.items()}
        for index in range(len(training.snapshot_steps))
    ]


def _read_standing(training: Training, tensors: dict[str, Tensor]) -> None:
    training.step = int(tensors["step"])
    training.generator.set_state(tensors["generator"])
    if training.step % training.steps_per_epoch:
        order = tensors["order"].long()
        if not torch.equal(order.sort().values, torch.arange(training.images)):
            raise ConfigError(f"'order' isn't an order of {training.images} images")
        training.order = order
        training.epoch_values = [tensors["epoch_values"]]
    for index, parameter in enumerate(training.model.parameters()):
        prefix = f"state.{index}."
        state = {
            name.removeprefix(prefix): _like(parameter, name, value)
            for name, value in tensors.items()
            if name.startswith(prefix)
        }
        if state.keys() != (ADAM if training.step else set()):
            raise ConfigError(f"'{prefix}*' should be {', '.join(sorted(ADAM))}")
        if state:
            training.optimizer.state[parameter] = state


def _like(parameter: Tensor, name: str, value: Tensor) -> Tensor:
    """A value of the optimizer on its parameter's device, and in its memory layout."""
    if not torch.isfinite(value).all():
        raise ConfigError(f"'{name}' holds NaN or infinite values")
    if value.dim() == 0:
        return value.to(parameter.device, torch.float32)
    if value.shape != parameter.shape:
        raise ConfigError(f"'{name}' has shape {tuple(value.shape)}, not {tuple(parameter.shape)}")
    return torch.empty_like(parameter, requires_grad=False).copy_(value)
