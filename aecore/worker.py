"""What a worker does: train one run, tell how it goes, and listen while it trains.

These functions run in a worker's process, sent there by cluster.py. A training says «started» and
waits for «go», so that the server can say at once what is wished of it; then it listens between
any two reports. What was learnt goes back as bytes: workers and server share no disk.
"""

import asyncio
import contextlib
import ctypes
import os
import tempfile
import time
from functools import lru_cache
from pathlib import Path
from typing import Any

import psutil
import torch

from aecore import archive, data, hardware
from aecore.changes import Change
from aecore.config import ConfigError
from aecore.desk import Desk, call
from aecore.fitting import Fitting, begin, measured
from aecore.reports import Frame, arrays_to_plain, to_plain
from aecore.resuming import resume, standing
from aecore.run_info import Recipe
from aecore.runs import RunError, load
from aecore.snapshots import Probes, choose_probes, probe_arrays, take_snapshot
from aecore.training import Diverged, batches, train_step

NICENESS = 10  # the server's answers to visitors come first
FRAME_SECONDS = 0.4  # between two frames to look at
FRAME_SHARE = 0.08  # of the time, at most, goes into such frames
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # glibc's malloc.h
REPORT_SECONDS = 0.2  # between two reports of a task: more often is more than anyone sees


async def prepare() -> None:
    """Makes a worker ready: everything imported, the bundled data loaded, the first step done."""
    keep_memory()
    await asyncio.to_thread(trial, Recipe(model="vae", dataset="digits").model_dump(), 0.0)


def keep_memory() -> None:
    """Has memory that was freed used again, as it is outside of Dask.

    Dask's workers give it back to the system at once, and a training, which frees the same few MB
    at every step, is then half as fast: each step waits for new pages.
    """
    with contextlib.suppress(OSError, AttributeError):  # only glibc has it, and needs it
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_MMAP_THRESHOLD, 32 << 20)
        mallopt(M_TRIM_THRESHOLD, 256 << 20)


def work(order: dict[str, Any]) -> dict[str, Any]:
    """Trains one run: `order` as trainings.py writes it; the answer says how it ended.

    Returns:
        "end": finished, stopped, paused, abandoned or failed; "archive": the run's file;
        "message": why it failed, in words for the person who asked for it.
    """
    be_nice()
    try:
        with Desk(order["job"], order["attempt"], order["topic"]) as desk:
            return _work(order, desk)
    except (Diverged, ConfigError, RunError, data.DatasetMissing, data.DownloadFailed) as error:
        return {"end": "failed", "message": str(error)}
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        return {"end": "failed", "message": f"The worker ran out of memory. {MEMORY_ADVICE}"}


def _work(order: dict[str, Any], desk: Desk) -> dict[str, Any]:
    fitting = take_up(order)
    probes = choose_probes(fitting.dataset)
    desk.send("started", **describe(fitting, probes))
    word, planned = desk.wait()
    if word != "go":
        return {"end": "abandoned"}
    plan(fitting, [Change.model_validate(change) for change in planned])
    end = follow(fitting, probes, desk)
    if end == "abandoned":
        return {"end": end}
    run = fitting.finish(measure=False)
    run.optimizer = standing(fitting.training)
    return {"end": end, "archive": archive.pack_run(run)}


class Stopped(Exception):
    """A task was stopped, or nobody wants it any more."""


def run_task(line: dict[str, Any], function: str, arguments: tuple[Any, ...]) -> dict[str, Any]:
    """Calls a function by its name with `arguments` and `report`; how it ended (see tasks.py)."""
    be_nice()
    said = 0.0
    with Desk(**line) as desk:

        def report(done: float, arrays: Frame | None = None) -> None:
            nonlocal said
            if desk.abandoned or any(word == "stop" for word, _ in desk.words()):
                raise Stopped
            if (now := time.monotonic()) > said + REPORT_SECONDS:
                said = now
                desk.send("progress", done=float(done), arrays=arrays_to_plain(arrays or {}))

        try:
            return {"state": "finished", "done": 1.0, "result": call(function, *arguments, report)}
        except Stopped:
            return {"state": "stopped"}
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            return {"state": "failed", "message": "The worker ran out of memory."}


def take_up(order: dict[str, Any]) -> Fitting:
    """The fitting that an order asks for: new, or a run's file to go on with."""
    recipe = Recipe.model_validate(order["recipe"])
    dataset = load_dataset(recipe.dataset)
    if order["archive"] is None:
        return begin(recipe, dataset)
    with tempfile.TemporaryDirectory(prefix="bottleneck-") as folder:
        archive.extract(order["archive"], Path(folder))
        fitting = resume(load(folder), dataset)
    if order["more_epochs"]:
        epochs = int(fitting.training.epoch) + order["more_epochs"]
        plan(fitting, [Change(step=fitting.training.step, name="epochs", value=epochs)])
    return fitting


def plan(fitting: Fitting, changes: list[Change]) -> None:
    """Adds changes to come, which are made in the order of their steps."""
    planned = fitting.training.planned
    planned[:] = sorted([*planned, *changes], key=lambda change: change.step)


def describe(fitting: Fitting, probes: Probes) -> dict[str, Any]:
    """What the pages need to know of a training before its first report."""
    step, images = fitting.training.step, fitting.training.images
    return {"step": step, "images": images, "probes": arrays_to_plain(probe_arrays(probes))}


def follow(fitting: Fitting, probes: Probes, desk: Desk) -> str:
    """Trains, reports and listens; how it ended."""
    camera, memory = Camera(fitting, probes), psutil.Process()
    noted = len(fitting.training.changes)
    for progress in fitting.progress():
        frame = progress.snapshot or camera.take()
        megabytes = memory.memory_info().rss / 1e6
        plain = to_plain(
            progress, fitting.training.seconds, megabytes, frame, progress.snapshot is not None
        )
        desk.send("progress", **plain)
        for change in fitting.training.changes[noted:]:
            desk.send("changed", **change.model_dump())
        noted = len(fitting.training.changes)
        for word, value in desk.words():
            if word in ("stopped", "paused"):
                return word
            plan(fitting, [Change(step=fitting.training.step, name=word, value=value)])
        if desk.abandoned:
            return "abandoned"
    return "finished"


class Camera:
    """Takes frames to look at, no more often than is worth their time."""

    def __init__(self, fitting: Fitting, probes: Probes):
        self.training = fitting.training
        moved = {name: tensor.to(fitting.training.device) for name, tensor in vars(probes).items()}
        self.probes = Probes(**moved)
        self.next = 0.0

    def take(self) -> Frame | None:
        """A frame, or None where the last one is too recent."""
        start = time.perf_counter()
        if start < self.next:
            return None
        with hardware.autocast(self.training.precision, self.training.device):  # twice as fast
            frame = take_snapshot(self.training.model, self.probes)
        end = time.perf_counter()
        self.next = start + max(FRAME_SECONDS, (end - start) / FRAME_SHARE)
        return frame


def measure(packed: bytes) -> bytes:
    """A run's file with its test metrics, its reference and its codes."""
    be_nice()
    with tempfile.TemporaryDirectory(prefix="bottleneck-") as folder:
        archive.extract(packed, Path(folder))
        run = load(folder)
        return archive.pack_run(measured(run, load_dataset(run.recipe.dataset)))


def trial(recipe: dict[str, Any], seconds: float = 0.3) -> float:
    """How long an epoch of a recipe takes here, in seconds, from some of its steps."""
    be_nice()
    parsed = Recipe.model_validate(recipe)
    fitting = begin(parsed, load_dataset(parsed.dataset))
    training = fitting.training
    training.model.train()
    since, steps = time.perf_counter(), 0
    for x, y in batches(fitting.dataset.train, training):
        train_step(training, x, y)
        steps, elapsed = steps + 1, time.perf_counter() - since
        if elapsed > seconds:
            break
        if training.step == 1 < training.steps_per_epoch:  # the first step is slower
            since, steps = time.perf_counter(), 0
    return elapsed / steps * training.steps_per_epoch


@lru_cache(maxsize=2)
def load_dataset(name: str) -> data.Dataset:
    """A data set, fetched first where this machine lacks it."""
    if not data.available(name):
        data.download(name)
    return data.load(name)


def be_nice() -> None:
    """One thread of low priority: several threads on busy cores train slower, not faster."""
    torch.set_num_threads(1)
    if hasattr(os, "nice"):
        os.nice(max(0, NICENESS - os.nice(0)))


MEMORY_ADVICE = (
    "A step holds the output of every layer for a whole batch: try a smaller batch, or fewer or "
    "narrower layers."
)


def is_out_of_memory(error: Exception) -> bool:
    """Whether an error means that no memory was left, on the processor or on a GPU."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or "out of memory" in text or "enough memory" in text
