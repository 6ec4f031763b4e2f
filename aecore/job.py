"""One visitor's run in the server's memory: what was asked, what its worker says, how it ends.

Plain memory, no cluster: the dispatcher moves it on, and `hear` takes what a worker says.
"""

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from aecore.changes import Change
from aecore.config import live_fields
from aecore.job_records import UNDER_WAY, Record, Records, State
from aecore.queueing import Forecast
from aecore.reports import Frame, Report, arrays_from_plain, from_plain
from aecore.run_info import Recipe

if TYPE_CHECKING:
    from aecore.cluster import Call

GUESS_SECONDS = 60.0  # for a run of which nothing is known yet


def usual_name(recipe: Recipe) -> str:
    """What a run is called whose owner didn't say."""
    return f"{recipe.entry.title}, {recipe.dataset}"


@dataclass(frozen=True)
class Status:
    """How a run stands, for a page to show.

    place, wait_seconds: while queued. report, seconds_left: once it trains. message: why it
    failed or was interrupted, and what to do; has_run: whether there is something to look at;
    can_go_on: whether that can be trained further.
    settings: those that may be changed now, with their values; changes: those made so far.
    """

    id: str
    name: str
    state: State
    recipe: Recipe
    message: str
    has_run: bool
    can_go_on: bool
    created: float
    kept_until: float
    ending: bool = False  # a stop or a pause was asked for and is on its way
    measuring: bool = False  # its test metrics are being computed
    restarts: int = 0  # how often it began again because a worker was lost
    place: int | None = None
    wait_seconds: float | None = None
    report: Report | None = None
    seconds_left: float | None = None
    settings: Mapping[str, float] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()

    @property
    def under_way(self) -> bool:
        """Whether there is more to come: a page goes on asking."""
        return self.state in UNDER_WAY or self.measuring


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


@dataclass
class Job:
    """A run and its training. Read and written under the Jobs' lock."""

    record: Record
    fallback: State = "stopped"  # what it is again if it is taken out of the queue
    more_epochs: int = 0  # to train on a run that is there
    goes_on: bool = False  # with the run that is there, else from the beginning
    attempt: int = 0
    restarts: int = 0
    call: "Call | None" = None  # its training, on a worker
    listening: bool = False  # the worker has begun, and can be talked to
    measuring: "Literal[True] | Call | None" = None  # True: its test metrics are to be computed
    words: deque[tuple[str, Any]] = field(default_factory=deque)  # to be said to the worker
    begun: tuple[Change, ...] = ()  # changes in the run that it goes on with
    changes: list[Change] = field(default_factory=list)  # made since
    reports: list[Report] = field(default_factory=list)
    probes: Frame | None = None
    images: int = 0
    frame_at: int | None = None  # the latest report with a frame
    ending: Literal["stopped", "paused", None] = None  # asked for, and on its way
    ended: float = 0.0  # when its training did, in seconds since 1970

    @property
    def id(self) -> str:
        """The run's id."""
        return self.record.id

    @property
    def name(self) -> str:
        """What its owner called it, or what it is."""
        return self.record.name or usual_name(self.record.recipe)

    @property
    def report(self) -> Report | None:
        """The latest."""
        return self.reports[-1] if self.reports else None

    @property
    def settings(self) -> dict[str, float]:
        """The settings that may be changed while it trains, with their present values."""
        recipe = self.record.recipe
        values = {
            name: getattr(config, name)
            for config in (recipe.config, recipe.training)
            for name in live_fields(config)
        }
        for change in (*self.begun, *self.changes):
            if change.name in values:
                values[change.name] = change.value
        return values

    def status(self, records: Records, forecast: Forecast | None) -> Status:
        """How it stands; `forecast` is its place in the queue, where it is there."""
        record, running = self.record, self.record.state == "running"
        return Status(
            id=record.id,
            name=self.name,
            state=record.state,
            recipe=record.recipe,
            message=record.message,
            has_run=records.has_run(record.id),
            can_go_on=records.can_go_on(record.id),
            created=record.created,
            kept_until=records.kept_until(record),
            ending=self.ending is not None,
            measuring=self.measuring is not None,
            restarts=self.restarts,
            place=forecast.place if forecast else None,
            wait_seconds=forecast.seconds if forecast else None,
            report=self.report,
            seconds_left=self.report.seconds_left if running and self.report else None,
            settings=self.settings if running else {},
            changes=(*self.begun, *self.changes),
        )

    def enqueue(self, fallback: State, goes_on: bool = False, more_epochs: int = 0) -> None:
        """Puts it (back) into the queue."""
        self.fallback, self.goes_on, self.more_epochs = fallback, goes_on, more_epochs
        self.restarts, self.ending, self.begun, self.changes = 0, None, (), []
        self._forget_attempt()

    def lose(self) -> None:
        """Back to the beginning: the worker that trained it is gone. Changes are made again."""
        self.restarts += 1
        self.take_back()

    def take_back(self) -> None:
        """Away from its worker: what that may still say of it is ignored."""
        self.attempt += 1
        self._forget_attempt()

    def leave(self) -> None:
        """Away from its worker, at the end of its training."""
        self.call, self.listening, self.ending, self.ended = None, False, None, time.time()
        self.words.clear()

    def forget_reports(self) -> None:
        """Lets go of what was only for watching it train: the run itself is in its folder."""
        self.reports, self.frame_at, self.probes = [], None, None

    def _forget_attempt(self) -> None:
        self.call, self.listening = None, False
        self.words.clear()
        self.forget_reports()

    def hear(self, message: Mapping[str, Any]) -> None:
        """Takes a message of its worker; what a lost worker still says is ignored."""
        kind, content = message["kind"], message["content"]
        if message["attempt"] != self.attempt or self.record.state != "running":
            return
        if kind == "started":
            self._begin(content)
        elif kind == "progress":
            self._note(from_plain(content))
        elif kind == "changed":
            change = Change.model_validate(content)
            if change not in self.changes:
                self.changes.append(change)

    def _begin(self, content: Mapping[str, Any]) -> None:
        self.listening = True
        self.images = content["images"]
        self.probes = arrays_from_plain(content["probes"])
        again = [change.model_dump() for change in self.changes if change.name != "epochs"]
        self.words.append(("go", again))

    def end(self, ending: Literal["stopped", "paused"]) -> None:
        """Asks its worker to leave off and keep what was learnt."""
        self.ending = ending
        self.words.append((ending, None))

    def _note(self, report: Report) -> None:
        """Adds a report; of the frames taken only to look at, the last one is enough."""
        if report.frame is not None:
            if self.frame_at is not None and not self.reports[self.frame_at].kept:
                self.reports[self.frame_at] = replace(self.reports[self.frame_at], frame=None)
            self.frame_at = len(self.reports)
        self.reports.append(report)

    def seconds_left(self, pace: float | None) -> float:
        """How long its training still takes; `pace` is seconds an epoch, where that is known."""
        if self.report and self.report.seconds_left is not None:
            return self.report.seconds_left
        epochs = self.more_epochs or self.record.recipe.training.epochs
        return epochs * pace if pace else GUESS_SECONDS
