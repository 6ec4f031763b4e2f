"""The latent map: all codes at once, and how far a flat picture of them can be trusted."""

from __future__ import annotations

import streamlit as st

from ui import latent_map, latent_map_jobs, latent_map_trust, latent_map_words, page


def bench(told: list) -> latent_map.Shown | None:
    """Model, pad and map: only this runs again while somebody draws or picks.

    `told` holds what the rest of the page speaks of; another choice redraws it all.
    """
    shown = latent_map.hands_on()
    key = shown.key if shown else ()
    if told and told[0] != key:
        st.rerun()
    told[:] = [key]
    if shown and shown.world:
        latent_map_jobs.settle(shown.world)
    return shown


page.begin("pages/latent_map.py")
shown = st.fragment(bench, run_every=latent_map_jobs.pace())(told=[])
if shown:
    latent_map.bring(shown)
    latent_map_trust.trust(shown)
page.try_this(latent_map_words.EXPERIMENTS)
if shown:
    latent_map_words.tell(shown)
