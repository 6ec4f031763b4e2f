"""A pitfall's pair as it is seen: charts, figures, pictures, and the two codes side by side."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import streamlit as st

from ui import cached, curves, images
from ui.pitfalls_story import Story

if TYPE_CHECKING:
    import numpy as np

    from aecore.pitfalls import Figure, Result, Strip


def before(story: Story) -> None:
    """What may be seen before the guess: the inputs, where the question is about pictures."""
    result = _read(story.id)
    if result is None:
        return
    st.html(curves.style())
    given = [strip for strip in result.verdict.strips if strip.role == "truth"]
    if given:
        st.html(_strips(result, given))
    elif result.verdict.charts and result.verdict.charts[0].kind == "dots":
        chart = result.verdict.charts[0]
        unnamed = [line.model_copy(update={"name": "points"}) for line in chart.lines]
        hidden = chart.model_copy(update={"title": "A map by t-SNE", "lines": tuple(unnamed)})
        curves.show(hidden, f"before-{story.id}")


def shipped(story: Story) -> None:
    """The pair that ships, or words on how to make it; then the lesson."""
    result = _read(story.id)
    if result is not None:
        show(result, "shipped")
    lesson(story)
    if result is not None:
        st.caption(f"Shipped pair. {result.verdict.conditions}")


def _read(name: str) -> Result | None:
    cached.need("aecore.pitfalls", "aecore.pitfalls_pairs")
    from aecore import pitfalls
    from aecore.tensor_files import RunError

    try:
        return pitfalls.read(name)
    except RunError as error:
        st.info(f"The shipped pair can't be shown. {error}.", icon=":material/info:")
        return None


def show(result: Result, key: str) -> None:
    """Charts at the left, pictures at the right; clouds of points two by two; then figures."""
    st.html(curves.style())
    verdict = result.verdict
    clouds = [each for each in verdict.charts if each.kind == "dots"]
    if clouds:
        for start in range(0, len(clouds), 2):
            for column, each in zip(st.columns(2), clouds[start : start + 2], strict=False):
                with column:
                    curves.show(each, f"{key}-{verdict.id}-{each.title}")
        st.html(figures(result))
        return
    left, right = st.columns([5, 6], gap="large")
    with left:
        for each in verdict.charts:
            curves.show(each, f"{key}-{verdict.id}-{each.title}")
        st.html(figures(result))
    with right:
        st.html(_strips(result, verdict.strips))


def figures(result: Result) -> str:
    """A table: a figure a row, broken and cured beside one another."""
    verdict = result.verdict
    rows = "".join(
        f"<tr><td>{html.escape(each.what)}</td>"
        f'<td class="number">{_value(each, each.broken)}</td>'
        f'<td class="number">{_value(each, each.cured)}</td></tr>'
        for each in verdict.figures
    )
    heads = f"<th></th><th>{html.escape(verdict.broken)}</th><th>{html.escape(verdict.cured)}</th>"
    return f'<div class="bn-table"><table><tr>{heads}</tr>{rows}</table></div>'


def _value(figure: Figure, value: float) -> str:
    return f"{value:.{figure.digits}f} {figure.unit}".strip().replace("-", "−")


def _strips(result: Result, strips: list[Strip]) -> str:
    parts = []
    for strip in strips:
        pictures: np.ndarray = result.pictures[strip.pictures].numpy() / 255
        cells = "".join(images.digit(each, strip.title) for each in pictures)
        parts.append(
            f'<div class="{strip.role}"><p>{html.escape(strip.title)}</p>'
            f'<div class="row">{cells}</div></div>'
        )
    return f'<div class="bn-pair">{"".join(parts)}</div>'


def lesson(story: Story) -> None:
    """Cause, symptom, cure, and the code."""
    rows = (
        ("Cause", story.cause),
        ("Symptom", story.symptom),
        ("What gives it away", story.giveaway),
        ("Cure", story.cure),
    )
    for column, (name, words) in zip(st.columns(4), rows, strict=True):
        with column.container(border=True, height="stretch"):
            st.markdown(f"**{name}**\n\n{words}")
    left, right = st.columns(2)
    for column, name, words in (
        (left, ":material/close: Broken", _code(story, "broken")),
        (right, ":material/check: Cured", _code(story, "cured")),
    ):
        column.markdown(f"**{name}**")
        column.code(words, language="python", wrap_lines=True)


def _code(story: Story, role: str) -> str:
    """Our own source where the mistake is a line of it, else the two recipes."""
    function = story.wrong_code if role == "broken" else story.right_code
    if function:
        return cached.source(function)
    from aecore.pitfalls_pairs import PAIRS

    pair = PAIRS[story.id]
    half = pair.broken if role == "broken" else pair.cured
    config, training = {**pair.config, **half.config}, {**pair.training, **half.training}
    lines = [f'    model="{half.model}",', f'    dataset="{pair.dataset}",']
    lines += [f"    config={config},"] if config else []
    lines += [f"    training={training},"] if training else []
    return "\n".join(["Recipe(", *lines, ")"])
