"""What Explore says about the model in use, chosen by its abilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui import lessons
from ui.lessons import Lesson

if TYPE_CHECKING:
    from aecore.models.base import Abilities
    from aecore.runs import ListedRun

COMMON = """
**Nothing is sent while you drag.** The decoder, which is the half of the model that draws, runs
in your browser. Each movement of the hand is a new list of numbers, and each list is a new picture.

**Between two digits** the walk through the latent space passes pictures that the model believes in,
most of them still digits. The same walk through pixels only fades one picture out and the other in.
"""

VECTOR = Lesson(
    "**The sliders** stand in the order in which the model uses them, and reach as far as 99 % of "
    "real digits do. The grey landscape behind each one, and the coloured clouds on the "
    "chart, are the codes of real training digits. Drag out of the clouds and the decoder has to "
    "answer for places it never learned.",
    "A walk mixes the two ends; the share $t$ goes from 0 to 1. The spherical one keeps its "
    "distance from the origin, where $\\mathcal{N}(0, I)$ has next to no mass. $\\theta$ is the "
    "angle between the ends.",
    r"\begin{aligned} z(t) &= (1 - t)\, z_0 + t\, z_1 \\[1ex] \hat z(t) &= "
    r"\frac{\sin((1 - t)\theta)}{\sin\theta}\, \hat z_0 + \frac{\sin(t\theta)}{\sin\theta}\, "
    r"\hat z_1 \end{aligned}",
    ("aecore.latent:interpolate", "aecore.latent:traverse"),
)
POSTERIOR = (
    "**The ellipse** is the posterior of the digit you started from: what the encoder believes "
    "about it, one σ (solid) and two σ (dashed) in the units of the axes. *Resample* draws from "
    "it: as long as you stay inside, the picture should hardly change, because training showed the "
    "decoder just such draws. **The figure beside a slider** is its KL divergence in nats: what "
    "the coordinate says about a digit, on average. A coordinate of 0.00 nats says nothing."
)
POINT = (
    "**The figure beside a slider** is the variance of the coordinate over real digits. Nothing "
    "asked this model to keep its codes together, so the clouds may lie anywhere, with empty land "
    "between them."
)
GRID = Lesson(
    "**The grid** holds 7 × 7 codes, each the number of an entry in the codebook, and each "
    "responsible for about 4 × 4 pixels of the picture and a little around them. The darker a "
    "code, the more often real digits use it. Its picture is what a grid full of it decodes to.",
    "A walk mixes the vectors of the two grids, and each cell takes the nearest codebook entry "
    "$e_k$: so the picture changes cell by cell, in jumps.",
    r"k(t) = \operatorname*{arg\,min}_j \left\| (1 - t)\, e_{a} + t\, e_{b} - e_j \right\|^2",
    ("aecore.losses:nearest_code", "aecore.latent_space:snap"),
)
TOLD = (
    "**This model is told the class**, so the coordinates hold only the style: slant, width, "
    "loops. The ten buttons show the same style under all ten classes."
)


def lesson(abilities: Abilities) -> Lesson:
    """The lesson on exploring a model with these abilities; its words are whole."""
    found = GRID if abilities.discrete else VECTOR
    parts = [COMMON.strip(), found.words]
    if abilities.posterior:
        parts.append(POSTERIOR)
    elif not abilities.discrete:
        parts.append(POINT)
    if abilities.conditional:
        parts.append(TOLD)
    return Lesson("\n\n".join(parts), found.about, found.latex, found.functions)


def conditions(chosen: ListedRun) -> str:
    """How what is shown was made."""
    card = chosen.info.card
    return (
        f"**{chosen.info.title}.** {card.conditions if card else ''} Real digits: the codes of the "
        "first 5,000 training images, kept with the run. Ranges: their 0.5th to 99.5th percentile. "
        "Pictures while you drag: float32 in your browser, within 0.001 a pixel of PyTorch's."
    )


def figures(chosen: ListedRun) -> list[tuple[str, str, str]]:
    """The run's test figures."""
    return lessons.figures(chosen.info)
