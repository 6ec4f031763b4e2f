"""Widgets whose value is in the address, beside those of ui/explore_address.py.

A bad value in a link falls back to the default. Code may change a widget by the session's
state of the same name; the address follows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import streamlit as st

from ui import explore_address


def slide(
    name: str, label: str, low: float, high: float, default: float, step: float, **settings
) -> float:
    """A slider, kept in the address."""
    value = _remembered(name, default)
    whole = isinstance(step, int)
    value = min(max(value, low), high)
    steps = round((value - low) / step)
    value = low + steps * step if whole else round(low + steps * step, 6)
    st.session_state[name] = int(value) if whole else float(value)
    low, high = (int(low), int(high)) if whole else (float(low), float(high))
    chosen = st.slider(label, low, high, step=step, key=name, **settings)
    explore_address.keep(name, None if chosen == default else f"{chosen:g}")
    return chosen


def whole(name: str, label: str, low: int, high: int, default: int, **settings) -> int:
    """A whole number to type, kept in the address."""
    value = _remembered(name, default)
    st.session_state[name] = int(min(max(value, low), high))
    chosen = st.number_input(label, low, high, step=1, key=name, **settings)
    explore_address.keep(name, None if chosen == default else str(chosen))
    return chosen


def _remembered(name: str, default: float) -> float:
    """The session's value, else the link's, else the default; a number in any case.

    A link counts when the widget first appears: later the address may lag behind a quick hand.
    """
    linked = explore_address.given(name)
    written = st.session_state[explore_address.WRITTEN]
    for value in (st.session_state.get(name), linked, written.get(name)):
        try:
            number = float(value)
        except (TypeError, ValueError):
            continue
        if math.isfinite(number):
            return number
    return default


def several(
    name: str, label: str, options: Mapping[str, str], default: Sequence[str], **settings
) -> list[str]:
    """Any number of the options (a short name and the words on its button), kept in the address."""
    linked = explore_address.given(name)
    written = st.session_state[explore_address.WRITTEN].get(name)
    texts = linked if linked is not None else written
    remembered = st.session_state.get(name)
    if remembered is None:
        remembered = texts.split(",") if texts else default
    known = [each for each in remembered if each in options]
    st.session_state[name] = known or [each for each in default if each in options]
    chosen = st.pills(
        label, list(options), format_func=options.get, selection_mode="multi", key=name, **settings
    )
    kept = [each for each in options if each in chosen]
    explore_address.keep(name, None if set(kept) == set(default) else ",".join(kept) or None)
    return kept
