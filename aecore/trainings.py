"""Runs on their way: out of the queue, onto a worker, and home to their folders.

The dispatcher's thread calls `step`; nothing here holds the lock while it talks to the cluster, so
that no page ever waits for a worker.
"""

import logging
import time
from collections.abc import Callable
from typing import Any

from distributed import CancelledError, Future, KilledWorker

from aecore import queueing, worker
from aecore.cluster import Cluster
from aecore.job import Job
from aecore.job_table import JobTable
from aecore.paces import Paces
from aecore.queueing import Forecast, Waiting
from aecore.reports import Report
from aecore.runs import RunError, read_info

log = logging.getLogger(__name__)


class Trainings:
    """Moves the jobs of a table on; `wake` asks for another step."""

    def __init__(self, table: JobTable, cluster: Cluster, wake: Callable[[], None]):
        self.table, self.cluster, self.wake = table, cluster, wake
        self.records, self.lock = table.records, table.lock
        self.paces = Paces()

    def step(self) -> None:
        """Takes in what is done, says what is to be said, starts what can start."""
        self._collect()
        self._say()
        self._start_waiting()
        with self.lock:
            idle = len(self.cluster.ready) > len(self._training())
        self.paces.try_out(self.cluster, idle)

    def lose_all(self) -> None:
        """The cluster is gone, and with it all that it was doing: back into the queue."""
        self.paces.forget_trial()
        with self.lock:
            for job in self.table.all():
                job.measuring = job.measuring and True
            for job in self.table.in_state("running"):
                self._lose(job)

    def forecast(self) -> dict[str, Forecast]:
        """Place and wait of every run in the queue; under the lock."""
        workers = max(len(self.cluster.ready), 1)
        return queueing.forecast(self._waiting(), self._training(), workers)

    # Out of the queue

    def _waiting(self) -> list[Waiting]:
        return [
            Waiting(job.id, job.record.visitor, self._seconds_left(job))
            for job in self.table.in_state("queued")
        ]

    def _training(self) -> dict[str, float]:
        """Who trains a run now, and the seconds that it still takes."""
        return {
            job.record.visitor: self._seconds_left(job)
            for job in self.table.in_state("running")
        }

    def _seconds_left(self, job: Job) -> float:
        return job.seconds_left(self.paces.get(job.record.recipe))

    def _start_waiting(self) -> None:
        with self.lock:
            training = self._training()
            free = len(self.cluster.ready) - len(training)
            chosen = queueing.to_start(self._waiting(), training, free)
            jobs = [self.table.jobs[one.id] for one in chosen]
        for job in jobs:
            self._start(job)

    def _start(self, job: Job) -> None:
        """Hands a run to the cluster."""
        with self.lock:
            if job.record.state != "queued":  # taken back in the meantime
                return
            try:
                order = self._order(job)
            except RunError as error:
                self.table.note(job, state="failed", message=str(error))
                return
            self.table.note(job, state="running", message="")
        try:
            job.future = self.cluster.submit(worker.work, order, name="train")
        finally:
            if job.future is None:
                with self.lock:
                    self._lose(job)
        job.future.add_done_callback(lambda _: self.wake())

    def _order(self, job: Job) -> dict[str, Any]:
        """What a worker is told of a run, as plain data; see worker.work."""
        packed = self.records.packed(job.id) if job.goes_on else None
        if packed:
            job.begun = read_info(self.records.run_folder(job.id)).changes
        job.attempt += 1
        return {
            "job": job.id,
            "attempt": job.attempt,
            "topic": self.cluster.topic,
            "recipe": job.record.recipe.model_dump(mode="json"),
            "archive": packed,
            "more_epochs": job.more_epochs,
        }

    def _say(self) -> None:
        """Says to workers what is to be said; what wasn't heard is said again the next time."""
        with self.lock:
            listening = [job for job in self.table.all() if job.words and job.worker]
        for job in listening:
            heard = True
            while heard and job.words:
                with self.lock:
                    address, said = job.worker, job.words[0]
                heard = self.cluster.tell(address, job.id, *said)
                with self.lock:
                    if heard and job.worker == address and job.words and job.words[0] is said:
                        job.words.popleft()

    # Home

    def _collect(self) -> None:
        with self.lock:
            jobs = self.table.all()
        for job in jobs:
            if job.future and job.future.done():
                self._take_in(job, _result(job.future))
            if job.measuring is True:
                self._measure(job)
            elif job.measuring and job.measuring.done():
                self._take_in_measures(job, _result(job.measuring))

    def _take_in(self, job: Job, result: Any) -> None:
        """The end of a training: what came back is kept, and the record says how it ended."""
        end = result["end"] if isinstance(result, dict) else "failed"
        with self.lock:
            if end == "abandoned" or isinstance(result, CancelledError):
                self._lose(job)
                return
            message = ""
            if isinstance(result, BaseException):
                log.error("run %s failed", job.id, exc_info=result)
                message = why_failed(result, job.report)
            elif end == "failed":
                message = result["message"]
            else:
                message = self._keep(job, result["archive"])
            self.paces.learn(job.record.recipe, job.report)
            job.future = job.worker = job.ending = None
            job.words.clear()
            job.ended = time.time()
            job.measuring = True if end in ("finished", "stopped") and not message else None
            self.table.note(job, state="failed" if message else end, message=message)

    def _keep(self, job: Job, packed: bytes) -> str:
        """Puts a run that came back into its folder, if it is still wanted; what went wrong."""
        try:
            if job.id in self.table.jobs:
                self.records.install(job.record, packed)
        except (OSError, RunError) as error:
            return f"The run couldn't be kept: {error}"
        return ""

    def _measure(self, job: Job) -> None:
        """Has the test metrics of a run computed; until then it is there without them."""
        packed = self.records.packed(job.id)
        job.measuring = self.cluster.submit(worker.measure, packed, name="measure", first=True)
        job.measuring.add_done_callback(lambda _: self.wake())

    def _take_in_measures(self, job: Job, result: Any) -> None:
        with self.lock:
            job.measuring = None
            if isinstance(result, BaseException):
                log.warning("run %s wasn't measured: %r", job.id, result)
            elif job.record.state in ("finished", "stopped"):  # and wasn't trained on since
                self._keep(job, result)

    def _lose(self, job: Job) -> None:
        """A training whose cluster is gone waits again, unless it was to end anyway."""
        job.lose()
        self.table.note(job, state=job.fallback if job.ending else "queued")
        job.ending = None


def why_failed(error: BaseException, last: Report | None) -> str:
    """What a person is told of a training that ended with an error of the cluster's."""
    if not isinstance(error, KilledWorker):
        return (
            f"Something went wrong inside the training ({type(error).__name__}: {error}). This is "
            "a fault of Bottleneck, not of your settings; the server's log has more."
        )
    seen = f", last seen at step {last.step} with {last.megabytes:,.0f} MB in use" if last else ""
    return (
        f"The workers that trained this run were lost one after the other{seen}. That mostly means "
        f"that they ran out of memory. {worker.MEMORY_ADVICE}"
    )


def _result(future: Future) -> Any:
    """A finished call's result, or the exception that it ended with."""
    if future.cancelled():
        return CancelledError(future.key)
    return future.exception() or future.result()
