"""The README says what is so: its table is fresh, its examples run, its links lead somewhere."""

import re
import shlex
from pathlib import Path

import pytest

from aecore import cli
from aecore.metrics import Measurement
from aecore.model_table import BEGIN, END, README, model_table, row, with_table
from aecore.models import catalog
from aecore.runs import RunInfo
from aecore.settings import Settings

ROOT = README.parent
TEXT = README.read_text(encoding="utf-8")


def test_the_table_of_models_is_fresh():
    assert with_table(TEXT, model_table()) == TEXT, "run: python -m aecore.model_table"


def test_every_model_of_the_catalog_has_a_row():
    table = model_table()
    assert all(f"| `{model_id}` |" in table for model_id in catalog.CATALOG)


def test_figures_come_from_the_runs_metrics(trained_run):
    info: RunInfo = trained_run("vae").info
    metrics = {"mse": Measurement(value=0.01234), "kl_nats": Measurement(value=20.72)}
    cells = row(catalog.entry("vae"), info.model_copy(update={"metrics": metrics}))
    assert "0.0123" in cells and "KL 20.7 nats" in cells


def test_a_model_without_a_shipped_run_has_no_figures(tmp_path):
    assert "0." not in model_table(tmp_path)


def test_text_around_the_table_stays():
    text = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert with_table(text, "new") == f"before\n{BEGIN}\nnew\n{END}\nafter\n"


def test_a_readme_without_markers_is_refused():
    with pytest.raises(ValueError, match="markers"):
        with_table("no table here", "new")


def test_the_python_example_runs(tmp_path, monkeypatch):
    shipped = ROOT / "checkpoints" / "vae-mnist"
    if not shipped.exists():
        pytest.skip("checkpoints/vae-mnist isn't trained yet")
    (tmp_path / "checkpoints").symlink_to(shipped.parent)
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)
    names = {}
    exec(compile(example, "README.md", "exec"), names)
    assert names["code"].mean.shape == (8, 20)
    assert names["new"].shape == (16, 1, 28, 28)
    assert (tmp_path / "runs" / "my-first" / "run.json").exists()


@pytest.mark.parametrize("line", re.findall(r"^python -m aecore (.*)$", TEXT, flags=re.MULTILINE))
def test_a_command_line_is_understood(line):
    cli.parser().parse_args(shlex.split(line, comments=True))


def test_every_setting_of_a_server_is_there_with_what_is_usual():
    rows = dict(re.findall(r"^\| `AECORE_(\w+)` \|.*\| ([^|]+) \|$", TEXT, flags=re.MULTILINE))
    assert rows.keys() == {name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, int | float):
            assert rows[name.upper()] == f"{field.default:,}"


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_links_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#:]+)\)", text)
    if not (ROOT / "docs").exists():  # the screenshot is taken when the page stands
        targets = [target for target in targets if not target.startswith("docs/")]
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_files_that_the_texts_name_are_there():
    text = TEXT + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:aecore|tests|ui|benchmarks)/[\w/.]+)`", text))
    assert named
    assert [name for name in sorted(named) if not Path(ROOT, name).exists()] == []
