"""A worker's line to its server: what it sends, and what it is told.

It lives in a worker's process. Messages go out as Dask events; words come in through `tell`, which
the server calls in that process.
"""

import contextlib
import pkgutil
import queue
import time
from collections.abc import Callable, Iterator
from typing import Any

from distributed import get_worker

GO_SECONDS = 30  # to wait for the server's first word

Word = tuple[str, Any]
MAILBOXES: dict[str, "queue.SimpleQueue[Word]"] = {}  # of what is at work in this process


def name_of(function: Callable[..., Any]) -> str:
    """A function by its name, «aecore.worker:work», which is found again where it is called."""
    return f"{function.__module__}:{function.__qualname__}"


def call(name: str, *arguments: Any) -> Any:
    """Calls a function by its name: the scheduler, which reads all orders, needs no torch then."""
    return pkgutil.resolve_name(name)(*arguments)


def tell(job: str, word: str, value: Any = None) -> bool:
    """Puts a word into the mailbox of a training in this process; whether there is one."""
    mailbox = MAILBOXES.get(job)
    if mailbox is not None:
        mailbox.put((word, value))
    return mailbox is not None


class Desk:
    """One training's line, open while it is worked on: `with Desk(...) as desk`."""

    def __init__(self, job: str, attempt: int, topic: str):
        self.job, self.attempt, self.topic = job, attempt, topic
        self.worker = get_worker()
        self.key = self.worker.get_current_task()
        self.mailbox: queue.SimpleQueue[Word] = queue.SimpleQueue()

    def __enter__(self) -> "Desk":
        MAILBOXES[self.job] = self.mailbox
        return self

    def __exit__(self, *_: object) -> None:
        MAILBOXES.pop(self.job, None)

    def send(self, kind: str, **content: Any) -> None:
        """Sends a message of plain data."""
        message = {
            "job": self.job,
            "attempt": self.attempt,
            "kind": kind,
            "content": content,
        }
        self.worker.log_event(self.topic, message)

    def wait(self) -> Word:
        """The first word that comes; «silence» where none does, or nobody wants the training."""
        end = time.monotonic() + GO_SECONDS
        while time.monotonic() < end and not self.abandoned:
            with contextlib.suppress(queue.Empty):
                return self.mailbox.get(timeout=0.1)
        return "silence", None

    def words(self) -> Iterator[Word]:
        """The words that have come since the last look."""
        while not self.mailbox.empty():
            yield self.mailbox.get()

    @property
    def abandoned(self) -> bool:
        """Whether nobody wants this training any more: its server is gone, or took it back."""
        task = self.worker.state.tasks.get(self.key)
        return task is None or task.state in ("cancelled", "resumed")
