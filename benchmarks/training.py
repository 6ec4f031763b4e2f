"""train() against the textbook loop and against what float32 matrix products allow."""

import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Any

from torch.utils.data import DataLoader

from aecore import data
from aecore.data import Dataset
from aecore.metrics import Evaluation, negative_elbo_nats
from aecore.models import catalog
from aecore.training import Progress, TrainConfig, Training, start, train
from benchmarks import bare, gemm, textbook
from benchmarks.timing import in_turns, ratio, seconds_of, spread

MODEL = "vae"
ROUNDS = 5
PART = 4  # the textbook loop and the matrix products run a quarter of an epoch a round
LARGE_PRODUCTS = 40
GOAL_NATS = 110.0
MOST_EPOCHS = 20  # of the textbook loop, should it not reach the goal
FAST = TrainConfig(epochs=3, batch_size=192, learning_rate=7e-3)  # our quickest way to the goal


def run() -> dict[str, Any]:
    """Images a second, the share of the floor, and the time to a test -ELBO of 110 nats."""
    dataset = data.load("mnist")
    with tempfile.TemporaryDirectory() as folder:
        batches = textbook.loader(textbook.unpack(Path(folder)))
        rows = [*speed(dataset, batches), time_to_goal(dataset, batches)]
    return {
        "title": f"Training {MODEL} on the {len(dataset.train):,} images of {dataset.title}",
        "rows": rows,
        "notes": NOTES,
    }


NOTES = [
    f"Speed: batch {textbook.BATCH}; ratios are medians over {ROUNDS} rounds of one epoch each in "
    "turns, with their extremes. train() includes its test losses and snapshots.",
    "The barest loop: nothing but PyTorch's own calls for the same model and loss. No schedule, "
    "no losses read, no tests, no snapshots: what eager PyTorch allows.",
    "Floor: the step's own matrix products back to back, without the one that backward skips; "
    "or 6 operations a parameter and image at the rate of a 1024 x 1024 x 1024 product.",
    f"Time to {GOAL_NATS:g} nats: -ELBO of all test images, one sample; looking at it isn't "
    f"counted. Ours: {FAST.epochs} epochs, batch {FAST.batch_size}, one cycle to "
    f"{FAST.learning_rate:g}, format auto, run once a textbook epoch. Loading the data isn't "
    "counted for either.",
]


def speed(dataset: Dataset, batches: DataLoader) -> list[dict[str, Any]]:
    """Images a second of both loops and of the two floors, measured in turns."""
    model = catalog.build(MODEL)
    per_epoch = len(dataset.train) // textbook.BATCH
    taught = textbook.steps(catalog.build(MODEL), batches)
    barest = bare.steps(catalog.build(MODEL), dataset.train, "auto")
    shapes = gemm.step_shapes(model, textbook.BATCH)
    epochs = {name: epochs_of(dataset, name) for name in ("float32", "auto")}
    calls = {
        "textbook": lambda: list(islice(taught, per_epoch // PART)),
        "float32": lambda: next(epochs["float32"]),
        "step": gemm.products(shapes, per_epoch // PART),
        "large": gemm.products([gemm.LARGE], LARGE_PRODUCTS),
        "auto": lambda: next(epochs["auto"]),
        "bare": lambda: list(islice(barest, per_epoch)),
    }
    in_turns(calls, 1)  # to warm up; a training's first epoch also has most of the snapshots
    seconds = in_turns(calls, ROUNDS)
    # From here on, seconds an epoch of each; `large` as if it did the work of an epoch.
    work = 6 * catalog.parameter_count(model) * per_epoch * textbook.BATCH
    scales = {"textbook": per_epoch / (per_epoch // PART), "step": per_epoch / (per_epoch // PART)}
    scales["large"] = work / (gemm.flops([gemm.LARGE]) * LARGE_PRODUCTS)
    epoch = {name: [s * scales.get(name, 1) for s in all_] for name, all_ in seconds.items()}
    images = per_epoch * textbook.BATCH
    return [
        compare("train() in float32 / textbook loop", epoch, "float32", "textbook", images, 3),
        compare("train() in format auto / textbook loop", epoch, "auto", "textbook", images, 3),
        compare("the barest loop in auto / textbook loop", epoch, "bare", "textbook", images, 3),
        compare("train() in float32 / its own products", epoch, "float32", "step", images, 0.7),
        compare("train() in format auto / float32 products", epoch, "auto", "step", images, 0.7),
        compare("train() in float32 / 6 per parameter", epoch, "float32", "large", images, 0.7),
    ]


def epochs_of(dataset: Dataset, precision: str) -> Iterator[Progress]:
    """A training at the textbook's batch size that stops after each epoch."""
    config = TrainConfig(epochs=ROUNDS + 1, batch_size=textbook.BATCH, precision=precision)
    reports = train(start(catalog.build(MODEL), dataset, config), dataset)
    return (report for report in reports if report.test is not None)


def compare(
    what: str, seconds: dict[str, list[float]], ours: str, other: str, images: int, bar: float
) -> dict[str, Any]:
    """A row: both rates in images a second, and their ratio against the bar."""
    times = ratio(seconds[other], seconds[ours])
    return {
        "what": what,
        "ours": round(images / median(seconds[ours])),
        "other": round(images / median(seconds[other])),
        "unit": "images/s",
        "ratio": round(times, 2),
        "rounds": spread(seconds[other], seconds[ours]),
        "bar": f">= {bar}",
        "met": times >= bar,
    }


def time_to_goal(dataset: Dataset, batches: DataLoader) -> dict[str, Any]:
    """Seconds to the goal: our whole recipe between any two epochs of the textbook loop."""
    taught_model, ours, taught = catalog.build(MODEL), [], []
    taught_steps = textbook.steps(taught_model, batches)
    reached = []
    while len(taught) < MOST_EPOCHS:
        taught.append(seconds_of(lambda: list(islice(taught_steps, len(batches)))))
        fast = begin_fast(dataset)
        ours.append(seconds_of(lambda fast=fast: list(train(fast, dataset))))
        reached.append(negative_elbo_nats(Evaluation(fast.model, dataset)))
        if negative_elbo_nats(Evaluation(taught_model, dataset)) <= GOAL_NATS:
            break
    times = sum(taught) / median(ours)
    return {
        "what": f"time to {GOAL_NATS:g} nats, textbook loop / ours",
        "ours": round(median(ours), 2),
        "other": round(sum(taught), 2),
        "unit": f"s ({len(taught)} epochs there; ours ends at {max(reached):.1f} nats)",
        "ratio": round(times, 2),
        "rounds": f"{sum(taught) / max(ours):.2f} to {sum(taught) / min(ours):.2f}",
        "bar": ">= 5",
        "met": times >= 5 and max(reached) <= GOAL_NATS,
    }


def begin_fast(dataset: Dataset) -> Training:
    """Our quickest recipe, from nothing."""
    return start(catalog.build(MODEL, initial_weights=FAST.initial_weights), dataset, FAST)
