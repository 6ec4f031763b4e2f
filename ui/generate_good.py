"""How good the new digits are: recognised, varied, not learned by heart; figures by run."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import streamlit as st

from ui import generate_kit, images, lab, pickers

if TYPE_CHECKING:
    from aecore.generation_figures import Figures
    from aecore.runs import ListedRun
    from ui.generate_kit import Draw

PAIRS = 8
HEADINGS = (
    "Digits of",
    "drawn",
    "recognised",
    "classes in even use",
    "diversity",
    "precision",
    "recall",
    "error to the nearest training digit",
)
WORDS = """
**Recognised**: the judge, a classifier that no autoencoder ever saw, is at least 90 % sure of some
class. That alone proves little: it never learned to say «none of them», and is as sure of pure
noise. **Classes in even use**: 10 if all digits come equally often. **Diversity**: the mean
distance between two samples in the judge's last hidden layer. **Precision**: the share of samples
that fall among real digits there; **recall**: the share of real digits that fall among the samples.
A model that draws one perfect 3 again and again has high precision and no recall; scattered
scribbles can have the reverse, for their neighbourhoods are large. Read the two together. **Nearest
training digit**: the median error to it. Far below that of real test digits, the model may be
quoting, or it is blurred: a grey average is near to everything.
"""


def good(chosen: ListedRun, usable: list[ListedRun], draw: Draw) -> None:
    """Pairs of samples and nearest digits, then the table."""
    from aecore.runs import RunError

    _pairs(chosen, draw)
    st.subheader("Figures", anchor=False)
    try:
        rows = generate_kit.figures(chosen.info.recipe.dataset)
    except RunError as error:
        st.error(str(error))
        return
    mine = [row for row in rows if row.run == chosen.id and not chosen.key]
    if not mine:
        mine = _measured(chosen, draw)
        rows = rows + mine
    if rows:
        titles = {each.id: pickers.short_title(each) for each in usable}
        st.html(table_html(rows, titles, chosen.id))
        st.markdown(WORDS.replace("\n", " "), width=760)
    st.caption(_conditions(rows))


def _measured(chosen: ListedRun, draw: Draw) -> list[Figures]:
    """Figures of a run that ships none, when they are asked for."""
    from dataclasses import replace

    key = f"judged-{chosen.id}"
    if st.button(f"Judge {generate_kit.LIVE} new samples", icon=":material/gavel:"):
        st.session_state[key] = True
    if not st.session_state.get(key):
        return []
    with st.spinner("Drawing and judging"):
        more = replace(draw, count=generate_kit.LIVE)
        found = generate_kit.measure(chosen.id, chosen.folder, more)
    if found is None:
        name = chosen.info.recipe.dataset
        st.info(f"There is no judge of {name} here: the classifier that ships knows MNIST alone.")
        return []
    return [found]


def _pairs(chosen: ListedRun, draw: Draw) -> None:
    """Some samples, each above the training digit that it is nearest to."""
    known = generate_kit.known(chosen.folder)
    if known is None:
        st.caption("This run keeps no codes of training digits, so none can be shown beside.")
        return
    pictures = generate_kit.samples(chosen.folder, draw)[:PAIRS]
    errors, which = generate_kit.nearest(known, pictures)
    judged = generate_kit.judged(chosen.info.recipe.dataset, pictures)
    st.subheader("Each sample above the training digit nearest to it", anchor=False)
    figures = []
    for k, (picture, error, number) in enumerate(zip(pictures, errors, which, strict=True)):
        read = "" if judged is None else f"read as {int(judged.labels[k])}"
        both = images.digit(picture, "a sample") + '<span style="display:block;height:.35rem">'
        both += "</span>" + images.digit(known.pictures[number], "the nearest training digit")
        figures.append(lab.card(both, read, [f"<small>error {error:.4f}</small>"]))
    st.html(lab.cards(figures))
    count = f"{len(known.pictures):,}"
    st.caption(
        f"Among the first {count} training digits, by the squared error of their pixels"
        + (
            "."
            if known.real
            else "; the lower ones are as this model rebuilds them, for the data set isn't here."
        )
    )


def table_html(rows: list[Figures], titles: dict[str, str], chosen: str) -> str:
    """The table: real digits first, then the chosen run's rows, then the others."""
    known = [row for row in rows if row.run in titles or not row.run]
    places = {run_id: place for place, run_id in enumerate(titles)}
    ordered = sorted(known, key=lambda row: (row.run != chosen, places.get(row.run, -1)))
    ordered.sort(key=lambda row: bool(row.run))  # real digits first
    heads = "".join(f"<th>{heading}</th>" for heading in HEADINGS)
    body = "".join(_tr(row, titles, row.run == chosen) for row in ordered)
    return (
        f'<div class="bn-scroll"><table class="bn-compare"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _tr(row: Figures, titles: dict[str, str], chosen: bool) -> str:
    from aecore.generation import SOURCES

    title = titles.get(row.run, "Real test digits")
    drawn = SOURCES[row.source].title.removeprefix("From ") if row.source in SOURCES else "—"
    near = "—" if row.nearest is None else f"{row.nearest:.4f}"
    cells = [
        html.escape(title),
        html.escape(drawn),
        f"{row.recognised:.1%}",
        f"{row.classes:.1f}",
        f"{row.diversity:.1f}",
        f"{row.precision:.2f}",
        f"{row.recall:.2f}",
        near,
    ]
    kind = ' class="chosen"' if chosen else ""
    return f"<tr{kind}>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _conditions(rows: list[Figures]) -> str:
    counts = sorted({row.samples for row in rows}, reverse=True)
    many = " or ".join(f"{count:,}" for count in counts) or "No"
    return (
        f"{many} samples a row, temperature 1, seed 0, all classes in turn where one is asked for; "
        "against as many training digits, k = 3 (Kynkäänniemi et al. 2019), in the 64 features of "
        "the classifier that ships, 99 % right on test digits. Diversity and the nearest digit: "
        "the first 1,000 samples; the nearest of all 60,000 training digits in pixels. Mixtures: "
        "10 Gaussians. Rows measured on the page: the nearest of the first 5,000."
    )
