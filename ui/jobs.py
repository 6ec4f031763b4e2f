"""The one Jobs object of the server, who is asking it, and the visitor's own runs."""

from __future__ import annotations

import secrets
import threading
from typing import TYPE_CHECKING

import streamlit as st

from ui import cached, shared
from ui.components.visitor import COOKIE, remember

if TYPE_CHECKING:
    from aecore.jobs import Jobs
    from aecore.snapshots import Probes

VISITOR = "visitor"


def jobs() -> Jobs:
    """All visitors' trainings; the engine starts when this is first asked for."""
    cached.need("aecore.jobs", "aecore.replay")
    return _jobs()


@st.cache_resource(show_spinner=False, on_release=lambda jobs: jobs.close())
def _jobs() -> Jobs:
    from aecore.jobs import Jobs

    # Meanwhile, what the first training needs to show something before a worker is there.
    threading.Thread(target=probes, args=("digits",), name="probes", daemon=True).start()
    return Jobs()


@st.cache_resource(show_spinner=False)
def probes(dataset: str) -> tuple[Probes, int]:
    """The images that a training's snapshots are of, and how many it trains on.

    Raises:
        aecore.data.DatasetMissing: the data set isn't on this machine.
    """
    from aecore import data
    from aecore.snapshots import choose_probes

    loaded = data.load(dataset)
    return choose_probes(loaded), len(loaded.train)


def visitor() -> str:
    """Who is asking: a name that nobody guesses, kept in a cookie of this browser."""
    if VISITOR not in st.session_state:
        known = st.context.cookies.get(COOKIE, "")
        st.session_state[VISITOR] = known if len(known) == 32 else secrets.token_hex(16)
    return st.session_state[VISITOR]


def remember_visitor() -> None:
    """Has the browser keep who is asking; once a page, where it shows nothing."""
    remember(visitor())


def settled_run() -> str | None:
    """The run that the page is about: the address's, else the session's; now both agree."""
    wanted = st.query_params.get(shared.RUN) or st.session_state.get(shared.RUN)
    if wanted:
        show(wanted)
    return wanted


def show(run_id: str) -> None:
    """Puts a run on the stage, and into the address."""
    st.session_state[shared.RUN] = st.query_params[shared.RUN] = run_id


def leave() -> None:
    """Takes the run off the stage."""
    st.session_state.pop(shared.RUN, None)
    st.query_params.pop(shared.RUN, None)
