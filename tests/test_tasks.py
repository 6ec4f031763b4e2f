"""Functions run in the background, on a real engine with one worker."""

import time

import numpy as np
import pytest

from aecore.jobs import Jobs
from aecore.settings import Settings
from tests.test_jobs import until


def add(numbers, report):
    """Adds numbers, and shows how far it is."""
    for count in range(1, len(numbers) + 1):
        report(count / len(numbers), {"sums": np.cumsum(numbers[:count])})
    return sum(numbers)


def endless(report):
    """Goes on until it is stopped."""
    report(0.25, {"seen": np.arange(3)})
    while True:
        time.sleep(0.01)
        report(0.5)


def fails(report):
    """A fault of the function's."""
    raise ValueError("no such map")


@pytest.fixture(scope="module")
def tasks(tmp_path_factory):
    """The tasks of a server with one worker that has this file."""
    jobs = Jobs(Settings(runs=tmp_path_factory.mktemp("runs"), workers=1))
    until(lambda: jobs.workers == 1, lambda: jobs.notice)
    yield jobs.tasks
    jobs.close()


def ended(tasks, task_id):
    until(lambda: not tasks.look(task_id).under_way, lambda: tasks.look(task_id))
    return tasks.look(task_id)


def test_a_task_returns_what_its_function_returns(tasks):
    task = ended(tasks, tasks.begin(add, [1, 2, 3], visitor="anna"))
    assert (task.state, task.done, task.result, task.message) == ("finished", 1.0, 6, "")
    assert list(task.arrays["sums"]) == [1]  # what came after it came too soon to be looked at


def test_a_task_is_stopped_and_its_worker_is_free_again(tasks):
    task_id = tasks.begin(endless, visitor="anna")
    until(lambda: tasks.look(task_id).done == 0.5)
    assert list(tasks.look(task_id).arrays["seen"]) == [0, 1, 2]
    tasks.stop(task_id)
    assert tasks.look(task_id).state == "stopped"
    assert ended(tasks, tasks.begin(add, [4], visitor="anna")).result == 4


def test_what_a_visitor_asked_for_before_is_stopped_and_others_wait(tasks):
    first = tasks.begin(endless, visitor="anna")
    until(lambda: tasks.look(first).state == "running")
    other = tasks.begin(add, [5], visitor="ben")
    assert tasks.look(other).state == "waiting"
    last = tasks.begin(add, [6], visitor="anna")
    assert tasks.look(first).state == "stopped"
    assert (ended(tasks, other).result, ended(tasks, last).result) == (5, 6)


def test_a_function_that_fails_says_why(tasks):
    task = ended(tasks, tasks.begin(fails, visitor="anna"))
    assert (task.state, task.message) == ("failed", "ValueError: no such map")


def test_no_task_of_an_id_is_none(tasks):
    assert tasks.look("0" * 32) is None
