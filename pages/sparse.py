"""Sparse codes: the dictionary of a code's units, to be looked at and switched off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import page, sparse, sparse_words

if TYPE_CHECKING:
    from aecore.runs import ListedRun


@st.fragment
def bench(told: list[str]) -> ListedRun | None:
    """The drawing and the units: only this runs again while somebody draws or switches.

    `told` holds the run that the rest of the page speaks of; another choice redraws it all.
    """
    chosen = sparse.hands_on()
    if chosen and told and told[0] != chosen.id:
        st.rerun()
    told[:] = [chosen.id] if chosen else []
    return chosen


page.begin("pages/sparse.py")
chosen = bench(told=[])
page.try_this(sparse_words.EXPERIMENTS)
page.explain(sparse_words.WORDS)
page.equation(sparse_words.ABOUT, sparse_words.LATEX, sparse_words.FUNCTIONS)
if chosen:
    page.conditions(
        sparse_words.conditions(chosen), sparse_words.figures(chosen), sparse_words.SOURCES
    )
