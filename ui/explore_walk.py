"""A walk between two digits: chosen, seen beside the same walk in pixels, and taken home."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import TYPE_CHECKING

import streamlit as st

from ui import cached, explore_address, explore_kit
from ui.components.player import player
from ui.explore_kit import YOUR_DRAWING

if TYPE_CHECKING:
    from pathlib import Path

    from aecore.reading import Reading
    from aecore.walks import Digit, Walk
    from ui.explore_kit import Kit

STEPS = 49
ENDS = {"from": "From", "to": "To"}
DRAWN = "drawing"
FIRST = {"from": DRAWN, "to": "8"}
PATHS = {"straight": "straight", "spherical": "round the origin"}


def walk(run_id: str, folder: Path, kit: Kit, seen: Reading | None) -> None:
    """The section: its two ends, its path, the films, the downloads."""
    start = _end("from", kit, seen)
    end = _end("to", kit, seen)
    path = explore_address.choose("path", "Path", PATHS, "straight")
    if start is None or end is None:
        st.info("Draw a digit on Home first, or start from a real one.")
        return
    found = between(folder, kit, start, end, path)
    films = {
        "Through the latent space": found.frames.numpy(),
        "Through pixels: one picture fades into the other": found.pixels.numpy(),
    }
    at = explore_address.number("at", STEPS // 2, STEPS)
    player(films, at, _stay_at, key="walk_player")
    for words in _notes(kit, start, end):
        st.caption(f":material/info: {words}")
    _downloads(run_id, found, {"from": start.name, "to": end.name, "path": path})


def between(folder: Path, kit: Kit, start: Digit, end: Digit, path: str) -> Walk:
    """The walk between two digits, taken once for all visitors."""
    return _walk(folder, cached.stamps_of(folder), kit, start, end, path, _tokens(start, end))


def _tokens(start: Digit, end: Digit) -> tuple:
    """What tells one walk from another in a cache: the names of its ends, and what was drawn."""
    return tuple((end.name, end.y, end.image.numpy().tobytes()) for end in (start, end))


def _notes(kit: Kit, start: Digit, end: Digit) -> Iterator[str]:
    """What the films don't say of themselves."""
    if kit.abilities.conditional and start.y != end.y:
        yield f"Halfway, this model is told to draw {end.y} in place of {start.y}."
    dataset = kit.run.recipe.dataset
    picked = any(digit.name != YOUR_DRAWING for digit in (start, end))
    if picked and not cached.has_data(dataset):
        yield (
            f"The images of {dataset} aren't on this machine: real digits are shown, and faded "
            "into one another, as the model rebuilds them."
        )


@st.cache_resource(show_spinner=False, max_entries=64)
def _walk(
    folder: Path, stamps: tuple, _kit: Kit, _start: Digit, _end: Digit, path: str, ends: tuple
) -> Walk:
    from aecore import walks

    return walks.walk(_kit.run.model, _start, _end, STEPS, path)


def _end(name: str, kit: Kit, seen: Reading | None) -> Digit | None:
    """One end: the drawing, or the nth example of a class; both in the address."""
    token = end_token(name, kit)
    return None if token is None else explore_kit.digit(kit, token, seen)


def end_token(name: str, kit: Kit) -> str | None:
    """The controls of one end, and what it means: see `explore_kit.digit`. None of no digit."""
    classes = map(str, range(10)) if len(kit.space) else ()
    options = {DRAWN: "My drawing"} | {label: label for label in classes}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        first = FIRST[name] if FIRST[name] in options else DRAWN
        chosen = explore_address.choose(name, ENDS[name], options, first)
        if len(options) > 1:
            st.button(
                "",
                icon=":material/casino:",
                help="A real digit at random",
                key=f"{name}-random",
                on_click=_shuffle,
                args=(name,),
            )
    if chosen == DRAWN:
        return explore_kit.DRAWING
    members = kit.space.examples(int(chosen))
    return str(int(members[_nth(name) % len(members)])) if len(members) else None


def _nth(name: str) -> int:
    """Which example of the class, from the address; 0 is the most typical one."""
    return explore_address.number(f"{name}_n", 0, 5_000)


def _shuffle(name: str) -> None:
    st.session_state[name] = str(random.randrange(10))
    explore_address.keep(f"{name}_n", str(random.randrange(1, 300)))


def _stay_at(step: int) -> None:
    explore_address.keep("at", str(step))


def _downloads(run_id: str, found: Walk, settings: dict[str, str]) -> None:
    from aecore import export

    with st.container(horizontal=True):
        st.download_button(
            "Walk (GIF)",
            lambda: export.gif(found.frames.numpy()),
            f"{run_id}-walk.gif",
            "image/gif",
            icon=":material/gif_box:",
            on_click="ignore",
        )
        st.download_button(
            "Codes (JSON)",
            lambda: export.walk_json(run_id, found.codes.numpy(), settings),
            f"{run_id}-walk.json",
            "application/json",
            icon=":material/data_object:",
            on_click="ignore",
        )
