"""Explore: hands on the latent space, and walks through it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import explore, page

if TYPE_CHECKING:
    from aecore.runs import ListedRun


@st.fragment
def bench(told: list[str]) -> ListedRun | None:
    """Model, pad and the views below it: only this runs again when somebody lets go.

    `told` holds the run that the rest of the page speaks of; another choice redraws it all.
    """
    chosen = explore.hands_on()
    if chosen and told and told[0] != chosen.id:
        st.rerun()
    told[:] = [chosen.id] if chosen else []
    return chosen


page.begin("pages/explore.py")
chosen = bench(told=[])
if chosen:
    row = chosen.info.recipe.entry
    page.try_this(explore.experiments(row.abilities))
    lesson = explore.lesson(row.abilities)
    page.explain(lesson.words)
    page.equation(lesson.about, lesson.latex, lesson.functions)
    page.conditions(explore.conditions(chosen), explore.figures(chosen), row.source)
