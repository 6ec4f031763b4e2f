"""What Sparse codes says: things to try, what one sees, the equation, the conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import lessons, shared, sparse
from ui.examples import FOUR, SEVEN
from ui.page import Experiment

if TYPE_CHECKING:
    from aecore.runs import ListedRun


def _draw(text: str) -> None:
    sparse.switch([])
    shared.show(text)


def _press(what: str) -> None:
    st.session_state["press"] = what


EXPERIMENTS = [
    Experiment(
        "Take a digit apart",
        "Press *Switch off and on*, then units of the dictionary one after the other. Which stroke "
        "of your digit goes? Some units draw the gap inside a loop: without them it fills.",
        "Switch units by pressing them",
        lambda: _press("switch"),
    ),
    Experiment(
        "How few are enough?",
        "Keep only the three strongest units of a 7, then switch more back on. After how many can "
        "you read it? A plain autoencoder needs nearly all of its numbers.",
        "Draw a 7",
        lambda: _draw(SEVEN),
    ),
    Experiment(
        "Other digits, other words",
        "Draw a 4 and see which bars stand up; then a digit of your own. Digits that look alike "
        "share units, as words share letters.",
        "Draw a 4",
        lambda: _draw(FOUR),
    ),
]

WORDS = """
**A unit** is one number of the code. A sparse autoencoder pays for every activation, so it uses few
for a digit, and a unit is worth having only if it says something that many digits share: a stroke,
an arc, a slant. Together the units are **a dictionary**, and a digit is a short sentence in it.

**What a unit draws** is seen by taking it away: the pictures of the digits that excite it most,
less the same pictures with the unit at 0. The decoder isn't linear, so a unit draws a little
differently in different company; the square shows the average.

**The penalty has a price.** Units that don't pay for themselves are switched off and never come
back: those at the end of the dictionary that are active for 0 %. A code of 64 numbers then has
fewer that work, and the reconstruction is a little worse than without the penalty.

**A plain autoencoder** has no reason to keep any unit silent: its histogram is broad where the
sparse one has nearly all of its weight at zero.
"""
ABOUT = (
    "Training makes the squared error small, plus a price for every activation: the $L_1$ norm of "
    "the code $z$, times $\\lambda$. Near zero the price falls as steadily as elsewhere, so it "
    "pays to go all the way; a squared penalty would leave many small numbers."
)
LATEX = (
    r"\mathcal{L}(x) = \frac{1}{N} \left\| \hat x - x \right\|^2 + \lambda \sum_{j=1}^{D} "
    r"\left| z_j \right|"
)
FUNCTIONS = ("aecore.losses:l1", "aecore.units:is_active", "aecore.units:effect")
SOURCES = "Olshausen & Field 1996; Ng 2011, CS294A lecture notes, with L1 in place of KL"


def conditions(chosen: ListedRun) -> str:
    """How what is shown was made."""
    card = chosen.info.card
    return (
        f"**{chosen.info.title}.** {card.conditions if card else ''} Units: told by the codes of "
        "the first 5,000 training images, kept with the run; each is shown by the 12 that excite "
        "it most. Active: more than 5 % of the same digit's largest activation."
    )


def figures(chosen: ListedRun) -> list[tuple[str, str, str]]:
    """The run's test figures, and those of the same recipe without the penalty, if it has any."""
    contrast = chosen.info.card.contrast if chosen.info.card else None
    rows = lessons.figures(chosen.info)
    if contrast is None:
        return rows
    return rows + [
        (f"{what}, {contrast.label}", value, where)
        for what, value, where in lessons.figures(
            chosen.info.model_copy(update={"metrics": contrast.metrics})
        )
    ]
