"""What is asked of a run that comes from a stranger, beyond what `runs.load` asks of every run.

Everything a page would show or a training would read is checked here, once, at the door.
"""

from pathlib import Path
from typing import NoReturn

import torch
from pydantic import Field, ValidationError
from torch import Tensor

from aecore.config import Config
from aecore.models import catalog
from aecore.models.base import CLASSES, Model
from aecore.networks import SIDE
from aecore.run_info import Recipe, RunInfo
from aecore.runs import JSON_FILE, Run, RunError, load, read_info

MAX_JSON_BYTES = 4_000_000
MAX_ROWS = 1_000  # of a history
MAX_FRAMES = 500  # of the snapshots
MAX_DIMS = 64  # of a code in them: earlier versions kept more
IMAGE = (SIDE, SIDE)


class HistoryRow(Config):
    """One row of a history: an epoch's losses by name."""

    epoch: int = Field(ge=0)
    step: int = Field(ge=0)
    train: dict[str, float] = Field(max_length=40)
    test: dict[str, float] = Field(max_length=40)


def check_run(folder: Path, max_parameters: int | None = None) -> Run:
    """The run in a folder, each part of it checked.

    Raises:
        RunError: says what is wrong.
    """
    if (folder / JSON_FILE).stat().st_size > MAX_JSON_BYTES:
        raise RunError(f"{JSON_FILE}: larger than {MAX_JSON_BYTES // 1_000_000} MB, refused")
    info = read_info(folder)
    check_size(info.recipe, max_parameters)
    check_info(info)
    run = load(folder)
    check_snapshots(run.snapshots)
    check_codes(run.codes, run.model)
    for name, tensor in run.optimizer.items():
        if tensor.is_floating_point() and not torch.isfinite(tensor).all():
            raise RunError(f"optimizer.safetensors: '{name[:40]}' holds NaN or infinite values")
    return run


def check_size(recipe: Recipe, max_parameters: int | None) -> int:
    """How many parameters a recipe's model has, found without building it.

    Raises:
        RunError: more than `max_parameters`.
    """
    with torch.device("meta"):
        parameters = catalog.parameter_count(catalog.build(recipe.model, recipe.config))
    if max_parameters is not None and parameters > max_parameters:
        raise RunError(
            f"this model has {parameters:,} parameters and at most {max_parameters:,} are allowed "
            "here: choose fewer or narrower layers"
        )
    return parameters


def check_info(info: RunInfo) -> None:
    """Raises RunError where a history isn't rows of numbers, or the run was still training."""
    if info.state == "running":
        raise RunError("run.json: this run was still training")
    if len(info.history) > MAX_ROWS or len(info.changes) > MAX_ROWS:
        raise RunError(f"run.json: a history of more than {MAX_ROWS:,} rows")
    if any(not 2 <= len(percentiles) <= MAX_ROWS for percentiles in info.reference.values()):
        raise RunError("run.json: reference: percentiles are lists of some numbers")
    try:
        rows = [HistoryRow.model_validate(row) for row in info.history]
    except ValidationError as error:
        raise RunError(f"run.json: history: {error.errors()[0]['msg']}") from error
    if any(later.step <= row.step for row, later in zip(rows, rows[1:], strict=False)):
        raise RunError("run.json: the history isn't in the order of its steps")


def check_snapshots(found: dict[str, Tensor]) -> None:
    """Raises RunError where the snapshots aren't what aecore/snapshots.py takes."""
    if not found:
        return
    wanted = _wanted(found)
    for name, (shape, dtype) in wanted.items():
        if name not in found:
            _refuse(f"'{name}' is missing")
        if tuple(found[name].shape) != shape or found[name].dtype != dtype:
            _refuse(f"'{name}' is {tuple(found[name].shape)} {found[name].dtype}, not {shape}")
    for name in sorted(set(found) - set(wanted)):
        _refuse(f"'{name[:40]}' has no place there")
    if (found["steps"].diff() <= 0).any() or (found["steps"] < 0).any():
        _refuse("'steps' aren't in order")
    for name in ("probe_labels", "map_labels"):
        if not _within(found[name], CLASSES):
            _refuse(f"'{name}' holds something else than classes")
    if not torch.isfinite(found["latents"]).all():
        _refuse("'latents' hold NaN or infinite values")


def _wanted(found: dict[str, Tensor]) -> dict[str, tuple[tuple[int, ...], torch.dtype]]:
    """The shape and type of each array, given how many frames, images and numbers there are."""
    frames, probes, images = (
        _length(found, name) for name in ("steps", "probe_labels", "map_labels")
    )
    latents = found.get("latents")
    dims = latents.shape[-1] if latents is not None and latents.dim() == 3 else 0
    if not 1 <= frames <= MAX_FRAMES or not 1 <= dims <= MAX_DIMS:
        _refuse(f"{frames} frames of {dims} numbers")
    wanted = {
        "steps": ((frames,), torch.int64),
        "probe_images": ((probes, *IMAGE), torch.uint8),
        "probe_labels": ((probes,), torch.int64),
        "map_labels": ((images,), torch.int64),
        "reconstructions": ((frames, probes, *IMAGE), torch.uint8),
        "latents": ((frames, images, dims), torch.float16),
    }
    if "samples" in found:
        samples = found["samples"].shape[1] if found["samples"].dim() == 4 else 0
        wanted["samples"] = ((frames, samples, *IMAGE), torch.uint8)
    return wanted


def _length(found: dict[str, Tensor], name: str) -> int:
    if name not in found or found[name].dim() != 1:
        _refuse(f"'{name}' is missing, or isn't a list of numbers")
    return len(found[name])


def check_codes(found: dict[str, Tensor], model: Model) -> None:
    """Raises RunError where the codes aren't what aecore/code_sample.py takes of this model."""
    if not found:
        return
    if model.abilities.discrete:
        wanted = {"indices": (model.grid, torch.int16)}
    else:
        wanted = {"mean": (model.latent_shape, torch.float16)}
    if model.abilities.posterior:
        wanted["logvar"] = wanted["mean"]
    wanted["labels"] = ((), torch.uint8)
    if found.keys() != wanted.keys():
        raise RunError(f"codes.safetensors: should hold {', '.join(wanted)}")
    images = found["labels"].numel()
    for name, (shape, dtype) in wanted.items():
        if tuple(found[name].shape) != (images, *shape) or found[name].dtype != dtype:
            raise RunError(f"codes.safetensors: '{name}' doesn't fit this model")
    if (found["labels"] >= CLASSES).any() or not all(
        torch.isfinite(rows).all() for rows in found.values()
    ):
        raise RunError("codes.safetensors: holds values that are none")
    if model.abilities.discrete and not _within(found["indices"], len(model.codebook)):
        raise RunError("codes.safetensors: 'indices' name entries that the codebook lacks")


def _within(numbers: Tensor, limit: int) -> bool:
    return bool(((numbers >= 0) & (numbers < limit)).all())


def _refuse(fault: str) -> NoReturn:
    raise RunError(f"snapshots.safetensors: {fault}")
