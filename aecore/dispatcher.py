"""Moves runs on: out of the queue, onto a worker, and home to their folders.

Two threads of the server that nearly always sleep. One hands out work, says to workers what is to
be said and takes in what they made; the other looks after the cluster. Neither holds the lock
while it talks to the cluster, so that no page ever waits for a worker.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from distributed import CancelledError, Future, KilledWorker

from aecore import worker
from aecore.cluster import Cluster, ClusterError
from aecore.job import Job
from aecore.job_records import Records
from aecore.paces import Paces
from aecore.queueing import Waiting, to_start
from aecore.reports import Report
from aecore.runs import RunError, read_info
from aecore.settings import Settings

TICK_SECONDS = 0.25  # at the latest; whatever happens wakes the dispatcher at once
LOOK_SECONDS = 1.0  # between two looks at the cluster
RETRY_SECONDS = 5.0  # before a cluster that doesn't answer is tried again

# What Dask raises, one or the other, when a cluster goes away in the middle of a call.
CLUSTER_FAULTS = (OSError, RuntimeError, ValueError, TypeError, AttributeError, CancelledError)

log = logging.getLogger(__name__)


class Dispatcher:
    """The threads, and the line to the cluster. `jobs` and its content belong to `lock`."""

    def __init__(
        self, settings: Settings, records: Records, jobs: dict[str, Job], lock: threading.RLock
    ):
        self.settings, self.records, self.jobs, self.lock = settings, records, jobs, lock
        self.cluster = Cluster(settings, self._hear)
        self.notice = "The training engine is starting."  # what keeps runs waiting, if anything
        self.paces = Paces()
        self.closing = threading.Event()
        self.wake = threading.Event()
        self.threads = [
            threading.Thread(target=self._repeat, args=arguments, daemon=True)
            for arguments in ((self._tend, LOOK_SECONDS), (self._dispatch, TICK_SECONDS))
        ]

    def start(self) -> None:
        """Starts the threads; the cluster comes up behind the page's back."""
        for thread in self.threads:
            thread.start()

    def close(self) -> None:
        """Ends the threads, and a cluster of our own."""
        self.closing.set()
        self.wake.set()
        for thread in self.threads:
            thread.join()
        self.cluster.close()

    def _repeat(self, step: Callable[[], None], seconds: float) -> None:
        """Repeats a step until the end; a fault of one time doesn't end the others."""
        while not self.closing.is_set():
            try:
                step()
            except CLUSTER_FAULTS:
                log.warning("the cluster failed in the middle of a call", exc_info=True)
            if step == self._dispatch:
                self.wake.wait(seconds)
                self.wake.clear()
            else:
                self.closing.wait(seconds)

    # The cluster

    def _tend(self) -> None:
        """Starts the cluster where it isn't there, and looks its workers over."""
        if not self.cluster.alive:
            self._lose_all()
            try:
                self.cluster.start()
            except ClusterError as error:
                self.notice = str(error)
                self.closing.wait(RETRY_SECONDS)
                return
        before = set(self.cluster.ready)
        self.cluster.look_over()
        self.notice = "" if self.cluster.ready else self._why_none()
        if self.cluster.ready - before:
            self.wake.set()

    def _why_none(self) -> str:
        return " ".join(self.cluster.refused.values()) or (
            "No worker has joined the cluster yet. On each machine that is to train: "
            f"`dask worker {self.settings.scheduler} --nthreads 1`."
            if self.settings.scheduler
            else "The training engine is starting."
        )

    def _lose_all(self) -> None:
        """The cluster is gone, and with it all that it was doing: back into the queue."""
        self.paces.forget_trial()
        with self.lock:
            for job in self.jobs.values():
                job.measuring = None
                if job.record.state == "running":
                    job.lose()
                    self._note(job, state=job.fallback if job.ending else "queued")
                    job.ending = None

    def _hear(self, message: dict[str, Any]) -> None:
        """A worker's message, on the client's own thread."""
        with self.lock:
            job = self.jobs.get(message["job"])
            if job is not None:
                job.hear(message)
        if message["kind"] == "started":
            self.wake.set()

    # The queue

    def _dispatch(self) -> None:
        if not self.cluster.alive:
            return
        self._collect()
        self._say()
        self._start_waiting()
        with self.lock:
            idle = len(self.cluster.ready) > len(self.training())
        self.paces.try_out(self.cluster, idle)

    def waiting(self) -> list[Waiting]:
        """The queue as it was asked for; under the lock."""
        return [
            Waiting(job.id, job.record.visitor, job.seconds_left(self.paces.get(job.record.recipe)))
            for job in self.jobs.values()
            if job.record.state == "queued"
        ]

    def training(self) -> dict[str, float]:
        """Who trains a run now, and the seconds that it still takes; under the lock."""
        return {
            job.record.visitor: job.seconds_left(self.paces.get(job.record.recipe))
            for job in self.jobs.values()
            if job.record.state == "running"
        }

    def _start_waiting(self) -> None:
        with self.lock:
            training = self.training()
            free = len(self.cluster.ready) - len(training)
            chosen = [self.jobs[one.id] for one in to_start(self.waiting(), training, free)]
        for job in chosen:
            self._start(job)

    def _start(self, job: Job) -> None:
        """Hands a run to the cluster."""
        packed, begun = None, ()
        if job.goes_on:
            try:
                packed = self.records.packed(job.id)
                begun = read_info(self.records.run_folder(job.id)).changes
            except RunError as error:
                with self.lock:
                    self._note(job, state="failed", message=str(error))
                return
        with self.lock:
            if job.record.state != "queued":  # taken back in the meantime
                return
            job.attempt += 1
            job.begun = begun
            self._note(job, state="running", message="")
            order = {
                "job": job.id,
                "attempt": job.attempt,
                "topic": self.cluster.topic,
                "recipe": job.record.recipe.model_dump(mode="json"),
                "archive": packed,
                "more_epochs": job.more_epochs,
            }
        job.future = self.cluster.submit(worker.work, order, name="train")
        job.future.add_done_callback(lambda _: self.wake.set())

    def _say(self) -> None:
        """Says to workers what is to be said; what wasn't heard is said again."""
        with self.lock:
            busy = [job for job in self.jobs.values() if job.words and job.worker]
        for job in busy:
            while job.words:
                with self.lock:
                    address, (word, value) = job.worker, job.words[0]
                if not self.cluster.tell(address, job.id, word, value):
                    break
                with self.lock:
                    if job.worker == address and job.words and job.words[0] == (word, value):
                        job.words.popleft()

    # Coming home

    def _collect(self) -> None:
        with self.lock:
            done = [job for job in self.jobs.values() if job.future and job.future.done()]
            measured = [job for job in self.jobs.values() if job.measuring and job.measuring.done()]
        for job in done:
            self._take_in(job, _result(job.future))
        for job in measured:
            self._take_in_measures(job, _result(job.measuring))

    def _take_in(self, job: Job, result: Any) -> None:
        """The end of a training: what came back is kept, and the record says how it ended."""
        if isinstance(result, CancelledError) or (
            isinstance(result, dict) and result["end"] == "abandoned"
        ):
            with self.lock:
                job.lose()
                self._note(job, state="queued")
            return
        state, message = "failed", ""
        if isinstance(result, BaseException):
            message = why_failed(result, job.report)
            log.error("run %s failed", job.id, exc_info=result)
        elif result["end"] == "failed":
            message = result["message"]
        else:
            state, message = result["end"], self._keep(job, result["archive"])
            state = "failed" if message else state
        with self.lock:
            self.paces.learn(job.record.recipe, job.report)
            job.future = job.worker = job.ending = None
            job.words.clear()
            self._note(job, state=state, message=message)
            job.ended = time.time()
        if state in ("finished", "stopped"):
            self._measure(job)

    def _keep(self, job: Job, packed: bytes) -> str:
        """Puts a run that came back into its folder, if it is still wanted; what went wrong."""
        with self.lock:
            try:
                if job.id in self.jobs:
                    self.records.install(job.record, packed)
            except (OSError, RunError) as error:
                return f"The run couldn't be kept: {error}"
        return ""

    def _measure(self, job: Job) -> None:
        """Has the test metrics of a run computed; until then it is there without them."""
        if job.id not in self.jobs:
            return
        packed = self.records.packed(job.id)
        future = self.cluster.submit(worker.measure, packed, name="measure", first=True)
        with self.lock:
            job.measuring = future
        future.add_done_callback(lambda _: self.wake.set())

    def _take_in_measures(self, job: Job, result: Any) -> None:
        if isinstance(result, BaseException):
            log.warning("run %s wasn't measured: %r", job.id, result)
        with self.lock:
            job.measuring = None
            if isinstance(result, bytes) and job.record.state in ("finished", "stopped"):
                self._keep(job, result)

    def _note(self, job: Job, **changed: Any) -> None:
        """Changes a record and writes it down, unless it was deleted; under the lock."""
        job.record = job.record.model_copy(update=changed)
        if job.id in self.jobs:
            self.records.write(job.record)


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
