"""Explore, without a browser: every model, no drawing, links that are wrong, views and sums."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from aecore import coordinates
from aecore.models.catalog import CATALOG
from aecore.runs import CODES_FILE
from tests.ui.conftest import NAMES, group, html_of, open_page, parameter, words_of
from ui import examples

ORIGIN = coordinates.encode_vector(np.zeros(6))


@pytest.fixture
def explore(monkeypatch):
    """explore(folder, **query): the page after its first run, on the runs in a folder."""

    def opened(folder: Path, **query: str) -> AppTest:
        monkeypatch.setenv("AECORE_CHECKPOINTS", str(folder))
        return open_page("explore", **query)

    return opened


@pytest.mark.parametrize("model_id", CATALOG)
def test_every_model_can_be_explored_by_its_abilities(explore, runs_folder, model_id):
    app = explore(runs_folder, model=NAMES[model_id], drawing=examples.SEVEN)
    assert not app.exception and not app.error and not app.warning
    abilities, words = CATALOG[model_id].abilities, words_of(app)
    assert ("**The ellipse**" in words) == abilities.posterior
    assert ("**The grid**" in words) == abilities.discrete
    assert ("told the class" in words) == abilities.conditional
    assert ("One coordinate at a time" in group(app, "view").options) != abilities.discrete
    headers = [header.value for header in app.header]
    assert headers[:2] == ["Try this", "What you see, and why"]


@pytest.mark.parametrize("model_id", ["vae", "cvae", "vq_vae"])
def test_without_a_drawing_there_is_a_real_digit(explore, runs_folder, model_id):
    app = explore(runs_folder, model=NAMES[model_id])
    app.session_state["drawing"] = ""
    app.run()
    assert not app.exception and not app.error
    assert "Draw a digit on Home first" in words_of(app)  # the walk starts from the drawing
    group(app, "from").set_value("3").run()
    assert "Draw a digit on Home first" not in words_of(app)


@pytest.mark.parametrize("view", ["walk", "rows", "plane", "sum"])
def test_each_view_opens_by_a_link_and_stays_in_the_address(explore, runs_folder, view):
    app = explore(runs_folder, model=NAMES["vae"], view=view)
    assert not app.exception and not app.warning
    assert group(app, "view").value == view
    assert parameter(app, "view") == (None if view == "walk" else view)


def test_traversals_have_a_row_for_each_of_the_most_used_coordinates(explore, runs_folder):
    app = explore(runs_folder, model=NAMES["vae"], view="rows")
    shown = html_of(app)
    assert all(f"coordinate {number} from" in shown for number in range(1, 7))
    assert "nats" in shown


def test_a_link_restores_the_place(explore, runs_folder):
    z = coordinates.encode_vector([0.5, -1, 2, 0, 0, 1])
    app = explore(runs_folder, model=NAMES["cvae"], z=z, y="4", axes="2-6", real="12")
    assert not app.warning and not app.exception
    (place,) = app.session_state["places"].values()
    assert (place.z, place.y, place.axes, place.real) == (z, 4, (1, 5), 11)
    assert parameter(app, "z") == z and parameter(app, "axes") == "2-6"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"z": coordinates.encode_vector(np.zeros(9))}, "9 coordinates, and this model takes 6"),
        ({"z": "vAH4AfgB-AH4AfgB-"}, "not a number"),
        ({"z": "hello"}, "cut short"),
        ({"z": coordinates.encode_codes(np.zeros(6))}, "another kind of model"),
        ({"z": ORIGIN, "axes": "1-99"}, "two of the 6 coordinates"),
        ({"z": ORIGIN, "axes": "x"}, "is no number"),
        ({"z": ORIGIN, "real": "999999"}, "no training digit 999999"),
        ({"z": ORIGIN, "real": "-3"}, "no training digit -3"),
    ],
)
def test_a_wrong_place_in_a_link_gets_a_message_and_the_drawing(explore, runs_folder, wrong, words):
    app = explore(runs_folder, model=NAMES["vae"], **wrong)
    assert not app.exception
    assert words in app.warning[0].value
    assert not app.session_state["places"]
    assert parameter(app, "z") is None


def test_a_class_that_there_is_not_is_refused(explore, runs_folder):
    app = explore(runs_folder, model=NAMES["cvae"], z=ORIGIN, y="12")
    assert "no class 12" in app.warning[0].value


def test_another_model_starts_at_the_drawing_and_coming_back_finds_the_place(explore, runs_folder):
    z = coordinates.encode_vector(np.ones(6))
    app = explore(runs_folder, model=NAMES["vae"], z=z)
    group(app, "model").set_value(NAMES["vq_vae"]).run()
    assert not app.exception and not app.warning
    assert parameter(app, "z") is None
    group(app, "model").set_value(NAMES["vae"]).run()
    assert parameter(app, "z") == z


def test_a_sum_shows_its_terms_and_five_real_digits(explore, runs_folder):
    app = explore(runs_folder, model=NAMES["vae"], view="sum", sum="7 - 1 + me")
    shown = html_of(app)
    assert not app.warning
    assert "the mean 7" in shown and "your drawing" in shown and "the sum, decoded" in shown
    assert shown.count("away</figcaption>") == 5


@pytest.mark.parametrize("text", ["7 * 4", "#99999", "me me"])
def test_a_sum_that_cannot_be_read_gets_a_word(explore, runs_folder, text):
    app = explore(runs_folder, model=NAMES["vae"], view="sum", sum=text)
    assert not app.exception
    assert app.warning


@pytest.mark.parametrize("model_id", ["ae", "cvae", "vq_vae"])
def test_sums_work_for_every_kind_of_code(explore, runs_folder, model_id):
    app = explore(runs_folder, model=NAMES[model_id], view="sum")
    assert not app.exception and not app.warning
    assert "the sum, decoded" in html_of(app)


def test_a_run_without_codes_can_still_be_dragged(explore, run_folder):
    folder = run_folder("vae")
    (folder / CODES_FILE).unlink(missing_ok=True)
    app = explore(folder.parent, model=folder.name)
    assert not app.exception and not app.error
    assert "keeps no codes of real digits" in words_of(app)
    assert group(app, "from").options == ["My drawing"]


def test_an_experiment_opens_its_view(explore, runs_folder):
    app = explore(runs_folder, model=NAMES["vae"])
    button = next(each for each in app.button if each.label == "Work it out")
    button.click().run()
    assert group(app, "view").value == "sum"
    assert parameter(app, "view") == "sum"


def test_a_walk_says_what_its_films_do_not(explore, runs_folder):
    told = explore(runs_folder, model=NAMES["cvae"], view="walk", **{"from": "3", "to": "8"})
    assert "Halfway, this model is told to draw 8 in place of 3." in words_of(told)
    same = explore(runs_folder, model=NAMES["cvae"], view="walk", **{"from": "3", "to": "3"})
    untold = explore(runs_folder, model=NAMES["vae"], view="walk", **{"from": "3", "to": "8"})
    assert "Halfway" not in words_of(same) + words_of(untold)
