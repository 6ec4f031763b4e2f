"""The command line: lists the benchmarks, or runs one and prints its table and its conditions."""

import argparse
import ast
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from aecore.data import DatasetMissing
from benchmarks import conditions

FOLDER = Path(__file__).parent


def main(arguments: list[str] | None = None) -> int:
    """Runs what the command line asks for; a fault that a person can mend is exit status 2."""
    options = parser().parse_args(arguments)
    found = benchmarks()
    if options.name is None:
        print_list(found)
        return 0
    if options.name not in found:
        print(
            f"error: no benchmark is called '{options.name}'; choose from {', '.join(found)}",
            file=sys.stderr,
        )
        return 2
    threads = conditions.set_threads(options.threads)
    before = conditions.now(threads)
    try:
        report = import_module(f"benchmarks.{options.name}").run()
    except DatasetMissing as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    report["conditions"] = {**before, "load at the end": conditions.load()}
    if options.json:
        print(json.dumps(report, indent=1, ensure_ascii=False))
    else:
        print_report(report)
    return 0


def parser() -> argparse.ArgumentParser:
    """The options."""
    options = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measurements in ratios, side by side in one run."
    )
    options.add_argument("name", nargs="?", help="which one; without it, they are listed")
    options.add_argument("--json", action="store_true", help="for programs")
    options.add_argument(
        "--threads",
        type=int,
        help="of torch; default: $OMP_NUM_THREADS, else every core, or 1 on a busy machine",
    )
    return options


def benchmarks() -> dict[str, str]:
    """The modules here that have `run`, with the first line of their docstrings. Imports none."""
    found = {}
    for path in sorted(FOLDER.glob("*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        names = {part.name for part in module.body if isinstance(part, ast.FunctionDef)}
        if "run" in names:
            found[path.stem] = (ast.get_docstring(module) or "").splitlines()[0]
    return found


def print_list(found: dict[str, str]) -> None:
    """A benchmark a line."""
    for name, what in found.items():
        print(f"{name:<12} {what}")


def print_report(report: dict[str, Any]) -> None:
    """The table, then the conditions."""
    print(report["title"])
    print(table(report["rows"]))
    for note in report.get("notes", []):
        print(note)
    print("; ".join(f"{name}: {value}" for name, value in report["conditions"].items()))


def table(rows: list[dict[str, Any]]) -> str:
    """Rows under their column names, numbers to the right; a value that a row lacks is blank."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    cells = [columns] + [[show(row.get(column, "")) for column in columns] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    numeric = [any(isinstance(row.get(name), int | float) for row in rows) for name in columns]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in cells
    )


def show(value: Any) -> str:
    """A value with as many digits as it deserves."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    sys.exit(main())
