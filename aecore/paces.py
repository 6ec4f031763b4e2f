"""How long trainings take here: measured, never guessed from a table.

What was trained here is known; what wasn't is tried on an idle worker for a moment.
"""

import threading
from collections.abc import Callable

from aecore import worker
from aecore.cluster import Call, Cluster, WorkerLost
from aecore.reports import Report
from aecore.run_info import Recipe


class Paces:
    """Seconds an epoch, by what is trained. Its methods may be called from any thread."""

    def __init__(self) -> None:
        self.known: dict[str, float] = {}
        self.wanted: Recipe | None = None  # the latest that was asked for and isn't known
        self.trial: tuple[str, Call] | None = None  # under way
        self.failed: set[str] = set()  # what can't be trained: the training itself says why
        self.lock = threading.Lock()

    def get(self, recipe: Recipe) -> float | None:
        """Seconds an epoch, or None where nothing like it was trained here."""
        return self.known.get(_key(recipe))

    def ask(self, recipe: Recipe) -> float | None:
        """The same; where it isn't known, it will be tried."""
        with self.lock:
            found = self.get(recipe)
            if found is None and _key(recipe) not in self.failed:
                self.wanted = recipe
            return found

    def learn(self, recipe: Recipe, report: Report | None) -> None:
        """Notes what a training took, once it has done an epoch."""
        if report and report.epoch >= 1 and report.seconds:
            self.known[_key(recipe)] = report.seconds / report.epoch

    def try_out(self, cluster: Cluster, then: Callable[[], None]) -> None:
        """Takes in a trial that is done; begins the one that is wanted if a worker is free."""
        if self.trial:
            key, call = self.trial
            result = cluster.result_of(call)
            if result is None:
                return
            self.trial = None
            if isinstance(result, float):
                self.known.setdefault(key, result)
            elif not isinstance(result, WorkerLost):
                self.failed.add(key)
        with self.lock:
            recipe, free = self.wanted, cluster.free
            if recipe is None or not free:
                return
            self.wanted = None
        plain = recipe.model_dump(mode="json")
        self.trial = _key(recipe), cluster.submit(free[0], worker.trial, plain, then=then)


def _key(recipe: Recipe) -> str:
    training = recipe.training
    parts = recipe.model, recipe.config.model_dump_json(), recipe.dataset
    return "|".join((*parts, str(training.batch_size), training.precision))
