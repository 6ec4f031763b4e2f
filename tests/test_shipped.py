"""The table of shipped runs, and the runs that are in checkpoints/."""

import json
import os

import pytest

from aecore import classifier, data
from aecore.evaluation import Evaluation
from aecore.metrics import METRICS
from aecore.models.catalog import CATALOG, build
from aecore.places import checkpoints_folder
from aecore.runs import Recipe, load, read_info, save
from aecore.shipped import SHIPPED, Shipped, make
from aecore.training import TrainConfig
from tests.mnist import GIVEN, needs_mnist

ROWS = {row.name: row for row in SHIPPED}
MEGABYTES = 40  # with the sweeps over beta

# What each run has to reach on the 10,000 test images: metric, the bar, and which side of it.
BARS = [
    ("ae-mnist", "mse", "at most", 0.0080),
    ("conv_ae-mnist", "mse", "at most", 0.0020),
    ("denoising_ae-mnist", "denoised_mse", "at most", 0.0140),
    ("sparse_ae-mnist", "mse", "at most", 0.012),
    ("sparse_ae-mnist", "inactive_share", "at least", 0.70),
    ("vae-mnist", "negative_elbo_nats", "at most", 97.5),
    ("vae-mnist", "knn_accuracy", "at least", 0.95),
    ("conv_vae-mnist", "negative_elbo_nats", "at most", 97.5),
    ("cvae-mnist", "recognised", "at least", 0.98),
    ("vq_vae-mnist", "mse_over_variance", "at most", 0.0444),
    ("vq_vae-mnist", "codes_used", "at least", 0.60),
]

every_row = pytest.mark.parametrize("row", SHIPPED, ids=ROWS)


def info_of(name: str):
    return read_info(checkpoints_folder() / name)


# ---- the table ---------------------------------------------------------------------------------


def test_every_model_ships_with_its_default_architecture_on_mnist():
    names = [row.name for row in SHIPPED]
    assert len(set(names)) == len(names)
    for model_id in CATALOG:
        ours, default = build(model_id, ROWS[f"{model_id}-mnist"].recipe().config), build(model_id)
        assert str(ours) == str(default)  # every layer with its sizes
        assert ours.latent_shape == default.latent_shape


@every_row
def test_a_row_is_a_recipe_that_can_be_followed(row):
    recipe = row.recipe()
    assert Recipe.model_validate_json(recipe.model_dump_json()) == recipe
    for name, value in {**CATALOG[row.model].training, **row.training}.items():
        assert getattr(recipe.training, name) == value


@pytest.mark.parametrize("row", [row for row in SHIPPED if row.contrast], ids=lambda row: row.name)
def test_a_contrast_changes_what_it_says_and_nothing_else(row):
    label, changes = row.contrast
    ours, beside = row.recipe(), row.recipe(changes)
    assert label
    assert beside.config != ours.config
    assert beside.model_copy(update={"config": ours.config}) == ours
    config = ours.config.model_dump()
    assert beside.config.model_dump() == {**config, **changes}


def test_published_figures_say_where_they_are_from_and_whether_they_compare():
    figures = [figure for row in SHIPPED for figure in row.published]
    assert figures
    for figure in figures:
        assert figure.source and figure.conditions and figure.what
        assert figure.metric is None or figure.metric in METRICS
        assert figure.same_quantity == (figure.metric is not None)
        if "likelihood" in figure.what:  # of binarised images: never in one column with grey ones
            assert not figure.same_quantity
            assert "binarised" in figure.conditions


def test_a_row_is_made_into_a_run_with_a_card_and_its_contrast(tmp_path):
    row = Shipped(
        "sparse_ae",
        dataset="digits",
        variant="tiny",
        config={"latent_dim": 6, "widths": (24,)},
        training={"epochs": 1, "batch_size": 64},
        remarks="small on purpose",
        contrast=("without the penalty", {"sparsity": 0.0}),
    )
    steps = []
    run = make(row, lambda progress: steps.append(progress.step))
    assert row.name == "sparse_ae-digits-tiny"
    assert steps.count(0) == 2  # the run, then its contrast
    card = load(save(run, tmp_path / row.name)).info.card
    train, test = len(data.load("digits").train), len(data.load("digits").test)
    for words in (f"{train:,} training images", f"{test:,} test images", "1 epoch", "seed 0"):
        assert words in card.conditions
    assert card.remarks == "small on purpose"
    assert card.contrast.label == "without the penalty"
    assert card.contrast.metrics.keys() == run.info.metrics.keys()
    assert card.contrast.metrics["mse"] != run.info.metrics["mse"]


# ---- what is in checkpoints/ -------------------------------------------------------------------


@every_row
def test_a_shipped_run_loads_and_is_whole(row):
    run = load(checkpoints_folder() / row.name)
    assert run.info.state == "finished"
    assert len(run.info.history) == run.recipe.training.epochs
    assert len(run.snapshots["steps"]) >= 8
    assert run.snapshots["steps"][0] == 0
    assert run.codes["labels"].shape == (5_000,)
    assert run.info.reference["mse"]
    assert run.info.card.title and run.info.card.summary and run.info.card.conditions
    assert "60,000 training images" in run.info.card.conditions
    assert (run.info.card.contrast is None) == (row.contrast is None)
    assert run.info.card.published == row.published


@every_row
def test_a_shipped_run_was_made_from_its_row(row):
    assert info_of(row.name).recipe == row.recipe()


@every_row
def test_a_shipped_run_was_judged_on_all_test_images(row):
    found = info_of(row.name).metrics
    for name, measurement in found.items():
        assert name in METRICS
        conditions = METRICS[name].conditions
        assert "all test images" not in conditions or "10,000 test images" in measurement.conditions


@pytest.mark.parametrize(("name", "metric", "side", "bar"), BARS)
def test_a_shipped_run_reaches_its_bar(name, metric, side, bar):
    value = info_of(name).metrics[metric].value
    assert value <= bar if side == "at most" else value >= bar


def test_a_conditional_vae_needs_fewer_nats_than_one_that_is_not_told_the_class():
    told, untold = (info_of(f"{name}-mnist").metrics for name in ("cvae", "vae"))
    assert told["negative_elbo_nats"].value < untold["negative_elbo_nats"].value


def test_a_higher_beta_has_a_lower_rate_than_beta_1():
    info = info_of("beta_vae-mnist")
    assert info.metrics["kl_nats"].value < info.card.contrast.metrics["kl_nats"].value


def test_the_judge_of_samples_is_right_in_99_of_100_cases():
    card = checkpoints_folder() / "classifier-mnist" / classifier.JSON_FILE
    assert json.loads(card.read_text(encoding="utf-8"))["test_accuracy"] >= 0.99


def test_all_that_ships_stays_small():
    files = (path for path in checkpoints_folder().rglob("*") if path.is_file())
    assert sum(path.stat().st_size for path in files) < MEGABYTES * 1_000_000


@needs_mnist
@every_row
def test_the_figures_of_a_shipped_run_can_be_measured_again(row):
    run = load(checkpoints_folder() / row.name)
    evaluation = Evaluation(run.model, data.load(row.dataset, GIVEN))
    names = ("denoised_mse", "negative_elbo_nats", "mse")  # the first that the model has
    name = next(name for name in names if name in run.info.metrics)
    measured = METRICS[name].compute(evaluation)
    assert measured == pytest.approx(run.info.metrics[name].value, rel=2e-3), name


def test_checkpoints_can_lie_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("AECORE_CHECKPOINTS", str(tmp_path))
    assert checkpoints_folder() == tmp_path
    monkeypatch.delenv("AECORE_CHECKPOINTS")
    assert checkpoints_folder().name == "checkpoints"
    assert os.path.samefile(checkpoints_folder().parent / "aecore", os.path.dirname(data.__file__))


def test_epochs_of_the_shipped_recipes_are_allowed():
    for row in SHIPPED:
        assert TrainConfig.model_validate(row.recipe().training.model_dump())
