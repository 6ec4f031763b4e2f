"""Draw: one digit, seen by every model, and its place among real digits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import draw, draw_words, lessons, page

if TYPE_CHECKING:
    from aecore.runs import ListedRun


@st.fragment
def bench(told: list[str]) -> ListedRun | None:
    """All that depends on the digit: only this runs again while somebody draws.

    `told` holds the run that the rest of the page speaks of; another choice redraws it all.
    """
    chosen = draw.hands_on()
    if chosen and told and told[0] != chosen.id:
        st.rerun()
    told[:] = [chosen.id] if chosen else []
    return chosen


page.begin("pages/draw.py")
chosen = bench(told=[])
page.try_this(draw_words.EXPERIMENTS)
if chosen:
    row, card = chosen.info.recipe.entry, chosen.info.card
    page.explain(draw_words.what_you_see(row.abilities))
    page.equation(*draw_words.equation(row.abilities))
    page.conditions(
        f"**{chosen.info.title}.** {row.summary} {card.conditions if card else ''}",
        lessons.figures(chosen.info),
        row.source,
    )
