"""The off-centre pitfall on the visitor's own drawing: moved aside, and centred again."""

from __future__ import annotations

import numpy as np
import streamlit as st

from ui import cached, linked, pickers, readout, shared

FARTHEST = 9  # pixels


def live() -> None:
    """A slider that moves the drawing, and what a VAE makes of it, as it is and centred."""
    usable = pickers.usable_runs(cached.runs())
    chosen = next((each for each in usable if each.info.recipe.entry.abilities.posterior), None)
    if chosen is None:
        return
    from aecore import drawing, strokes

    drawn = drawing.normalise(strokes.rasterise(strokes.decode(shared.drawing())))
    if drawn.empty:
        st.caption("Draw a digit on Home, and it can be moved aside here.")
        return
    st.markdown(f"**See it happen.** Your drawing, moved aside, through: {chosen.info.title}.")
    right = linked.slide("shift", "Pixels to the right", -FARTHEST, FARTHEST, 6, 1, width=420)
    moved = shifted(drawn.image, int(right))
    columns = st.columns(2, gap="large")
    for column, words, image in (
        (columns[0], "As it was drawn", moved),
        (columns[1], "Centred by its mass first", drawing.normalise(moved).image),
    ):
        sight = cached.look(chosen.folder, drawing.Drawing(image))
        column.markdown(f"**{words}**")
        column.html(f'<div class="bn-reading">{readout.sight_html(sight)}</div>')


def shifted(image: np.ndarray, right: int) -> np.ndarray:
    """An image (28, 28) moved to the right, or to the left where `right` is below 0."""
    out = np.zeros_like(image)
    if right >= 0:
        out[:, right:] = image[:, : image.shape[1] - right]
    else:
        out[:, :right] = image[:, -right:]
    return out
