"""Charts that hold several runs against one another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from aecore.replay import Film


def loss_curves(films: Mapping[str, Film], name: str) -> None:
    """A loss of several runs over one axis of epochs, on the test images."""
    import pandas as pd

    rows = [
        {"epoch": row.step / film.steps_per_epoch, "run": run, name: row.test[name]}
        for run, film in films.items()
        for row in film.rows
        if row.test and name in row.test
    ]
    data = pd.DataFrame(rows, columns=["epoch", "run", name])
    st.line_chart(data, x="epoch", y=name, color="run", height=260)


def losses_in_common(films: Mapping[str, Film]) -> list[str]:
    """The names of the test losses that every one of the runs has."""
    named = [
        dict.fromkeys(name for row in film.rows for name in (row.test or {}))
        for film in films.values()
    ]
    return [name for name in named[0] if all(name in each for each in named)] if named else []
