"""Denoise, without a browser: every model, noise and view; links good and bad; no data set."""

import base64
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from aecore.models.catalog import CATALOG
from aecore.noise import NOISES
from tests.ui.conftest import NAMES, ROOT, group, html_of, open_page, parameter, words_of
from ui import examples

HALF = base64.urlsafe_b64encode(bytes([0] * 49 + [255] * 49)).decode().rstrip("=")

NOISY = 'aria-label="the noisy image"'


@pytest.fixture
def denoise(monkeypatch, tmp_path):
    """denoise(folder, **query): the page after its first run, with no data set but the built-in."""

    def opened(folder: Path, **query: str) -> AppTest:
        monkeypatch.setenv("AECORE_CHECKPOINTS", str(folder))
        monkeypatch.setenv("AECORE_DATA", str(tmp_path / "no data"))
        return open_page("denoise", **query)

    return opened


def cleaned(app):
    """The cards of the comparison: title to the words below it."""
    cards = html_of(app).split('class="bn-cards')[1].split("<figure")[1:]
    return {card.split("<b>")[1].split("</b>")[0]: card for card in cards}


@pytest.mark.parametrize("model_id", CATALOG)
def test_every_model_cleans_and_is_held_against_all_others(denoise, runs_folder, model_id):
    app = denoise(runs_folder, model=NAMES[model_id], drawing=examples.SEVEN)
    assert not app.exception and not app.error and not app.warning
    cards = cleaned(app)
    assert len(cards) == len(CATALOG) + 2
    assert {"Best linear", "Median 3 × 3"} < set(cards)
    assert all("dB" in card and "SSIM" in card for card in cards.values())
    assert ("was never shown noise" in words_of(app)) == (not CATALOG[model_id].abilities.denoises)


def test_without_a_choice_it_begins_with_the_model_that_learned_to_clean(denoise, runs_folder):
    app = denoise(runs_folder)
    assert group(app, "model").value == NAMES["denoising_ae"]
    assert "Gaussian noise of standard deviation 0.5" in words_of(app)


def test_a_press_takes_the_model_that_learned_to_clean(denoise, runs_folder):
    app = denoise(runs_folder, model=NAMES["vae"])
    app.button(key="use-denoiser").click().run()
    assert group(app, "model").value == NAMES["denoising_ae"]
    assert parameter(app, "model") == NAMES["denoising_ae"]


@pytest.mark.parametrize("kind", NOISES)
def test_each_noise_and_amount_opens_by_a_link(denoise, runs_folder, kind):
    amount = NOISES[kind].amounts[2]
    app = denoise(runs_folder, noise=kind, **{f"{kind}_amount": f"{amount:g}"})
    assert not app.exception and not app.error
    assert group(app, "noise").value == kind
    assert app.slider[0].value == pytest.approx(amount)


@pytest.mark.parametrize("value", ["NaN", "-3", "1e9", "<b>", ""])
def test_a_wrong_amount_in_a_link_is_no_fault(denoise, runs_folder, value):
    app = denoise(runs_folder, gaussian_amount=value, seed=value, noise=value, part=value)
    assert not app.exception and not app.error
    assert 0 <= app.slider[0].value <= 1


def test_the_brush_spoils_only_where_it_has_been(denoise, runs_folder):
    everywhere = denoise(runs_folder, noise="salt", drawing=examples.SEVEN)
    half = denoise(runs_folder, noise="salt", drawing=examples.SEVEN, where="brush", mask=HALF)
    none = denoise(runs_folder, noise="salt", drawing=examples.SEVEN, where="brush")
    noisy = [
        next(words for words in words_of(app).splitlines() if words.startswith("Noisy: error"))
        for app in (half, none)
    ]
    assert "0.0000" not in noisy[0] and "0.0000" in noisy[1]
    assert NOISY in html_of(everywhere) and NOISY not in html_of(half)
    assert "It isn't told where".lower() in words_of(half).lower()


def test_a_mask_that_is_none_is_left_out_with_a_word(denoise, runs_folder):
    app = denoise(runs_folder, where="brush", mask="abc")
    assert not app.exception
    assert "The link's noise is left out" in words_of(app)
    assert parameter(app, "mask") is None


def test_the_curves_mark_where_a_denoiser_was_trained(denoise, runs_folder):
    app = denoise(runs_folder, part="curves", figure="ssim")
    assert not app.exception and not app.error
    (chart,) = app.get("plotly_chart")
    spec = chart.proto.spec
    assert "trained here" in spec and "you are here" in spec and "Best linear" in spec
    assert all(name in spec for name in ("Denoising AE", "Sparse AE"))
    group(app, "noise").set_value("blur").run()
    assert "trained here" not in app.get("plotly_chart")[0].proto.spec


@pytest.mark.parametrize("model_id", ["denoising_ae", "cvae", "vq_vae"])
@pytest.mark.parametrize("slice_", ["noise", "digits"])
def test_the_field_is_drawn_on_both_slices(denoise, runs_folder, model_id, slice_):
    app = denoise(runs_folder, model=NAMES[model_id], part="field", slice=slice_)
    assert not app.exception and not app.error
    assert len(app.get("plotly_chart")) == 1


def test_without_noise_there_is_no_slice_through_it(denoise, runs_folder):
    app = denoise(runs_folder, part="field", gaussian_amount="0")
    assert not app.exception
    assert "There is no slice" in words_of(app)


def test_a_test_digit_and_an_empty_pad_are_no_fault(denoise, runs_folder):
    app = denoise(runs_folder, digit="digits-7")
    assert not app.exception and not app.error
    assert app.number_input(key="draw_number").value == 7
    app = denoise(runs_folder)
    app.session_state["drawing"] = ""
    app.run()
    assert not app.exception and "The pad is empty" in words_of(app)


@pytest.mark.parametrize("number", range(3))
def test_each_experiment_runs(denoise, runs_folder, number):
    app = denoise(runs_folder)
    app.button(key=f"try-{number}").click().run()
    assert not app.exception and not app.error


def test_with_what_ships_every_view_works_without_the_data_set(denoise):
    for part in ("compare", "curves", "field"):
        app = denoise(ROOT / "checkpoints", part=part)
        assert not app.exception and not app.error
    assert "MNIST's test images" in words_of(denoise(ROOT / "checkpoints", part="curves"))
