"""A digit written code by code by a learned prior, so that one sees it happen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ui import bars, cached, explore_address, generate_kit, lab, linked
from ui.components.player import player

if TYPE_CHECKING:
    from aecore.runs import ListedRun
    from ui.generate_kit import Draw

COUNT = 64
SAMPLE = "sample"  # which of them is shown: a widget beside the other controls


def which() -> None:
    """The control that says which sample is shown."""
    linked.whole(SAMPLE, f"Which of the {COUNT}", 1, COUNT, 1, width=160)


def written(chosen: ListedRun, draw: Draw) -> None:
    """The film of one sample, beside grids that no prior wrote; and the codes it ends with."""
    from aecore import generation
    from aecore.latent_space import pictures

    model, space = cached.run(chosen.folder).model, generate_kit.space(chosen.folder)
    number = st.session_state[SAMPLE] - 1
    found = generate_kit.written(chosen.folder, COUNT, draw.seed, draw.temperature)
    blank = int(space.counts.argmax()) if len(space) else 0
    films = {
        generation.SOURCES[name].title: generation.growing(model, indices, blank).numpy()
        for name, indices in _grids(chosen, draw, found.indices[number], number).items()
    }
    cells = found.indices[number].numel()
    left, right = st.columns([3, 2], gap="large")
    with left:
        at = explore_address.number("cell", cells, cells + 1)
        player(films, at, lambda step: explore_address.keep("cell", str(step)), key="writing")
    with right:
        st.markdown("**The codes that the prior wrote**")
        st.html(bars.code_grid(found.indices[number].numpy(), cached.places(chosen.folder)))
        p = found.probability[number].numpy()
        st.caption(
            f"Read them as one reads a page. The prior gave the codes it drew a probability of "
            f"{np.exp(np.log(np.maximum(p, 1e-9)).mean()):.0%} on average (geometric mean); a "
            f"random code has {1 / len(model.codebook):.1%}. Together they cost "
            f"{-np.log(np.maximum(p, 1e-9)).sum():.0f} nats."
        )
        final = pictures(model, found.indices[:16]).numpy()
        st.html(lab.sheet(final, 8, "sixteen samples that the prior wrote"))


def _grids(chosen: ListedRun, draw: Draw, indices, number: int) -> dict:
    """The prior's grid, and one of each other source, by source."""
    from aecore import generation

    model, space = cached.run(chosen.folder).model, generate_kit.space(chosen.folder)
    others = [name for name in generate_kit.sources(chosen.folder) if name != "prior"]
    return {"prior": indices} | {
        name: generation.draw(model, name, COUNT, draw.seed, space=space)[number] for name in others
    }
