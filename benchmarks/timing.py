"""Timing things in turns, so that whatever else the machine is doing falls on all of them alike."""

import time
from collections.abc import Callable, Hashable, Mapping
from statistics import median
from typing import TypeVar

import torch

Name = TypeVar("Name", bound=Hashable)


def clock() -> float:
    """Seconds. With one torch thread: processor time, to which other programs add little."""
    return time.process_time() if torch.get_num_threads() == 1 else time.perf_counter()


def clock_in_words() -> str:
    """Which clock that is, for the conditions."""
    return "processor time" if torch.get_num_threads() == 1 else "wall time"


def seconds_of(call: Callable[[], object]) -> float:
    """How long a call takes."""
    start = clock()
    call()
    return clock() - start


def in_turns(calls: Mapping[Name, Callable[[], object]], rounds: int) -> dict[Name, list[float]]:
    """How long each call took in each round: one of each, then the next round."""
    seconds: dict[Name, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            seconds[name].append(seconds_of(call))
    return seconds


def ratio(slow: list[float], fast: list[float]) -> float:
    """How many times longer `slow` took than `fast`: the median over the rounds."""
    return median(a / b for a, b in zip(slow, fast, strict=True))


def spread(slow: list[float], fast: list[float]) -> str:
    """The least and the greatest of these ratios."""
    ratios = [a / b for a, b in zip(slow, fast, strict=True)]
    return f"{min(ratios):.2f} to {max(ratios):.2f}"
