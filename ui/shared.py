"""What all pages share with one another and with a link: the drawing, the model, the data set.

The drawing lives in the session under DRAWING, and under RESTED as it was when the hand last
rested: for what takes too long to follow the pen. A new session takes it from the address
(?drawing=...), which the pad itself keeps up to date; without one it starts with an example.
The chosen run is the widget MODEL, and stands in the address by its id.
"""

import streamlit as st

from aecore.strokes import StrokesError, decode
from ui.examples import THREE

DRAWING = "drawing"
RESTED = "rested_drawing"
ON_PAD = "on_pad"  # the drawing that a pad begins with
MODEL = "model"
RUN = "run"  # the run on the stage of Train, by its id: not a widget
SHARED = (MODEL, "dataset", RUN)  # the other choices; all but the last are widgets of these keys


def start() -> None:
    """Settles the drawing of a new session; `fault` says what was wrong with a link's drawing."""
    _settle()
    keep_for_pad()


def _settle() -> None:
    if DRAWING in st.session_state:
        if st.query_params.get(DRAWING) != _drawn():
            keep_in_address(st.query_params.get(MODEL))
        return
    given = st.query_params.get(DRAWING, "")
    st.session_state.update({"is_example": True, "revision": 0, "fault": None})
    _keep(THREE)
    if not given:
        return
    try:
        decode(given)
        _keep(given)
        st.session_state["is_example"] = False
    except StrokesError as error:
        st.session_state["fault"] = f"The link's drawing can't be shown: {error}."


def drawing() -> str:
    """The visitor's drawing as text (see aecore/strokes.py); "" if the pad was cleared."""
    return st.session_state[DRAWING]


def rested() -> str:
    """The drawing as it was when the hand last rested."""
    return st.session_state[RESTED]


def _keep(text: str, resting: bool = True) -> None:
    st.session_state[DRAWING] = text
    if resting:
        st.session_state[RESTED] = text


def on_pad() -> str:
    """What a pad begins with: the drawing as it was when the page last ran as a whole.

    While somebody draws it stays the same, so that the pad isn't sent its own strokes.
    """
    return st.session_state[ON_PAD]


def keep_for_pad() -> None:
    """The next pad begins with the drawing as it is now: for a page that has taken its pad away."""
    st.session_state[ON_PAD] = drawing()


def is_example() -> bool:
    """Whether the drawing is still the one that everyone starts with."""
    return st.session_state["is_example"]


def revision() -> int:
    """Counts the drawings that came from somewhere else than the pad."""
    return st.session_state["revision"]


def take(text: str, resting: bool) -> None:
    """A drawing from the pad; what isn't one is left aside, with a word."""
    try:
        decode(text)
    except StrokesError as error:
        st.session_state["fault"] = f"The pad's drawing can't be used: {error}."
        return
    _keep(text, resting)
    st.session_state.update({"is_example": False, "fault": None})


def show(text: str) -> None:
    """Puts a drawing on the pad from Python, as if the visitor had drawn it."""
    decode(text)
    _keep(text)
    st.session_state.update({"is_example": False, "fault": None})
    st.session_state["revision"] += 1
    keep_for_pad()


def fault() -> str | None:
    """What was wrong with the last drawing that was offered, if anything."""
    return st.session_state.get("fault")


def _drawn() -> str | None:
    return None if is_example() else drawing() or None


def parameters() -> dict[str, str]:
    """The shared choices as query parameters, for a link to another page."""
    chosen = {name: st.session_state.get(name) or st.query_params.get(name) for name in SHARED}
    return {name: str(value) for name, value in (chosen | {DRAWING: _drawn()}).items() if value}


def keep_in_address(model: str | None = None) -> None:
    """Writes the session's choices into the address; `model` where that is newer."""
    mine = parameters() | ({MODEL: model} if model else {})
    others = {
        name: st.query_params.get_all(name)
        for name in st.query_params
        if name not in (*SHARED, DRAWING)
    }
    st.query_params.from_dict(others | mine)
