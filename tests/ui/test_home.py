"""Home, without a browser: every model, no drawing, odd drawings, broken runs, bad links."""

import shutil

import numpy as np
import pytest

from aecore.models.catalog import CATALOG
from aecore.places import checkpoints_folder
from aecore.runs import list_runs
from aecore.shipped import SHIPPED
from aecore.strokes import Stroke, encode
from tests.ui.conftest import NAMES, html_of, words_of
from ui import examples


def drawn(*points):
    return encode([Stroke(np.array(points, np.uint8))])


FULL = encode(
    [Stroke(np.array([[x, y] for x in range(0, 256, 60)], np.uint8)) for y in range(0, 256, 14)]
)


def test_home_starts_with_an_example_that_is_already_read(home, runs_folder):
    app = home(runs_folder)
    assert not app.exception
    assert app.session_state["drawing"] == examples.THREE
    assert "the reconstruction" in html_of(app)
    assert app.title[0].value == "Bottleneck"
    headers = [header.value for header in app.header]
    assert headers[:4] == [
        "Try this",
        "What you see, and why",
        "The equation, and our code for it",
        "Conditions and sources",
    ]


@pytest.mark.parametrize("model_id", CATALOG)
def test_every_model_reads_a_drawing_by_its_abilities(home, runs_folder, model_id):
    app = home(runs_folder, model=NAMES[model_id], drawing=examples.SEVEN)
    assert not app.exception and not app.error
    assert app.session_state["drawing"] == examples.SEVEN
    abilities, shown = CATALOG[model_id].abilities, html_of(app)
    assert ("bn-codes" in shown) == abilities.discrete
    assert ("±σ" in shown) == abilities.posterior
    assert ("Left to guess, it says" in words_of(app)) == abilities.conditional
    assert "of test digits" in shown
    assert CATALOG[model_id].source in words_of(app)


def test_the_runs_that_ship_read_a_drawing(home):
    shipped = [row.name for row in SHIPPED if (checkpoints_folder() / row.name).exists()]
    assert shipped
    assert {each.id for each in list_runs(checkpoints_folder())} >= set(shipped)
    for name in shipped:
        app = home(checkpoints_folder(), model=name)
        assert not app.exception and not app.error, name
        assert "of test digits" in html_of(app), name


def test_choosing_a_model_changes_the_page_and_the_address(home, runs_folder):
    app = home(runs_folder)
    app.get("button_group")[0].set_value(NAMES["vq_vae"]).run()
    assert "bn-codes" in html_of(app)
    assert app.query_params["model"] == NAMES["vq_vae"]
    assert "codebook" in words_of(app)


def test_a_told_class_replaces_the_guess(home, runs_folder):
    app = home(runs_folder, model=NAMES["cvae"])
    seen = {html_of(app)}
    for label in "012":
        app.get("button_group")[1].set_value(label).run()
        assert not app.exception
        seen.add(html_of(app))
    assert len(seen) >= 3  # one of them may have been the guess


def test_an_empty_pad_says_what_to_do(home, runs_folder):
    app = home(runs_folder)
    app.session_state["drawing"] = ""
    app.session_state["is_example"] = False
    app.run()
    assert not app.exception
    assert "Draw a digit" in html_of(app)
    assert "of test digits" not in html_of(app)


@pytest.mark.parametrize(
    ("drawing", "word"), [(drawn([128, 128]), "dot"), (FULL, "whole pad")], ids=["dot", "full"]
)
def test_an_odd_drawing_gets_a_helpful_word(home, runs_folder, drawing, word):
    app = home(runs_folder, drawing=drawing)
    assert not app.exception
    assert word in words_of(app)
    assert "the reconstruction" in html_of(app)


@pytest.mark.parametrize("hostile", ["abc", "1<script>", "1" + "A" * 9000, "9" * 50])
def test_a_bad_drawing_in_the_link_is_left_aside_with_a_word(home, runs_folder, hostile):
    app = home(runs_folder, drawing=hostile)
    assert not app.exception
    assert "link's drawing can't be shown" in words_of(app)
    assert app.session_state["drawing"] == examples.THREE


def test_an_unknown_run_in_the_link_is_left_aside_with_a_word(home, runs_folder):
    app = home(runs_folder, model="../../etc/passwd")
    assert not app.exception
    assert "There is no run called" in words_of(app)
    assert "the reconstruction" in html_of(app)


def test_a_broken_run_is_named_with_its_fault_and_the_rest_goes_on(home, runs_folder, tmp_path):
    folder = tmp_path / "runs"
    shutil.copytree(runs_folder, folder)
    (folder / NAMES["ae"] / "run.json").write_text('{"format": 1, "reci', encoding="utf-8")
    app = home(folder)
    assert not app.exception
    assert NAMES["ae"] in words_of(app) and "run.json" in words_of(app)
    assert NAMES["ae"] not in app.get("button_group")[0].proto.__str__()
    assert "the reconstruction" in html_of(app)


def test_broken_weights_are_named_when_the_run_is_chosen(home, runs_folder, tmp_path):
    folder = tmp_path / "runs"
    shutil.copytree(runs_folder, folder)
    weights = folder / NAMES["vae"] / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    app = home(folder, model=NAMES["vae"])
    assert not app.exception
    assert "weights.safetensors" in app.error[0].value
    assert "Choose another one" in html_of(app)
    app.get("button_group")[0].set_value(NAMES["ae"]).run()
    assert not app.error and "the reconstruction" in html_of(app)


def test_no_runs_at_all_leave_a_page_that_says_how_to_get_one(home, tmp_path):
    app = home(tmp_path)
    assert not app.exception
    assert "python -m aecore train" in app.info[0].value


def test_an_experiment_puts_its_drawing_on_the_pad(home, runs_folder):
    app = home(runs_folder)
    app.button(key="try-1").click().run()
    assert app.session_state["drawing"] == examples.HOUSE
    assert app.session_state["revision"] == 1
    assert app.query_params["drawing"] == examples.HOUSE


def test_a_missing_data_set_is_a_quiet_word_and_no_hindrance(
    home, runs_folder, tmp_path, monkeypatch
):
    monkeypatch.setenv("AECORE_DATA", str(tmp_path))
    app = home(runs_folder)
    assert not app.exception
    assert "python -m aecore fetch mnist" in words_of(app)
    assert "the reconstruction" in html_of(app)
