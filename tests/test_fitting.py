"""From a recipe to a run, as the command line, the pages and a notebook do it."""

import itertools

import pytest
import torch

from aecore.data import DatasetMissing
from aecore.evaluation import encode_split
from aecore.fitting import begin, measured
from aecore.metrics import evaluate
from aecore.models.catalog import CATALOG, build
from aecore.runs import load, save
from aecore.scores import reference
from aecore.training import TrainConfig
from tests.small import small_recipe

ONE_EPOCH = TrainConfig(epochs=1, batch_size=64, learning_rate=5e-3)


def test_a_fitting_begins_with_the_model_of_the_recipes_seed(few_digits):
    recipe = small_recipe("vae", seed=5)
    weights = begin(recipe, few_digits).training.model.state_dict()
    expected = build("vae", recipe.config, seed=5, initial_weights="auto").state_dict()
    assert all(torch.equal(weights[name], expected[name]) for name in expected)


def test_the_data_set_is_loaded_by_its_name(digits):
    fitting = begin(small_recipe("ae", training=ONE_EPOCH))
    assert fitting.dataset is digits


def test_a_data_set_that_is_not_here_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("AECORE_DATA", str(tmp_path))
    recipe = small_recipe("ae").model_copy(update={"dataset": "mnist"})
    with pytest.raises(DatasetMissing, match="aecore fetch mnist"):
        begin(recipe)


@pytest.mark.parametrize("model_id", CATALOG)
def test_a_finished_run_knows_all_about_itself(few_digits, model_id, tmp_path):
    fitting = begin(small_recipe(model_id, training=ONE_EPOCH), few_digits)
    for _ in fitting.progress():
        pass
    run = fitting.finish()
    assert run.info.state == "finished"
    assert run.recipe == fitting.recipe
    assert not run.model.training
    assert run.info.history == fitting.training.history
    assert run.info.metrics == evaluate(run.model, few_digits)
    assert run.info.reference == reference(run.model, few_digits)
    assert run.info.timing.images_per_second > 0
    frames = len(run.snapshots["steps"])
    for name in ("reconstructions", "latents"):
        assert len(run.snapshots[name]) == frames
    assert ("samples" in run.snapshots) == run.model.abilities.samples
    assert len(run.snapshots["probe_labels"]) == len(run.snapshots["probe_images"]) == 10
    loaded = load(save(run, tmp_path / "run"))
    assert loaded.info == run.info
    assert all(torch.equal(loaded.codes[name], run.codes[name]) for name in run.codes)


def test_the_codes_kept_with_a_run_are_those_of_training_images(few_digits, trained_run):
    for model_id in ("vae", "vq_vae"):
        run = measured(trained_run(model_id), few_digits)
        code = encode_split(run.model, few_digits.train)
        assert run.codes["labels"].tolist() == few_digits.train.labels.tolist()
        if code.indices is not None:
            assert torch.equal(run.codes["indices"].long(), code.indices)
        else:
            torch.testing.assert_close(run.codes["mean"], code.mean.half())
            torch.testing.assert_close(run.codes["logvar"], code.logvar.half())


def test_a_fitting_that_is_left_makes_a_run_that_is_stopped(few_digits, tmp_path):
    fitting = begin(small_recipe("vae"), few_digits)
    for _ in itertools.islice(fitting.progress(), 3):
        pass
    run = load(save(fitting.finish(measure=False), tmp_path / "run"))
    assert run.info.state == "stopped"
    assert run.info.metrics == {}
    assert run.info.history == []
    assert run.snapshots["steps"].tolist() == [0, 1, 2]


def test_a_fitting_that_never_trained_makes_a_run_too(few_digits, tmp_path):
    run = begin(small_recipe("vae"), few_digits).finish(measure=False)
    assert load(save(run, tmp_path / "run")).info.state == "stopped"
