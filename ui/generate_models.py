"""The same noise through different models: a row for each."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import streamlit as st

from ui import explore_address, generate_kit, lab, pickers

if TYPE_CHECKING:
    from aecore.runs import ListedRun
    from ui.generate_kit import Draw

COUNT = 12
REMEDIES = {
    "normal": "N(0, I)",
    "gaussian": "One Gaussian",
    "mixture": "A mixture",
}


def models(usable: list[ListedRun], draw: Draw) -> None:
    """A row of samples for each run; those without a prior draw from what is chosen."""
    remedy = explore_address.choose(
        "remedy", "Models without a prior draw from", REMEDIES, "normal"
    )
    rows = []
    for each in usable:
        rows.append(_row(each, draw, remedy))
    st.html(f'<div class="bn-rows">{"".join(rows)}</div>')
    st.caption(
        f"Each column begins with the same numbers: seed {draw.seed}, as many of them as the "
        "model's code is long. Models whose codes are a grid draw their codes with the same seed."
    )


def _row(listed: ListedRun, draw: Draw, remedy: str) -> str:
    from dataclasses import replace

    from aecore.generation import SOURCES
    from aecore.runs import RunError

    title = html.escape(pickers.short_title(listed))
    try:
        known = generate_kit.sources(listed.folder)
        source = known[0] if known[0] == "prior" else remedy if remedy in known else known[0]
        own = replace(draw, source=source, count=COUNT)
        pictures = generate_kit.samples(listed.folder, own)
    except (RunError, OSError) as error:
        return f"<span><b>{title}</b></span><span>{html.escape(str(error))}</span>"
    words = SOURCES[source].title[0].lower() + SOURCES[source].title[1:]
    if listed.info.recipe.entry.abilities.conditional:
        words += ", asked for 0 to 9 in turn"
    sheet = lab.sheet(pictures, COUNT, f"{COUNT} samples of {title} {words}")
    return f"<span><b>{title}</b><small>{words}</small></span>{sheet}"
