"""The server's line to the cluster that trains: reaches it, looks its workers over, hands out work.

Dask does the work: the engine of this machine (see engine.py), or a cluster elsewhere whose
scheduler's address is AECORE_SCHEDULER. From the address on, both are the same. A worker may train
once it has been looked at: it must have Bottleneck, in the server's version.
"""

import contextlib
import pkgutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from distributed import Client, Future

import aecore
from aecore import desk, engine, worker
from aecore.settings import Settings

ANSWER_SECONDS = 10  # for a scheduler or a worker to answer
VERSIONS = ("aecore:__version__", "torch:__version__")


class ClusterError(Exception):
    """The cluster can't be reached or used; the message says what to do."""


class WorkerLost(Exception):
    """The worker that was at it is gone, or the whole cluster is."""


@dataclass(frozen=True)
class Call:
    """A function at work on one worker, which does nothing else meanwhile."""

    address: str
    future: Future


class Cluster:
    """A line to the cluster; every method may take a while, and none is called under a lock."""

    def __init__(self, settings: Settings, on_message: Callable[[dict[str, Any]], None]):
        self.settings = settings
        self.on_message = on_message
        self.topic = f"bottleneck-{uuid4().hex}"
        self.child: subprocess.Popen | None = None
        self.client: Client | None = None
        self.there: set[str] = set()  # addresses of all workers
        self.ready: set[str] = set()  # of those that may train
        self.refused: dict[str, str] = {}  # address: why
        self.calls: dict[str, Call] = {}  # under way, by their future's key
        self.unwanted: list[Future] = []  # to be taken back

    @property
    def alive(self) -> bool:
        """Whether there is a cluster, and a line to it."""
        if self.child is not None and self.child.poll() is not None:
            return False
        return self.client is not None and self.client.status == "running"

    def start(self) -> None:
        """Starts or reaches the cluster.

        Raises:
            ClusterError: there is none; says what to do.
        """
        self.close()
        address = self.settings.scheduler or self._start_child()
        try:
            self.client = Client(address, timeout=ANSWER_SECONDS, set_as_default=False)
            self._check_scheduler(address)
            self.client.subscribe_topic(self.topic, lambda event: self.on_message(event[1]))
        except (OSError, TimeoutError) as error:
            raise ClusterError(
                f"The scheduler at {address} doesn't answer. Start it with `dask scheduler`, or "
                "correct AECORE_SCHEDULER; empty, runs train on this machine."
            ) from error

    def _start_child(self) -> str:
        self.child, address = engine.launch(self.settings)
        if not address:
            raise ClusterError("The training engine didn't start; the server's log says why.")
        return address

    def _check_scheduler(self, address: str) -> None:
        try:
            found = self.client.run_on_scheduler(pkgutil.resolve_name, VERSIONS[0])
        except ImportError as error:
            raise ClusterError(f"The scheduler at {address} {_lacks('scheduler')}") from error
        if found != aecore.__version__:
            raise ClusterError(f"The scheduler at {address} {_differs(found, 'scheduler')}")

    def look_over(self) -> None:
        """Makes workers that have joined ready, or refuses them; forgets those that have left."""
        with contextlib.suppress(OSError, TimeoutError):
            self.there = there = set(self.client.nthreads())  # scheduler_info may list none
            self.ready &= there
            self.refused = {at: why for at, why in self.refused.items() if at in there}
            new = there - self.ready - self.refused.keys()
            if new:
                self._admit(sorted(new))

    def _admit(self, new: list[str]) -> None:
        """Makes new workers ready, all at once, but for those that something is amiss with.

        They are asked by a function that Python itself has.
        """
        for name in VERSIONS:
            found = self._ask(new, pkgutil.resolve_name, name)
            new = [at for at, answer in found.items() if self._sound(at, _fault(name, answer))]
        for at, answer in self._ask(new, worker.prepare).items():
            failed = isinstance(answer, BaseException)
            if self._sound(at, f"couldn't be made ready: {answer!r}" if failed else None):
                self.ready.add(at)

    def _sound(self, address: str, why: str | None) -> bool:
        """Whether nothing is amiss with a worker; else it is refused."""
        if why:
            self.refused[address] = f"The worker at {address} {why}"
        return why is None

    def _ask(self, addresses: list[str], function: Callable, *arguments: Any) -> dict[str, Any]:
        """A function's results on some workers, or the exceptions that it ended with there.

        What doesn't answer is left out: it is gone, or is asked again at the next look.
        """
        answers = {}
        if addresses:
            with contextlib.suppress(OSError):
                answers = self.client.run(
                    function, *arguments, workers=addresses, on_error="return"
                )
        return {at: answer for at, answer in answers.items() if not isinstance(answer, OSError)}

    @property
    def free(self) -> list[str]:
        """The workers that may train and have nothing to do."""
        return sorted(self.ready - {call.address for call in self.calls.values()})

    def submit(
        self, address: str, function: Callable, *arguments: Any, then: Callable[[], None]
    ) -> Call:
        """A function at work on a free worker; `then` is called when it ends."""
        future = self.client.submit(
            desk.call,
            desk.name_of(function),
            *arguments,
            key=f"{function.__name__}-{uuid4().hex}",
            pure=False,
            workers=[address],
        )
        call = self.calls[future.key] = Call(address, future)
        future.add_done_callback(lambda _: then())
        return call

    def result_of(self, call: Call) -> Any:
        """What came of a call, a value or the exception it ended with; None while it is at work."""
        if call.future.key not in self.calls:
            return WorkerLost()
        if not self.alive or call.address not in self.there or call.future.cancelled():
            self.drop(call)
            return WorkerLost()
        if not call.future.done():
            return None
        del self.calls[call.future.key]
        return call.future.exception() or call.future.result()

    def drop(self, call: Call | None) -> None:
        """Nobody wants to know what comes of a call any more."""
        if call is not None and self.calls.pop(call.future.key, None):
            self.unwanted.append(call.future)

    def take_back(self) -> None:
        """Tells the workers which calls nobody wants any more."""
        while self.unwanted:
            self.unwanted.pop().cancel()

    def tell(self, address: str, job: str, word: str, value: Any = None) -> bool:
        """Says a word to a training on a worker; whether it was heard."""
        return self._ask([address], desk.tell, job, word, value).get(address) is True

    def close(self) -> None:
        """Lets go of the cluster; one of our own ends."""
        if self.client is not None:
            with contextlib.suppress(OSError, TimeoutError):
                self.client.close(timeout=2)
        if self.child is not None:
            engine.end(self.child)
        self.client = self.child = None
        self.there, self.ready, self.refused = set(), set(), {}
        self.calls.clear()
        self.unwanted.clear()


def _fault(name: str, found: Any) -> str | None:
    """What keeps a worker from training where it found this for a name of VERSIONS."""
    if isinstance(found, ImportError):
        return _lacks("worker")
    if isinstance(found, BaseException):
        return f"doesn't answer ({found})."
    if str(found) != str(pkgutil.resolve_name(name)):
        return _differs(f"{name.partition(':')[0]} {found}", "worker")
    return None


def _lacks(what: str) -> str:
    return (
        f"has no Bottleneck. On that machine, in the {what}'s Python: `pip install .` in a copy of "
        f"this project, then start the {what} again."
    )


def _differs(found: str, what: str) -> str:
    here = f"aecore {aecore.__version__}, torch {pkgutil.resolve_name('torch:__version__')}"
    return (
        f"has {found}, but this server has {here}. Install the same there (`pip install .` in a "
        f"copy of this project) and start the {what} again."
    )
