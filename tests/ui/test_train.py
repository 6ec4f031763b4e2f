"""Train, without a browser: the form, what it costs, a run on the stage, what may be done to it."""

import pytest
from streamlit.testing.v1 import AppTest

from aecore.archive import pack
from aecore.models.catalog import CATALOG
from tests.ui.conftest import open_page, words_of
from ui import jobs as trainings

NOBODY = "0" * 32
pytestmark = pytest.mark.usefixtures("kept_runs")


@pytest.fixture
def train(monkeypatch, runs_folder):
    """train(**query): the page after its first run."""

    def opened(**query: str) -> AppTest:
        monkeypatch.setenv("AECORE_CHECKPOINTS", str(runs_folder))
        app = open_page("train", timeout=120, **query)
        assert not app.exception
        return app

    return opened


@pytest.fixture
def own_run(runs_folder):
    """A finished run of a visitor's, as an upload leaves it."""
    return trainings.jobs().upload(pack(runs_folder / "vae-digits"), visitor="somebody")


def button(app: AppTest, words: str):
    return next((each for each in app.button if each.label == words), None)


def on_stage(app: AppTest):
    return app.selectbox(key="on-stage")


@pytest.mark.parametrize("model_id", CATALOG)
def test_every_model_has_a_form_and_its_parameter_count(train, model_id):
    app = train()
    app.selectbox(key="train-model").set_value(model_id).run()
    assert not app.exception and not app.error
    count = {"ae": "489,136", "conv_ae": "442,433", "vae": "549,688", "conv_vae": "384,577"}
    assert count.get(model_id, "parameters") in words_of(app)
    assert not button(app, "Train").disabled


def test_a_model_that_is_too_large_is_refused_with_the_limit(train):
    app = train()
    app.text_input(key="train-m-vae-widths").set_value("1024, 1024, 1024, 1024").run()
    app.selectbox(key="train-model").set_value("vq_vae").run()
    assert not app.exception
    app.selectbox(key="train-model").set_value("vae").run()
    assert not app.exception


def test_the_preset_to_look_at_asks_for_two_coordinates(train):
    app = train()
    button(app, "2-D latent, to look at").click().run()
    assert app.number_input(key="train-m-vae-latent_dim").value == 2
    assert app.selectbox(key="train-dataset").value == "digits"


def test_a_preset_only_changes_what_the_model_has(train):
    app = train()
    app.selectbox(key="train-model").set_value("vq_vae").run()
    button(app, "2-D latent, to look at").click().run()
    assert not app.exception and not app.error


def test_the_good_preset_is_the_recipe_of_the_catalog(train):
    app = train()
    button(app, "A good one").click().run()
    training = CATALOG["vae"].training
    assert app.number_input(key="train-t-vae-epochs").value == training["epochs"]


def test_train_takes_what_was_typed_just_before_and_two_presses_are_one_run(train):
    app = train()
    app.number_input(key="train-t-vae-epochs").set_value(150)
    button(app, "Train").click().run()
    button(app, "Train").click().run()
    assert not app.exception
    (status,) = trainings.jobs().mine(app.session_state["visitor"])
    assert status.recipe.training.epochs == 150
    assert on_stage(app).value == status.id
    app.number_input(key="train-seed").set_value(1)
    button(app, "Train").click().run()
    own = trainings.jobs().mine(app.session_state["visitor"])
    assert [each.recipe.seed for each in own] == [1, 0]
    assert on_stage(app).value == own[0].id
    for each in own:
        trainings.jobs().delete(each.id)


def test_a_shipped_run_is_on_the_stage_before_anyone_trains(train):
    app = train(model="conv_ae-digits")
    assert on_stage(app).value in CATALOG or on_stage(app).value.endswith("-digits")
    assert button(app, "Delete this run") is None
    assert app.get("bidi_component")


def test_a_link_to_a_run_shows_it_with_what_may_be_done(train, own_run):
    app = train(run=own_run)
    assert on_stage(app).value == own_run
    assert "finished" in words_of(app)
    assert button(app, "Delete this run") is not None
    assert app.get("download_button")


def test_a_link_to_no_run_says_so(train):
    app = train(run=NOBODY)
    assert "no run under this link" in words_of(app)


def test_a_deleted_run_leaves_the_stage(train, own_run):
    app = train(run=own_run)
    button(app, "Delete this run").click().run()
    assert not app.exception
    assert own_run not in on_stage(app).options and on_stage(app).value != own_run


def test_a_run_without_its_optimizer_offers_no_more_epochs(train, own_run):
    assert button(train(run=own_run), "more epochs") is None


def test_a_new_name_is_kept_with_the_run(train, own_run):
    app = train(run=own_run)
    app.text_input(key=f"name-{own_run}").set_value("mine").run()
    assert trainings.jobs().load(own_run).info.name == "mine"


def test_runs_side_by_side_share_losses_and_digits(train):
    app = train(compare="vae-digits,conv_vae-digits")
    assert app.multiselect(key="compared").value == ["vae-digits", "conv_vae-digits"]
    assert app.table and app.table[0].value.shape[1] == 2
    assert app.get("vega_lite_chart") or app.get("arrow_vega_lite_chart")


def test_the_code_is_that_of_the_run_on_the_stage(train, own_run):
    code = [each.value for each in train(run=own_run).code]
    assert any("Variational autoencoder on Digits in plain PyTorch" in each for each in code)
