"""A visitor's own run opens in Generate, Denoise and Sparse codes by its link alone."""

import shutil

import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.conftest import NAMES, open_page

KEY = "0123456789abcdef0123456789abcdef"
VIEWS = [
    ("generate", {"mixed": "2"}),
    ("generate", {"part": "models"}),
    ("generate", {"part": "walk"}),
    ("generate", {"part": "good"}),
    ("denoise", {}),
    ("denoise", {"part": "curves"}),
    ("sparse", {}),
]


@pytest.fixture
def own(monkeypatch, tmp_path, runs_folder):
    """own(page, **query): a page on a run that only its owner's link names."""
    shutil.copytree(runs_folder / NAMES["sparse_ae"], tmp_path / "runs" / KEY / "run")

    def opened(page: str, **query: str) -> AppTest:
        monkeypatch.setenv("AECORE_CHECKPOINTS", str(runs_folder))
        monkeypatch.setenv("AECORE_RUNS", str(tmp_path / "runs"))
        monkeypatch.setenv("AECORE_DATA", str(tmp_path / "no data"))
        return open_page(page, **query)

    return opened


@pytest.mark.parametrize(("page", "query"), VIEWS)
def test_an_own_run_is_there_by_its_link(own, page, query):
    app = own(page, model=KEY, **query)
    assert not app.exception and not app.error
    pills = next(each for each in app.get("button_group") if each.key == "model")
    assert pills.value == KEY
    assert any(option.startswith("Yours: ") for option in pills.options)
