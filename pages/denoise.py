"""Denoise: spoil a digit, have it cleaned, and see by whom it is cleaned best."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import denoise, denoise_words, page

if TYPE_CHECKING:
    from aecore.runs import ListedRun


@st.fragment
def bench(told: list[str]) -> ListedRun | None:
    """All that depends on the digit and its noise: only this runs again while somebody draws.

    `told` holds the run that the rest of the page speaks of; another choice redraws it all.
    """
    chosen = denoise.hands_on()
    if chosen and told and told[0] != chosen.id:
        st.rerun()
    told[:] = [chosen.id] if chosen else []
    return chosen


page.begin("pages/denoise.py")
chosen = bench(told=[])
page.try_this(denoise_words.EXPERIMENTS)
page.explain(denoise_words.WORDS)
page.equation(denoise_words.ABOUT, denoise_words.LATEX, denoise_words.FUNCTIONS)
if chosen:
    page.conditions(
        denoise_words.conditions(chosen), denoise_words.figures(chosen), denoise_words.SOURCES
    )
