"""Functions run in the background for a visitor, with progress and stop: maps, for instance.

    def add(numbers, report):                    # a function of aecore's, run on a worker
        for done, number in enumerate(numbers):
            report(done / len(numbers))          # ends it here if it was stopped
        return sum(numbers)

    task_id = jobs.tasks.begin(add, [1, 2, 3], visitor="anna")
    jobs.tasks.look(task_id)                     # state, progress, what it reported, its result
    jobs.tasks.stop(task_id)

Arguments and results travel between processes: plain data and NumPy arrays. Tasks are short, so
that they go before trainings, on half of the workers at most; each visitor has one at a time. A
task is in memory alone, and forgotten an hour after anyone looked at it.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from aecore import worker
from aecore.cluster import Call, Cluster, WorkerLost
from aecore.desk import name_of
from aecore.reports import Frame, arrays_from_plain

FORGET_SECONDS = 3_600
LIVING = ("waiting", "running")
RESTARTS = 1  # after a lost worker

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Task:
    """How a task stands.

    done: the share of it, 0 to 1; arrays: the latest that it reported. message: why it failed.
    result: what the function returned, once `state` is finished.
    """

    id: str
    visitor: str
    state: Literal["waiting", "running", "finished", "stopped", "failed"] = "waiting"
    done: float = 0.0
    arrays: Frame = field(default_factory=dict)
    message: str = ""
    result: Any = None

    @property
    def under_way(self) -> bool:
        """Whether there is more to come: a page goes on asking."""
        return self.state in LIVING


@dataclass
class _Order:
    """A task, what is to be called for it, and the call on a worker."""

    task: Task
    function: str  # by its name, so that the scheduler need not import it
    arguments: tuple[Any, ...]
    attempt: int = 0
    stopping: bool = False
    call: Call | None = None
    used: float = field(default_factory=time.monotonic)


class Tasks:
    """All visitors' tasks. Any thread may call; none waits for a worker."""

    def __init__(self, cluster: Cluster, wake: Callable[[], None]):
        self.cluster, self.wake = cluster, wake
        self.orders: dict[str, _Order] = {}
        self.lock = threading.RLock()

    def begin(self, function: Callable[..., Any], *arguments: Any, visitor: str) -> str:
        """Has `function(*arguments, report)` run on a worker; the task's id.

        function: on a module's top level, in aecore: workers have nothing else. It calls
        `report(done, arrays)` as often as it likes: the share that is done, 0 to 1, and arrays by
        name to look at, if any. A stop ends it there. What a visitor asked for before is stopped.
        """
        task = Task(secrets.token_hex(16), visitor)
        with self.lock:
            for order in self._of(visitor):
                self.stop(order.task.id)
            self.orders[task.id] = _Order(task, name_of(function), arguments)
        self.wake()
        return task.id

    def look(self, task_id: str) -> Task | None:
        """How a task stands; None where there is none of that id (any more)."""
        with self.lock:
            order = self.orders.get(task_id)
            if order is None:
                return None
            order.used = time.monotonic()
            return order.task

    def stop(self, task_id: str) -> None:
        """Stops a task; there will be no result."""
        with self.lock:
            order = self.orders.get(task_id)
            if order is None or not order.task.under_way:
                return
            order.stopping = True
            self._note(order, state="stopped")
        self.wake()

    # Moved on by the dispatcher's thread

    def step(self) -> None:
        """Takes in what is done, tells who is to stop, starts what can start."""
        with self.lock:
            self._forget()
            orders = list(self.orders.values())
        for order in orders:
            if order.call:
                self._follow(order, order.call)
        if self.cluster.alive:
            self._start_waiting(orders)

    def hear(self, message: dict[str, Any]) -> bool:
        """Takes a worker's message; whether it is about a task."""
        with self.lock:
            order = self.orders.get(message["job"])
            if order and order.task.state == "running" and message["attempt"] == order.attempt:
                content = message["content"]
                arrays = arrays_from_plain(content["arrays"]) or order.task.arrays
                self._note(order, done=content["done"], arrays=arrays)
            return order is not None

    def _of(self, visitor: str) -> list[_Order]:
        return [
            order
            for order in self.orders.values()
            if order.task.visitor == visitor and order.task.under_way
        ]

    def _note(self, order: _Order, **changed: Any) -> None:
        order.task = replace(order.task, **changed)

    def _forget(self) -> None:
        limit = time.monotonic() - FORGET_SECONDS
        for task_id, order in list(self.orders.items()):
            if order.used < limit and order.call is None:
                del self.orders[task_id]

    def _follow(self, order: _Order, call: Call) -> None:
        if order.stopping:
            order.stopping = not self.cluster.tell(call.address, order.task.id, "stop")
        result = self.cluster.result_of(call)
        if result is None:
            return
        with self.lock:
            order.call, order.stopping = None, False
            if order.task.state == "running":
                self._take_in(order, result)

    def _take_in(self, order: _Order, result: Any) -> None:
        if isinstance(result, WorkerLost) and order.attempt <= RESTARTS:
            self._note(order, state="waiting", done=0.0)
        elif isinstance(result, BaseException):
            log.error("a task failed", exc_info=result)
            self._note(order, state="failed", message=f"{type(result).__name__}: {result}")
        else:
            self._note(order, **result)

    def _start_waiting(self, orders: list[_Order]) -> None:
        at_work = [order for order in orders if order.call]
        busy = {order.task.visitor for order in at_work}
        room = max(len(self.cluster.ready) // 2, 1) - len(at_work)
        for order in orders:
            free = self.cluster.free
            if order.task.state != "waiting" or order.task.visitor in busy:
                continue
            if room < 1 or not free:
                return
            busy.add(order.task.visitor)
            room -= 1
            self._start(order, free[0])

    def _start(self, order: _Order, address: str) -> None:
        with self.lock:
            if order.task.state != "waiting":  # stopped in the meantime
                return
            order.attempt += 1
            self._note(order, state="running")
        line = {"job": order.task.id, "attempt": order.attempt, "topic": self.cluster.topic}
        try:
            order.call = self.cluster.submit(
                address, worker.run_task, line, order.function, order.arguments, then=self.wake
            )
        finally:
            if order.call is None:  # the cluster went away
                self._note(order, state="waiting")
