"""A model's layers as a picture and a table, and its source with each equation at its line."""

from __future__ import annotations

import html
import inspect
import math
import textwrap
from typing import TYPE_CHECKING

import streamlit as st

from ui import cached, curves, pickers
from ui.components.drawing import drawing
from ui.theory_lines import EQUATIONS, ROWS

if TYPE_CHECKING:
    from aecore.anatomy import Layer
    from aecore.run_info import Recipe

WIDE, HIGH = 118, 230  # of one layer in the picture, in its own units
SHARPNESS = 0.4  # a block's height is its share of the largest, to this power
CLOSING = ("", ")", "]", "}", "},", "),")


def layers() -> None:
    """The model that all pages share: picture, table, source."""
    chosen = pickers.choose_run()
    if chosen is None:
        return
    recipe = chosen.info.recipe
    cached.need("aecore.anatomy")
    found, whole = _anatomy(recipe.model, recipe.model_dump_json(), recipe)
    st.html(curves.style())
    drawing(f'<div class="bn-layers">{picture(found)}</div>', f"layers-{chosen.id}")
    trained = sum(layer.parameters for layer in found)
    st.caption(
        f"{recipe.entry.title}: {whole:,} parameters, counted from its layers; {trained:,} of them "
        "on an image's way through the loss. The taller a block, the more values; below it their "
        "shape: channels × height × width, or a plain count. Between blocks: the layer and its "
        "parameters. A grey block is what enters."
    )
    with st.expander("Layer by layer", icon=":material/table_rows:"):
        st.html(table(found))
    st.subheader("Our source, the equation at its line", anchor=False)
    _source(recipe)


@st.cache_resource(show_spinner=False, max_entries=32)
def _anatomy(name: str, key: str, _recipe: Recipe) -> tuple[list[Layer], int]:
    """The layers of a recipe's model, and all of its parameters; the model is a fresh one."""
    from aecore import anatomy
    from aecore.models import catalog

    model = catalog.build(_recipe.model, _recipe.config)
    return anatomy.layers(model), catalog.parameter_count(model)


def shape_words(shape: tuple[int, ...]) -> str:
    """«32 × 14 × 14»."""
    return " × ".join(map(str, shape))


def picture(found: list[Layer]) -> str:
    """An SVG: a block for each tensor between layers, the layers' names and weights between."""
    from aecore.anatomy import stages

    largest = max(math.prod(layer.leaves) for layer in found)
    parts, place, before = [], 0, 0
    for group in stages(found):
        shown = [layer for layer in group if layer.kind != "Flatten"]
        if not shown:
            continue
        enters, leaves = shown[0].enters, shown[-1].leaves
        if math.prod(enters) != before:  # it takes something else than the layer before it gave
            parts.append(_block(place, found[0].enters if not place else enters, "in", largest))
            place += 1
        parts.append(_names(place - 1, shown))
        parts.append(_block(place, leaves, group[0].part, largest))
        place, before = place + 1, math.prod(leaves)
    words = ", ".join(shape_words(layer.leaves) for layer in found)
    return (
        f'<svg viewBox="0 0 {WIDE * place} {HIGH + 125}" style="width:{WIDE * place}px" role="img" '
        f'aria-label="layers: {words}">{"".join(parts)}</svg>'
    )


def _block(place: int, shape: tuple[int, ...], part: str, largest: int) -> str:
    count = math.prod(shape)
    height = max(6.0, HIGH * (count / largest) ** SHARPNESS)
    depth = 12 + 4 * math.log2(shape[0]) if len(shape) == 3 else 12
    x, y = place * WIDE + 24, (HIGH - height) / 2 + 8
    return (
        f'<rect class="{html.escape(part)}" x="{x}" y="{y:.1f}" width="{depth:.1f}" '
        f'height="{height:.1f}" rx="3"><title>{count:,} numbers</title></rect>'
        f'<text x="{x + depth / 2:.1f}" y="{HIGH + 30}">{shape_words(shape)}</text>'
    )


def _names(place: int, group: list[Layer]) -> str:
    first, *rest = group
    x = place * WIDE + 24 + WIDE / 2 + 6
    weights = sum(layer.parameters for layer in group)
    others = [layer.kind for layer in rest if layer.kind != "Unflatten"]
    lines = [first.part, first.kind, *others, f"{weights:,}" if weights else ""]
    return "".join(
        f'<text class="small" x="{x}" y="{HIGH + 50 + 15 * number}">{html.escape(words)}</text>'
        for number, words in enumerate(lines)
    )


def table(found: list[Layer]) -> str:
    """HTML: a layer a row."""
    rows = "".join(
        f"<tr><td><code>{html.escape(each.name)}</code></td><td>{html.escape(each.kind)}</td>"
        f"<td>{shape_words(each.enters)}</td><td>{shape_words(each.leaves)}</td>"
        f'<td class="number">{each.parameters:,}</td></tr>'
        for each in found
    )
    heads = "<th>layer</th><th>kind</th><th>in</th><th>out</th><th>parameters</th>"
    whole = sum(each.parameters for each in found)
    return (
        f'<div class="bn-table"><table><tr>{heads}</tr>{rows}<tr><td>in all</td><td></td><td></td>'
        f'<td></td><td class="number">{whole:,}</td></tr></table></div>'
    )


def _source(recipe: Recipe) -> None:
    """`encode` and `loss` as the model's class has them, cut where an equation stands."""
    family = recipe.entry.family
    for name in ("encode", "loss"):
        method = getattr(family, name)
        owner = method.__qualname__.split(".")[0]
        st.markdown(f"**`{owner}.{name}`**")
        text = textwrap.dedent(inspect.getsource(method))
        for code, equations in cut(text):
            left, right = st.columns([3, 2], vertical_alignment="center")
            left.code(code, language="python", wrap_lines=True)
            for latex in equations:
                right.latex(latex)
        file = method.__module__.replace(".", "/") + ".py"
        st.caption(file)


def cut(text: str) -> list[tuple[str, list[str]]]:
    """A source text in pieces, each ending at a line that says an equation, with that equation."""
    pieces: list[tuple[str, list[str]]] = []
    waiting: list[str] = []
    for row in text.splitlines():
        waiting.append(row)
        found = [EQUATIONS[name] for name, fragment in ROWS.items() if fragment in row]
        if found:
            pieces.append(("\n".join(waiting), found))
            waiting = []
    if pieces and all(row.strip() in CLOSING for row in waiting):
        code, equations = pieces.pop()
        return [*pieces, ("\n".join([code, *waiting]), equations)]
    return [*pieces, ("\n".join(waiting), [])]
