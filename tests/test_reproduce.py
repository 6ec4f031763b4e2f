"""«Show me the code»: the program is run, and prints the losses of the run it was made from."""

import pytest
import torch
from torch import nn

from aecore import data
from aecore.changes import Change
from aecore.fitting import begin
from aecore.models.catalog import CATALOG
from aecore.reproduce import layer_code, program
from aecore.run_info import Recipe, RunInfo
from aecore.training import TrainConfig
from tests.small import fit, small_recipe

TWO_EPOCHS = TrainConfig(epochs=2, batch_size=64, precision="float32")


@pytest.fixture(autouse=True)
def _a_report_after_each_step(monkeypatch):
    """So that a training can be left at the very step, however fast the machine is."""
    monkeypatch.setattr("aecore.training.PROGRESS_SECONDS", -1)


def executed(info: RunInfo) -> dict:
    """The names that the program leaves behind."""
    names: dict = {}
    exec(compile(program(info), "shown code", "exec"), names)
    return names


def epoch_losses(names: dict) -> list[float]:
    """The mean loss of each epoch, as the program printed it."""
    per_epoch = names["per_epoch"]
    return torch.tensor(names["losses"]).double().view(-1, per_epoch).mean(1).tolist()


def total_but_prior(info: RunInfo) -> list[float]:
    """The run's own training losses; the program leaves the prior of a discrete model out."""
    rows = [row["train"] for row in info.history]
    return [row["total"] - row.get("prior", 0.0) for row in rows]


@pytest.mark.parametrize("model_id", CATALOG)
def test_the_program_trains_the_same_run_again(model_id, digits):
    run = fit(small_recipe(model_id, seed=3, training=TWO_EPOCHS), digits).finish(measure=False)
    names = executed(run.info)
    # Rounding differs in bfloat16, and which code is nearest can hang on it.
    near = 2e-2 if CATALOG[model_id].abilities.discrete else 5e-3
    assert epoch_losses(names) == pytest.approx(total_but_prior(run.info), rel=near)
    learnt = names["losses"]
    assert learnt[-1] < 0.6 * learnt[0]


@pytest.mark.parametrize("model_id", CATALOG)
def test_the_program_is_short_and_names_no_module_of_ours_but_the_data(model_id):
    text = program(RunInfo(recipe=Recipe(model=model_id, dataset="mnist")))
    compile(text, "shown code", "exec")
    assert "aecore" not in text
    assert len([line for line in text.splitlines() if line.strip()]) <= 72
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize("schedule", ["one_cycle", "constant"])
def test_warm_up_free_bits_and_schedule_are_in_the_program(schedule, digits):
    training = TrainConfig(epochs=2, batch_size=64, schedule=schedule, precision="float32")
    changes = {"kl_warmup_epochs": 1.5, "free_bits": 0.05}
    run = fit(small_recipe("vae", training=training, **changes), digits).finish(measure=False)
    assert epoch_losses(executed(run.info)) == pytest.approx(total_but_prior(run.info), rel=1e-4)


def test_changes_made_while_it_trained_are_made_again(digits):
    fitting = begin(small_recipe("vae", training=TWO_EPOCHS), digits)
    fitting.training.planned = [
        Change(step=5, name="beta", value=4.0),
        Change(step=5, name="learning_rate", value=0.01),
        Change(step=30, name="epochs", value=3),
    ]
    for _ in fitting.progress():
        pass
    info = fitting.finish(measure=False).info
    assert len(info.history) == 3
    assert epoch_losses(executed(info)) == pytest.approx(total_but_prior(info), rel=1e-4)


def test_the_program_of_a_stopped_run_stops_there_too(digits):
    fitting = begin(small_recipe("ae", training=TWO_EPOCHS), digits)
    for progress in fitting.progress():
        if progress.step >= 30:
            break
    info = fitting.finish(measure=False).info
    assert len(executed(info)["losses"]) == info.steps_done < 44


def test_bfloat16_is_in_the_program_of_a_run_that_used_it(digits):
    training = TrainConfig(epochs=1, batch_size=256, precision="bfloat16")
    run = fit(small_recipe("vae", training=training), digits).finish(measure=False)
    assert "torch.bfloat16" in program(run.info)
    assert epoch_losses(executed(run.info)) == pytest.approx(total_but_prior(run.info), rel=1e-2)


@pytest.mark.parametrize(
    ("layer", "code"),
    [
        (nn.Linear(784, 256), "nn.Linear(784, 256)"),
        (nn.Linear(4, 2, bias=False), "nn.Linear(4, 2, bias=False)"),
        (nn.Conv2d(1, 32, 3, stride=2, padding=1), "nn.Conv2d(1, 32, 3, stride=2, padding=1)"),
        (nn.LeakyReLU(0.2), "nn.LeakyReLU(negative_slope=0.2)"),
        (nn.BatchNorm2d(8), "nn.BatchNorm2d(8)"),
        (nn.Unflatten(1, (64, 7, 7)), "nn.Unflatten(1, (64, 7, 7))"),
        (nn.Flatten(), "nn.Flatten()"),
        (nn.Dropout(0.2), "nn.Dropout(p=0.2)"),
    ],
)
def test_layers_are_written_as_one_would_write_them(layer, code):
    assert layer_code(layer) == code
    assert repr(eval(code, {"nn": nn})) == repr(layer)


def test_downloaded_data_sets_are_read_by_torchvision():
    for name in data.DATASETS:
        text = program(RunInfo(recipe=Recipe(model="ae", dataset=name)))
        builtin = data.DATASETS[name].builtin
        assert ("from aecore import data" in text) == builtin
        assert ("from torchvision.datasets import" in text) != builtin
