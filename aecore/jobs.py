"""Runs trained in the background, for many visitors at once: what the pages call.

    jobs = Jobs()                                   # once a server
    run_id = jobs.submit(Recipe(model="vae", dataset="digits"), visitor="anna")
    jobs.watch(run_id)                              # its status, and what it reported
    jobs.stop(run_id)
    jobs.load(run_id).model

Every call returns at once, may come from any thread, and does no computing. A run's id is the key
to it: who has it may look, change and delete. The same code runs on this machine and on a cluster.
"""

import threading
import time
from dataclasses import dataclass, replace

from aecore import data
from aecore.changes import check_change
from aecore.config import ConfigError, with_changes
from aecore.dispatcher import Dispatcher
from aecore.job import Job, Status
from aecore.job_records import TOUCH_SECONDS, UNDER_WAY, Record, Records, State, UnknownRun
from aecore.queueing import forecast
from aecore.reports import Frame, Report
from aecore.run_checks import check_size
from aecore.run_info import Recipe
from aecore.runs import Run, RunError, read_info
from aecore.settings import Settings, read_settings

INTERRUPTED = (
    "The server was restarted while this run was {}. What it was then is lost; start it again: the "
    "same settings and seed give the same run."
)
TIDY_SECONDS = 600


class Refused(ValueError):
    """What was asked isn't possible; the message says why, and what is."""


@dataclass(frozen=True)
class View:
    """A run as a page sees it: how it stands, and the reports since the last look.

    frame: the latest one; probes: the images that frames are about, and the labels of the map.
    next: pass it as `since` to `watch` the next time.
    """

    status: Status
    reports: list[Report]
    frame: Report | None
    probes: Frame | None
    next: int


class Jobs:
    """All visitors' runs on this server."""

    def __init__(self, settings: Settings | None = None):
        self.settings = settings or read_settings()
        self.records = Records(self.settings.runs, self.settings.keep_days)
        self._lock = threading.RLock()
        self._jobs = {record.id: Job(self._after_restart(record)) for record in self._read()}
        self._dispatcher = Dispatcher(self.settings, self.records, self._jobs, self._lock)
        self._tidied = 0.0
        self._dispatcher.start()

    def _read(self) -> list[Record]:
        return self.records.read_all()

    def _after_restart(self, record: Record) -> Record:
        if record.state not in UNDER_WAY:
            return record
        doing = "waiting" if record.state == "queued" else "training"
        changed = {"state": "interrupted", "message": INTERRUPTED.format(doing)}
        return self.records.write(record.model_copy(update=changed))

    def close(self) -> None:
        """Ends the engine; runs that are under way are interrupted."""
        self._dispatcher.close()

    @property
    def notice(self) -> str:
        """Why nothing trains at the moment, and what to do; empty while all is well."""
        return self._dispatcher.notice

    @property
    def workers(self) -> int:
        """How many runs can train at once now."""
        return len(self._dispatcher.cluster.ready)

    @property
    def refused_workers(self) -> list[str]:
        """What is wrong with workers that joined and were turned away."""
        return list(self._dispatcher.cluster.refused.values())

    # Asking for runs

    def submit(self, recipe: Recipe, visitor: str, name: str = "") -> str:
        """Queues a training; the run's id.

        Raises:
            Refused: over a limit of this server, or the data set isn't here.
        """
        self._check(recipe, recipe.training.epochs)
        with self._lock:
            self._check_room(visitor)
            record = Record(
                id=self.records.new_id(), visitor=visitor, recipe=recipe, name=name[:80]
            )
            self._jobs[record.id] = Job(self.records.write(record))
        self._dispatcher.wake.set()
        return record.id

    def estimate(self, recipe: Recipe) -> float | None:
        """How many seconds a recipe takes, measured here; None until it was tried."""
        pace = self._dispatcher.paces.ask(recipe)
        self._dispatcher.wake.set()
        return None if pace is None else pace * recipe.training.epochs

    def go_on(self, run_id: str) -> None:
        """Goes on with a run that was paused, stopped or interrupted, where it was left.

        Raises:
            Refused: it is finished, under way, or over a limit.
        """
        with self._lock:
            job = self._idle(run_id)
            if job.record.state == "finished":
                raise Refused("This run is finished: give it some more epochs to train on.")
            self._enqueue(job, self.records.has_run(run_id), 0)

    def train_on(self, run_id: str, epochs: int) -> None:
        """Trains a run for some more epochs, with the state of its optimizer.

        Raises:
            Refused: it is under way, over a limit, or was kept without its optimizer.
        """
        with self._lock:
            job = self._idle(run_id)
            if not self.records.has_run(run_id):
                raise Refused("Nothing was kept of this run: start it again.")
            done = len(read_info(self.records.run_folder(run_id)).history)
            self._check(job.record.recipe, done + epochs)
            self._enqueue(job, True, epochs)

    def upload(self, content: bytes, visitor: str, name: str = "") -> str:
        """Keeps a run that was downloaded before; its id.

        Raises:
            Refused: says what is wrong with the file.
        """
        self._check_room(visitor)
        run_id = self.records.new_id()
        limit = self.settings.max_upload_megabytes * 1_000_000
        try:
            run = self.records.accept(run_id, content, limit, self.settings.max_parameters)
        except RunError as error:
            raise Refused(str(error)) from error
        record = Record(
            id=run_id,
            visitor=visitor,
            recipe=run.recipe,
            name=name[:80] or run.info.name,
            state=run.info.state,
        )
        with self._lock:
            self._jobs[run_id] = Job(self.records.write(record))
        return run_id

    # Looking

    def status(self, run_id: str) -> Status:
        """How a run stands; raises UnknownRun."""
        with self._lock:
            job = self._find(run_id)
            return self._status(job)

    def watch(self, run_id: str, since: int = 0) -> View:
        """How a run stands and what it reported since; raises UnknownRun.

        A training that began again has fewer reports than before: `next` is then below `since`.
        """
        with self._lock:
            job = self._find(run_id)
            since = since if since <= len(job.reports) else 0
            frame = None if job.frame_at is None else job.reports[job.frame_at]
            reports = job.reports[since:]
            return View(self._status(job), reports, frame, job.probes, len(job.reports))

    def mine(self, visitor: str) -> list[Status]:
        """A visitor's own runs, the latest first."""
        with self._lock:
            own = [job for job in self._jobs.values() if job.record.visitor == visitor]
            own.sort(key=lambda job: -job.record.created)
            return [self._status(job) for job in own]

    def load(self, run_id: str) -> Run:
        """The run; raises UnknownRun, or RunError where nothing was kept."""
        with self._lock:
            self._find(run_id)
        return self.records.load(run_id)

    def download(self, run_id: str) -> bytes:
        """The run as one file; raises UnknownRun, or RunError where nothing was kept."""
        with self._lock:
            self._find(run_id)
        return self.records.packed(run_id)

    # Steering

    def stop(self, run_id: str) -> None:
        """Stops a run and keeps what was learnt."""
        self._end(run_id, "stopped")

    def pause(self, run_id: str) -> None:
        """Leaves a run for a while: its worker is free for others until it goes on."""
        self._end(run_id, "paused")

    def change(self, run_id: str, name: str, value: float) -> None:
        """Changes a live setting of a run that trains, beta or learning_rate for instance.

        Raises:
            Refused: it doesn't train now, there is no such live setting, or the value is no good.
        """
        with self._lock:
            job = self._find(run_id)
            if job.record.state != "running" or job.worker is None:
                raise Refused("Settings can be changed while a run trains; this one doesn't now.")
            recipe = job.record.recipe
            try:
                value = check_change(recipe.config, recipe.training, name, value)
            except ConfigError as error:
                raise Refused(str(error)) from error
            job.words.append((name, value))
        self._dispatcher.wake.set()

    def rename(self, run_id: str, name: str) -> None:
        """Gives a run a name; it goes with its file."""
        with self._lock:
            job = self._find(run_id)
            job.record = self.records.write(job.record.model_copy(update={"name": name[:80]}))
            if self.records.has_run(run_id):
                self.records.rename(job.record)

    def delete(self, run_id: str) -> None:
        """Deletes a run, wherever it stands."""
        with self._lock:
            job = self._find(run_id)
            del self._jobs[run_id]
            self.records.delete(run_id)
        if job.future is not None:
            job.future.cancel()
        self._dispatcher.wake.set()

    # Within

    def _find(self, run_id: str) -> Job:
        self._tidy()
        if run_id not in self._jobs:
            raise UnknownRun(run_id)
        job = self._jobs[run_id]
        if time.time() - job.record.used > TOUCH_SECONDS:
            job.record = self.records.write(job.record.model_copy(update={"used": time.time()}))
        return job

    def _idle(self, run_id: str) -> Job:
        job = self._find(run_id)
        if job.record.state in UNDER_WAY:
            raise Refused("This run is under way already.")
        return job

    def _enqueue(self, job: Job, goes_on: bool, more_epochs: int) -> None:
        self._check_room(job.record.visitor)
        job.enqueue(job.record.state, goes_on, more_epochs)
        changed = {"state": "queued", "message": "", "used": time.time()}
        job.record = self.records.write(job.record.model_copy(update=changed))
        self._dispatcher.wake.set()

    def _end(self, run_id: str, ending: State) -> None:
        with self._lock:
            job = self._find(run_id)
            if job.record.state not in UNDER_WAY or job.ending:
                return
            future = job.future
            if job.worker is not None:
                job.end(ending)
            else:  # it hasn't begun
                job.attempt += 1
                job.lose()
                changed = {"state": job.fallback, "message": "Taken back before it began."}
                job.record = self.records.write(job.record.model_copy(update=changed))
        if job.worker is None and future is not None:
            future.cancel()
        self._dispatcher.wake.set()

    def _status(self, job: Job) -> Status:
        record = job.record
        status = Status(
            id=record.id,
            name=record.name or f"{record.recipe.entry.title}, {record.recipe.dataset}",
            state=record.state,
            recipe=record.recipe,
            message=record.message,
            has_run=self.records.has_run(record.id),
            created=record.created,
            kept_until=self.records.kept_until(record),
            ending=job.ending is not None,
            measuring=job.measuring is not None,
            restarts=job.restarts,
            report=job.report,
            changes=(*job.begun, *job.changes),
        )
        if record.state == "queued":
            dispatcher = self._dispatcher
            workers = max(len(dispatcher.cluster.ready), 1)
            found = forecast(dispatcher.waiting(), dispatcher.training(), workers)[job.id]
            return replace(status, place=found.place, wait_seconds=found.seconds)
        if record.state == "running":
            left = job.report.seconds_left if job.report else None
            return replace(status, seconds_left=left, settings=job.settings)
        return status

    def _check(self, recipe: Recipe, epochs: int) -> None:
        """What this server trains; raises Refused with what is over the limit."""
        limits = self.settings
        if epochs > limits.max_epochs:
            raise Refused(f"That is {epochs} epochs; at most {limits.max_epochs} are trained here.")
        try:
            with_changes(recipe.training, {"epochs": epochs})
            check_size(recipe, limits.max_parameters)
        except (ConfigError, RunError) as error:
            raise Refused(str(error)) from error
        if recipe.dataset not in data.DATASETS:
            raise Refused(f"There is no data set called '{recipe.dataset}'.")
        if not limits.scheduler and not data.available(recipe.dataset):
            raise Refused(f"The data set {recipe.dataset} isn't here yet: fetch it first.")

    def _check_room(self, visitor: str) -> None:
        limits = self.settings
        with self._lock:
            self._tidy()
            under_way = [job for job in self._jobs.values() if job.record.state in UNDER_WAY]
            own = sum(job.record.visitor == visitor for job in under_way)
            if own >= limits.max_waiting:
                raise Refused(
                    f"You have {own} runs training or waiting, which is as many as one visitor "
                    "may have here: wait for one to end, or delete one."
                )
            if len(under_way) >= limits.max_jobs or len(self._jobs) >= limits.max_runs:
                raise Refused("There is no room for another run at the moment: try again later.")

    def _tidy(self) -> None:
        """Deletes the runs that nobody has used for the time that runs are kept."""
        now = time.time()
        if now - self._tidied < TIDY_SECONDS:
            return
        self._tidied = now
        for job in list(self._jobs.values()):
            if job.record.state in UNDER_WAY:
                continue
            if now > self.records.kept_until(job.record):
                del self._jobs[job.id]
                self.records.delete(job.id)
