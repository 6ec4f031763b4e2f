"""One unit, closer: what it draws, and the digits that excite it most, with it and without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ui import generate_kit, images, lab, sparse_kit

if TYPE_CHECKING:
    from aecore.latent_space import LatentSpace
    from aecore.runs import ListedRun
    from aecore.units import Units

SHOWN = 8


def one_unit(chosen: ListedRun, space: LatentSpace, found: Units, unit: int) -> None:
    """The unit's section."""
    st.subheader(f"Unit {unit + 1}", anchor=False)
    if not float(found.active[unit]):
        st.caption("No training digit excites this unit: it draws nothing.")
        return
    numbers = found.strongest[unit][:SHOWN].numpy()
    known = generate_kit.known(chosen.folder)
    cards = [_exciting(chosen, space, unit, number, known.pictures[number]) for number in numbers]
    labels = space.labels[found.strongest[unit]].numpy()
    st.markdown(
        f"Active for {found.active[unit]:.0%} of digits. The ones that excite it most are "
        f"{_classes(labels)}. Above: the digit; below: what of it is this unit's work."
    )
    st.html(lab.cards(cards))
    if not known.real:
        st.caption("The digits are as this model rebuilds them: the data set isn't here.")


def _exciting(
    chosen: ListedRun, space: LatentSpace, unit: int, number: int, picture: np.ndarray
) -> str:
    code = space.code.z[number].numpy()
    label = int(space.labels[number])
    told = label if chosen.info.recipe.entry.abilities.conditional else None
    whole, without = (sparse_kit.rebuilt(chosen.folder, code, off, told) for off in ([], [unit]))
    both = images.digit(picture, f"a {label}") + '<span style="display:block;height:.35rem"></span>'
    both += lab.difference(whole - without, "what the unit adds and takes away")
    return lab.card(both, f"z = {code[unit]:.2f}", [f"<small>a {label}</small>"])


def _classes(labels: np.ndarray) -> str:
    """«mostly 3s and 8s», in words."""
    counts = np.bincount(labels, minlength=10)
    first = [int(label) for label in counts.argsort(kind="stable")[::-1] if counts[label] > 1][:3]
    if not first:
        return "of many classes"
    return "mostly " + " and ".join(f"{label}s" for label in first)
