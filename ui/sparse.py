"""Sparse codes, put together: the drawing's units, the dictionary, one unit, the histograms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ui import (
    bars,
    cached,
    explore_address,
    images,
    lab,
    own_runs,
    pickers,
    shared,
    sparse_kit,
)
from ui.components.picture_grid import picture_grid
from ui.pad import pad
from ui.sparse_charts import histograms
from ui.sparse_unit import one_unit

if TYPE_CHECKING:
    from aecore.latent_space import LatentSpace
    from aecore.reading import Reading
    from aecore.runs import ListedRun
    from aecore.units import Units

OFF, UNIT = "off", "unit"
PRESS = {"look": "Look closer", "switch": "Switch off and on"}
ACROSS = 16
STRONG = 3
TELLING = 0.6  # a unit that is active for fewer digits than this says more about each


def hands_on() -> ListedRun | None:
    """The drawing and its units; the dictionary; the unit that was pressed; the histograms."""
    lab.style()
    with st.container():
        cached.skeleton(height=480)
        usable = pickers.usable_runs([*cached.runs(), *own_runs.listed()])
        best = sparse_kit.sparsest(usable)
        chosen = pickers.choose_run(lambda info: best is not None and info is best.info)
    if chosen is None:
        return None
    if not sparse_kit.has_units(chosen.info):
        _no_units(chosen, best)
        return chosen
    try:
        space = sparse_kit.space(chosen.folder)
        seen = cached.sight(chosen.folder, shared.drawing())
        off = _off(space.code.z.shape[1])
        _drawing(chosen, seen.reading, off)
        if len(space):
            _dictionary(chosen, space, sparse_kit.units(chosen.folder), seen.reading, off)
            histograms(chosen, sparse_kit.beside(chosen, usable))
        else:
            st.caption(
                ":material/info: This run keeps no codes of training digits, so there is no "
                f"dictionary to show. `python -m aecore evaluate {chosen.folder} --save` adds them."
            )
    except (ValueError, OSError) as error:  # RunError, StrokesError
        st.error(str(error))
    lab.keep_drawing()
    return chosen


def _no_units(chosen: ListedRun, best: ListedRun | None) -> None:
    st.info(
        f"The code of {pickers.short_title(chosen)} is a grid of words and not a list of numbers, "
        "so it has no units to switch off."
    )
    if best:
        name = pickers.short_title(best)
        st.button(f"Use {name}", on_click=lab.use, args=(best.id,), key="use-sparsest")


def _off(size: int) -> list[int]:
    """The units that are switched off, from the address, counted from 0."""
    given = st.query_params.get(OFF, "")[:2_000]
    numbers = {int(part) for part in given.split(".") if part.isascii() and part.isdigit()}
    return sorted(number - 1 for number in numbers if 1 <= number <= size)


def switch(off: list[int]) -> None:
    """Puts units off from Python; all others are on."""
    text = ".".join(str(unit + 1) for unit in sorted(off))
    explore_address.keep(OFF, text or None)


def _drawing(chosen: ListedRun, seen: Reading | None, off: list[int]) -> None:
    """The pad, the drawing as the model rebuilds it, the same without the units that are off."""
    left, right = st.columns([3, 7], gap="medium")
    with left:
        pad()
    with right:
        if seen is None:
            st.caption("Draw a digit: its units appear here.")
            return
        st.html(_rebuilt_html(chosen, seen, off))
        left_on = np.where(np.isin(np.arange(len(seen.code)), off), 0, seen.code)
        st.html(f'<div class="bn-units">{bars.code_bars(left_on)}</div>')
        with st.container(horizontal=True, vertical_alignment="center"):
            order = np.abs(seen.code).argsort()[::-1]
            st.button(
                f"Keep its {STRONG} strongest units",
                on_click=switch,
                args=(order[STRONG:].tolist(),),
            )
            st.button(
                f"Switch its {STRONG} strongest off",
                on_click=switch,
                args=(order[:STRONG].tolist(),),
            )
            st.button("All on", on_click=switch, args=([],), disabled=not off)


def _rebuilt_html(chosen: ListedRun, seen: Reading, off: list[int]) -> str:
    without = sparse_kit.rebuilt(chosen.folder, seen.code, off, seen.label)
    change = without - seen.reconstruction
    figures = [
        lab.card(images.digit(seen.image, "the drawing"), "Your drawing", ["28 × 28 pixels"]),
        lab.card(
            images.digit(seen.reconstruction, "the reconstruction"),
            "All units on",
            [f"{len(_active(seen))} of {len(seen.code)} active"],
        ),
        lab.card(
            images.digit(without, "the reconstruction without the units that are off"),
            "Some off" if off else "None off yet",
            [f"{len(off)} switched off"],
        ),
        lab.card(
            lab.difference(change, "what the switched-off units drew"),
            "What changed",
            [
                '<span class="bn-error"><span class="bn-lacks">ink that went</span>, '
                '<span class="bn-adds">ink that came</span></span>'
            ],
        ),
    ]
    return f'<div class="bn-four">{"".join(figures)}</div>'


def _active(seen: Reading | None) -> set[int]:
    """The units that are active for the drawing."""
    import torch

    from aecore.units import is_active

    if seen is None:
        return set()
    return set(is_active(torch.tensor(seen.code)[None])[0].nonzero().flatten().tolist())


def _dictionary(
    chosen: ListedRun, space: LatentSpace, found: Units, seen: Reading | None, off: list[int]
) -> None:
    st.header("The dictionary", anchor=False)
    order = found.order
    usual = next((each for each in order if 0 < found.active[each] < TELLING), order[0])
    unit = explore_address.number(UNIT, usual + 1, len(order) + 1) - 1
    unit = unit if unit >= 0 else usual
    lit = _active(seen)
    idle = sum(float(found.active[each]) == 0 for each in order)
    press = explore_address.choose("press", "A press on a unit", PRESS, "look")
    scale = found.drawn.abs().flatten(1).amax(1).clamp(min=0.05)[:, None, None]
    drawn = (found.drawn / scale)[order].numpy()

    def pressed(place: int) -> None:
        if press == "look":
            explore_address.keep(UNIT, str(order[place] + 1))
        else:
            switch(sorted(set(off) ^ {order[place]}))

    picture_grid(
        drawn,
        [f"unit {each + 1}, active for {found.active[each]:.0%} of digits" for each in order],
        pressed,
        key="dictionary",
        columns=ACROSS,
        label="the dictionary: what each unit draws",
        captions=[f"{'● ' * (each in lit)}{found.active[each]:.0%}" for each in order],
        chosen=[order.index(unit)],
        off=[order.index(each) for each in off],
    )
    st.caption(
        "Each square is a unit: orange is ink that it adds, blue is ink that it takes away, on "
        "average over the digits that excite it most. Below it: for how many digits it is active; "
        "● where it is active for your drawing. "
        + (
            f"{idle} of the {len(order)} are never active: they didn't pay for themselves."
            if idle
            else ""
        )
    )
    one_unit(chosen, space, found, unit)
