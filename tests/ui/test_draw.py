"""Draw, without a browser: every ability, no drawing, pictures good and bad, wrong links."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from aecore import data
from aecore.models.catalog import CATALOG
from aecore.runs import CODES_FILE
from tests.ui.conftest import NAMES, group, html_of, open_page, parameter, words_of
from ui import draw_words, examples

ALL_MODELS = '<div class="bn-models">'


@pytest.fixture
def draw(monkeypatch, tmp_path):
    """draw(folder, **query): the page after its first run, with no data set but the built-in."""

    def opened(folder: Path, **query: str) -> AppTest:
        monkeypatch.setenv("AECORE_CHECKPOINTS", str(folder))
        monkeypatch.setenv("AECORE_DATA", str(tmp_path / "no data"))
        return open_page("draw", **query)

    return opened


def picture(width=300, height=200):
    """A dark 1 on light paper, as a PNG."""
    grey = np.full((height, width), 230, np.uint8)
    grey[40:160, 140:158] = 20
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "PNG")
    return file.getvalue()


def upload(app, content, name="one.png"):
    group(app, "draw_source").set_value("picture").run()
    app.file_uploader[0].upload(name, content, "image/png").run()
    assert not app.exception
    return app


@pytest.mark.parametrize("model_id", CATALOG)
def test_every_model_tells_of_a_drawing_by_its_abilities(draw, runs_folder, model_id):
    app = draw(runs_folder, model=NAMES[model_id], drawing=examples.SEVEN)
    assert not app.exception and not app.error
    abilities, shown, words = CATALOG[model_id].abilities, html_of(app), words_of(app)
    assert ("bn-costs" in shown) == ("By the −ELBO" in shown) == abilities.posterior
    assert ("**±σ and KL.**" in words) == abilities.posterior
    assert ("**A grid of words**" in words) == abilities.discrete
    assert ("Left to guess, it says" in words) == abilities.conditional
    assert shown.count("<figcaption>") == len(CATALOG) + 5
    assert shown.count('<figure class="chosen">') == 1
    assert "49 codes of 5 bits" in shown and "6 numbers + class" in shown
    headers = [header.value for header in app.header]
    assert headers[0] == "The same digit through every model"
    assert headers[2:] == [
        "Try this",
        "What you see, and why",
        "The equation, and our code for it",
        "Conditions and sources",
    ]


def test_without_a_drawing_the_page_says_what_to_do(draw, runs_folder):
    app = draw(runs_folder)
    app.session_state["is_example"] = False
    app.session_state["drawing"] = app.session_state["rested_drawing"] = ""
    app.run()
    assert not app.exception
    assert "Draw a digit" in html_of(app)
    assert "bn-models" not in html_of(app) and "bn-citizen" not in html_of(app)


def test_the_chosen_model_follows_the_pen_and_all_others_wait_until_the_hand_rests(
    draw, runs_folder
):
    app = draw(runs_folder, drawing=examples.THREE)
    other = html_of(draw(runs_folder, drawing=examples.SEVEN)).partition(ALL_MODELS)
    chosen, _, below = html_of(app).partition(ALL_MODELS)
    app.session_state["drawing"] = examples.SEVEN
    app.run()
    moving = html_of(app).partition(ALL_MODELS)
    assert moving[0] == other[0] != chosen and moving[2] == below != other[2]
    app.session_state["rested_drawing"] = examples.SEVEN
    app.run()
    assert html_of(app).partition(ALL_MODELS) == other


def test_the_switch_turns_the_normalisation_off_and_into_the_address(draw, runs_folder):
    app = draw(runs_folder, drawing=draw_words.CORNER)
    before = html_of(app)
    app.toggle[0].set_value(False).run()
    assert parameter(app, "normalise") == "off"
    off = html_of(app)
    assert off != before
    assert html_of(draw(runs_folder, drawing=draw_words.CORNER, normalise="off")) == off
    app.toggle[0].set_value(True).run()
    assert parameter(app, "normalise") is None and html_of(app) == before


def test_a_test_digit_is_in_the_address_and_shown_as_it_is(draw, runs_folder):
    app = draw(runs_folder)
    group(app, "draw_source").set_value("test").run()
    assert parameter(app, "digit") == "digits-1"
    app.number_input[0].set_value(8).run()
    assert parameter(app, "digit") == "digits-8"
    assert app.toggle[0].disabled
    link = draw(runs_folder, digit="digits-8")
    assert html_of(link) == html_of(app)
    group(app, "draw_source").set_value("pad").run()
    assert parameter(app, "digit") is None and html_of(app) != html_of(link)


def test_another_test_digit_is_one_of_the_data_set(draw, runs_folder):
    app = draw(runs_folder, digit="digits-1")
    count = len(data.load("digits").test)
    for _ in range(3):
        next(button for button in app.button if button.label == "Another").click().run()
        assert not app.exception
        assert 1 <= int(parameter(app, "digit").removeprefix("digits-")) <= count


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"digit": "digits-99999"}, "asks for test digit"),
        ({"digit": "digits-0"}, "asks for test digit"),
        ({"digit": "digits-<b>"}, "has no number"),
        ({"digit": "../etc-1"}, "of a data set that isn't here"),
        ({"digit": "mnist-1"}, "of a data set that isn't here"),
        ({"normalise": "maybe"}, "it can be on or off"),
    ],
)
def test_a_wrong_link_gets_a_word_and_the_drawing_is_shown(draw, runs_folder, query, words):
    app = draw(runs_folder, **query)
    assert not app.exception
    assert words in words_of(app)
    assert app.session_state["draw_source"] == "pad"
    assert "bn-citizen" in html_of(app)
    assert parameter(app, next(iter(query))) is None


def test_an_uploaded_picture_is_read_and_outlives_the_uploader(draw, runs_folder):
    app = upload(draw(runs_folder), picture())
    shown = html_of(app)
    assert "the uploaded picture" in shown and "bn-citizen" in shown
    app.run()
    assert html_of(app) == shown
    app.switch_page("streamlit_app.py").run()
    app.switch_page("pages/draw.py").run()
    assert not app.exception
    assert html_of(app) == shown
    assert "a link can't carry it" in words_of(app)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no picture at all", "not a PNG or JPEG"),
        (picture()[:100], "damaged"),
        (picture(5000, 5000), "at most 16 million"),
        (bytes(11 * 2**20), "at most 10 MB"),
    ],
    ids=["text", "cut", "giant", "heavy"],
)
def test_a_bad_picture_gets_its_message(draw, runs_folder, content, words):
    app = draw(runs_folder)
    group(app, "draw_source").set_value("picture").run()
    assert "Choose a picture" in html_of(app)
    upload(app, content)
    assert words in app.error[0].value
    assert "bn-citizen" not in html_of(app)
    upload(app, picture())
    assert not app.error and "bn-citizen" in html_of(app)


def test_neighbours_are_shown_as_images_where_they_are_here_else_rebuilt(
    draw, runs_folder, tmp_path
):
    """The small runs' codes are of a part of the digits, which may be other images than the
    first: what is shown has to be said either way."""
    shown = html_of(draw(runs_folder))
    assert ("the images themselves" in shown) != ("isn't" in shown.split("bn-neighbours")[1])


def test_a_run_without_codes_says_that_it_knows_no_neighbours(draw, runs_folder, tmp_path):
    import shutil

    folder = tmp_path / "runs"
    shutil.copytree(runs_folder, folder)
    (folder / NAMES["vae"] / CODES_FILE).unlink()
    app = draw(folder, model=NAMES["vae"])
    assert not app.exception and not app.error
    assert "nobody is known to be near" in html_of(app)


def test_broken_weights_of_one_model_leave_the_others(draw, runs_folder, tmp_path):
    import shutil

    folder = tmp_path / "runs"
    shutil.copytree(runs_folder, folder)
    weights = folder / NAMES["ae"] / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    app = draw(folder, model=NAMES["vae"])
    assert not app.exception
    assert "weights.safetensors" in html_of(app)
    assert html_of(app).count("rebuilt by") == len(CATALOG) - 1


@pytest.mark.parametrize("number", range(len(draw_words.EXPERIMENTS)))
def test_every_experiment_works_from_every_source(draw, runs_folder, number):
    app = draw(runs_folder, digit="digits-3", normalise="off")
    before = html_of(app)
    app.button(key=f"try-{number}").click().run()
    assert not app.exception and not app.error
    assert html_of(app) != before
    assert "bn-citizen" in html_of(app)
