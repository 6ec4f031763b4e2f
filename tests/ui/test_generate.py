"""Generate, without a browser: every model and view, links good and bad, no data set."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from aecore.models.catalog import CATALOG
from aecore.runs import CODES_FILE
from tests.ui.conftest import NAMES, ROOT, group, html_of, open_page, parameter, words_of
from ui import examples


@pytest.fixture
def generate(monkeypatch, tmp_path):
    """generate(folder, **query): the page after its first run; no data set but the built-in."""

    def opened(folder: Path, **query: str) -> AppTest:
        monkeypatch.setenv("AECORE_CHECKPOINTS", str(folder))
        monkeypatch.setenv("AECORE_DATA", str(tmp_path / "no data"))
        return open_page("generate", timeout=90, **query)

    return opened


def grids(app):
    """The titles of the grids."""
    return [each.value for each in app.markdown if each.value.startswith("**From")]


@pytest.mark.parametrize("model_id", CATALOG)
def test_every_model_draws_from_what_fits_its_abilities(generate, runs_folder, model_id):
    app = generate(runs_folder, model=NAMES[model_id], mixed="2")
    assert not app.exception and not app.error and not app.warning
    abilities, shown = CATALOG[model_id].abilities, grids(app)
    assert ("**From the prior**" in shown) == abilities.samples
    assert ("**From N(0, I)**" in shown) == (not abilities.samples)
    assert ("**From a mixture of Gaussians**" in shown) == (not abilities.discrete)
    views = group(app, "part").options
    assert ("Asked for" in views) == abilities.conditional
    assert ("Code by code" in views) == abilities.discrete
    assert "Nearest training digit" in html_of(app)
    assert [each.value for each in app.header][0] == "Try this"


@pytest.mark.parametrize("part", ["grid", "models", "walk", "good"])
def test_each_view_opens_by_a_link(generate, runs_folder, part):
    app = generate(runs_folder, model=NAMES["vae"], part=part)
    assert not app.exception and not app.error
    assert group(app, "part").value == part
    assert parameter(app, "part") == (None if part == "grid" else part)


def test_the_same_noise_goes_through_every_model(generate, runs_folder):
    app = generate(runs_folder, part="models", remedy="gaussian")
    assert not app.exception
    rows = html_of(app).split('class="bn-rows"')[1]
    assert rows.count("12 samples of") == len(CATALOG)
    assert rows.count("from one Gaussian") >= 4  # those that have no prior


def test_a_seed_and_a_temperature_are_in_the_address(generate, runs_folder):
    app = generate(runs_folder, model=NAMES["vae"])
    app.number_input(key="seed").set_value(7).run()
    app.slider(key="temperature").set_value(0.5).run()
    assert (parameter(app, "seed"), parameter(app, "temperature")) == ("7", "0.5")
    again = generate(runs_folder, model=NAMES["vae"], seed="7", temperature="0.5")
    assert again.number_input(key="seed").value == 7
    assert again.slider(key="temperature").value == 0.5


@pytest.mark.parametrize("value", ["NaN", "-4", "1e30", "<b>", "3,x"])
def test_wrong_values_in_a_link_are_no_fault(generate, runs_folder, value):
    names = ("seed", "temperature", "mixed", "pick", "part", "models", "from", "at")
    app = generate(runs_folder, model=NAMES["ae"], **dict.fromkeys(names, value))
    assert not app.exception and not app.error
    assert 0 <= app.slider(key="temperature").value <= 2
    walk = generate(runs_folder, **{**dict.fromkeys(names, value), "part": "walk"})
    assert not walk.exception and not walk.error


def test_a_style_is_taken_from_the_drawing(generate, runs_folder):
    app = generate(runs_folder, model=NAMES["cvae"], part="asked", drawing=examples.SEVEN)
    assert not app.exception and not app.error
    assert "Your drawing" in html_of(app)
    app.session_state["drawing"] = ""
    app.run()
    assert not app.exception
    assert "Draw a digit on Home or on Draw" in words_of(app)


def test_one_class_can_be_asked_for(generate, runs_folder):
    app = generate(runs_folder, model=NAMES["cvae"], asked_for="4", mixed="2")
    assert not app.exception
    assert group(app, "asked_for").value == "4"


def test_a_grid_is_written_code_by_code(generate, runs_folder):
    app = generate(runs_folder, model=NAMES["vq_vae"], part="written", sample="3")
    assert not app.exception and not app.error
    assert "7 by 7 codebook entries" in html_of(app)
    assert "The prior gave the codes it drew" in words_of(app)


def test_a_walk_goes_through_any_set_of_models(generate, runs_folder):
    wanted = f"{NAMES['vq_vae']},{NAMES['ae']}"
    app = generate(runs_folder, part="walk", models=wanted, **{"from": "3", "to": "8"})
    assert not app.exception and not app.error
    pills = group(app, "models")
    assert set(pills.value) == set(wanted.split(","))
    pills.set_value([NAMES["cvae"]]).run()
    assert parameter(app, "models") == NAMES["cvae"]


def test_a_run_without_codes_still_draws(generate, run_folder):
    folder = run_folder("ae")
    (folder / CODES_FILE).unlink(missing_ok=True)
    for part in ("grid", "walk", "good"):
        app = generate(folder.parent, model=folder.name, part=part)
        assert not app.exception and not app.error
    app = generate(folder.parent, model=folder.name)
    assert grids(app) == ["**From N(0, I)**"]


def test_a_data_set_without_a_judge_gets_a_word(generate, runs_folder):
    app = generate(runs_folder, model=NAMES["vae"], part="good")
    next(each for each in app.button if each.label.startswith("Judge")).click().run()
    assert not app.exception
    assert "There is no judge of digits here" in words_of(app)


@pytest.mark.parametrize("model_id", ["ae", "vae", "cvae", "vq_vae"])
@pytest.mark.parametrize("number", range(3))
def test_each_experiment_runs(generate, runs_folder, model_id, number):
    app = generate(runs_folder, model=NAMES[model_id], mixed="2")
    app.button(key=f"try-{number}").click().run()
    assert not app.exception and not app.error


def test_the_figures_of_what_ships_are_shown_without_the_data_set(generate):
    app = generate(ROOT / "checkpoints", model="vae-mnist", part="good")
    assert not app.exception and not app.error
    shown = html_of(app)
    assert "Real test digits" in shown and "5,000 samples a row" in words_of(app)
    path = ROOT / "checkpoints" / "generation-mnist" / "figures.json"
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    row = next(each for each in rows if (each["run"], each["source"]) == ("vae-mnist", "prior"))
    assert f"<td>{row['recognised']:.1%}</td>" in shown and f"{row['precision']:.2f}" in shown
