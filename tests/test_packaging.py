"""requirements.txt is enough: what the code imports is in it, and each line of it is exact."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = {"aecore", "ui", "pages", "benchmarks", "tests"}


def required(file: str) -> dict[str, str]:
    """The lines of a requirements file: name in small letters -> version, '' where none is set."""
    found = {}
    for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("-r "):
            found |= required(line.removeprefix("-r ").strip())
        elif line:
            name, _, version = line.partition("==")
            found[name.lower()] = version
    return found


def imported(paths: list[Path]) -> set[str]:
    """The top-level names that these files import, but for the standard library's and ours."""
    names = set()
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add(node.module.partition(".")[0])
    return names - set(sys.stdlib_module_names) - OURS


def missing(names: set[str], requirements: dict[str, str]) -> set[str]:
    """Those names that no required distribution provides."""
    provided = packages_distributions()
    return {
        name
        for name in names
        if not any(dist.lower() in requirements for dist in provided.get(name, [name]))
    }


def test_the_app_imports_only_what_requirements_txt_installs():
    paths = [ROOT / "streamlit_app.py"]
    for folder in ("aecore", "ui", "pages"):
        paths += (ROOT / folder).rglob("*.py")
    names = imported(paths)
    assert {"torch", "streamlit", "sklearn"} <= names
    assert missing(names, required("requirements.txt")) == set()


def test_tests_and_benchmarks_import_only_what_requirements_dev_txt_installs():
    paths = [*(ROOT / "tests").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]
    assert missing(imported(paths), required("requirements-dev.txt")) == set()


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_exactly(file):
    unpinned = [
        name for name, version in required(file).items() if not re.fullmatch(r"[\d.]+", version)
    ]
    assert unpinned == []


def test_the_core_knows_no_streamlit():
    names = imported(list((ROOT / "aecore").rglob("*.py")))
    assert not names & {"streamlit", "plotly"}
