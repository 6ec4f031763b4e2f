"""Sparse codes, without a browser: models with units and without, links, no data set."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from aecore.models.catalog import CATALOG
from aecore.runs import CODES_FILE
from tests.ui.conftest import NAMES, ROOT, group, html_of, open_page, parameter, words_of
from ui import examples


@pytest.fixture
def sparse(monkeypatch, tmp_path):
    """sparse(folder, **query): the page after its first run; no data set but the built-in."""

    def opened(folder: Path, **query: str) -> AppTest:
        monkeypatch.setenv("AECORE_CHECKPOINTS", str(folder))
        monkeypatch.setenv("AECORE_DATA", str(tmp_path / "no data"))
        return open_page("sparse", **query)

    return opened


def button(app, label):
    return next(each for each in app.button if each.label == label)


@pytest.mark.parametrize("model_id", CATALOG)
def test_every_code_of_numbers_has_a_dictionary(sparse, runs_folder, model_id):
    app = sparse(runs_folder, model=NAMES[model_id], drawing=examples.SEVEN)
    assert not app.exception and not app.error
    headers = [each.value for each in app.header]
    assert ("The dictionary" in headers) == (not CATALOG[model_id].abilities.discrete)


def test_a_model_without_units_says_so_and_offers_one_that_has_some(sparse, runs_folder):
    app = sparse(runs_folder, model=NAMES["vq_vae"])
    assert "no units to switch off" in words_of(app)
    app.button(key="use-sparsest").click().run()
    assert group(app, "model").value != NAMES["vq_vae"]
    assert not app.exception


def test_it_begins_with_the_sparsest_code(sparse):
    app = sparse(ROOT / "checkpoints")
    assert not app.exception and not app.error
    assert group(app, "model").value == "sparse_ae-mnist"
    assert "never active" in words_of(app)


def test_units_are_switched_off_and_on_and_stay_so_in_the_address(sparse, runs_folder):
    app = sparse(runs_folder, model=NAMES["sparse_ae"], drawing=examples.SEVEN)
    assert "0 switched off" in html_of(app)
    button(app, "Keep its 3 strongest units").click().run()
    assert "3 switched off" in html_of(app)  # of six
    off = parameter(app, "off")
    assert len(off.split(".")) == 3
    link = sparse(runs_folder, model=NAMES["sparse_ae"], drawing=examples.SEVEN, off=off)
    assert "3 switched off" in html_of(link)
    button(link, "All on").click().run()
    assert "0 switched off" in html_of(link) and parameter(link, "off") is None


@pytest.mark.parametrize("off", ["x", "99999", "1.1.1", "-2", "." * 3000])
def test_wrong_units_in_a_link_are_no_fault(sparse, runs_folder, off):
    app = sparse(runs_folder, model=NAMES["sparse_ae"], off=off, unit=off)
    assert not app.exception and not app.error
    assert f"{int(off.startswith('1'))} switched off" in html_of(app)


def test_a_unit_opens_by_its_number(sparse, runs_folder):
    app = sparse(runs_folder, model=NAMES["ae"], unit="4")
    assert "Unit 4" in [each.value for each in app.subheader]


def test_the_histogram_stands_beside_another_run(sparse, runs_folder):
    app = sparse(runs_folder, model=NAMES["sparse_ae"])
    spec = app.get("plotly_chart")[0].proto.spec
    assert "Sparse AE" in spec and "Autoencoder" in spec
    assert "silent" in words_of(app)


def test_without_a_drawing_or_without_codes_it_still_works(sparse, runs_folder, run_folder):
    app = sparse(runs_folder, model=NAMES["sparse_ae"])
    app.session_state["drawing"] = ""
    app.run()
    assert not app.exception and "its units appear here" in words_of(app)
    folder = run_folder("sparse_ae")
    (folder / CODES_FILE).unlink(missing_ok=True)
    app = sparse(folder.parent, model=folder.name)
    assert not app.exception and "keeps no codes" in words_of(app)


@pytest.mark.parametrize("number", range(3))
def test_each_experiment_runs(sparse, runs_folder, number):
    app = sparse(runs_folder, model=NAMES["sparse_ae"])
    app.button(key=f"try-{number}").click().run()
    assert not app.exception and not app.error
