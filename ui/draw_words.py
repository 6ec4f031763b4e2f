"""What Draw says: things to try, what one sees, the equations. By abilities, never by names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import draw_source, examples, shared
from ui.page import Experiment

if TYPE_CHECKING:
    from aecore.models.base import Abilities

CORNER = (  # a small seven in a corner of the pad
    "1AAiWFA8ADwAPAfsN-Q76DvsM"
)


def _draw(text: str, normalise: bool = True) -> None:
    st.session_state.update({draw_source.SOURCE: draw_source.PAD, draw_source.NORMALISE: normalise})
    shared.show(text)


def _test_digit() -> None:
    name = next(iter(draw_source.draw_kit.data_sets()))
    st.session_state.update(
        {draw_source.SOURCE: draw_source.TEST, draw_source.SET: name, draw_source.NUMBER: 9}
    )


EXPERIMENTS = [
    Experiment(
        "Switch the normalisation off",
        "A small 7 in a corner. With the normalisation on, every model knows it. Off, they see "
        "what no training digit looked like: watch what they write instead.",
        "Show the model failing",
        lambda: _draw(CORNER, normalise=False),
    ),
    Experiment(
        "How odd is a house?",
        "It is rebuilt as something like a digit, and the map shows the walls that went missing. "
        "Compare its oddness with a real digit's. Who are its neighbours?",
        "Draw the house for me",
        lambda: _draw(examples.HOUSE),
    ),
    Experiment(
        "A digit that somebody else wrote",
        "The models never saw the test digits. Step through some: the closest is often the model "
        "that keeps most, and the neighbours often, not always, have the right class.",
        "Show me a test digit",
        _test_digit,
    ),
]

COMMON = """
**All models** get the same 28 × 28 pixels. *Kept* is what passes the bottleneck: the fewer numbers
or bits, the more has to be guessed. The squared error can be compared between models; nats can be
compared only between models that have them.

**The error map** is the reconstruction minus the image. Missing ink is what the code had no room
for; added ink is what the model expected there.

**Odder than 96 % of test digits** means: of the images kept for testing, 96 % were rebuilt with a
smaller error than yours. A drawing can be perfectly readable and still odd: the measure is what
this model saw in training.

**Neighbours** are the training digits whose codes lie nearest. A model sorts by the shapes that
matter to it, so a neighbour may look like yours and be another digit.
"""
CLOUD = (
    "**±σ and KL.** The code of this model is a cloud. A narrow one is a coordinate that the model "
    "is sure of, and it costs nats to say so: its KL. Bars far above their tick are what makes "
    "this digit unusual."
)
GRID = (
    "**A grid of words** has no distance of its own: two grids are compared by the codebook "
    "vectors in their cells, since those are what the decoder gets."
)
TOLD = (
    "**The class is told** to this model beside the code, or guessed as the one under which the "
    "digit costs least. Its code is left with the hand that wrote it."
)


def what_you_see(abilities: Abilities) -> str:
    """Markdown: what is on the screen and why, for a model with these abilities."""
    extra = (
        [CLOUD] * abilities.posterior
        + [GRID] * abilities.discrete
        + [TOLD] * (abilities.conditional)
    )
    return "\n\n".join([COMMON.strip(), *extra])


OF_CLOUDS = r"""\begin{aligned}
-\mathrm{ELBO}(x) &= -\log p(x \mid z{=}\mu) + \sum_i \mathrm{KL}_i \\
\mathrm{KL}_i &= \tfrac12\left(\mu_i^2 + \sigma_i^2 - 1 - \log \sigma_i^2\right)
\end{aligned}"""
OF_POINTS = (
    r"\mathrm{odd}(x) = \frac{1}{M}\sum_{m=1}^{M} "
    r"\left[\, \mathrm{error}(x_m) < \mathrm{error}(x) \,\right]"
)


def equation(abilities: Abilities) -> tuple[str, str, tuple[str, ...]]:
    """Words, LaTeX and our own functions ("module:name") for a model with these abilities."""
    about = (
        "How odd a digit is: the share of the $M$ test images that score better. The run ships "
        "with the percentiles of its test images' scores, so no data set is needed."
    )
    functions = ("aecore.citizen:oddness", "aecore.scores:share_above")
    if not abilities.posterior:
        return about, OF_POINTS, functions
    about += (
        " For this model the score is also the negative ELBO, taken at the mean $\\mu$ of the "
        "code, without noise, so that the same drawing always scores the same."
    )
    return about, OF_CLOUDS, ("aecore.losses:gaussian_kl", *functions)
