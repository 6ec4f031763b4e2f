"""Whose turn it is, and how long one waits."""

from aecore.queueing import Forecast, Waiting, forecast, in_turn, to_start


def queue(*rows: str) -> list[Waiting]:
    """«a1» is visitor a's run a1; every run takes ten seconds."""
    return [Waiting(row, row[0], 10.0) for row in rows]


def ids(waiting: list[Waiting]) -> list[str]:
    """The runs' ids."""
    return [one.id for one in waiting]


def test_everyones_first_comes_before_anyones_second():
    assert ids(in_turn(queue("a1", "a2", "a3", "b1", "c1", "b2"))) == [
        *("a1", "b1", "c1"),
        *("a2", "b2", "a3"),
    ]


def test_a_visitor_trains_one_run_at_a_time():
    assert ids(to_start(queue("a1", "a2"), busy=[], free=2)) == ["a1"]
    assert ids(to_start(queue("a1", "b1"), busy=["a"], free=2)) == ["b1"]


def test_no_more_start_than_there_are_workers():
    assert ids(to_start(queue("a1", "b1", "c1"), busy=[], free=2)) == ["a1", "b1"]
    assert to_start(queue("a1"), busy=[], free=0) == []


def test_waiting_times_follow_from_what_trains_and_who_is_ahead():
    found = forecast(queue("c1", "d1"), training={"a": 5.0, "b": 30.0}, workers=2)
    assert found == {"c1": Forecast(1, 5.0), "d1": Forecast(2, 15.0)}


def test_ones_own_run_that_trains_is_waited_for_though_a_worker_is_free():
    found = forecast(queue("a1", "b1"), training={"a": 40.0}, workers=2)
    assert found["a1"] == Forecast(1, 40.0)


def test_the_next_run_on_a_free_worker_waits_no_time():
    assert forecast(queue("a1"), training={}, workers=1) == {"a1": Forecast(1, 0.0)}
