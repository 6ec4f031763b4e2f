"""The server's table of runs, in memory and on disk. Whatever it holds belongs to its lock."""

import threading
import time
from itertools import chain, count
from typing import Any

from aecore.job import Job
from aecore.job_records import LONGEST_NAME, UNDER_WAY, Record, Records, UnknownRun
from aecore.settings import Settings

TIDY_SECONDS = 600  # between two looks for what can go
TOUCH_SECONDS = 3_600  # a run's use is noted at most so often
WATCHED_SECONDS = 3_600  # after its end, a training's reports are kept for those who watched it
INTERRUPTED = (
    "The server was restarted while this run was {}. What it learnt since it began is lost; the "
    "same settings and seed give the same again."
)


class JobTable:
    """Every run that this server keeps, by its id; those that were under way are interrupted."""

    def __init__(self, settings: Settings):
        self.records = Records(settings.runs, settings.keep_days)
        self.lock = threading.RLock()
        self.jobs = {record.id: Job(record) for record in self.records.read_all()}
        self.tidied = 0.0
        for job in self.jobs.values():
            if job.record.state in UNDER_WAY:
                doing = "waiting" if job.record.state == "queued" else "training"
                self.note(job, state="interrupted", message=INTERRUPTED.format(doing))

    def all(self) -> list[Job]:
        """Every job, the oldest first."""
        return list(self.jobs.values())

    def in_state(self, *states: str) -> list[Job]:
        """The jobs in one of these states, the oldest first."""
        return [job for job in self.jobs.values() if job.record.state in states]

    def add(self, record: Record) -> Job:
        """Takes a new run in."""
        job = self.jobs[record.id] = Job(self.records.write(record))
        return job

    def free_name(self, visitor: str, wanted: str, but: str = "") -> str:
        """The name, numbered if another of the visitor's runs has it: lists tell runs by name."""
        taken = {job.name for job in self.all() if job.record.visitor == visitor and job.id != but}
        wanted = wanted[:LONGEST_NAME]
        numbered = (f"{wanted[: LONGEST_NAME - 6]} ({number})" for number in count(2))
        return next(name for name in chain([wanted], numbered) if name not in taken)

    def find(self, run_id: str) -> Job:
        """A job, which counts as a use of it; raises UnknownRun."""
        self.tidy()
        if run_id not in self.jobs:
            raise UnknownRun(run_id)
        job = self.jobs[run_id]
        if time.time() - job.record.used > TOUCH_SECONDS:
            self.note(job, used=time.time())
        return job

    def note(self, job: Job, **changed: Any) -> None:
        """Changes a record and writes it down, unless the run was deleted."""
        job.record = job.record.model_copy(update=changed)
        if job.id in self.jobs:
            self.records.write(job.record)

    def remove(self, run_id: str) -> None:
        """Deletes a run, its record and all."""
        del self.jobs[run_id]
        self.records.delete(run_id)

    def tidy(self) -> None:
        """Deletes the runs that nobody has used for the time that runs are kept."""
        now = time.time()
        if now - self.tidied < TIDY_SECONDS:
            return
        self.tidied = now
        for job in self.all():
            if job.record.state in UNDER_WAY:
                continue
            if now > self.records.kept_until(job.record):
                self.remove(job.id)
            elif now > job.ended + WATCHED_SECONDS:
                job.forget_reports()
