"""Timing things in turns, so that whatever else the machine is doing falls on all of them alike."""

import time
from collections.abc import Callable, Mapping
from statistics import median

Seconds = dict[str, list[float]]


def in_turns(calls: Mapping[str, Callable[[], object]], rounds: int) -> Seconds:
    """How long each call took in each round: one of each, then the next round."""
    seconds: Seconds = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - start)
    return seconds


def ratio(slow: list[float], fast: list[float]) -> float:
    """How many times longer `slow` took than `fast`: the median over the rounds."""
    return median(a / b for a, b in zip(slow, fast, strict=True))


def spread(slow: list[float], fast: list[float]) -> str:
    """The least and the greatest of these ratios."""
    ratios = [a / b for a, b in zip(slow, fast, strict=True)]
    return f"{min(ratios):.2f} to {max(ratios):.2f}"
