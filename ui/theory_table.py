"""All models with our test figures, and published ones beside them with their conditions."""

from __future__ import annotations

import html

import streamlit as st

from ui import cached, curves


def table() -> None:
    """Two tables: all models; and what others published."""
    cached.need("aecore.model_table")
    from aecore.model_table import shipped_runs
    from aecore.places import checkpoints_folder

    infos = shipped_runs(checkpoints_folder())
    if not infos:
        st.info("No trained runs are here. `python -m aecore ship` makes them.")
        return
    st.html(curves.style())
    st.html(ours(infos))
    st.caption(
        "MNIST's 10,000 test images, which training never saw. Squared error a pixel, for the code "
        "without noise; PCA with as many numbers; −ELBO: cross-entropy of grey pixels + KL, one "
        "posterior sample; kNN: the vote of the 10 nearest codes of 10,000 training images."
    )
    st.subheader("Published, with conditions", anchor=False)
    st.html(published(infos))
    st.caption(
        "Only figures of the same quantity may be held against one another. A cross-entropy of "
        "grey pixels is another quantity than a likelihood of binarised images, and mostly larger."
    )


def ours(infos: dict) -> str:
    """HTML: a model a row, figures where its shipped run has them."""
    from aecore.model_table import ALSO, COLUMNS, code_in_words, figure
    from aecore.models import catalog

    heads = ["model", "code", "parameters", *(title for _, title, _ in COLUMNS), "epochs", "also"]
    rows = []
    for model_id, info in infos.items():
        model, metrics = catalog.build(model_id, info.recipe.config), info.metrics
        also = [figure(metrics, name, form) for name, form in ALSO.items() if name in metrics]
        words = [info.recipe.entry.title, code_in_words(model)]
        numbers = [f"{catalog.parameter_count(model):,}"]
        numbers += [figure(metrics, name, form) for name, _, form in COLUMNS]
        rows.append(_row([*words], numbers, [str(len(info.history)), "; ".join(also)]))
    return _table(heads, rows, first_number=2, numbers=1 + len(COLUMNS))


def published(infos: dict) -> str:
    """HTML: a published figure a row, ours beside it, and whether it is the same quantity."""
    rows = []
    for info in infos.values():
        for each in info.card.published if info.card else ():
            mine = info.metrics.get(each.metric) if each.metric else None
            value = "" if mine is None else f"{mine.value:.4g}"
            verdict = "the same quantity" if each.same_quantity else "another quantity"
            rows.append(
                _row(
                    [info.recipe.entry.title, each.what],
                    [f"{each.value:g}", value],
                    [verdict, each.source, each.conditions],
                )
            )
    heads = ["model", "figure", "published", "ours", "", "source", "conditions"]
    return _table(heads, rows, first_number=2, numbers=2)


def _row(words: list[str], numbers: list[str], rest: list[str]) -> str:
    cells = [f"<td>{html.escape(cell)}</td>" for cell in words]
    cells += [f'<td class="number">{html.escape(cell)}</td>' for cell in numbers]
    cells += [f"<td>{html.escape(cell)}</td>" for cell in rest]
    return f"<tr>{''.join(cells)}</tr>"


def _table(heads: list[str], rows: list[str], first_number: int, numbers: int) -> str:
    columns = range(first_number, first_number + numbers)
    head = "".join(
        f"<th{' class=number' if place in columns else ''}>{html.escape(words)}</th>"
        for place, words in enumerate(heads)
    )
    return f'<div class="bn-table long"><table><tr>{head}</tr>{"".join(rows)}</table></div>'
