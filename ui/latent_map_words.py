"""What the latent map's page says: what to try, what one sees and why, and the equations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import lessons, page
from ui.examples import FOUR
from ui.shared import show

if TYPE_CHECKING:
    from ui.latent_map import Shown


def _look(**choices: str) -> None:
    """Makes choices, as a link would."""
    st.session_state.update(choices)


EXPERIMENTS = [
    page.Experiment(
        "One cloud, three maps",
        "Watch the points move from PCA to t-SNE to UMAP. The codes are the same: which clusters "
        "were there in all three, and which did a map make?",
        "Start from PCA",
        lambda: _look(map="pca", dims="2"),
    ),
    page.Experiment(
        "On the border",
        "Draw a 4 and close its top slowly. Watch it walk from the cloud of the 4s to that of the "
        "9s, and who its neighbours are on the way.",
        "Draw the 4 for me",
        lambda: show(FOUR),
    ),
    page.Experiment(
        "Where the map lies",
        "Colour by trust: bright points lost most of their true neighbours. Lasso a few of the "
        "brightest in one spot: who is nearest in the latent space is shown below. Where on the "
        "map are those?",
        "Colour by trust",
        lambda: _look(colour="lost"),
    ),
]

COMMON = """
**Each point is an image**, placed by its code alone; the model was never told the classes that
colour it. Point at one to see it, zoom in until digits take the place of dots, or draw a lasso
around some: what they have in common is their mean code, decoded.

**A map has two numbers for each code**, which has many more, so something has to go. *PCA* looks at
the codes from the side from which they differ most: honest about distances, blind to the rest.
*t-SNE* and *UMAP* keep neighbours together and let everything else go where there is room.
"""
POSTERIOR = """
**Your drawing is a cloud** for this model: it lands at its mean, and the marks around it are its
posterior, what the encoder holds possible. Codes within it decode to nearly the same picture.
"""
GRID = """
**A code here is a grid** of 7 × 7 codebook entries. Its 49 vectors in a row are one long vector,
and that is what PCA looks at. t-SNE and UMAP, and the figures of trust, get its 64 main directions.
"""
TOLD = """
**This model is told the class**, so its codes hold only the hand: no wonder that the classes lie
over one another. That is what such a model is for.
"""
FILM = """
**Training** shows 500 test digits at each moment that the run kept, by their two main
directions at that moment, turned to lie over the moment before.
"""

TSNE = (
    "t-SNE turns distances into the chance $p_{ij}$ that two codes are neighbours, does the same "
    "on the map with heavier tails, $q_{ij}$, and moves the points until the two agree. "
    "Trustworthiness asks afterwards who is a neighbour on the map ($U_i$) and wasn't before, and "
    "by how many ranks $r(i, j)$.",
    r"\begin{aligned} C &= \sum_{i \ne j} p_{ij} \log \frac{p_{ij}}{q_{ij}} \\[1ex] "
    r"T &= 1 - \frac{2}{N k (2N - 3k - 1)} \sum_i \sum_{j \in U_i} \left( r(i, j) - k \right) "
    r"\end{aligned}",
    ["aecore.map_quality:measure", "aecore.projection:by_neighbours"],
)
PCA = (
    "PCA takes the directions $a$ in which the codes $z$ vary most, each at right angles to those "
    "before. A new code is placed by the same formula.",
    r"y = A \left( z - \bar z \right), \quad A A^\top = I",
    ["aecore.projection:pca", "aecore.map_quality:measure"],
)
SOURCES = (
    "t-SNE: van der Maaten & Hinton 2008, begun as Kobak & Berens 2019 advise, by openTSNE; UMAP: "
    "McInnes, Healy & Melville 2018, by umap-learn; trustworthiness: Venna & Kaski 2001; how to "
    "misread: after Wattenberg, Viégas & Johnson 2016"
)


def tell(shown: Shown) -> None:
    """All that the page says below the map."""
    abilities = shown.chosen.info.recipe.entry.abilities
    extra = [POSTERIOR] * abilities.posterior + [GRID] * abilities.discrete
    page.explain("\n".join([COMMON, *extra, *[TOLD] * abilities.conditional, FILM]))
    pca = shown.view is None or shown.view.name.startswith("pca")
    page.equation(*(PCA if pca else TSNE))
    page.conditions(_conditions(shown), lessons.figures(shown.chosen.info), SOURCES)


def _conditions(shown: Shown) -> str:
    info, world = shown.chosen.info, shown.world
    card = info.card.conditions if info.card else ""
    return f"**{info.title}.** {card} {_points_words(world) if world else ''}"


def _points_words(world) -> str:
    what = {
        "test": "the test images of its data set",
        "train": "the training images whose codes the run keeps",
        "all": "all images of its data set, training and test",
    }[world.points.split]
    shown = (
        "Pictures: the originals, and what the decoder rebuilds in your browser."
        if world.here
        else "Pictures: rebuilt from their codes, as the original images aren't on this machine."
    )
    return f"The map: the codes of {len(world.points):,} images, {what}. {shown}"
