"""The two threads of the server that keep trainings going; both sleep nearly all the time.

One moves the runs on (see trainings.py), as soon as anything happens. The other looks after the
cluster: it takes seconds to start one, or to make a new worker ready, and nobody should wait.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any

from distributed import CancelledError

from aecore.cluster import Cluster, ClusterError
from aecore.job_table import JobTable
from aecore.settings import Settings
from aecore.tasks import Tasks
from aecore.trainings import Trainings

TICK_SECONDS = 0.25  # at the latest; whatever happens wakes the dispatcher at once
LOOK_SECONDS = 1.0  # between two looks at the cluster
RETRY_SECONDS = 5.0  # before a cluster that doesn't answer is tried again
STARTING = "The training engine is starting."
FALLEN = "The training engine has failed; the server's log says why. Restart the server."
# What Dask raises, one or the other, when a cluster goes away in the middle of a call.
CLUSTER_FAULTS = (OSError, RuntimeError, ValueError, TypeError, AttributeError, CancelledError)

log = logging.getLogger(__name__)


class Dispatcher:
    """The threads, and the line to the cluster."""

    def __init__(self, settings: Settings, table: JobTable):
        self.settings, self.table = settings, table
        self.cluster = Cluster(settings, self._hear)
        self.closing, self.awake = threading.Event(), threading.Event()
        self.trainings = Trainings(table, self.cluster, self.awake.set)
        self.tasks = Tasks(self.cluster, self.awake.set)
        self.trouble, self.fallen = STARTING, False
        self.threads = [
            threading.Thread(target=self._tend, name="cluster", daemon=True),
            threading.Thread(target=self._move, name="trainings", daemon=True),
        ]

    @property
    def notice(self) -> str:
        """What keeps runs waiting, and what to do; empty while all is well."""
        return FALLEN if self.fallen else self.trouble

    def start(self) -> None:
        """Starts the threads; the cluster comes up while the pages are already there."""
        for thread in self.threads:
            thread.start()

    def wake(self) -> None:
        """Something was asked for: moves the runs on now."""
        self.awake.set()

    def close(self) -> None:
        """Ends the threads, and a cluster of our own."""
        self.closing.set()
        self.awake.set()
        for thread in self.threads:
            thread.join()
        self.cluster.close()

    def _move(self) -> None:
        """The thread that moves the runs on."""
        try:
            while not self.closing.is_set():
                self._try(self.tasks.step)
                self._try(self.trainings.step)
                self.awake.wait(TICK_SECONDS)
                self.awake.clear()
        finally:
            self.fallen = not self.closing.is_set()

    def _tend(self) -> None:
        """The thread that looks after the cluster."""
        try:
            while not self.closing.is_set():
                self._try(self._look)
                self.closing.wait(LOOK_SECONDS)
        finally:
            self.fallen = not self.closing.is_set()

    def _try(self, step: Callable[[], None]) -> None:
        try:
            step()
        except CLUSTER_FAULTS:
            log.warning("the cluster failed in the middle of a call", exc_info=True)

    def _look(self) -> None:
        """Starts the cluster where it isn't there, and looks its workers over."""
        if not self.cluster.alive:
            try:
                self.cluster.start()
            except ClusterError as error:
                self.trouble = str(error)
                self.closing.wait(RETRY_SECONDS)
                return
        self.cluster.look_over()
        self.trouble = "" if self.cluster.ready else self._why_none()
        if self.cluster.ready:
            self.awake.set()

    def _why_none(self) -> str:
        if self.cluster.refused:
            return " ".join(self.cluster.refused.values())
        if not self.settings.scheduler:
            return STARTING
        return (
            "No worker has joined the cluster yet. On each machine that is to train: "
            f"`dask worker {self.settings.scheduler} --nthreads 1`."
        )

    def _hear(self, message: dict[str, Any]) -> None:
        """A worker's message, on the cluster client's own thread."""
        if self.tasks.hear(message):
            return
        with self.table.lock:
            job = self.table.jobs.get(message["job"])
            if job is not None:
                job.hear(message)
        if message["kind"] == "started":
            self.awake.set()
