"""Runs on their way: out of the queue, onto a worker, and home to their folders.

The dispatcher's thread calls `step`; nothing here holds the lock while it talks to the cluster, so
that no page ever waits for a worker.
"""

import logging
from collections.abc import Callable
from typing import Any

from distributed import KilledWorker

from aecore import queueing, worker
from aecore.cluster import Call, Cluster, WorkerLost
from aecore.job import Job
from aecore.job_table import JobTable
from aecore.paces import Paces
from aecore.queueing import Forecast, Waiting
from aecore.reports import Report
from aecore.runs import RunError, read_info

RESTARTS = 1  # after a lost worker; a second one is no accident

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
        if self.cluster.alive:
            self.cluster.take_back()
            self._say()
            self._start_measuring()
            self._start_waiting()
            self.paces.try_out(self.cluster, self.wake)

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
            job.record.visitor: self._seconds_left(job) for job in self.table.in_state("running")
        }

    def _seconds_left(self, job: Job) -> float:
        return job.seconds_left(self.paces.get(job.record.recipe))

    def _start_waiting(self) -> None:
        free = self.cluster.free
        with self.lock:
            chosen = queueing.to_start(self._waiting(), self._training(), len(free))
            jobs = [self.table.jobs[one.id] for one in chosen]
        for job, address in zip(jobs, free, strict=False):
            self._start(job, address)

    def _start(self, job: Job, address: str) -> None:
        """Hands a run to a worker."""
        with self.lock:
            if job.record.state != "queued":  # taken back in the meantime
                return
            try:
                order = self._order(job)
            except RunError as error:
                self.table.note(job, state="failed", message=str(error))
                return
            self.table.note(job, state="running", message="")
        call = None
        try:
            call = self.cluster.submit(address, worker.work, order, then=self.wake)
        finally:
            with self.lock:
                if call is None:
                    self._wait_again(job)
                elif job.attempt == order["attempt"] and job.id in self.table.jobs:
                    job.call = call
                else:  # taken back or deleted in the meantime
                    self.cluster.drop(call)

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
            listening = [job for job in self.table.all() if job.listening and job.call]
        for job in listening:
            heard = True
            while heard and job.words:
                with self.lock:
                    call, said = job.call, job.words[0] if job.words else None
                heard = bool(call and said) and self.cluster.tell(call.address, job.id, *said)
                with self.lock:
                    if heard and job.call is call and job.words and job.words[0] is said:
                        job.words.popleft()

    # Home

    def _collect(self) -> None:
        with self.lock:
            jobs = self.table.all()
        for job in jobs:
            call, measuring = job.call, job.measuring
            result = self.cluster.result_of(call) if call else None
            if result is not None:
                self._take_in(job, call, result)
            measured = self.cluster.result_of(measuring) if measuring not in (None, True) else None
            if measured is not None:
                self._take_in_measures(job, measured)

    def _take_in(self, job: Job, call: Call, result: Any) -> None:
        """The end of a training: what came back is kept, and the record says how it ended."""
        end = result["end"] if isinstance(result, dict) else "failed"
        with self.lock:
            if job.call is not call:  # taken back in the meantime
                return
            lost = end == "abandoned" or isinstance(result, WorkerLost | KilledWorker)
            if lost and job.restarts < RESTARTS:
                self._wait_again(job)
                return
            message = ""
            if lost:
                end, message = "failed", why_lost(job.report)
            elif isinstance(result, BaseException):
                log.error("run %s failed", job.id, exc_info=result)
                message = why_failed(result)
            elif end == "failed":
                message = result["message"]
            else:
                message = self._keep(job, result["archive"])
            self.paces.learn(job.record.recipe, job.report)
            job.leave()
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

    def _start_measuring(self) -> None:
        """Has the test metrics of runs computed; until then they are there without them."""
        with self.lock:
            jobs = [job for job in self.table.all() if job.measuring is True]
        for job, address in zip(jobs, self.cluster.free, strict=False):
            packed = self.records.packed(job.id)
            job.measuring = self.cluster.submit(address, worker.measure, packed, then=self.wake)

    def _take_in_measures(self, job: Job, result: Any) -> None:
        with self.lock:
            job.measuring = None
            if isinstance(result, WorkerLost) and job.restarts < RESTARTS:
                job.restarts += 1
                job.measuring = True
            elif isinstance(result, BaseException):
                log.warning("run %s wasn't measured: %r", job.id, result)
            elif job.record.state in ("finished", "stopped"):  # and wasn't trained on since
                self._keep(job, result)

    def _wait_again(self, job: Job) -> None:
        """A training that was lost waits again, unless it was to end anyway."""
        job.lose()
        self.table.note(job, state=job.fallback if job.ending else "queued")
        job.ending = None


def why_failed(error: BaseException) -> str:
    """What a person is told of an error that nobody foresaw."""
    return (
        f"Something went wrong inside the training ({type(error).__name__}: {error}). This is a "
        "fault of Bottleneck, not of your settings; the server's log has more."
    )


def why_lost(last: Report | None) -> str:
    """What a person is told of a training that cost one worker after the other."""
    seen = f", last seen at step {last.step} with {last.megabytes:,.0f} MB in use" if last else ""
    return (
        f"The workers that trained this run were lost one after the other{seen}. That mostly means "
        f"that they ran out of memory. {worker.MEMORY_ADVICE}"
    )
