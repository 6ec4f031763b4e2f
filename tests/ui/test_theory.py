"""Theory, without a browser: every topic, every model's layers, links that are wrong."""

import inspect
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from aecore.models.catalog import CATALOG, build, parameter_count
from aecore.reparameterisation import compare
from aecore.runs import read_info
from tests.ui.conftest import NAMES, ROOT, html_of, open_page, words_of
from ui.theory import LESSONS, SHOW, TOPICS
from ui.theory_layers import cut, picture
from ui.theory_lines import EQUATIONS, ROWS


@pytest.fixture
def theory(monkeypatch, runs_folder):
    """theory(folder=None, **query): the page after its first run, on small runs unless told."""

    def opened(folder: Path | None = None, **query: str) -> AppTest:
        monkeypatch.setenv("AECORE_CHECKPOINTS", str(folder or runs_folder))
        app = open_page("theory", timeout=120, **query)
        assert not app.exception
        return app

    return opened


def nats(app: AppTest) -> list[float]:
    """The bold figures of the ELBO's sum: distortion, rate, -ELBO."""
    text = next(each.value for each in app.markdown if "−ELBO =" in each.value)
    return [float(found) for found in re.findall(r"\*\*([\d.]+)\*\*", text)]


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_opens_by_its_link_with_its_own_lesson(theory, topic):
    assert TOPICS.keys() == SHOW.keys() == LESSONS.keys()
    app = theory(topic=topic)
    assert not app.error and not app.warning
    assert LESSONS[topic].words in words_of(app)
    headers = [header.value for header in app.header]
    assert headers[:3] == [
        "Try this",
        "What you see, and why",
        "The equation, and our code for it",
    ]


@pytest.mark.parametrize("model_id", ["vae", "conv_vae", "beta_vae", "cvae"])
@pytest.mark.parametrize("digit", ["drawing", "3"])
def test_the_elbo_is_the_sum_of_its_terms(theory, model_id, digit):
    app = theory(of=NAMES[model_id], digit=digit)
    distortion, rate, whole = nats(app)
    assert whole == pytest.approx(distortion + rate, abs=0.11)
    assert ("told that this is" in words_of(app)) == CATALOG[model_id].abilities.conditional
    assert html_of(app).count("coordinate 1:") == 2  # its KL, and its mean and sigma


def test_more_draws_and_another_beta_are_kept_in_the_address(theory):
    app = theory(draws="8", weight="4")
    assert "between draws" in words_of(app) and "With β = 4" in words_of(app)
    before = nats(app)
    next(each for each in app.button if each.key == "draw-again").click().run()
    assert nats(app)[1] == before[1] and nats(app)[0] != before[0]


def test_an_empty_drawing_gets_a_word(theory):
    app = theory()
    app.session_state["drawing"] = ""
    app.run()
    assert not app.exception and "The drawing is empty" in words_of(app)


@pytest.mark.parametrize(
    "query",
    [
        {"topic": "nonsense"},
        {"of": "nobody", "digit": "99", "draws": "many", "weight": "-7"},
        {"topic": "trick", "mu": "nan", "logvar": "1e9", "eps": "x"},
        {"topic": "both", "digit": "-1", "nudge": "inf"},
        {"topic": "layers", "model": "nobody"},
    ],
)
def test_bad_values_in_a_link_are_survived(theory, query):
    app = theory(**query)
    assert not app.error and not app.exception


@pytest.mark.parametrize("model_id", CATALOG)
def test_layers_are_counted_from_the_model_itself(theory, runs_folder, model_id):
    app = theory(topic="layers", model=NAMES[model_id])
    model = build(model_id, read_info(runs_folder / NAMES[model_id]).recipe.config)
    assert f"{parameter_count(model):,} parameters" in words_of(app)
    assert f"{parameter_count(model):,}</td>" in html_of(app)  # the table's last row
    assert app.latex
    code = "\n".join(each.value for each in app.code)
    assert "def encode(" in code and "def loss(" in code


def test_every_fragment_stands_in_a_real_source_and_has_an_equation():
    sources = "\n".join(
        inspect.getsource(getattr(row.family, name))
        for row in CATALOG.values()
        for name in ("encode", "loss")
    )
    assert ROWS.keys() == EQUATIONS.keys()
    for name, fragment in ROWS.items():
        assert fragment in sources, name


@pytest.mark.parametrize("model_id", CATALOG)
def test_a_source_that_is_cut_loses_no_line(model_id):
    family = CATALOG[model_id].family
    for method in (family.encode, family.loss):
        text = inspect.getsource(method)
        pieces = cut(text)
        assert "\n".join(code for code, _ in pieces).rstrip() == text.rstrip()
    assert any(equations for _, equations in cut(inspect.getsource(family.loss)))


def test_the_picture_names_every_shape():
    from aecore.anatomy import layers

    drawn = picture(layers(build("conv_ae")))
    shapes = re.findall(r"[\d.]+\">([\d ×]+)</text>", drawn)
    there = ["1 × 28 × 28", "32 × 14 × 14", "64 × 7 × 7"]
    assert [each for each in shapes if each in (*there, "64")] == [
        *there,
        "64",
        *there[::-1],
    ]


def test_the_trick_shows_what_the_core_computes(theory):
    app = theory(topic="trick", mu="0.5", logvar="-2")
    path, score, _ = compare(0.5, -2.0)
    ratio = float(score.variance[0] / path.variance[0])
    assert f"needs {ratio:,.0f} times as many draws" in words_of(app)


def test_the_table_has_every_shipped_model_and_what_was_published(theory):
    app = theory(ROOT / "checkpoints", topic="table")
    shown = html_of(app)
    for row in CATALOG.values():
        assert f"<td>{row.title}</td>" in shown
    assert "Burda et al. 2016" in shown and "another quantity" in shown
    assert "the same quantity" in shown


def test_without_runs_every_topic_says_so(theory, tmp_path):
    for topic in ("elbo", "both", "layers", "table"):
        app = theory(tmp_path, topic=topic)
        assert app.info
