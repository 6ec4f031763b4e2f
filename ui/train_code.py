"""«Show me the code»: plain PyTorch that trains the run on the stage again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from aecore.run_info import RunInfo


def show(info: RunInfo) -> None:
    """The program of a run, to read, to copy and to take away."""
    from aecore.reproduce import program

    with st.expander("Show me the code", icon=":material/code:"):
        text = program(info)
        lines = sum(bool(line.strip()) for line in text.splitlines())
        st.caption(
            f"{lines} lines of plain PyTorch: the same layers, loss, settings and seed. On the "
            "same machine it prints the losses of this very run."
        )
        st.code(text, language="python", height=420)
        st.download_button(
            "Download as a file",
            text,
            file_name=f"train_{info.recipe.model}.py",
            mime="text/x-python",
            icon=":material/download:",
            on_click="ignore",
            key="download-code",
        )
