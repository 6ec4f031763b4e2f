"""The house's style, as far as a machine can see it."""

import ast
from pathlib import Path

import pytest

from aecore.models.catalog import CATALOG
from tests.test_import_rules import AECORE, PAGES, ROOT, UI, relative

FILE_LINES, PAGE_LINES, FUNCTION_LINES = 250, 100, 60
FILES = [*AECORE, *UI, *PAGES]
UNPICKLERS = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
FAMILIES = {family.__name__ for row in CATALOG.values() for family in row.family.__mro__[:-3]}


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def strings_in(node: ast.AST) -> set[str]:
    """The string constants anywhere in an expression."""
    constants = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
    return {value for value in constants if isinstance(value, str)}


def names_compared(tree: ast.AST) -> set[str]:
    """Strings that something is compared with: in ==, in, and match."""
    compared = [node for node in ast.walk(tree) if isinstance(node, ast.Compare | ast.MatchValue)]
    return set().union(*map(strings_in, compared))


def too_broad(handler: ast.ExceptHandler) -> bool:
    """except: or except Exception, also within a tuple."""
    if handler.type is None:
        return True
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(c, ast.Name) and c.id in ("Exception", "BaseException") for c in caught)


def unpickling(tree: ast.AST) -> list[str]:
    """Imports of what unpickles, calls of torch.load, and NumPy told to unpickle."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name in UNPICKLERS]
        elif isinstance(node, ast.ImportFrom):
            names = {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
            found += sorted(names & {*UNPICKLERS, "torch.load"})
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in ("torch.load", "th.load"):
            found.append("torch.load")
        elif isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            found.append("allow_pickle")
    return found


@relative([*AECORE, *UI])
def test_a_file_stays_under_250_lines(path):
    assert lines_of(path) <= FILE_LINES


@relative(PAGES)
def test_a_page_stays_under_100_lines(path):
    assert lines_of(path) <= PAGE_LINES


@relative(FILES)
def test_a_function_stays_short(path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno + 1 <= FUNCTION_LINES, node.name


@relative(FILES)
def test_what_is_caught_is_named(path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ExceptHandler):
            assert not too_broad(node), f"line {node.lineno}"


@relative(FILES)
def test_nothing_is_unpickled(path):
    assert unpickling(tree_of(path)) == []


@relative(FILES)
def test_no_model_is_asked_for_by_its_name(path):
    """Abilities say what a model can do; `if model == "vae"` would forget the next one."""
    assert not names_compared(tree_of(path)) & CATALOG.keys()


@relative([*UI, *PAGES])
def test_no_page_asks_for_the_class_of_a_model(path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "isinstance":
            classes = {n.id for n in ast.walk(node.args[1]) if isinstance(n, ast.Name)}
            assert not classes & FAMILIES, f"line {node.lineno}"


@relative(FILES)
def test_every_module_class_and_public_function_of_aecore_says_what_it_is(path):
    tree = tree_of(path)
    if path.name != "__init__.py" or tree.body:
        assert ast.get_docstring(tree), "the module"
    if path not in AECORE:
        return
    for node in tree.body:
        named = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        assert not named or ast.get_docstring(node) or node.name == "__getattr__", node.name


def test_there_is_no_drawer_for_odds_and_ends():
    odds = {"utils", "util", "helpers", "misc", "common"}
    found = [path for path in ROOT.rglob("*.py") if path.stem in odds and ".venv" not in path.parts]
    assert found == []


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("if model == 'vae': pass", True),
        ("x = 1 if 'cvae' in ids else 2", True),
        ("if model in ('ae', 'gan'): pass", True),
        ("match model:\n    case 'vq_vae': pass", True),
        ("build('vae')", False),
        ("if model == 'house': pass", False),
    ],
)
def test_the_search_for_names_finds_them(code, found):
    assert bool(names_compared(ast.parse(code)) & CATALOG.keys()) == found


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("import pickle", True),
        ("from torch import load", True),
        ("torch.load(path)", True),
        ("np.load(path, allow_pickle=True)", True),
        ("aecore.load(path)", False),
        ("from safetensors.torch import load_file", False),
    ],
)
def test_the_search_for_unpickling_finds_it(code, found):
    assert bool(unpickling(ast.parse(code))) == found


@pytest.mark.parametrize(
    ("clause", "broad"),
    [
        ("except:", True),
        ("except Exception:", True),
        ("except (ValueError, Exception) as e:", True),
        ("except ValueError:", False),
        ("except (ValueError, OSError) as e:", False),
    ],
)
def test_the_search_for_broad_handlers_finds_them(clause, broad):
    (handler,) = ast.parse(f"try:\n    f()\n{clause}\n    g()").body[0].handlers
    assert too_broad(handler) == broad
