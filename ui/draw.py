"""Draw, put together: the digit, the chosen model's view of it, all models, and its neighbours."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from ui import cached, draw_kit, draw_source, own_runs, pickers, readout, shared
from ui.draw_citizen import citizen_html
from ui.draw_models import Row, models_html

if TYPE_CHECKING:
    from aecore.drawing import Drawing
    from aecore.runs import ListedRun
    from ui.cached import Sight

STYLE = Path(__file__).resolve().parent / "draw.css"
# Seconds in which the thread that sends has Python to itself: the pen waits for the reconstruction,
# and what else there is to do would keep it from leaving.
SENDING = 0.01


def hands_on() -> ListedRun | None:
    """The digit on the left, the chosen model on the right; below, all models and its place.

    The chosen model follows the pen; what is below waits until the hand rests.
    """
    st.html(f"<style>{STYLE.read_text(encoding='utf-8')}</style>")
    with st.container():  # what comes and goes in here must not move the pad: it would start anew
        cached.skeleton(height=480)
        fault = draw_source.settle()
    left, right = st.columns([3, 7], gap="medium")
    with left:
        draw_source.choose()
        draw_source.switch()
    with right:
        chosen = pickers.choose_run()
        label = _flow(chosen, draw_source.drawn(), fault) if chosen else None
    if chosen:
        time.sleep(SENDING)
        rested = draw_source.drawn(rested=True)
        sight = draw_kit.look(chosen.folder, rested, label)
        _models(chosen, rested, sight)
        _citizen(chosen, sight)
    draw_source.keep()
    return chosen


def _flow(chosen: ListedRun, drawn: Drawing, fault: str | None) -> int | None:
    """The chosen model at work, a word on whatever is unusual; returns the class, if one is set."""
    place, label = st.container(), None
    if chosen.info.recipe.entry.abilities.conditional:
        label = pickers.choose_class()
    sight = draw_kit.look(chosen.folder, drawn, label)
    place.html(readout.told_html(chosen.info.recipe.entry.summary, sight))
    if sight.fault:
        place.error(sight.fault)
    if sight.reading and sight.reading.label_costs is not None:
        st.caption(readout.guess_words(sight.reading.label_costs))
    notes = drawn.notes if sight.reading else ()
    for words in filter(None, [fault, shared.fault(), *notes]):
        place.caption(f":material/info: {words}")
    return label


def _models(chosen: ListedRun, drawn: Drawing, sight: Sight) -> None:
    st.header("The same digit through every model", anchor=False)
    if drawn.empty:
        st.caption("Once there is a digit, all models show what they make of it here.")
        return
    usable = pickers.usable_runs([*cached.runs(), *own_runs.listed()])
    rows = [_row(each, each.id == chosen.id, sight, drawn) for each in usable]
    st.html(models_html(rows))


def _row(listed: ListedRun, chosen: bool, sight: Sight, drawn: Drawing) -> Row:
    from aecore import citizen

    seen = sight if chosen else draw_kit.look(listed.folder, drawn)
    title, reading = pickers.short_title(listed), seen.reading
    if reading is None:
        return Row(title, chosen, None, fault=seen.fault)
    grid = reading.indices is not None
    return Row(
        title,
        chosen,
        reading,
        citizen.bits(reading, len(seen.places)) if grid else None,
        citizen.oddness(reading.scores, listed.info.reference).get("mse"),
    )


def _citizen(chosen: ListedRun, sight: Sight) -> None:
    """Where the chosen model's reading stands among real digits."""
    if sight.reading is None:
        return
    from aecore import citizen
    from aecore.runs import RunError

    st.header(f"This digit among real ones: {pickers.short_title(chosen)}", anchor=False)
    try:
        found = draw_kit.citizen(chosen.folder, sight.reading)
    except (RunError, OSError) as error:
        st.error(str(error))
        return
    odd = citizen.oddness(sight.reading.scores, chosen.info.reference)
    st.html(citizen_html(sight, odd, found))
