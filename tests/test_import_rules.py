"""Imports point down only: pages -> ui -> aecore, and inside aecore as the design says."""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# From the bottom up. What is named here imports nothing, not even by way of others, from a higher
# row. Files that aren't named may stand anywhere between those they import and those they serve.
LAYERS = [
    {"config", "losses", "networks", "data"},
    {"models", "models.base", "models.autoencoder", "models.vae", "models.vq_vae"},
    {"models.catalog"},
    {"latent", "projection", "metrics", "disentanglement", "training", "portable"},
    {"runs"},
    {"fitting", "shipped"},
    {"jobs", "engine"},
    {"cli"},
    {"__main__"},
]


def python_files(*folders: str) -> list[Path]:
    """Every Python file below the folders."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def module_of(path: Path) -> str:
    """The dotted name of a file: aecore/models/vae.py is aecore.models.vae."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports_of(path: Path) -> frozenset[str]:
    """All that a file imports, wherever in the file, except for type checkers alone.

    `from a import b` counts as a and as a.b: the latter may be a module.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and ast.unparse(block.test).endswith("TYPE_CHECKING")
        for part in block.body
        for node in ast.walk(part)
    }
    found = set()
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide where they point"
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


def packages_of(path: Path) -> set[str]:
    """The first part of each name that a file imports."""
    return {name.partition(".")[0] for name in imports_of(path)}


@cache
def modules() -> dict[str, Path]:
    """Every module of aecore by its dotted name."""
    return {module_of(path): path for path in python_files("aecore")}


def below(module: str, seen: tuple[str, ...] = ()) -> set[str]:
    """Every module of aecore that a module imports, itself or by way of others."""
    assert module not in seen, f"a circle of imports: {' -> '.join((*seen, module))}"
    direct = {name for name in imports_of(modules()[module]) if name in modules()} - {module}
    return direct.union(*(below(name, (*seen, module)) for name in direct))


def relative(paths: list[Path]):
    return pytest.mark.parametrize("path", paths, ids=[str(p.relative_to(ROOT)) for p in paths])


AECORE, UI = python_files("aecore"), python_files("ui")
PAGES = [ROOT / "streamlit_app.py", *python_files("pages")]


def test_there_are_files_to_hold_to_the_rules():
    assert len(AECORE) > 20 and len(UI) > 5 and len(PAGES) > 1
    named = {name for layer in LAYERS for name in layer}
    assert len({f"aecore.{name}" for name in named} & modules().keys()) > 12


@relative(AECORE)
def test_aecore_knows_neither_streamlit_nor_what_lies_above_it(path):
    assert not packages_of(path) & {"streamlit", "ui", "pages", "streamlit_app", "tests"}


@relative(UI)
def test_ui_imports_no_page(path):
    assert not packages_of(path) & {"pages", "streamlit_app", "tests"}


@relative(PAGES)
def test_pages_import_no_torch_no_threads_and_no_other_page(path):
    forbidden = {"torch", "threading", "multiprocessing", "concurrent", "asyncio", "numpy"}
    assert not packages_of(path) & {*forbidden, "pages", "streamlit_app", "tests"}


@pytest.mark.parametrize("height", range(len(LAYERS)))
def test_inside_aecore_imports_point_down(height):
    higher = {f"aecore.{name}" for layer in LAYERS[height + 1 :] for name in layer}
    for name in LAYERS[height]:
        if f"aecore.{name}" in modules():
            upward = below(f"aecore.{name}") & higher
            assert not upward, f"aecore.{name} stands below {', '.join(sorted(upward))}"


def test_no_modules_of_aecore_import_each_other_in_a_circle():
    for module in modules():
        below(module)


def test_what_is_read_finds_every_kind_of_import(tmp_path):
    file = tmp_path / "sample.py"
    file.write_text(
        "from typing import TYPE_CHECKING\n"
        "import a.b, c as d\n"
        "from e import f\n"
        "if TYPE_CHECKING:\n    from types_alone import T\n"
        "def g():\n    import hidden\n"
    )
    assert imports_of(file) == {"typing", "typing.TYPE_CHECKING", "a.b", "c", "e", "e.f", "hidden"}
