"""Runs trained in the background, for many visitors at once: what the pages call.

    jobs = Jobs()                                   # once a server
    run_id = jobs.submit(Recipe(model="vae", dataset="digits"), visitor="anna")
    jobs.watch(run_id)                              # its status, and what it reported
    jobs.stop(run_id)
    jobs.load(run_id).model

`jobs.tasks` has other functions than trainings run in the same way (see tasks.py).
No call waits for a worker, and any thread may call. A run's id is the key to it: who has it may
look at the run, change it and delete it. The same code runs on this machine and on a cluster.
"""

import time
from typing import Literal

from aecore.admission import Refused, check_recipe, check_room
from aecore.changes import check_change
from aecore.config import ConfigError
from aecore.dispatcher import Dispatcher
from aecore.job import Job, Status, View, usual_name
from aecore.job_records import UNDER_WAY, Record, UnknownRun
from aecore.job_table import JobTable
from aecore.run_info import Recipe
from aecore.runs import Run, RunError, read_info
from aecore.settings import Settings, read_settings

__all__ = ["Jobs", "Refused", "Status", "UnknownRun", "View"]


class Jobs:
    """All visitors' runs on this server."""

    def __init__(self, settings: Settings | None = None):
        self.settings = settings or read_settings()
        self._table = JobTable(self.settings)
        self._lock, self.records = self._table.lock, self._table.records
        self._dispatcher = Dispatcher(self.settings, self._table)
        self.tasks = self._dispatcher.tasks
        self._dispatcher.start()

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
        check_recipe(recipe, recipe.training.epochs, self.settings)
        with self._lock:
            check_room(self._table, visitor, self.settings)
            run_id = self.records.new_id()
            name = self._table.free_name(visitor, name or usual_name(recipe))
            self._table.add(Record(id=run_id, visitor=visitor, recipe=recipe, name=name))
        self._dispatcher.wake()
        return run_id

    def estimate(self, recipe: Recipe) -> float | None:
        """How many seconds a recipe takes, measured here; None until it was tried."""
        pace = self._dispatcher.trainings.paces.ask(recipe)
        self._dispatcher.wake()
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
            self._enqueue(job, self.records.has_run(run_id))

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
            check_recipe(job.record.recipe, done + epochs, self.settings)
            self._enqueue(job, True, epochs)

    def upload(self, content: bytes, visitor: str, name: str = "") -> str:
        """Keeps a run that was downloaded before; its id.

        Raises:
            Refused: says what is wrong with the file.
        """
        with self._lock:
            check_room(self._table, visitor, self.settings)
        run_id = self.records.new_id()
        limit = self.settings.max_upload_megabytes * 1_000_000
        try:
            run = self.records.accept(run_id, content, limit, self.settings.max_parameters)
        except RunError as error:
            raise Refused(str(error)) from error
        with self._lock:
            wanted = name or run.info.name or usual_name(run.recipe)
            name, state = self._table.free_name(visitor, wanted), run.info.state
            record = Record(id=run_id, visitor=visitor, recipe=run.recipe, name=name, state=state)
            self._keep_name(self._table.add(record))
        return run_id

    # Looking

    def status(self, run_id: str) -> Status:
        """How a run stands; raises UnknownRun."""
        with self._lock:
            job = self._table.find(run_id)
            return self._status(job)

    def watch(self, run_id: str, since: int = 0) -> View:
        """How a run stands and what it reported since; raises UnknownRun.

        A training that began again has fewer reports than before: `next` is then below `since`.
        """
        with self._lock:
            job = self._table.find(run_id)
            since = since if since <= len(job.reports) else 0
            frame = None if job.frame_at is None else job.reports[job.frame_at]
            reports = job.reports[since:]
            return View(self._status(job), reports, frame, job.probes, len(job.reports))

    def mine(self, visitor: str) -> list[Status]:
        """A visitor's own runs, the latest first."""
        with self._lock:
            own = [job for job in self._table.all() if job.record.visitor == visitor]
            return [self._status(job) for job in reversed(own)]

    def load(self, run_id: str) -> Run:
        """The run; raises UnknownRun, or RunError where nothing was kept."""
        with self._lock:
            self._table.find(run_id)
        return self.records.load(run_id)

    def download(self, run_id: str) -> bytes:
        """The run as one file; raises UnknownRun, or RunError where nothing was kept."""
        with self._lock:
            self._table.find(run_id)
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
            job = self._table.find(run_id)
            if job.record.state != "running" or not job.listening:
                raise Refused("Settings can be changed while a run trains; this one doesn't now.")
            recipe = job.record.recipe
            try:
                value = check_change(recipe.config, recipe.training, name, value)
            except ConfigError as error:
                raise Refused(str(error)) from error
            job.words.append((name, value))
        self._dispatcher.wake()

    def rename(self, run_id: str, name: str) -> None:
        """Gives a run a name; it goes with its file."""
        with self._lock:
            job = self._table.find(run_id)
            name = self._table.free_name(job.record.visitor, name.strip() or job.name, run_id)
            self._table.note(job, name=name)
            self._keep_name(job)

    def delete(self, run_id: str) -> None:
        """Deletes a run, wherever it stands."""
        with self._lock:
            job = self._table.find(run_id)
            self._table.remove(run_id)
            self._dispatcher.cluster.drop(job.call)
        self._dispatcher.wake()

    # Within

    def _keep_name(self, job: Job) -> None:
        if self.records.has_run(job.id):
            self.records.rename(job.record)

    def _idle(self, run_id: str) -> Job:
        job = self._table.find(run_id)
        if job.record.state in UNDER_WAY:
            raise Refused("This run is under way already.")
        return job

    def _enqueue(self, job: Job, goes_on: bool, more_epochs: int = 0) -> None:
        if goes_on and not self.records.can_go_on(job.id):
            raise Refused("This run was kept without its optimizer's state: train a new one.")
        check_room(self._table, job.record.visitor, self.settings)
        job.enqueue(job.record.state, goes_on, more_epochs)
        self._table.note(job, state="queued", message="", used=time.time())
        self._dispatcher.wake()

    def _end(self, run_id: str, ending: Literal["stopped", "paused"]) -> None:
        with self._lock:
            job = self._table.find(run_id)
            if job.record.state not in UNDER_WAY or job.ending:
                return
            if job.listening:
                job.end(ending)
            else:  # it hasn't begun
                self._dispatcher.cluster.drop(job.call)
                job.take_back()
                self._table.note(job, state=job.fallback, message="Taken back before it began.")
        self._dispatcher.wake()

    def _status(self, job: Job) -> Status:
        places = self._dispatcher.trainings.forecast() if job.record.state == "queued" else {}
        return job.status(self.records, places.get(job.id))
