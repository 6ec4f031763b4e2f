"""A training that is left and taken up again goes on as if nothing had been."""

import pytest
import torch

from aecore.changes import Change
from aecore.fitting import begin
from aecore.resuming import resume, standing
from aecore.runs import Run, RunError, load, save
from aecore.training import TrainConfig
from tests.small import fit, small_recipe

TRAINING = TrainConfig(epochs=3, batch_size=64)


@pytest.fixture(autouse=True)
def _a_report_after_each_step(monkeypatch):
    """So that a training can be left at the very step, however fast the machine is."""
    monkeypatch.setattr("aecore.training.PROGRESS_SECONDS", -1)


def left(recipe, dataset, step: int, planned=()) -> Run:
    """The run of a recipe that was left at about a step, with all that it takes to go on."""
    fitting = begin(recipe, dataset)
    fitting.training.planned = list(planned)
    for progress in fitting.progress():
        if progress.step >= step:
            break
    run = fitting.finish(measure=False)
    run.optimizer = standing(fitting.training)
    return run


def to_the_end(run: Run, dataset, *changes: Change) -> Run:
    """The run that comes of going on with one."""
    fitting = resume(run, dataset)
    fitting.training.planned += changes
    for _ in fitting.progress():
        pass
    return fitting.finish(measure=False)


@pytest.mark.parametrize("model_id", ["vae", "conv_vae", "denoising_ae", "vq_vae"])
def test_going_on_changes_no_number(model_id, few_digits, tmp_path):
    recipe = small_recipe(model_id, training=TRAINING)
    whole = fit(recipe, few_digits).finish(measure=False)
    part = left(recipe, few_digits, step=13)
    assert part.info.state == "stopped"
    again = to_the_end(load(save(part, tmp_path / "part")), few_digits)
    assert again.info.state == "finished"
    assert again.info.history == whole.info.history
    for name, tensor in whole.model.state_dict().items():
        assert torch.equal(again.model.state_dict()[name], tensor), name
    for name, tensor in whole.snapshots.items():
        assert torch.equal(again.snapshots[name], tensor), name


def test_changes_made_before_stay_in_force(few_digits, tmp_path):
    recipe = small_recipe("vae", training=TRAINING)
    changes = [Change(step=4, name="beta", value=7.0)]
    part = left(recipe, few_digits, step=13, planned=changes)
    fitting = resume(load(save(part, tmp_path / "part")), few_digits)
    assert fitting.training.model.config.beta == 7.0
    assert fitting.training.changes == changes


def test_more_epochs_begin_a_new_cycle_with_the_optimizers_memory(few_digits):
    recipe = small_recipe("ae", training=TRAINING)
    whole = left(recipe, few_digits, step=10**6)
    steps = whole.info.steps_done
    resumed = resume(whole, few_digits)
    moments = resumed.training.optimizer.state_dict()["state"][0]
    assert moments["exp_avg_sq"].abs().sum() > 0
    assert moments["step"] == steps
    longer = to_the_end(whole, few_digits, Change(step=steps, name="epochs", value=5))
    assert longer.info.history[:3] == whole.info.history
    assert [row["epoch"] for row in longer.info.history] == [1, 2, 3, 4, 5]
    assert longer.info.history[-1]["test"]["total"] < whole.info.history[-1]["test"]["total"]
    assert longer.info.state == "finished"


def test_a_run_without_its_optimizer_cannot_go_on(trained_run, few_digits):
    with pytest.raises(RunError, match="without the state of its optimizer"):
        resume(trained_run("ae"), few_digits)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"step": None}, "step"),
        ({"order": torch.zeros(640, dtype=torch.int32)}, "isn't an order of 640 images"),
        ({"order": torch.arange(10, dtype=torch.int32)}, "isn't an order of 640 images"),
        ({"generator": torch.zeros(7, dtype=torch.uint8)}, ""),
        ({"state.0.exp_avg": torch.zeros(3, 3)}, "shape"),
        ({"state.0.exp_avg": torch.full((32, 784), torch.nan)}, "NaN"),
        ({"state.1.step": None}, "should be exp_avg, exp_avg_sq, step"),
        ({"state.0.evil": torch.zeros(())}, "should be exp_avg, exp_avg_sq, step"),
    ],
)
def test_a_standing_that_doesnt_fit_is_refused(changed, reason, few_digits):
    run = left(small_recipe("ae", training=TRAINING), few_digits, step=13)
    tensors = {**run.optimizer, **changed}
    run.optimizer = {name: tensor for name, tensor in tensors.items() if tensor is not None}
    with pytest.raises(RunError, match=f"optimizer.safetensors.*{reason}"):
        resume(run, few_digits)
