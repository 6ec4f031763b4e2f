"""Compare β, without a browser: links, data sets, the doctor, the small sweep."""

import shutil
import time
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from aecore.runs import save
from tests.sweeps import make_sweeps
from tests.ui.conftest import html_of, open_page, parameter, words_of
from ui import compare_beta_own, doctor
from ui import jobs as trainings


@pytest.fixture(scope="session")
def swept(fitted, tmp_path_factory):
    """Checkpoints with two sweeps, and a VAE and an autoencoder beside them; only to be read."""
    folder = tmp_path_factory.mktemp("checkpoints")
    for model_id in ("vae", "ae"):
        save(fitted(model_id).finish(), folder / f"{model_id}-digits")
    return make_sweeps(folder)


@pytest.fixture
def compare(swept, monkeypatch, tmp_path):
    """compare(**query): the page after its first run."""

    def opened(folder: Path = swept, **query: str) -> AppTest:
        monkeypatch.setenv("AECORE_CHECKPOINTS", str(folder))
        monkeypatch.setenv("AECORE_RUNS", str(tmp_path / "runs"))
        return open_page("compare_beta", **query)

    return opened


def test_the_page_opens_with_the_lens_and_says_why_digits_have_no_scores(compare):
    app = compare()
    assert not app.exception and not app.error
    assert [header.value for header in app.header][-4:] == [
        "Try this",
        "What you see, and why",
        "The equation, and our code for it",
        "Conditions and sources",
    ]
    assert "Why no disentanglement scores here?" in words_of(app)
    assert "−ELBO at β = 0.5" in html_of(app)
    assert (parameter(app, "beta"), parameter(app, "beside")) == ("2", "0.5,2,8")


def test_shapes_have_scores_with_their_conditions(compare):
    app = compare(on="shapes")
    assert not app.exception and not app.error
    words = words_of(app)
    assert "mutual information gap" in words and "20 bins" in words and "at β = 4" in words
    assert "Why no disentanglement" not in words


def test_a_link_names_the_beta_and_the_columns(compare):
    app = compare(on="digits", beta="8", beside="8,0.5")
    assert not app.exception
    assert parameter(app, "beta") == "8"
    assert parameter(app, "beside") == "0.5,2,8"  # a third one was added, in their order


@pytest.mark.parametrize(
    "wrong",
    [
        {"on": "nothing"},
        {"beta": "17"},
        {"beta": "x" * 300},
        {"beside": "1,1,1,nothing,,"},
        {"patient": "nobody"},
        {"with": "nobody,,vae"},
        {"run": "0" * 32},
        {"on": "kmnist"},
    ],
)
def test_what_is_wrong_in_a_link_is_left_aside(compare, wrong):
    app = compare(**wrong)
    assert not app.exception and not app.error
    assert parameter(app, "beta") == "2"


def test_other_runs_on_the_same_images_can_stand_beside_the_sweep(compare):
    app = compare(on="digits", **{"with": "vae-digits", "beta": "vae-digits"})
    assert not app.exception and not app.error
    assert parameter(app, "beta") == "vae-digits"
    others = next(each for each in app.multiselect if each.key == "with-digits")
    others.set_value([]).run()
    assert parameter(app, "with") is None and parameter(app, "beta") == "2"


def test_an_experiment_moves_the_lens(compare):
    app = compare()
    next(each for each in app.button if each.label == "Shapes at β = 4").click().run()
    assert not app.exception
    assert parameter(app, "beta") == "4"
    assert "mutual information gap" in words_of(app)


def test_the_doctor_examines_sweeps_and_other_runs_with_a_posterior(compare):
    app = compare()
    patient = next(each for each in app.selectbox if each.key == "patient")
    assert patient.options[0] == "β = 8 on Digits"
    assert not any(option == "Autoencoder, digits" for option in patient.options)
    assert "coordinates alive" in words_of(app)
    patient.set_value("vae-digits").run()
    assert not app.exception and not app.error
    assert parameter(app, "patient") == "vae-digits"
    assert "The decoder's strength" in words_of(app)


def test_without_any_sweep_there_is_a_word_and_a_way_to_make_one(compare, tmp_path):
    app = compare(folder=tmp_path)
    assert not app.exception and not app.error
    assert "Nothing has been trained on digits yet" in words_of(app)
    assert any(button.label == "Train them" for button in app.button)


def test_a_broken_sweep_is_named_and_the_others_still_work(swept, compare, tmp_path):
    folder = tmp_path / "checkpoints"
    shutil.copytree(swept, folder)
    (folder / "sweeps" / "digits" / "sweep.json").write_text("{")
    app = compare(folder=folder)
    assert not app.exception
    assert "can't be shown" in app.error[0].value
    assert not compare(folder=folder, on="shapes").error


def test_a_track_keeps_its_ends_and_leaves_out_what_has_no_rate():
    history = [{"test": {"kl_nats": n, "reconstruction": 200 - n}} for n in range(1_000)]
    track = compare_beta_own.track_of([{"test": {"mse": 1.0}}, *history])
    assert track[0] == [0, 200] and track[-1] == [999, -799]
    assert len(track) <= compare_beta_own.LONGEST_TRACK + 1
    assert [rate for rate, _ in track] == sorted(rate for rate, _ in track)
    assert compare_beta_own.track_of([]) == []


@pytest.fixture
def engine(monkeypatch, tmp_path):
    """One worker, which ends with the test."""
    monkeypatch.setenv("AECORE_WORKERS", "1")
    monkeypatch.setenv("AECORE_RUNS", str(tmp_path / "runs"))
    st.cache_resource.clear()
    yield
    trainings.jobs().close()
    st.cache_resource.clear()


def until(app: AppTest, done) -> None:
    """Runs the page again, as its fragments do, until something has happened."""
    end = time.monotonic() + 150
    while not done(app):
        assert not app.exception and not app.error and time.monotonic() < end
        time.sleep(0.5)
        app.run()


def test_the_doctor_shows_a_collapsed_run_before_and_after_a_cure(compare, monkeypatch, engine):
    monkeypatch.setattr(doctor, "PRACTICE_TRAINING", {"epochs": 5, "batch_size": 64})
    app = compare(on="digits")
    next(b for b in app.button if b.label.startswith("Practise")).click().run()
    until(app, lambda app: len(parameter(app, "patient") or "") == 32)
    assert "collapsed**" not in words_of(app) and "collapsed]" in words_of(app)
    cures = [b for b in app.button if b.label == "Train it again with this"]
    cures[-1].click().run()
    until(app, lambda app: any("Before and after" in each.value for each in app.subheader))
    assert "**It helped**" in words_of(app)
    figures = [c.value for c in app.caption if c.value.startswith("−ELBO")]
    assert len(figures) == 2


def test_a_sweep_of_ones_own_is_asked_for_within_the_limits(compare, engine):
    app = compare(on="digits")
    epochs = next(each for each in app.number_input if each.label == "Epochs")
    epochs.set_value(1).run()
    next(b for b in app.button if b.label == "Train them").click().run()
    assert not app.exception and not app.error
    visitor = app.session_state["visitor"]
    asked = trainings.jobs().mine(visitor)
    assert sorted(status.recipe.config.beta for status in asked) == [0.5, 2, 8]
    assert {status.recipe.training.epochs for status in asked} == {1}
    next(b for b in app.button if b.label == "Train them").click().run()
    assert "as many as one visitor may have" in app.error[0].value
    for status in trainings.jobs().mine(visitor):
        trainings.jobs().delete(status.id)
