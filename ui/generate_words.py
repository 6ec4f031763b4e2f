"""What Generate says: things to try, what one sees, the equations. By abilities, not by names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui.lessons import Lesson
from ui.page import Experiment

if TYPE_CHECKING:
    from aecore.models.base import Abilities
    from aecore.runs import ListedRun


def _set(**state) -> None:
    st.session_state.update(state)


COLD = Experiment(
    "Turn the temperature down, then up",
    "At 0 the same most typical picture comes sixty-four times. At 2 the codes lie where the "
    "model has hardly ever been, and the digits fall apart.",
    "Make it hot",
    lambda: _set(part="grid", temperature=2.0),
)
HOLES = Experiment(
    "Why these aren't digits",
    "Nobody kept this model's codes together, so between them lie holes: a code from N(0, I) "
    "falls into one. Compare the three grids, then put 30 Gaussians into the mixture.",
    "Thirty Gaussians",
    lambda: _set(part="grid", mixed=30),
)
SAME = Experiment(
    "The same noise",
    "Each column begins with the same numbers. Do two models make the same digit of them? They "
    "agree on nothing: each has its own latent space.",
    "Side by side",
    lambda: _set(part="models"),
)
HAND = Experiment(
    "Ten digits in your hand",
    "Your drawing gives its style, and the model writes all ten classes in it. Draw a slanted or "
    "a fat digit and watch the first column.",
    "All ten in my hand",
    lambda: _set(part="asked"),
)
WRITE = Experiment(
    "Watch it write",
    "Press play: the grid is filled in reading order, each code drawn by what the prior makes of "
    "those before it. The other two films draw each code without looking.",
    "Code by code",
    lambda: _set(part="written"),
)
LEARNED = Experiment(
    "Learned by heart?",
    "Each sample above the training digit that is nearest to it. Were they the same, the model "
    "would have a good memory and no imagination.",
    "Look for copies",
    lambda: _set(part="good"),
)


def experiments(abilities: Abilities) -> list[Experiment]:
    """Three that this model can show."""
    if abilities.conditional:
        return [HAND, COLD, LEARNED]
    if abilities.discrete:
        return [WRITE, COLD, LEARNED]
    return [COLD, SAME, LEARNED] if abilities.samples else [HOLES, SAME, LEARNED]


COMMON = """
**A sample** is a code that no image was encoded to, decoded. Whether a digit comes of it depends on
where the code was drawn: near codes of real digits the decoder knows what to do, elsewhere it has
to guess. **The temperature** multiplies the spread of what is drawn.

**The judge** is a classifier that was trained apart from all models here. It says what a sample
reads as, and how sure it is. Press a sample to see the training digit nearest to it.
"""
PRIOR = (
    "**This model was trained to be sampled from.** The KL term kept the codes of all training "
    "digits together near N(0, I), so most codes drawn from it lie among them. Not all: the codes "
    "taken together don't quite fill the prior, and **the mixture** beside it, fitted to where "
    "they really are, has fewer misses (*How good they are* has the figures)."
)
NO_PRIOR = (
    "**This model has no prior.** Its codes lie wherever the reconstruction was easiest. N(0, I) "
    "hits the holes between them. **One Gaussian** fitted to the codes gets their place and "
    "extent right, and not the gaps; **a mixture** of several follows the clouds more closely "
    "(Ghosh et al. 2020). It is fitted after the training, to the codes that the run kept."
)
WRITTEN = (
    "**The learned prior** is a small network that reads the codes written so far and gives each "
    "entry of the codebook a probability for the next cell. It is small: the strokes are crisp, "
    "and yet many a sample is no digit. **Each cell by itself** draws codes "
    "as often as real digits use them, and no cell knows its neighbours: strokes without a "
    "digit. **Random codes** don't even know that most of a picture is paper."
)
TOLD = (
    "**The class is asked for**, not drawn: the code holds only the style. So one style can be "
    "written ten times, and a drawing lends its own."
)
VECTOR_LATEX = (
    r"\begin{aligned} z &= T\,\varepsilon, \quad \varepsilon \sim \mathcal{N}(0, I) \\[1ex] "
    r"z &= \mu_k + T\,L_k\,\varepsilon, \quad k \sim w, \; L_k L_k^\top = \Sigma_k \\[1ex] "
    r"\hat x &= \mathrm{decode}(z) \end{aligned}"
)
CODES_LATEX = (
    r"\begin{aligned} p(c) &= \prod_{i=1}^{49} p(c_i \mid c_1, \dots, c_{i-1}) \\[1ex] "
    r"c_i &\sim \mathrm{softmax}(\ell_i / T) \end{aligned}"
)


def lesson(abilities: Abilities) -> Lesson:
    """What there is to say about sampling from a model with these abilities."""
    kind = WRITTEN if abilities.discrete else PRIOR if abilities.samples else NO_PRIOR
    words = "\n\n".join([COMMON.strip(), kind, *([TOLD] * abilities.conditional)])
    if abilities.discrete:
        about = (
            "The codes $c_i$ are drawn one after the other, in reading order, each from the "
            "probabilities that the prior gives it: $\\ell_i$ are its logits, $T$ the temperature."
        )
        return Lesson(words, about, CODES_LATEX, ("aecore.generation:write",))
    about = (
        "From the prior, or from a mixture of Gaussians with weights $w$, means $\\mu_k$ and "
        "covariances $\\Sigma_k$. How good the samples are is judged by precision and recall: "
        "which samples lie among real digits, and which real digits among samples."
    )
    functions = ("aecore.generation:noise", "aecore.fidelity:precision_recall")
    return Lesson(words, about, VECTOR_LATEX, functions)


SOURCES = "Kingma & Welling 2014; Ghosh et al. 2020; Kynkäänniemi et al. 2019"


def conditions(chosen: ListedRun) -> str:
    """How what is shown was made."""
    card = chosen.info.card
    return (
        f"**{chosen.info.title}.** {card.conditions if card else ''} Gaussians and mixtures: "
        "fitted to the codes of the first 5,000 training images that the run keeps (one draw from "
        "each posterior, where there is one), full covariances, scikit-learn's "
        "`GaussianMixture`. The judge: a small convolutional classifier, 99 % right on test digits."
    )


def figures(chosen: ListedRun) -> list[tuple[str, str, str]]:
    """The shipped figures of this run's samples, as rows: what, value, conditions."""
    from aecore.generation import SOURCES as PLACES
    from ui import generate_kit

    rows = generate_kit.figures(chosen.info.recipe.dataset)
    return [
        (
            f"Samples recognised, drawn {PLACES[row.source].title.lower()}",
            f"{row.recognised:.1%}",
            f"{row.samples:,} samples; precision {row.precision:.2f}, recall {row.recall:.2f}",
        )
        for row in rows
        if row.run == chosen.id and not chosen.key and row.source in PLACES
    ]
