"""Curves and clouds of points as HTML: themed, light, with words that stay readable when narrow.

The marks are an SVG that stretches with its box; ticks and names are HTML around it.
"""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ui.components.drawing import drawing

if TYPE_CHECKING:
    from aecore.pitfalls import Chart, Line

CSS = Path(__file__).resolve().parent / "curves.css"
TICKS = 4


def style() -> str:
    """The style sheet of charts, for `st.html`."""
    return f"<style>{CSS.read_text(encoding='utf-8')}</style>"


def show(found: Chart, key: str) -> None:
    """Puts a chart on the page."""
    drawing(chart(found), key)


def chart(found: Chart) -> str:
    """HTML of a chart."""
    if found.kind == "dots":
        return _figure(found, _cloud(found), "", "")
    xs = [value for line in found.lines for value in line.x]
    ys = [value for line in found.lines for value in line.y]
    across, up = ticks(min(xs), max(xs)), ticks(min(0.0, *ys), max(ys))
    low, high = min(0.0, *ys), max(max(ys), up[-1])
    marks = "".join(
        f'<path class="{_kind(found, line)}" d="{_path(line, xs, low, high)}"/>'
        for line in found.lines
    )
    grid = "".join(f'<line x1="0" x2="100" y1="{y}" y2="{y}"/>' for y in _places(up, low, high))
    names_up = "".join(
        f'<span style="top:{place:.2f}%">{number(tick)}</span>'
        for tick, place in zip(up, _places(up, low, high), strict=True)
    )
    names_across = "".join(
        f'<span style="left:{100 - place:.2f}%">{number(tick)}</span>'
        for tick, place in zip(across, _places(across, min(xs), max(xs)), strict=True)
    )
    return _figure(found, f'<g class="grid">{grid}</g>{marks}', names_up, names_across)


def ticks(low: float, high: float, count: int = TICKS) -> list[float]:
    """Round numbers from low to high, about `count` of them: steps of 1, 2 or 5 times 10^n."""
    span = high - low or abs(high) or 1.0
    power = 10 ** math.floor(math.log10(span / count))
    step = next(power * unit for unit in (1, 2, 5, 10) if span / (power * unit) <= count + 0.5)
    first = math.ceil(low / step - 1e-9)
    return [index * step for index in range(first, math.floor(high / step + 1e-9) + 1)]


def number(value: float) -> str:
    """A number in few characters, with a true minus sign and thousands apart."""
    text = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.4g}"
    return text.replace("-", "−")


def _kind(found: Chart, line: Line) -> str:
    """Colour by role; of two lines with one role the first is dashed."""
    same = [each for each in found.lines if each.role == line.role]
    dashed = len(same) > 1 and line is same[0]
    return f"{line.role}{' dashed' if dashed else ''}"


def _places(values: Sequence[float], low: float, high: float) -> list[float]:
    """Per cent from the upper end."""
    return [100 * (high - value) / ((high - low) or 1.0) for value in values]


def _path(line: Line, xs: Sequence[float], low: float, high: float) -> str:
    across = [100 - place for place in _places(line.x, min(xs), max(xs))]
    points = zip(across, _places(line.y, low, high), strict=True)
    return "M" + " L".join(f"{x:.2f} {y:.2f}" for x, y in points)


def _cloud(found: Chart) -> str:
    """Points at the same scale in both directions; each cloud in a colour of the digits'."""
    xs = [value for line in found.lines for value in line.x]
    ys = [value for line in found.lines for value in line.y]
    half = max(max(xs) - min(xs), max(ys) - min(ys)) / 2 * 1.08 or 1.0
    middle = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    marks = []
    for index, line in enumerate(found.lines):
        dots = "".join(
            f"M{50 + 50 * (x - middle[0]) / half:.2f} {50 - 50 * (y - middle[1]) / half:.2f}h0"
            for x, y in zip(line.x, line.y, strict=True)
        )
        marks.append(f'<path class="dots" style="--c:var(--bn-digit-{index + 1})" d="{dots}"/>')
    return "".join(marks)


def _figure(found: Chart, marks: str, up: str, across: str) -> str:
    dots = found.kind == "dots"
    words = html.escape(found.title)
    legend = "".join(
        f'<span class="{"swatch" if dots else _kind(found, line)}" '
        f'style="--c:var(--bn-digit-{index + 1})">{html.escape(line.name)}</span>'
        for index, line in enumerate(found.lines)
    )
    named = ", ".join(line.name for line in found.lines)
    return (
        f'<figure class="bn-chart{" square" if dots else ""}"><figcaption>{words}</figcaption>'
        f'<div class="legend">{legend}</div><div class="up">{up}</div>'
        f'<svg viewBox="0 0 100 100" preserveAspectRatio="none" role="img" '
        f'aria-label="{words}: {html.escape(named)}">{marks}</svg>'
        f'<div class="across">{across}</div><div class="axis">{html.escape(found.x)}</div></figure>'
    )
