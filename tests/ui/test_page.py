"""The navigation table and what pages may do."""

import ast
from pathlib import Path

from streamlit.material_icon_names import ALL_MATERIAL_ICONS

from ui import page

ROOT = Path(__file__).resolve().parents[2]


def imports(path: Path) -> set[str]:
    """Modules that a file imports when it is loaded, whatever the depth of `if`."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module)
    return names


def test_every_row_is_complete_and_unlike_the_others():
    for field in ("file", "title", "icon", "sentence"):
        values = [getattr(row, field) for row in page.PAGES]
        assert all(values) and len(set(values)) == len(values), field


def test_icons_are_icons_that_streamlit_has():
    assert {row.icon for row in page.PAGES} <= set(ALL_MATERIAL_ICONS)


def test_sections_are_not_scattered():
    sections = [row.section for row in page.PAGES]
    changes = sum(one != other for one, other in zip(sections, sections[1:], strict=False))
    assert changes == len(set(sections)) - 1


def test_only_pages_that_exist_are_shown():
    assert [row.file for row in page.there()] == [
        row.file for row in page.PAGES if (ROOT / row.file).exists()
    ]
    assert page.there()[0].file == "streamlit_app.py"


def test_every_page_that_exists_has_its_row():
    files = {f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py")}
    assert files <= {row.file for row in page.PAGES}


def test_pages_are_short_and_import_neither_torch_nor_threads():
    for path in [ROOT / "streamlit_app.py", *(ROOT / "pages").glob("*.py")]:
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 100, path
        roots = {name.partition(".")[0] for name in imports(path)}
        assert not roots & {"torch", "threading", "plotly"}, path
