"""Where Draw's digit comes from: the pad, a data set's test digits, or a picture of one's own.

In the address: `digit` (a test digit, as data set and number from 1, `mnist-18`) and `normalise`
(`off`). A link is read once; from then on the session counts and the address follows it. An
uploaded picture is in the session alone.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import streamlit as st

from ui import cached, draw_kit, images, shared
from ui.pad import pad

if TYPE_CHECKING:
    from aecore.drawing import Drawing

PAD, TEST, PICTURE = "pad", "test", "picture"
SOURCES = {PAD: "Draw", TEST: "A test digit", PICTURE: "A picture"}
SOURCE, SET, NUMBER, NORMALISE = "draw_source", "draw_set", "draw_number", "draw_normalise"
IMAGE, IMAGE_FAULT = "draw_picture", "draw_picture_fault"  # in the session: an uploaded picture
READ = "draw_link"  # in the session: what of the address has been read or written
LINKS = {"digit": None, "normalise": None}


def settle() -> str | None:
    """Takes what a link says into the session; what was wrong with it, if anything."""
    st.session_state.setdefault(SOURCE, PAD)
    st.session_state.setdefault(NORMALISE, True)
    st.session_state.setdefault(SET, next(iter(draw_kit.data_sets())))
    st.session_state.setdefault(NUMBER, 1)
    known = st.session_state.setdefault(READ, dict(LINKS))
    fault = None
    for name in LINKS:
        given = st.query_params.get(name)
        if given is not None and given != known[name]:
            known[name] = given
            fault = (_take_digit if name == "digit" else _take_switch)(given) or fault
    return fault


def _take_switch(given: str) -> str | None:
    if given not in ("on", "off"):
        return f"The link says normalise={given[:20]}; it can be on or off."
    st.session_state[NORMALISE] = given == "on"
    return None


def _take_digit(given: str) -> str | None:
    from aecore.data import DatasetMissing

    name, _, number = given.rpartition("-")
    if name not in draw_kit.data_sets():
        return f"The link's test digit “{given[:40]}” is of a data set that isn't here."
    try:
        count = len(draw_kit.test_digits(name)[1])
    except DatasetMissing as error:
        return str(error)
    if not (number.isascii() and number.isdigit() and len(number) < 9):
        return f"The link's test digit “{given[:40]}” has no number."
    if not 1 <= int(number) <= count:
        return f"The link asks for test digit {int(number)} of {name}, which has {count}."
    st.session_state.update({SOURCE: TEST, SET: name, NUMBER: int(number)})
    return None


def keep() -> None:
    """Brings the address up to the session."""
    state = st.session_state
    wanted = {
        "digit": f"{state[SET]}-{state[NUMBER]}" if state[SOURCE] == TEST else None,
        "normalise": None if state[NORMALISE] else "off",
    }
    st.session_state[READ] = wanted
    if all(st.query_params.get(name) == value for name, value in wanted.items()):
        return
    for name, value in wanted.items():
        if value:
            st.query_params[name] = value
        elif name in st.query_params:
            del st.query_params[name]
    shared.keep_in_address()  # the pad wrote its drawing past Streamlit: write it again


def choose() -> None:
    """The visitor's digit: where it comes from, and the pad, the data set or the picture."""
    st.segmented_control(
        "The digit comes from",
        list(SOURCES),
        format_func=SOURCES.get,
        required=True,
        key=SOURCE,
        persist_state="session",
        label_visibility="collapsed",
    )
    source = st.session_state[SOURCE]
    if source != PAD:
        shared.keep_for_pad()
    {PAD: pad, TEST: _test_digit, PICTURE: _picture}[source]()


def _test_digit() -> None:
    from aecore.data import DatasetMissing

    names = draw_kit.data_sets()
    st.selectbox("Data set", list(names), format_func=names.get, key=SET, persist_state="session")
    try:
        pictures, labels = draw_kit.test_digits(st.session_state[SET])
    except DatasetMissing as error:
        st.error(str(error))
        return
    count = len(labels)
    st.session_state[NUMBER] = min(max(1, st.session_state[NUMBER]), count)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(f"Number, 1 to {count:,}", 1, count, key=NUMBER, persist_state="session")
        st.button("Another", icon=":material/shuffle:", on_click=_another, args=(count,))
    number = st.session_state[NUMBER] - 1
    st.html(images.digit(pictures[number] / 255, f"test digit {number + 1}", "13rem"))


def _another(count: int) -> None:
    st.session_state[NUMBER] = random.randint(1, count)


def _picture() -> None:
    st.file_uploader(
        "A PNG or JPEG of one digit, up to 10 MB",
        type=["png", "jpg", "jpeg"],
        key="draw_upload",
        on_change=_take_picture,
        max_upload_size=10,
    )
    if fault := st.session_state.get(IMAGE_FAULT):
        st.error(fault)
    image = st.session_state.get(IMAGE)
    if image is not None:
        st.html(images.digit(square(image), "the uploaded picture, as ink", "11rem"))
    st.caption(
        "Dark on light or light on dark. It stays in this session and is stored nowhere, so a "
        "link can't carry it."
    )


def square(image):
    """An ink image (H, W) with paper added, so that it is a square."""
    import numpy as np

    height, width = image.shape
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    return np.pad(image, ((top, side - height - top), (left, side - width - left)))


def _take_picture() -> None:
    """Reads what was uploaded; what can't be read leaves a word, and no picture."""
    from aecore.drawing import DrawingError
    from aecore.upload import from_upload

    given = st.session_state["draw_upload"]
    st.session_state.update({IMAGE: None, IMAGE_FAULT: None})
    if given is None:
        return
    try:
        st.session_state[IMAGE] = from_upload(given.getvalue())
    except DrawingError as error:
        st.session_state[IMAGE_FAULT] = str(error)


def switch() -> None:
    """The switch that turns the normalisation off, to see what a model makes of that."""
    ready = st.session_state[SOURCE] == TEST
    st.toggle(
        "Normalise as MNIST was",
        key=NORMALISE,
        persist_state="session",
        disabled=ready,
        help="On: fitted into 20 × 20 pixels, moved to the middle by its centre of mass, strokes "
        "of a usual width. Off: the whole sheet is only shrunk to 28 × 28.",
    )
    if ready:
        st.caption("A test digit has MNIST's form already: there is nothing to switch off.")


def drawn(rested: bool = False, normalised: bool | None = None) -> Drawing:
    """The visitor's digit as the models get to see it; `normalised` overrules the switch.

    `rested`: a drawing as it was when the hand last rested, and not as it is under the pen.
    """
    cached.ready()
    from aecore import drawing
    from aecore.data import DatasetMissing

    state = st.session_state
    center = state[NORMALISE] if normalised is None else normalised
    if state[SOURCE] == TEST:
        try:
            return draw_kit.test_digit(state[SET], state[NUMBER] - 1)
        except DatasetMissing:
            return drawing.normalise([[0]])
    if state[SOURCE] == PICTURE:
        picture = state.get(IMAGE)
        if picture is None:
            nothing = drawing.normalise([[0]])
            return drawing.Drawing(nothing.image, True, ("Choose a picture of a digit.",))
        return drawing.normalise(picture, center=center)
    return _normalised(shared.rested() if rested else shared.drawing(), center)


@st.cache_resource(show_spinner=False, max_entries=64)
def _normalised(text: str, center: bool) -> Drawing:
    """A pad's drawing as the models see it, once for what follows the pen and what waits."""
    from aecore import drawing, strokes

    return drawing.normalise(strokes.rasterise(strokes.decode(text)), center=center)
