"""Home: draw a digit and see it through the bottleneck."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import cached, examples, lessons, page, pickers, readout, shared
from ui.pad import pad

if TYPE_CHECKING:
    from aecore.runs import ListedRun

EXPERIMENTS = [
    page.Experiment(
        "When does a 4 become a 9?",
        "Draw a 4 that is open at the top, then close it slowly. Watch for the moment when the "
        "reconstruction closes before you do.",
        "Draw the 4 for me",
        lambda: shared.show(examples.FOUR),
    ),
    page.Experiment(
        "Something that is no digit",
        "Draw a house, a letter, a face. The model can only answer with what it has learned: see "
        "what it makes of the roof, and how the closeness falls.",
        "Draw the house for me",
        lambda: shared.show(examples.HOUSE),
    ),
    page.Experiment(
        "Fewer numbers, plainer digits",
        "Draw a 7 with a bar, then change from the Variational AE (20 numbers) to the β-VAE (10 "
        "numbers, each one dearer) and to the VQ-VAE (49 words). Which of them keep the bar?",
        "Draw the 7 for me",
        lambda: shared.show(examples.SEVEN),
    ),
]


@st.fragment
def bench(told: list[str]) -> ListedRun | None:
    """The pad and what the chosen run makes of it: only this runs again while somebody draws.

    `told` holds the run that the rest of the page speaks of; another choice redraws it all.
    """
    left, right = st.columns([3, 7], gap="medium")
    with left:
        pad()
    with right:
        cached.skeleton(height=380)
        chosen = pickers.choose_run()
        if chosen:
            readout.show(chosen)
    if chosen and told and told[0] != chosen.id:
        st.rerun()
    told[:] = [chosen.id] if chosen else []
    return chosen


page.begin("streamlit_app.py")
chosen = bench(told=[])
page.try_this(EXPERIMENTS)
if chosen:
    row, card = chosen.info.recipe.entry, chosen.info.card
    lesson = lessons.lesson(row.abilities)
    page.explain(lessons.what_you_see(row.abilities))
    page.equation(lesson.about, lesson.latex, lesson.functions)
    page.conditions(
        f"**{chosen.info.title}.** {row.summary} {card.conditions if card else ''}",
        lessons.figures(chosen.info),
        row.source,
    )
page.rooms()
