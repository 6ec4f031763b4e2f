"""How long trainings take here: measured, never guessed from a table.

What was trained here is known; what wasn't is tried on an idle worker for a moment.
"""

import threading

from distributed import Future

from aecore import worker
from aecore.cluster import Cluster
from aecore.reports import Report
from aecore.run_info import Recipe


class Paces:
    """Seconds an epoch, by what is trained. Its methods may be called from any thread."""

    def __init__(self) -> None:
        self.known: dict[str, float] = {}
        self.wanted: Recipe | None = None  # the latest that was asked for and isn't known
        self.trial: tuple[str, Future] | None = None  # under way
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

    def forget_trial(self) -> None:
        """The cluster that tried is gone."""
        self.trial = None

    def try_out(self, cluster: Cluster, idle: bool) -> None:
        """Takes in a trial that is done; begins the one that is wanted if a worker is idle."""
        if self.trial and self.trial[1].done():
            (key, future), self.trial = self.trial, None
            if future.status == "finished":
                self.known.setdefault(key, future.result())
            elif future.status == "error":
                self.failed.add(key)
        with self.lock:
            recipe = self.wanted
            if self.trial or recipe is None or not idle:
                return
            self.wanted = None
        plain = recipe.model_dump(mode="json")
        self.trial = _key(recipe), cluster.submit(worker.trial, plain, name="trial")


def _key(recipe: Recipe) -> str:
    training = recipe.training
    parts = recipe.model, recipe.config.model_dump_json(), recipe.dataset
    return "|".join((*parts, str(training.batch_size), training.precision))
