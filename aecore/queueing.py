"""Whose turn it is, and how long one waits. Pure functions: no cluster, no clock.

Everyone's first run comes before anyone's second, and nobody trains two at a time.
"""

import heapq
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Waiting:
    """A run in the queue, and how many seconds it will take (a guess will do)."""

    id: str
    visitor: str
    seconds: float


@dataclass(frozen=True)
class Forecast:
    """Where a waiting run stands: 1 is next; `seconds` until it begins."""

    place: int
    seconds: float


def in_turn(waiting: Sequence[Waiting]) -> list[Waiting]:
    """The queue in its order: by round, each visitor having one run in a round, then as asked."""
    rounds: Counter[str] = Counter()
    ranked = []
    for index, one in enumerate(waiting):
        ranked.append((rounds[one.visitor], index, one))
        rounds[one.visitor] += 1
    return [one for _, _, one in sorted(ranked, key=lambda row: row[:2])]


def to_start(waiting: Sequence[Waiting], busy: Collection[str], free: int) -> list[Waiting]:
    """The runs to start now, on `free` workers, given the visitors who are training one."""
    started: dict[str, Waiting] = {}
    for one in in_turn(waiting):
        if len(started) < free and one.visitor not in busy and one.visitor not in started:
            started[one.visitor] = one
    return list(started.values())


def forecast(
    waiting: Sequence[Waiting], training: Mapping[str, float], workers: int
) -> dict[str, Forecast]:
    """Place and wait of every run in the queue, by its id.

    training: the seconds that each busy visitor's run still takes; workers: how many there are.
    """
    free_at = [*training.values()]
    free_at += [0.0] * (workers - len(free_at))
    heapq.heapify(free_at)
    ready_at = dict(training)
    found = {}
    for place, one in enumerate(in_turn(waiting), 1):
        start = max(heapq.heappop(free_at) if free_at else 0.0, ready_at.get(one.visitor, 0.0))
        heapq.heappush(free_at, start + one.seconds)
        ready_at[one.visitor] = start + one.seconds
        found[one.id] = Forecast(place, start)
    return found
