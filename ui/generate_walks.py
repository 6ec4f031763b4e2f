"""The same walk between two digits through any set of models, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import explore_address, explore_kit, explore_walk, linked, pickers
from ui.components.player import player

if TYPE_CHECKING:
    import numpy as np

    from aecore.runs import ListedRun
    from ui.explore_kit import Kit

STEPS = explore_walk.STEPS


def walks(chosen: ListedRun, usable: list[ListedRun]) -> None:
    """The two ends, the set of models, the films."""
    dataset = chosen.info.recipe.dataset
    there = {each.id: each for each in usable if each.info.recipe.dataset == dataset}
    kits, faults = _kits([chosen])
    if faults:
        st.error(faults[0])
        return
    ends = []
    for column, name in zip(st.columns(2), explore_walk.ENDS, strict=True):
        with column:
            ends.append(explore_walk.end_token(name, kits[chosen.id]))
    path = explore_address.choose("path", "Path", explore_walk.PATHS, "straight")
    titles = {run_id: pickers.short_title(each) for run_id, each in there.items()}
    names = linked.several("models", "Models", titles, first_set(chosen, list(there.values())))
    kits, faults = _kits([there[name] for name in names])
    films, missing = {}, []
    for name, kit in kits.items():
        film = _film(there[name], kit, ends, path)
        if film is None:
            missing.append(titles[name])
        else:
            films[titles[name]] = film
    for words in faults:
        st.error(words)
    if not films:
        st.info("Draw a digit on Home first, or start from a real one.")
        return
    if missing:
        st.caption(f"{', '.join(missing)}: keeps no codes of these digits.")
    at = explore_address.number("at", STEPS // 2, STEPS)
    player(films, at, lambda step: explore_address.keep("at", str(step)), key="walks_player")
    _download(films)


def _download(films: dict[str, np.ndarray]) -> None:
    """The films side by side as one GIF."""
    import numpy as np

    from aecore import export

    st.download_button(
        "Walks (GIF)",
        lambda: export.gif(np.concatenate(list(films.values()), axis=2)),
        "walks.gif",
        "image/gif",
        icon=":material/gif_box:",
        on_click="ignore",
    )


def first_set(chosen: ListedRun, there: list[ListedRun]) -> list[str]:
    """The chosen run, and the first ones whose code is of another kind than those before."""
    names, kinds = [], []
    for each in (chosen, *there):
        can = each.info.recipe.entry.abilities
        kind = (can.posterior, can.discrete)
        if kind not in kinds:
            names.append(each.id)
            kinds.append(kind)
    return names


def _kits(runs: list[ListedRun]) -> tuple[dict[str, Kit], list[str]]:
    kits, faults = {}, []
    for each in runs:
        try:
            kits[each.id] = explore_kit.kit(each.folder)
        except (ValueError, OSError) as error:  # RunError, PortableError
            faults.append(str(error))
    return kits, faults


def _film(listed: ListedRun, kit: Kit, ends: list[str | None], path: str) -> np.ndarray | None:
    """The frames (STEPS, 28, 28) of one model's walk; None where it doesn't know an end."""
    seen = explore_kit.reading(listed.folder)
    found = [None if end is None else explore_kit.digit(kit, end, seen) for end in ends]
    if None in found:
        return None
    return explore_walk.between(listed.folder, kit, *found, path).frames.numpy()
