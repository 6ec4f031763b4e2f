"""Runs trained in the background, on a real engine with two workers."""

import os
import signal
import time
from collections.abc import Callable

import pytest
import torch

from aecore.fitting import begin
from aecore.job_records import Record, UnknownRun
from aecore.job_table import JobTable
from aecore.jobs import Jobs, Refused, Status
from aecore.runs import Recipe, load
from aecore.settings import Settings
from aecore.training import TrainConfig
from tests.small import small_recipe

PATIENCE = 300  # seconds: how long a test waits before it fails, not how long anything takes
SHORT = TrainConfig(epochs=2, batch_size=128)
LONG = TrainConfig(epochs=200, batch_size=16)  # some 18,000 steps: nobody waits for its end


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """The settings of a small server."""
    return Settings(runs=tmp_path_factory.mktemp("runs"), workers=2, max_waiting=3)


@pytest.fixture(scope="module")
def jobs(settings):
    """The runs of that server, its engine started and both workers ready."""
    jobs = Jobs(settings)
    until(lambda: jobs.workers == 2, lambda: jobs.notice)
    yield jobs
    jobs.close()


def until(is_so: Callable[[], object], explain: Callable[[], object] = str) -> None:
    """Waits until something is so."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, explain()
        time.sleep(0.02)


def settled(jobs: Jobs, run_id: str) -> Status:
    """The status of a run when it neither trains nor waits nor is measured any more."""
    until(lambda: not jobs.status(run_id).under_way, lambda: (jobs.status(run_id), jobs.notice))
    return jobs.status(run_id)


def trains(jobs: Jobs, run_id: str) -> None:
    """Waits until a run has done some steps."""
    until(
        lambda: (report := jobs.status(run_id).report) and report.step >= 8,
        lambda: (jobs.status(run_id), jobs.notice),
    )


def recipe(model_id: str = "ae", training: TrainConfig = SHORT, **changes) -> Recipe:
    """A small recipe."""
    return small_recipe(model_id, training=training, **changes)


def test_a_run_is_trained_reported_measured_and_kept(jobs):
    run_id = jobs.submit(recipe("vae"), "anna", name="my first")
    status = settled(jobs, run_id)
    assert (status.state, status.message, status.name) == ("finished", "", "my first")
    run = jobs.load(run_id)
    assert run.info.name == "my first"
    assert len(run.info.history) == 2
    assert run.info.metrics["negative_elbo_nats"].value > 0
    assert run.codes["mean"].shape[1] == run.model.latent_dim
    view = jobs.watch(run_id)
    steps = [report.step for report in view.reports]
    assert steps == sorted(steps)
    assert steps[0] == 0
    assert steps[-1] == run.info.steps_done
    assert view.reports[-1].test == run.info.history[-1]["test"]
    assert set(view.reports[-1].train) == {"total", *run.info.history[-1]["train"]}


def test_reports_carry_the_snapshots_of_the_run(jobs):
    run_id = jobs.submit(recipe("vae"), "anna")
    settled(jobs, run_id)
    view, kept = jobs.watch(run_id), jobs.load(run_id).snapshots
    frames = {report.step: report.frame for report in view.reports if report.kept}
    assert list(frames) == kept["steps"].tolist()
    for index, frame in enumerate(frames.values()):
        for name, array in frame.items():
            assert (array == kept[name][index].numpy()).all()
    assert (view.probes["probe_images"] == kept["probe_images"].numpy()).all()


def test_watching_gives_only_what_is_new(jobs):
    run_id = jobs.submit(recipe(), "anna")
    settled(jobs, run_id)
    whole = jobs.watch(run_id)
    later = jobs.watch(run_id, since=2)
    assert later.reports == whole.reports[2:]
    assert jobs.watch(run_id, since=whole.next).reports == []


def test_a_job_gives_the_same_history_as_training_it_here(jobs, digits):
    run_id = jobs.submit(recipe("vae"), "anna")
    settled(jobs, run_id)
    fitting = begin(recipe("vae"), digits)
    for _ in fitting.progress():
        pass
    assert jobs.load(run_id).info.history == fitting.training.history


def test_two_visitors_train_at_once_and_a_third_sees_their_place(jobs):
    first, second, third = (jobs.submit(recipe(training=LONG), who) for who in "abc")
    trains(jobs, first)
    trains(jobs, second)
    waiting = jobs.status(third)
    assert (waiting.state, waiting.place) == ("queued", 1)
    assert waiting.wait_seconds > 0
    jobs.stop(first)
    trains(jobs, third)
    for run_id in (second, third):
        jobs.delete(run_id)


def test_a_visitors_second_run_waits_for_the_first_though_a_worker_is_free(jobs):
    first, second = (jobs.submit(recipe(training=LONG), "greta") for _ in range(2))
    other = jobs.submit(recipe(), "hugo")
    trains(jobs, first)
    assert settled(jobs, other).state == "finished"
    assert jobs.status(second).state == "queued"
    jobs.stop(second)
    assert jobs.status(second).state == "stopped"
    assert not jobs.status(second).has_run
    jobs.delete(first)


def test_stop_keeps_what_was_learnt(jobs, digits):
    run_id = jobs.submit(recipe(training=LONG), "anna")
    trains(jobs, run_id)
    jobs.stop(run_id)
    status = settled(jobs, run_id)
    assert (status.state, status.has_run, status.can_go_on) == ("stopped", True, True)
    run = jobs.load(run_id)
    assert 8 <= run.info.steps_done < 18_000
    assert run.info.state == "stopped"
    assert run.info.metrics["mse"].value > 0
    untrained = begin(recipe(training=LONG), digits).training.model
    assert not torch.equal(run.model.to_code.weight, untrained.to_code.weight)


def test_pause_and_go_on_give_the_same_run_as_never_pausing(jobs, digits):
    wanted = recipe("vae", training=TrainConfig(epochs=6, batch_size=16))
    run_id = jobs.submit(wanted, "anna")
    trains(jobs, run_id)
    jobs.pause(run_id)
    assert settled(jobs, run_id).state == "paused"
    done = jobs.load(run_id).info.steps_done
    jobs.go_on(run_id)
    assert settled(jobs, run_id).state == "finished"
    assert jobs.watch(run_id).reports[0].step > done
    fitting = begin(wanted, digits)
    for _ in fitting.progress():
        pass
    again = jobs.load(run_id)
    assert again.info.history == fitting.training.history
    for name, tensor in fitting.training.model.state_dict().items():
        assert torch.equal(again.model.state_dict()[name], tensor.contiguous())


def test_a_finished_run_trains_on_for_more_epochs(jobs):
    run_id = jobs.submit(recipe(), "anna")
    before = (settled(jobs, run_id), jobs.load(run_id).info)[1]
    with pytest.raises(Refused, match="finished"):
        jobs.go_on(run_id)
    jobs.train_on(run_id, 2)
    status = settled(jobs, run_id)
    assert status.state == "finished"
    after = jobs.load(run_id).info
    assert after.history[:2] == before.history
    assert len(after.history) == 4
    assert [(change.name, change.value) for change in after.changes] == [("epochs", 4)]
    assert after.metrics["mse"].value < before.metrics["mse"].value


def test_settings_changed_while_it_trains_are_noted_with_their_step(jobs):
    run_id = jobs.submit(recipe("vae", training=LONG), "anna")
    trains(jobs, run_id)
    assert jobs.status(run_id).settings["beta"] == 1.0
    jobs.change(run_id, "beta", 4.0)
    jobs.change(run_id, "learning_rate", 0.001)
    until(lambda: len(jobs.status(run_id).changes) == 2)
    assert jobs.status(run_id).settings["beta"] == 4.0
    jobs.stop(run_id)
    settled(jobs, run_id)
    made = jobs.load(run_id).info.changes
    assert [(change.name, change.value) for change in made] == [
        ("beta", 4.0),
        ("learning_rate", 0.001),
    ]
    assert all(change.step > 0 for change in made)


def test_changes_that_make_no_sense_are_refused_with_what_is_valid(jobs):
    run_id = jobs.submit(recipe("vae", training=LONG), "anna")
    trains(jobs, run_id)
    with pytest.raises(Refused, match="beta, free_bits, learning_rate"):
        jobs.change(run_id, "latent_dim", 3)
    with pytest.raises(Refused, match="less than or equal to 100"):
        jobs.change(run_id, "beta", 1e9)
    jobs.delete(run_id)


def test_a_killed_worker_is_no_loss_and_changes_are_made_again(jobs, digits):
    wanted = recipe("vae", training=TrainConfig(epochs=20, batch_size=16))
    run_id = jobs.submit(wanted, "anna")
    trains(jobs, run_id)
    jobs.change(run_id, "beta", 3.0)
    until(lambda: jobs.status(run_id).changes)
    change = jobs.status(run_id).changes[0]
    cluster = jobs._dispatcher.cluster
    address = jobs._table.find(run_id).call.address
    pid = cluster.client.run(os.getpid, workers=[address])[address]
    os.kill(pid, signal.SIGKILL)
    until(lambda: jobs.status(run_id).restarts == 1, lambda: jobs.status(run_id))
    status = settled(jobs, run_id)
    assert (status.state, status.restarts) == ("finished", 1)
    assert jobs.load(run_id).info.changes == (change,)
    fitting = begin(wanted, digits)
    fitting.training.planned = [change]
    for _ in fitting.progress():
        pass
    assert jobs.load(run_id).info.history == fitting.training.history
    until(lambda: jobs.workers == 2, lambda: jobs.notice)


def test_a_loss_that_is_no_number_says_where_why_and_what_to_try(jobs):
    wild = TrainConfig(epochs=5, batch_size=16, learning_rate=1.0, schedule="constant")
    status = settled(jobs, jobs.submit(recipe("vae", training=wild, beta=100.0), "anna"))
    assert status.state == "failed"
    assert "stopped being a number at step" in status.message
    assert "learning rate (1) is too high" in status.message
    assert not status.has_run


def test_deleting_a_run_that_trains_frees_its_worker(jobs):
    run_ids = [jobs.submit(recipe(training=LONG), who) for who in "xy"]
    for run_id in run_ids:
        trains(jobs, run_id)
        jobs.delete(run_id)
        with pytest.raises(UnknownRun):
            jobs.status(run_id)
        assert not jobs.records.path(run_id).exists()
    assert settled(jobs, jobs.submit(recipe(), "z")).state == "finished"
    assert not any(jobs.records.path(run_id).exists() for run_id in run_ids)


def test_a_download_can_be_uploaded_by_another_and_is_the_same_model(jobs, x):
    run_id = jobs.submit(recipe("vae"), "anna")
    settled(jobs, run_id)
    jobs.rename(run_id, "a good one")
    copy = jobs.upload(jobs.download(run_id), "ben")
    status = jobs.status(copy)
    assert (status.state, status.name, status.can_go_on) == ("finished", "a good one", True)
    assert jobs.download(copy) == jobs.download(run_id)
    again = jobs.upload(jobs.download(run_id), "ben")
    assert jobs.status(again).name == jobs.load(again).info.name == "a good one (2)"
    mine, theirs = jobs.load(run_id).model, jobs.load(copy).model
    assert torch.equal(mine.reconstruct(x), theirs.reconstruct(x))
    assert copy in [status.id for status in jobs.mine("ben")]
    jobs.train_on(copy, 1)
    assert settled(jobs, copy).state == "finished"
    assert len(jobs.load(copy).info.history) == 3


def test_a_hostile_upload_leaves_nothing_behind(jobs, settings):
    before = sorted(settings.runs.iterdir())
    with pytest.raises(Refused, match="isn't a run's file"):
        jobs.upload(b"PK\x03\x04 nothing", "eve")
    assert sorted(settings.runs.iterdir()) == before


def test_visitors_see_their_own_runs_only_and_ids_cannot_be_guessed(jobs):
    run_id = jobs.submit(recipe(), "ida")
    assert [status.id for status in jobs.mine("ida")] == [run_id]
    assert jobs.mine("nobody") == []
    assert len(run_id) == 32
    for guess in ("", "..", "../" + run_id, run_id.upper() + "x", "0" * 32):
        with pytest.raises(UnknownRun, match="no run under this link"):
            jobs.status(guess)
    settled(jobs, run_id)


def test_limits_are_refused_with_their_number(jobs, settings):
    with pytest.raises(Refused, match="300 epochs; at most 200"):
        jobs.submit(recipe(training=TrainConfig(epochs=300)), "anna")
    with pytest.raises(Refused, match="parameters and at most 10,000,000"):
        wide = {"body": "conv", "widths": (1024, 1024, 1024)}
        jobs.submit(recipe("conv_ae", **wide), "anna")
    with pytest.raises(Refused, match="no data set"):
        jobs.submit(recipe().model_copy(update={"dataset": "cats"}), "anna")
    run_ids = [jobs.submit(recipe(training=LONG), "greedy") for _ in range(settings.max_waiting)]
    with pytest.raises(Refused, match="3 runs training or waiting"):
        jobs.submit(recipe(), "greedy")
    for run_id in run_ids:
        jobs.delete(run_id)


def test_time_is_estimated_by_trying_and_then_by_what_it_took(jobs):
    wanted = recipe("vae", training=TrainConfig(epochs=50, batch_size=100))
    until(lambda: jobs.estimate(wanted))
    tried = jobs.estimate(wanted)
    longer = wanted.training.model_copy(update={"epochs": 100})
    assert jobs.estimate(wanted.model_copy(update={"training": longer})) == 2 * tried


def test_an_engine_that_is_killed_is_started_again_and_the_run_too(jobs):
    run_id = jobs.submit(recipe(training=TrainConfig(epochs=20, batch_size=16)), "anna")
    trains(jobs, run_id)
    os.kill(jobs._dispatcher.cluster.child.pid, signal.SIGKILL)
    status = settled(jobs, run_id)
    assert status.state == "finished", status.message
    assert status.restarts == 1
    until(lambda: jobs.workers == 2, lambda: jobs.notice)


def test_after_a_restart_finished_runs_are_there_and_interrupted_ones_say_so(jobs, tmp_path):
    done = jobs.submit(recipe(), "anna")
    settled(jobs, done)
    kept = tmp_path / "runs"
    table = JobTable(Settings(runs=kept))
    finished = table.add(jobs._table.find(done).record)
    table.records.install(finished.record, jobs.download(done))
    waiting = table.add(Record(id="1" * 32, visitor="anna", recipe=recipe()))
    training = table.add(Record(id="2" * 32, visitor="ben", recipe=recipe(), state="running"))
    again = JobTable(Settings(runs=kept))
    assert again.find(finished.id).record.state == "finished"
    assert load(again.records.run_folder(finished.id)).info == jobs.load(done).info
    for job, doing in ((waiting, "waiting"), (training, "training")):
        record = again.find(job.id).record
        assert record.state == "interrupted"
        assert f"restarted while this run was {doing}" in record.message


def test_what_nobody_uses_is_tidied_away_and_what_trains_is_not(tmp_path):
    table = JobTable(Settings(runs=tmp_path, keep_days=2))
    long_ago = time.time() - 3 * 86_400
    old = Record(id="1" * 32, visitor="a", recipe=recipe(), state="stopped", used=long_ago)
    new = Record(id="2" * 32, visitor="a", recipe=recipe(), state="stopped")
    training = Record(id="3" * 32, visitor="a", recipe=recipe(), used=long_ago)
    for record in (old, new, training):
        table.add(record)
    table.tidy()
    assert sorted(table.jobs) == [new.id, training.id]
    assert sorted(path.name for path in tmp_path.iterdir()) == [new.id, training.id]
