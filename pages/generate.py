"""Generate: new digits that nobody wrote, from every model, and how good they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import generate, generate_words, page

if TYPE_CHECKING:
    from aecore.runs import ListedRun


@st.fragment
def bench(told: list[str]) -> ListedRun | None:
    """Model, noise and views: only this runs again when a control moves.

    `told` holds the run that the rest of the page speaks of; another choice redraws it all.
    """
    chosen = generate.hands_on()
    if chosen and told and told[0] != chosen.id:
        st.rerun()
    told[:] = [chosen.id] if chosen else []
    return chosen


page.begin("pages/generate.py")
chosen = bench(told=[])
if chosen:
    row = chosen.info.recipe.entry
    page.try_this(generate_words.experiments(row.abilities))
    lesson = generate_words.lesson(row.abilities)
    page.explain(lesson.words)
    page.equation(lesson.about, lesson.latex, lesson.functions)
    page.conditions(
        generate_words.conditions(chosen), generate_words.figures(chosen), generate_words.SOURCES
    )
