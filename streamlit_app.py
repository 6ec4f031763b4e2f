"""Home: draw a digit and see it through the bottleneck."""

import streamlit as st

from ui import cached, examples, lessons, page, pickers, readout, shared
from ui.components.sketchpad import sketchpad

EXPERIMENTS = [
    page.Experiment(
        "When does a 4 become a 9?",
        "Draw a 4 that is open at the top, then close it slowly. Watch for the moment when the "
        "reconstruction closes before you do.",
        "Draw the 4 for me",
        lambda: shared.show(examples.FOUR),
    ),
    page.Experiment(
        "Something that is no digit",
        "Draw a house, a letter, a face. The model can only answer with what it has learned: see "
        "what it makes of the roof, and how the closeness falls.",
        "Draw the house for me",
        lambda: shared.show(examples.HOUSE),
    ),
    page.Experiment(
        "Fewer numbers, plainer digits",
        "Draw a 7 with a bar, then change from the Variational AE (20 numbers) to the β-VAE (10 "
        "numbers, each one dearer) and to the VQ-VAE (49 words). Which of them keep the bar?",
        "Draw the 7 for me",
        lambda: shared.show(examples.SEVEN),
    ),
]


@st.fragment
def bench(drawing: str, revision: int, shown: str | None) -> None:
    """The pad and what the chosen run makes of it: only this runs again while somebody draws."""
    left, right = st.columns([320, 780], gap="large")
    with left:
        sketchpad(drawing, shared.take, revision=revision, example=shared.is_example())
    with right:
        chosen = pickers.choose_run()
        if chosen and chosen.id != shown:
            st.session_state["shown"] = chosen.id
            st.rerun()  # the rest of the page speaks of the chosen run too
        label = None
        st.html(readout.reading_html(cached.sight(chosen.folder, shared.drawing(), label)))


page.begin("streamlit_app.py")
bench(shared.drawing(), shared.revision(), st.session_state.get("shown"))
