"""Trainings as jobs: against train() called directly, on two workers against one, and four at once.

Real engines on this machine. The rates of a job and of train() itself are images a second of
processor time, of the worker's whole process and of this one, so that other programs add little;
what several workers do together is wall time.

ceiling: two processes that each call train(), against one: what two workers can reach at most here.
"""

import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import torch

from aecore import data
from aecore.fitting import begin
from aecore.jobs import Jobs
from aecore.run_info import Recipe
from aecore.settings import Settings
from aecore.training import TrainConfig
from benchmarks.timing import ratio, spread

MODELS = {"vae": ("mnist", 2), "conv_vae": ("digits", 12)}  # data set and epochs
BATCH = 128
ROUNDS = 3
FROM, TO = 0.1, 0.9  # the share of a training that is timed: neither its start nor its end
VISITORS = 8
SHORT = Recipe(model="vae", dataset="digits", training=TrainConfig(epochs=25, batch_size=32))


def run() -> dict[str, Any]:
    """A row a comparison, with its bar."""
    torch.set_num_threads(1)
    rows = [overhead(model_id) for model_id in MODELS]
    rows += [ceiling(), throughput(), at_once()]
    return {"title": "Trainings as jobs", "rows": rows, "notes": NOTES}


NOTES = [
    f"Overhead: batch {BATCH}, medians of {ROUNDS} rounds in turns, with their extremes. "
    f"Throughput: {VISITORS} runs of {VISITORS} visitors, {SHORT.training.epochs} epochs each on "
    "digits, from asking to the end of the last; their test metrics are computed meanwhile.",
]


def overhead(model_id: str) -> dict[str, Any]:
    """Images a second of a job against those of train(), in turns."""
    name, epochs = MODELS[model_id]
    training = TrainConfig(epochs=epochs, batch_size=BATCH)
    recipe = Recipe(model=model_id, dataset=name, training=training)
    dataset = data.load(name)
    ours, direct = [], []
    with engine(workers=1) as jobs:
        for _ in range(ROUNDS):
            direct.append(_direct(recipe, dataset))
            ours.append(_as_job(jobs, recipe))
    share = ratio(ours, direct)
    return {
        "what": f"{model_id} on {name}: a job / train() itself",
        "ours": round(median(ours)),
        "other": round(median(direct)),
        "unit": "images/s",
        "ratio": round(share, 3),
        "rounds": spread(ours, direct),
        "bar": ">= 0.9",
        "met": share >= 0.9,
    }


def _direct(recipe: Recipe, dataset: data.Dataset) -> float:
    """Images a second of processor time, called here."""
    fitting, marks = begin(recipe, dataset), []
    for progress in fitting.progress():
        if FROM <= progress.step / progress.steps <= TO:
            marks.append((progress.step, time.process_time()))
    return _rate(marks[0], marks[-1])


def _as_job(jobs: Jobs, recipe: Recipe) -> float:
    """Images a second of the processor time of the worker's process."""
    client = jobs._dispatcher.cluster.client
    run_id = jobs.submit(recipe, "somebody")
    marks = []
    for share in (FROM, TO):
        wait(lambda share=share: (now := jobs.status(run_id).report) and now.done >= share)
        (seconds,) = client.run(time.process_time).values()
        marks.append((jobs.status(run_id).report.step, seconds))
    jobs.delete(run_id)
    wait(lambda: not jobs._dispatcher.cluster.calls)
    return _rate(*marks)


def _rate(first: tuple[int, float], last: tuple[int, float]) -> float:
    return BATCH * (last[0] - first[0]) / (last[1] - first[1])


def throughput() -> dict[str, Any]:
    """Runs a minute of eight visitors, on two workers and on one."""
    rates = {}
    for workers in (1, 2):
        with engine(workers) as jobs:
            rates[workers] = _runs_a_minute(jobs)
    times = rates[2] / rates[1]
    return {
        "what": f"{VISITORS} jobs, two workers / one",
        "ours": rates[2],
        "other": rates[1],
        "unit": "runs/min",
        "ratio": round(times, 2),
        "bar": ">= 1.7",
        "met": times >= 1.7,
    }


def _runs_a_minute(jobs: Jobs) -> float:
    run_ids = [jobs.submit(_seeded(number), f"visitor {number}") for number in range(VISITORS)]
    start = time.perf_counter()
    wait(lambda: all(jobs.status(run_id).state == "finished" for run_id in run_ids))
    return 60 * VISITORS / (time.perf_counter() - start)


def _seeded(seed: int) -> Recipe:
    return SHORT.model_copy(update={"seed": seed})


def ceiling() -> dict[str, Any]:
    """Steps a second of two processes that call train() at the same time, against one alone."""
    seconds = {count: _together(count) for count in (1, 2)}
    return {
        "what": "train() in two processes / in one",
        "ours": 60 * 2 / seconds[2],
        "other": 60 / seconds[1],
        "unit": "runs/min",
        "ratio": round(2 * seconds[1] / seconds[2], 2),
    }


def _together(count: int) -> float:
    """How long some trainings take that run at the same time."""
    with multiprocessing.get_context("spawn").Pool(count) as pool:
        pool.map(_train_once, [1] * count, chunksize=1)  # all that is imported and loaded
        start = time.perf_counter()
        pool.map(_train_once, [SHORT.training.epochs] * count, chunksize=1)
        return time.perf_counter() - start


def _train_once(epochs: int) -> None:
    torch.set_num_threads(1)
    training = SHORT.training.model_copy(update={"epochs": epochs})
    for _ in begin(SHORT.model_copy(update={"training": training})).progress():
        pass


def at_once() -> dict[str, Any]:
    """Four visitors on the default settings: how soon each trains or sees their place."""
    with engine(Settings().workers) as jobs:
        start, answered = time.perf_counter(), {}
        run_ids = [jobs.submit(_seeded(number), f"visitor {number}") for number in range(4)]
        states = set()
        while len(answered) < 4 or any(jobs.status(run_id).under_way for run_id in run_ids):
            for run_id in run_ids:
                status = jobs.status(run_id)
                states.add(status.state)
                if status.place or status.report:
                    answered.setdefault(run_id, time.perf_counter() - start)
            time.sleep(0.005)
    return {
        "what": "four visitors at once: until all train or see their place",
        "ours": max(answered.values()),
        "unit": f"s (states seen: {', '.join(sorted(states))})",
        "bar": "no error",
        "met": states <= {"queued", "running", "finished"},
    }


@contextmanager
def engine(workers: int) -> Iterator[Jobs]:
    """An engine of this machine, warm."""
    with tempfile.TemporaryDirectory() as folder:
        jobs = Jobs(Settings(runs=Path(folder), workers=workers, scheduler=""))
        wait(lambda: jobs.workers == workers)
        yield jobs
        jobs.close()


def wait(is_so: Callable[[], object]) -> None:
    """Waits until something is so."""
    while not is_so():
        time.sleep(0.005)
