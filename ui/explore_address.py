"""What Explore keeps in the address, so that a link shows exactly the same.

Streamlit's own binding of a widget to the address writes the words on its buttons there, and lets
nothing but the widget change them. Here it is short names, and code may change them too: the
address is read when somebody comes by a link, and follows the session from then on.
"""

from collections.abc import Mapping

import streamlit as st

WRITTEN = "explore_address"  # in the session: what this page wrote into the address, by name


def given(name: str) -> str | None:
    """A value that came with a link, and not from this page itself; once."""
    written = st.session_state.setdefault(WRITTEN, {})
    value = st.query_params.get(name)
    if value is None or value == written.get(name):
        return None
    written[name] = value
    return value


def number(name: str, default: int, limit: int) -> int:
    """A number from 0 to below `limit` that is in the address; the default if there is none."""
    text = st.query_params.get(name, "")
    found = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else default
    return found if 0 <= found < limit else default


def keep(name: str, value: str | None) -> None:
    """Writes a value into the address; None takes the name out of it."""
    st.session_state.setdefault(WRITTEN, {})[name] = value
    if value is None:
        if name in st.query_params:
            del st.query_params[name]
    elif st.query_params.get(name) != value:
        st.query_params[name] = value


def choose(
    name: str, label: str, options: Mapping[str, str], default: str, show_label: bool = True
) -> str:
    """One of the options (a short name and the words on its button), kept in the address."""
    linked = given(name)
    remembered = linked or st.session_state.get(name) or st.session_state[WRITTEN].get(name)
    st.session_state[name] = remembered if remembered in options else default
    chosen = st.segmented_control(
        label,
        list(options),
        format_func=options.get,
        required=True,
        key=name,
        label_visibility="visible" if show_label else "collapsed",
    )
    keep(name, None if chosen == default else chosen)
    return chosen


def write(name: str, label: str, default: str, **settings) -> str:
    """A line of text, kept in the address."""
    linked = given(name)
    if linked is not None or name not in st.session_state:
        st.session_state[name] = linked or st.session_state[WRITTEN].get(name) or default
    text = st.text_input(label, key=name, **settings)
    keep(name, None if text == default else text)
    return text
