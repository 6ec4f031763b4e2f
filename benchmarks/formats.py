"""float32 against bfloat16, contiguous against channels_last: are hardware.py's choices right?"""

from collections.abc import Callable
from statistics import median
from typing import Any

import torch

from aecore import data, hardware
from aecore.data import Dataset
from aecore.models import catalog
from aecore.training import TrainConfig, Training, batches, start, train_step
from benchmarks.timing import in_turns, ratio, spread

MODELS = ("vae", "ae", "conv_vae", "conv_ae", "vq_vae")
BATCH = 128
STEPS = 15  # a round
ROUNDS = 5
LAYOUTS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}
PRECISIONS = ("float32", "bfloat16")


def run() -> dict[str, Any]:
    """A row a model, format and layout, each against float32 and contiguous."""
    dataset = data.load("mnist")
    return {
        "title": f"Training steps by number format and layout, batch {BATCH}",
        "rows": [row for model_id in MODELS for row in rows_of(model_id, dataset)],
        "notes": [
            f"Times as fast as float32 and contiguous: medians of {ROUNDS} rounds of {STEPS} steps "
            "in turns, with their extremes. Layouts are tried where there are convolutions."
        ],
    }


def rows_of(model_id: str, dataset: Dataset) -> list[dict[str, Any]]:
    """Every format and layout of one model, measured in turns."""
    model = catalog.build(model_id)
    chosen_layout = hardware.memory_format(model)
    chosen_precision = hardware.resolve_precision("auto", torch.device("cpu"))
    layouts = list(LAYOUTS) if chosen_layout == torch.channels_last else ["contiguous"]
    calls = {
        (precision, layout): some_steps(model_id, dataset, precision, layout)
        for precision in PRECISIONS
        for layout in layouts
    }
    in_turns(calls, 1)  # to warm up
    seconds = in_turns(calls, ROUNDS)
    base = seconds["float32", "contiguous"]
    return [
        {
            "model": model_id,
            "format": precision,
            "layout": layout,
            "images/s": round(BATCH * STEPS / median(times)),
            "ratio": round(ratio(base, times), 2),
            "rounds": spread(base, times),
            "chosen": (precision, LAYOUTS[layout]) == (chosen_precision, chosen_layout),
        }
        for (precision, layout), times in seconds.items()
    ]


def some_steps(model_id: str, dataset: Dataset, precision: str, layout: str) -> Callable[[], None]:
    """A call that goes on training for a few steps, on the processor."""
    config = TrainConfig(epochs=500, batch_size=BATCH, precision=precision)
    training = start(catalog.build(model_id), dataset, config, device=torch.device("cpu"))
    training.model.to(memory_format=LAYOUTS[layout])
    training.model.train()
    feed = endless(dataset, training)

    def call() -> None:
        for _ in range(STEPS):
            train_step(training, *next(feed))

    return call


def endless(dataset: Dataset, training: Training):
    """Batches of one epoch after the other."""
    while True:
        yield from batches(dataset.train, training)
