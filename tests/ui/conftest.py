"""Pages on small runs of every model, trained for these tests on a few real digits."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from aecore.models.catalog import CATALOG
from aecore.runs import save
from ui import jobs as trainings

ROOT = Path(__file__).resolve().parents[2]
HOME = "streamlit_app"
NAMES = {model_id: f"{model_id}-digits" for model_id in CATALOG}


@pytest.fixture(scope="session")
def runs_folder(fitted, tmp_path_factory):
    """A folder with a run of every model in the catalog; only to be read."""
    folder = tmp_path_factory.mktemp("checkpoints")
    for model_id, name in NAMES.items():
        save(fitted(model_id).finish(), folder / name)
    return folder


@pytest.fixture(scope="module")
def kept_runs(tmp_path_factory):
    """A place for visitors' runs, and one worker for the engine, which ends with the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AECORE_RUNS", str(tmp_path_factory.mktemp("kept")))
        patch.setenv("AECORE_WORKERS", "1")
        yield
        trainings.jobs().close()
        st.cache_resource.clear()


@pytest.fixture
def home(monkeypatch):
    """home(folder, **query): Home after its first run, on the runs in a folder."""

    def open_home(folder: Path, **query: str) -> AppTest:
        monkeypatch.setenv("AECORE_CHECKPOINTS", str(folder))
        return open_page(HOME, **query)

    return open_home


def open_page(name: str, timeout: float = 60, **query: str) -> AppTest:
    """A page after its first run, reached by a link with these parameters: «draw», «explore» ..."""
    app = AppTest.from_file(str(ROOT / f"{HOME}.py"), default_timeout=timeout)
    if name != HOME:
        app.switch_page(f"pages/{name}.py")
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


def parameter(app: AppTest, name: str) -> str | None:
    """What the address has under a name."""
    found = app.query_params.get(name)
    return found[0] if isinstance(found, list) else found


def group(app: AppTest, key: str):
    """A row of buttons by its key."""
    return next(each for each in app.get("button_group") if each.key == key)


def html_of(app: AppTest) -> str:
    """All of the page's own HTML in one text, without the style sheet."""
    bodies = [element.proto.body for element in app.get("html")]
    return "\n".join(body for body in bodies if not body.startswith("<style>"))


def words_of(app: AppTest) -> str:
    """All that the page says by Streamlit's own elements, in one text."""
    kinds = (app.markdown, app.caption, app.info, app.error, app.warning)
    return "\n".join(element.value for kind in kinds for element in kind)
