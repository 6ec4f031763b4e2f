"""Compare β: what it buys and what it costs, as one lens over models of several β."""

import streamlit as st

from ui import compare_beta, compare_beta_sweep, compare_beta_words, doctor, page

page.begin("pages/compare_beta.py")
kit = compare_beta.hands_on()
if kit:
    compare_beta_words.beside_the_lens(kit)
    st.divider()
    doctor.surgery(kit)
    compare_beta_sweep.small_sweep()
    page.try_this(compare_beta_words.experiments(kit))
    page.explain(compare_beta_words.WORDS)
    page.equation(*compare_beta_words.EQUATION)
    page.conditions(*compare_beta_words.conditions(kit))
    compare_beta.remember()
