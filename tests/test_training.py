"""Training: what it yields, where it may be left, and that nothing but the recipe decides it."""

import itertools
import time

import pytest
import torch

from aecore import training
from aecore.data import Split
from aecore.fitting import begin
from aecore.models.catalog import build
from aecore.snapshots import snapshot_steps
from aecore.training import Diverged, TrainConfig, batches, learning_rate, start, train, train_step
from tests.small import few, fit, small_config, small_recipe

SHORT = TrainConfig(epochs=2, batch_size=64, learning_rate=5e-3)  # of 640 images: 10 steps each


@pytest.fixture
def begun(few_digits):
    """begun(model_id, **settings of the training): a fitting that has not begun to train."""

    def start_one(model_id="vae", **settings):
        recipe = small_recipe(model_id, training=TrainConfig(**{**dict(SHORT), **settings}))
        return begin(recipe, few_digits)

    return start_one


def same_weights(first, second) -> bool:
    a, b = first.state_dict(), second.state_dict()
    return all(torch.equal(a[name], b[name]) for name in a)


# ---- what is reported --------------------------------------------------------------------------


def test_reports_go_up_to_the_last_step(begun):
    reports = list(begun().progress())
    steps = [report.step for report in reports]
    assert steps == sorted(set(steps))
    assert steps[0] == 0 and steps[-1] == reports[-1].steps == 20
    assert reports[-1].epoch == reports[-1].epochs == 2
    assert reports[-1].done == 1


def test_each_epoch_ends_in_one_report_with_the_test_losses(begun):
    reports = list(begun().progress())
    assert [report.step for report in reports if report.test] == [10, 20]


def test_every_report_but_the_first_has_the_losses_by_name(begun):
    fitting = begun("beta_vae")
    for report in itertools.islice(fitting.progress(), 1, None):
        assert report.train["total"] == pytest.approx(
            report.train["reconstruction"] + report.train["kl"]
        )
        assert report.images_per_second > 0


def test_reports_and_history_are_means_of_the_same_steps(begun, monkeypatch):
    monkeypatch.setattr(training, "PROGRESS_SECONDS", -1)  # a report after each step
    fitting = begun()
    reports = list(fitting.progress())[1:]
    assert [report.step for report in reports] == list(range(1, 21))
    for epoch, row in enumerate(fitting.training.history):
        steps = [report.train["total"] for report in reports[10 * epoch : 10 * epoch + 10]]
        assert row["train"]["total"] == pytest.approx(sum(steps) / 10)


def test_the_history_has_a_row_for_each_epoch(begun):
    fitting = begun()
    assert list(fitting.progress())[-1].test == fitting.training.history[-1]["test"]
    assert [(row["epoch"], row["step"]) for row in fitting.training.history] == [(1, 10), (2, 20)]


def test_the_learning_rate_reported_is_that_of_the_schedule(begun, monkeypatch):
    monkeypatch.setattr(training, "PROGRESS_SECONDS", -1)
    fitting = begun()
    config = fitting.recipe.training
    for report in itertools.islice(fitting.progress(), 1, None):
        assert report.learning_rate == learning_rate(config, (report.step - 1) / 20)


def test_snapshots_are_taken_at_the_steps_that_are_wanted(begun):
    fitting = begun()
    reports = list(fitting.progress())
    wanted = sorted(snapshot_steps(10, 2))
    assert fitting.training.snapshot_steps == wanted
    assert [report.step for report in reports if report.snapshot] == wanted


# ---- the same recipe, the same history ---------------------------------------------------------


@pytest.mark.parametrize("model_id", ["denoising_ae", "vq_vae"])
def test_how_often_is_reported_does_not_change_the_history(begun, monkeypatch, model_id):
    fittings = []
    for seconds in (-1, 1e9):
        monkeypatch.setattr(training, "PROGRESS_SECONDS", seconds)
        fitting = begun(model_id)
        count = sum(1 for _ in fitting.progress())
        fittings.append((count, fitting.training))
    (often, first), (seldom, second) = fittings
    assert often > seldom
    assert first.history == second.history
    assert same_weights(first.model, second.model)


def test_a_slow_reader_does_not_change_the_history(begun):
    slow, quick = begun(), begun()
    for _ in slow.progress():
        time.sleep(0.02)
    for _ in quick.progress():
        pass
    assert slow.training.history == quick.training.history


@pytest.mark.parametrize("model_id", ["vae", "denoising_ae"])
def test_what_others_draw_from_the_global_generator_does_not_change_the_history(
    begun, monkeypatch, model_id
):
    monkeypatch.setattr(training, "PROGRESS_SECONDS", -1)
    disturbed, quiet = begun(model_id), begun(model_id)
    with torch.random.fork_rng(devices=[]):
        for step, _ in enumerate(disturbed.progress()):
            torch.manual_seed(step)
            torch.rand(step)
    for _ in quiet.progress():
        pass
    assert disturbed.training.history == quiet.training.history


@pytest.mark.parametrize("model_id", ["vae", "denoising_ae", "vq_vae"])
def test_training_leaves_the_global_generator_as_it_was(begun, model_id):
    before = torch.random.get_rng_state()
    for _ in begun(model_id).progress():
        pass
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_either_number_format_trains_and_keeps_the_weights_in_float32(begun, precision):
    fitting = begun("conv_vae", precision=precision)
    for _ in fitting.progress():
        pass
    first, last = (row["train"]["total"] for row in fitting.training.history)
    assert last < first
    assert fitting.training.precision == precision
    assert {p.dtype for p in fitting.training.model.parameters()} == {torch.float32}


# ---- leaving and diverging ---------------------------------------------------------------------


@pytest.mark.parametrize("model_id", ["conv_vae", "vq_vae"])
def test_training_can_be_left_after_any_report_and_what_it_learnt_is_usable(
    begun, monkeypatch, model_id, x, y
):
    monkeypatch.setattr(training, "PROGRESS_SECONDS", -1)
    for reports in (1, 7, 11, 12, 21):
        fitting = begun(model_id)
        last = list(itertools.islice(fitting.progress(), reports))[-1]
        state = fitting.training
        assert state.step == last.step == reports - 1
        assert len(state.history) == state.step // 10
        assert len(state.snapshots) == len(state.snapshot_steps) > 0
        run = fitting.finish(measure=False)
        assert run.info.state == ("finished" if reports == 21 else "stopped")
        assert run.model.reconstruct(x, y).isfinite().all()
        assert run.snapshots["steps"].tolist() == state.snapshot_steps


def test_a_training_that_was_left_can_be_taken_up_again(begun, monkeypatch):
    monkeypatch.setattr(training, "PROGRESS_SECONDS", -1)
    fitting = begun()
    for wanted in (4, 10, 13, 20):
        for report in fitting.progress():
            if report.step == wanted:
                break
    assert [row["step"] for row in fitting.training.history] == [10, 20]
    assert fitting.state == "finished"
    assert list(fitting.progress()) == []


def test_a_loss_that_is_no_number_ends_the_training_and_names_the_step(few_digits):
    much = TrainConfig(
        epochs=2, batch_size=64, learning_rate=1, schedule="constant", initial_weights="torch"
    )
    recipe = small_recipe("vae", training=much)
    expected = first_bad_step(recipe, few_digits)
    assert expected is not None
    with pytest.raises(Diverged, match=rf"at step {expected}\. .*learning rate \(1\) is too high"):
        fit(recipe, few_digits)


def first_bad_step(recipe, dataset) -> int | None:
    """Trains by hand until a step's loss is no number."""
    state = begin(recipe, dataset).training
    state.model.train()
    while state.step < state.steps:
        for x, y in batches(dataset.train, state):
            if not train_step(state, x, y).total.isfinite():
                return state.step
    return None


# ---- batches and learning rates ----------------------------------------------------------------


@pytest.fixture
def numbered(few_digits):
    """A split of 50 images whose labels are their numbers."""
    return Split(few_digits.train.images[:50], torch.arange(50))


def begin_on(numbered, few_digits, batch_size: int):
    state = start(build("ae", small_config("ae")), few_digits, TrainConfig(batch_size=batch_size))
    state.images, state.steps_per_epoch = 50, max(50 // batch_size, 1)
    return state


def test_an_epoch_takes_each_image_at_most_once_and_leaves_out_the_incomplete_batch(
    numbered, few_digits
):
    seen = [y for _, y in batches(numbered, begin_on(numbered, few_digits, 16))]
    assert [len(y) for y in seen] == [16, 16, 16]
    assert len(set(torch.cat(seen).tolist())) == 48


def test_images_and_labels_stay_together(numbered, few_digits):
    for x, y in batches(numbered, begin_on(numbered, few_digits, 16)):
        assert torch.equal(x, numbered.images[y].float() / 255)


def test_each_epoch_has_an_order_of_its_own(numbered, few_digits):
    state = begin_on(numbered, few_digits, 16)
    first, second = (torch.cat([y for _, y in batches(numbered, state)]) for _ in range(2))
    assert not torch.equal(first, second)


def test_a_data_set_smaller_than_a_batch_is_one_batch(digits):
    tiny = few(digits, train=20, test=20)
    fitting = fit(small_recipe("ae", training=TrainConfig(epochs=2, batch_size=4096)), tiny)
    assert fitting.training.step == 2


SHARES = [step / 1000 for step in range(1000)]


def test_one_cycle_rises_to_the_peak_over_the_first_third_and_falls_to_nothing():
    config = TrainConfig(learning_rate=0.5, schedule="one_cycle")
    rates = [learning_rate(config, done) for done in SHARES]
    peak = rates.index(max(rates))
    assert SHARES[peak] == pytest.approx(0.3)
    assert rates[peak] == pytest.approx(0.5)
    assert rates[0] == pytest.approx(0.5 / 25)
    assert rates[-1] < 0.001 * 0.5
    assert all(a < b for a, b in itertools.pairwise(rates[: peak + 1]))
    assert all(a > b for a, b in itertools.pairwise(rates[peak:]))
    assert max(abs(a - b) for a, b in itertools.pairwise(rates)) < 0.003  # no jump
    assert min(rates) > 0


def test_a_constant_learning_rate_is_constant():
    config = TrainConfig(learning_rate=0.01, schedule="constant")
    assert {learning_rate(config, done) for done in SHARES} == {0.01}


def test_train_is_the_whole_of_training(few_digits):
    """The lines of the module's docstring: model, data, config and seed give the history."""
    rows = []
    for _ in range(2):
        model = build("ae", small_config("ae"), seed=0, initial_weights=SHORT.initial_weights)
        state = start(model, few_digits, SHORT, seed=0)
        for _ in train(state, few_digits):
            pass
        rows.append(state.history)
    assert rows[0] == rows[1]
    assert fit(small_recipe("ae", training=SHORT), few_digits).training.history == rows[0]
