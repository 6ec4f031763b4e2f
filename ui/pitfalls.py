"""Pitfalls: predict what a mistake does, then see it beside its cure."""

from __future__ import annotations

import streamlit as st

from ui import explore_address, page, pitfalls_live, pitfalls_shifted, pitfalls_show
from ui.pitfalls_lessons import STORIES
from ui.pitfalls_story import Story

CHOSEN = "pitfall"  # in the session and in the address
REVEAL = "reveal"  # in the address: shows the pair at once
GUESSES = "foretold"  # in the session: what was guessed, by pitfall; SHOWN if not guessed
SHOWN = -1


def hands_on() -> Story:
    """Choice, question, and what comes after the guess; which pitfall it is."""
    story = _choose()
    st.subheader(story.title, anchor=False)
    if story.id in _guesses():
        _verdict(story)
        pitfalls_show.shipped(story)
        if story.on_drawing:
            pitfalls_shifted.live()
        pitfalls_live.live(story)
        _next(story)
    else:
        _ask(story)
    return story


def _guesses() -> dict[str, int]:
    return st.session_state.setdefault(GUESSES, {})


def _choose() -> Story:
    """One of the pitfalls, by button or by link."""
    linked = explore_address.given(CHOSEN)
    wanted = linked or st.session_state.get(CHOSEN) or st.query_params.get(CHOSEN)
    if wanted and wanted not in STORIES:
        st.caption(f":material/info: There is no pitfall called “{wanted[:40]}” here.")
    st.session_state[CHOSEN] = wanted if wanted in STORIES else next(iter(STORIES))
    chosen = st.pills(
        "Pitfall",
        list(STORIES),
        format_func=lambda name: STORIES[name].title,
        required=True,
        key=CHOSEN,
        label_visibility="collapsed",
        wrap=True,
    )
    explore_address.keep(CHOSEN, chosen)
    if explore_address.given(REVEAL):  # a link for those who needn't guess
        _guesses().setdefault(chosen, SHOWN)
    explore_address.keep(REVEAL, "yes" if _guesses().get(chosen) == SHOWN else None)
    _score()
    return STORIES[chosen]


def _score() -> None:
    """How many were foreseen so far, in this session."""
    guessed = {name: guess for name, guess in _guesses().items() if guess != SHOWN}
    right = sum(STORIES[name].right == guess for name, guess in guessed.items())
    if guessed:
        st.caption(
            f":material/psychology: Foreseen: {right} of {len(guessed)} guessed, "
            f"{len(STORIES)} pitfalls in all."
        )
    else:
        st.caption(":material/psychology: Guess first: what you foresaw is counted here.")


def _guess(name: str, answer: int) -> None:
    _guesses()[name] = answer


def _ask(story: Story) -> None:
    """The question, an answer a button; whichever is pressed, the pair is shown."""
    with st.container(border=True, gap="small"):
        st.markdown(f"**Predict first.** {story.question}", width=page.MEASURE)
        for number, answer in enumerate(story.answers):
            st.button(
                answer,
                on_click=_guess,
                args=(story.id, number),
                key=f"answer-{story.id}-{number}",
                width="stretch",
            )
        st.button(
            "Just show me",
            on_click=_guess,
            args=(story.id, SHOWN),
            key=f"show-{story.id}",
            type="tertiary",
        )
    pitfalls_show.before(story)


def _verdict(story: Story) -> None:
    """Whether the guess was right, which answer is, and why."""
    guess = _guesses()[story.id]
    with st.container(border=True, gap="small"):
        st.markdown(story.question, width=page.MEASURE)
        for number, answer in enumerate(story.answers):
            mark = ":material/check_circle:" if number == story.right else ":material/cancel:"
            words = f"**{answer}**" if number == story.right else answer
            mine = " *(your guess)*" if number == guess else ""
            st.markdown(f"{mark} {words}{mine}", width=page.MEASURE)
        if guess != SHOWN:
            st.badge(
                "Foreseen" if guess == story.right else "It came otherwise",
                color="green" if guess == story.right else "orange",
            )
        st.markdown(story.why, width=page.MEASURE)


def _next(story: Story) -> None:
    """On to the next one that is still unseen."""
    names = list(STORIES)
    place = names.index(story.id)
    rest = [name for name in names[place + 1 :] + names[:place] if name not in _guesses()]
    if rest:
        st.button(
            f"Next: {STORIES[rest[0]].title}",
            icon=":material/arrow_forward:",
            on_click=go_to,
            args=(rest[0],),
            key="next-pitfall",
        )


def go_to(name: str) -> None:
    """Opens a pitfall, as a link to it would."""
    st.session_state[CHOSEN] = name
