"""«Try this» on Explore: three experiments, chosen by what the model can do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui.page import Experiment

if TYPE_CHECKING:
    from aecore.models.base import Abilities


def _look(view: str, **choices: str) -> None:
    """Opens a view with its choices, as a link would."""
    st.session_state.update({"view": view, **choices})


BETWEEN = Experiment(
    "Where a 3 becomes an 8",
    "Drag the handle on the chart slowly from the cloud of one digit into that of another. "
    "Where does the picture stop being the one, and is there a place where it is neither?",
    "Walk from a 3 to an 8",
    lambda: _look("walk", **{"from": "3", "to": "8"}),
)
NOTHING = Experiment(
    "A coordinate that says nothing",
    "Show all sliders and drag the last one. Near 0.00 nats the picture stays as it is: the "
    "model has switched that coordinate off, and pays nothing for it.",
    "Show the most used ones",
    lambda: _look("rows"),
)
EMPTY_LAND = Experiment(
    "Where no digit lives",
    "Drag the handle into a corner of the chart without colour. No training digit has its code "
    "there, so nobody ever told the decoder what to draw.",
    "Show the whole plane",
    lambda: _look("plane"),
)
ONE_HAND = Experiment(
    "One hand, ten digits",
    "Drag the first slider and watch the ten buttons below: slant and width change in all of "
    "them at once, as if one person wrote them all.",
    "Show the most used ones",
    lambda: _look("rows"),
)
PAINT = Experiment(
    "Write in the model's own alphabet",
    "Choose a dark code and drag across the grid: you write with it. Then choose the code of "
    "empty paper, which is the most used of all, and rub your line out again.",
)
JUMPS = Experiment(
    "A walk in jumps",
    "Between two grids nothing slides: each cell jumps from one code to another when it is "
    "nearer. Play the walk and watch single patches turn.",
    "Walk from a 3 to an 8",
    lambda: _look("walk", **{"from": "3", "to": "8"}),
)
SUM = Experiment(
    "7 − 1 + 4",
    "Take the stroke of a 1 away from a 7, and what is left is a roof. Put it on a 4: which real "
    "digits lie nearest to the sum?",
    "Work it out",
    lambda: _look("sum", sum="7 - 1 + 4"),
)


def experiments(abilities: Abilities) -> list[Experiment]:
    """Three that this model can show."""
    if abilities.discrete:
        return [PAINT, JUMPS, SUM]
    if abilities.conditional:
        return [ONE_HAND, NOTHING, BETWEEN]
    return [BETWEEN, NOTHING if abilities.posterior else EMPTY_LAND, SUM]
