"""Keeping a run: as a file and back, its name, its end, and its way into the other pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import streamlit as st

from ui import jobs as trainings
from ui import page, shared

if TYPE_CHECKING:
    from aecore.job import Status

LONGEST_NAME = 80  # characters
NOT_OF_ONE_RUN = ("pages/train.py", "pages/sparse.py", "pages/pitfalls.py")


def keep(status: Status) -> None:
    """What one may do with a run that there is something of."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if status.has_run:
            _download(status)
        _rename(status)
        _delete(status)
    if status.has_run and not status.under_way:
        _open_in(status.id)


def _download(status: Status) -> None:
    from aecore.archive import SUFFIX

    safe = re.sub(r"[^\w-]+", "-", status.name).strip("-").lower() or "run"
    st.download_button(
        "Download",
        data=lambda: trainings.jobs().download(status.id),
        file_name=safe + SUFFIX,
        mime="application/zip",
        icon=":material/download:",
        on_click="ignore",
        help="The whole run as one file: model, history, snapshots. Upload it here again, or read "
        "it with Python.",
        key="download",
    )


def _rename(status: Status) -> None:
    key = f"name-{status.id}"
    with st.popover("Rename", icon=":material/edit:"):
        st.text_input(
            "Name",
            value=status.name,
            max_chars=LONGEST_NAME,
            key=key,
            on_change=lambda: trainings.jobs().rename(status.id, st.session_state[key]),
        )


def _delete(status: Status) -> None:
    def delete() -> None:
        trainings.jobs().delete(status.id)
        trainings.leave()

    with st.popover("Delete", icon=":material/delete:"):
        st.markdown("It can't be brought back. Its link will lead nowhere.")
        st.button("Delete this run", on_click=delete, type="primary", key="delete")


def _open_in(run_id: str) -> None:
    """Links to the other pages that show a run."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("Open in", width="content")
        for row in page.there():
            if row.file not in NOT_OF_ONE_RUN:
                st.page_link(
                    row.file,
                    label=row.title,
                    icon=f":material/{row.icon}:",
                    query_params={**shared.parameters(), shared.MODEL: run_id},
                    width="content",
                )


def upload() -> None:
    """A run's file, taken in and put on the stage; a bad one is refused with its reason."""
    limit = trainings.jobs().settings.max_upload_megabytes
    with st.expander("Upload a run", icon=":material/upload:"):
        file = st.file_uploader(
            "A run that was downloaded here",
            type="zip",
            key=f"upload-{st.session_state.get('uploads', 0)}",
            max_upload_size=limit,
            label_visibility="collapsed",
        )
        if file is not None:
            _take(file)
        if refused := st.session_state.pop("refused-file", None):
            st.error(f"This file was refused: {refused}.")


def _take(file) -> None:
    from aecore.jobs import Refused

    try:
        trainings.show(trainings.jobs().upload(file.getvalue(), trainings.visitor()))
    except Refused as refused:
        st.session_state["refused-file"] = str(refused).rstrip(".")
    st.session_state["uploads"] = st.session_state.get("uploads", 0) + 1  # an empty one is next
    st.rerun()
