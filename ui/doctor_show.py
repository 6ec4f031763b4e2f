"""How the doctor shows what was found: the verdict, the suspects, and before and after."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ui import compare_beta_kit, images

if TYPE_CHECKING:
    from aecore.collapse import Diagnosis
    from aecore.run_info import RunInfo
    from ui.doctor import Patient

VERDICTS = {
    "healthy": (":green-badge[:material/check: healthy]", "Every coordinate says something."),
    "spare": (
        ":gray-badge[:material/remove: some to spare]",
        "It has more coordinates than it needs, and leaves the rest alone. Nothing is wrong.",
    ),
    "partly": (":orange-badge[:material/warning: partly collapsed]", "Coordinates were given up."),
    "wholly": (
        ":red-badge[:material/error: wholly collapsed]",
        "No coordinate says anything: the decoder draws the same picture for every image.",
    ),
}
FIGURES = {
    "negative_elbo_nats": "−ELBO",
    "kl_nats": "rate",
    "reconstruction_nats": "distortion",
}


def diagnosis(patient: Patient) -> None:
    """The verdict, the coordinates as bars, and each suspect with its evidence."""
    found = patient.found
    badge, words = VERDICTS[found.verdict]
    names = ", ".join(f"z{i + 1}" for i in found.dead)
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.markdown(f"{badge} **{found.alive} of {len(found.kl)}** coordinates alive. {words}")
        st.html(bars(found))
        if names:
            st.caption(f"Collapsed: {names}")
    with right:
        for suspect in found.suspects:
            mark = ":red[:material/report:]" if suspect.guilty else ":gray[:material/check:]"
            st.markdown(f"{mark} **{suspect.name}.** {suspect.evidence}")


def bars(found: Diagnosis, most: float | None = None) -> str:
    """KL of each coordinate as HTML, in the order of the code; collapsed ones are hollow."""
    most = most or max(*found.kl, 0.5)
    cells = "".join(_bar(i, kl, i in found.dead, most) for i, kl in enumerate(found.kl))
    label = f"KL of {len(found.kl)} coordinates, {found.alive} alive"
    return (
        f'<div role="img" aria-label="{label}" style="display:flex;gap:3px;align-items:flex-end;'
        f'height:5rem;max-width:26rem;border-bottom:1px solid var(--bn-line)">{cells}</div>'
    )


def _bar(index: int, kl: float, dead: bool, most: float) -> str:
    colour = "transparent;outline:1px dashed var(--bn-ink)" if dead else "var(--bn-accent)"
    title = f"z{index + 1}: {kl:.2f} nats, {'collapsed' if dead else 'alive'}"
    return (
        f'<i title="{title}" style="flex:1;height:{max(4, 100 * kl / most):.0f}%;'
        f'background:{colour}"></i>'
    )


def before_and_after(before: Patient, after: Patient, cure: str) -> None:
    """Two columns: the patient, and the same recipe with the cure."""
    st.subheader(f"Before and after: {cure}", anchor=False)
    most = max(*before.found.kl, *after.found.kl, 0.5)
    probes = compare_beta_kit.kit(before.info.recipe.dataset).images
    for column, patient, words in zip(
        st.columns(2, gap="large"), (before, after), ("Before", f"After: {cure}"), strict=True
    ):
        with column:
            found = patient.found
            st.markdown(f"**{words}** · {found.alive} of {len(found.kl)} alive")
            st.html(bars(found, most))
            st.html(_pictures(patient, probes))
            st.caption(_figures(patient.info))
    st.markdown(_answer(before, after), width=760)


def _pictures(patient: Patient, probes: np.ndarray) -> str:
    import torch

    from aecore.latent_space import pictures

    if patient.info.recipe.entry.abilities.conditional or not len(probes):
        return ""
    code = torch.from_numpy(compare_beta_kit.codes(patient.run, probes))
    rebuilt = pictures(patient.run.model, code).numpy()
    cells = "".join(images.digit(picture, "a digit, rebuilt", "3rem") for picture in rebuilt)
    return f'<div style="display:flex;flex-wrap:wrap;gap:.35rem">{cells}</div>'


def _figures(info: RunInfo) -> str:
    found = [
        f"{words} {info.metrics[name].value:.1f}"
        for name, words in FIGURES.items()
        if name in info.metrics
    ]
    return html.escape(", ".join(found) + " nats") if found else "not measured"


def _answer(before: Patient, after: Patient) -> str:
    """Whether it helped, in a sentence that the figures bear out."""
    gained = after.found.alive - before.found.alive
    if gained <= 0:
        return (
            "**It didn't help**: no coordinate came back. The cause lies elsewhere; compare the "
            "evidence above."
        )
    name = "negative_elbo_nats"
    words = f"**It helped**: {gained} more coordinate{'s' if gained > 1 else ''} alive."
    if name in before.info.metrics and name in after.info.metrics:
        change = after.info.metrics[name].value - before.info.metrics[name].value
        cheaper = f"{abs(change):.1f} nats {'less' if change < 0 else 'more'}"
        words += f" An image costs {cheaper} in all (−ELBO)."
        if change > 0:
            words += " So what they say isn't worth its price."
    return words
