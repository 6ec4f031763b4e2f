"""Pitfalls, without a browser: guess and reveal, the score, links, runs that ship or don't."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from aecore.pitfalls_make import PITFALLS
from aecore.pitfalls_pairs import PAIRS
from tests.ui.conftest import html_of, open_page, parameter, words_of
from ui import pitfalls_shifted
from ui.pitfalls_lessons import STORIES

pytestmark = pytest.mark.usefixtures("kept_runs")


@pytest.fixture
def opened(monkeypatch):
    """opened(folder=None, **query): the page after its first run, on the runs in a folder."""

    def go(folder: Path | None = None, **query: str) -> AppTest:
        if folder:
            monkeypatch.setenv("AECORE_CHECKPOINTS", str(folder))
        app = open_page("pitfalls", timeout=120, **query)
        assert not app.exception
        return app

    return go


def press(app: AppTest, key: str) -> None:
    next(each for each in app.button if each.key == key).click().run()
    assert not app.exception


def drawings_of(app: AppTest) -> str:
    """What our own component was given to draw, in one text."""
    return "\n".join(str(each.proto) for each in app.get("bidi_component"))


def test_every_pitfall_has_a_story_and_every_story_a_pair():
    assert STORIES.keys() == PITFALLS.keys()
    for story in STORIES.values():
        assert 2 <= len(story.answers) <= 4 and 0 <= story.right < len(story.answers)
        assert story.cause and story.symptom and story.cure and story.giveaway and story.why
        assert bool(story.wrong_code) == bool(story.right_code)
        assert story.wrong_code or story.id in PAIRS


def test_nothing_is_given_away_before_the_guess(opened):
    app = opened(pitfall="mean_kl")
    assert "Predict first" in words_of(app)
    assert STORIES["mean_kl"].why not in words_of(app)
    assert "rebuilt" not in html_of(app)
    keys = [each.key for each in app.button]
    assert "train-pair" not in keys and "answer-mean_kl-1" in keys


def test_a_map_is_shown_without_its_truth_before_the_guess(opened):
    app = opened(pitfall="tsne")
    assert "A map by t-SNE" in drawings_of(app)
    assert "oise" not in drawings_of(app)
    press(app, "answer-tsne-2")
    assert "Noise, t-SNE with perplexity 2" in drawings_of(app)


def test_a_right_guess_is_counted_and_the_pair_is_shown(opened):
    app = opened(pitfall="mean_kl")
    press(app, "answer-mean_kl-1")
    words, shown = words_of(app), html_of(app)
    assert STORIES["mean_kl"].why in words and "your guess" in words
    assert "Foreseen: 1 of 1 guessed" in words
    assert "rebuilt: KL averaged over the coordinates" in shown
    assert "from noise: KL summed over the coordinates" in shown
    assert "pictures from noise taken for a digit" in shown
    code = "\n".join(each.value for each in app.code)
    assert "kl.mean()}  # right: kl.sum(1).mean()" in code
    assert parameter(app, "pitfall") == "mean_kl"


def test_a_wrong_guess_is_counted_and_looking_is_not(opened):
    app = opened(pitfall="beta_high")
    press(app, "answer-beta_high-0")
    assert "Foreseen: 0 of 1 guessed" in words_of(app)
    press(app, "next-pitfall")
    second = parameter(app, "pitfall")
    assert second != "beta_high"
    assert parameter(app, "reveal") is None
    press(app, f"show-{second}")
    assert parameter(app, "reveal") == "yes"
    assert "Foreseen: 0 of 1 guessed" in words_of(app)
    assert STORIES[second].why in words_of(app)


@pytest.mark.parametrize("name", STORIES)
def test_every_pitfall_opens_by_its_link_and_is_revealed(opened, name):
    app = opened(pitfall=name, reveal="yes")
    story = STORIES[name]
    assert app.subheader[0].value == story.title
    words = words_of(app)
    for part in (story.why, story.cause, story.symptom, story.cure):
        assert part in words
    assert not app.error and "can't be shown" not in words
    assert "bn-chart" in drawings_of(app)
    assert ("train-pair" in [each.key for each in app.button]) == (name in PAIRS)


def test_a_wrong_link_gets_a_word_and_the_first_pitfall(opened):
    app = opened(pitfall="nonsense", pair="mean_kl.1.2")
    assert "no pitfall called “nonsense”" in words_of(app)
    assert app.subheader[0].value == next(iter(STORIES.values())).title


@pytest.mark.parametrize("pair", ["codebook", "codebook.a.b", "codebook..", f"codebook.{'0' * 32}"])
def test_a_link_to_a_pair_that_there_is_not_is_survived(opened, pair):
    app = opened(pitfall="codebook", reveal="yes", pair=pair)
    assert not app.error


def test_without_shipped_pairs_the_page_says_how_to_make_them(opened, tmp_path):
    app = opened(tmp_path, pitfall="mean_kl", reveal="yes")
    assert "python -m aecore pitfalls mean_kl" in words_of(app)
    assert STORIES["mean_kl"].cure in words_of(app)


def test_the_visitors_drawing_is_moved_aside_and_centred_again(opened):
    app = opened(pitfall="off_centre", reveal="yes", shift="-7")
    assert "As it was drawn" in words_of(app) and "Centred by its mass first" in words_of(app)
    assert html_of(app).count("the reconstruction") == 2
    app.session_state["drawing"] = ""
    app.run()
    assert not app.exception and "it can be moved aside here" in words_of(app)


@pytest.mark.parametrize("right", [-9, -1, 0, 3, 9])
def test_a_shift_moves_every_pixel(right):
    image = np.zeros((28, 28), np.float32)
    image[5, 10:12] = 1
    moved = pitfalls_shifted.shifted(image, right)
    assert np.array_equal(np.argwhere(moved), np.argwhere(image) + [0, right])


def test_an_experiment_opens_its_pitfall(opened):
    app = opened()
    press(app, "try-2")
    assert app.subheader[0].value == STORIES["codebook"].title
