"""Sheets of pictures around a place: a row for each coordinate, a plane over two of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ui import images
from ui.bars import signed
from ui.explore_kit import pictures
from ui.explore_place import numbers

if TYPE_CHECKING:
    from ui.explore_kit import Kit
    from ui.explore_place import Place

ROWS = 6  # coordinates that are traversed
COLUMNS = 11  # values of each
SIDE = 15  # pictures across a plane


def traversals(run_id: str, kit: Kit, place: Place) -> None:
    """A row for each of the most used coordinates: it alone goes through its whole range."""
    import torch

    from aecore import export, latent

    z = torch.tensor(numbers(kit, place))
    order = kit.space.order[:ROWS]
    rows = []
    for index in order:
        low, high = kit.space.ranges[index].tolist()
        codes = latent.traverse(z, index, torch.linspace(low, high, COLUMNS))
        rows.append(pictures(kit, codes, place.y))
    for index, row in zip(order, rows, strict=True):
        low, high = kit.space.ranges[index].tolist()
        use = f"{kit.space.usage[index]:.2f} {kit.space.unit}"
        name = f"z<sub>{index + 1}</sub> <small>{use}</small>"
        alt = f"coordinate {index + 1} from {low:.2f} to {high:.2f}"
        st.html(_row(name, signed(low, 1), strip(row, alt), signed(high, 1)))
    sheet = export.sheet(np.stack(rows))
    _download(run_id, "traversals", sheet)


def plane(run_id: str, kit: Kit, place: Place) -> None:
    """The plane of the pad's two coordinates, as pictures; all other coordinates stay put."""
    import torch

    from aecore import export, latent

    across, up = place.axes
    z = torch.tensor(numbers(kit, place))
    if across == up:
        st.info("This code has a single coordinate: it has a row of pictures, but no plane.")
        return
    xs, ys = (torch.linspace(*kit.space.ranges[axis].tolist(), SIDE) for axis in place.axes)
    codes = latent.plane(z, across, up, xs, ys)
    found = pictures(kit, codes.reshape(SIDE * SIDE, -1), place.y).reshape(SIDE, SIDE, 28, 28)
    sheet = export.sheet(found, gap=0)
    whole = len(z) == 2
    st.markdown(
        f"{'All of the latent space' if whole else 'A slice of it'}: "
        f"z{across + 1} from {xs[0]:.1f} to {xs[-1]:.1f} across, "
        f"z{up + 1} from {ys[0]:.1f} to {ys[-1]:.1f} upwards"
        + ("." if whole else f"; the other {len(z) - 2} coordinates stay where the pad is.")
    )
    alt = f"{SIDE} by {SIDE} digits over coordinates {across + 1} and {up + 1}"
    st.html(f'<div style="max-width:42rem">{images.digit(sheet, alt)}</div>')
    _download(run_id, "plane", sheet)


def strip(row: np.ndarray, alt: str) -> str:
    """HTML of pictures (n, 28, 28) side by side, as one image."""
    from aecore import export

    joined = export.sheet(row[None])
    height, width = joined.shape
    picture = images.digit(joined, alt)
    return picture.replace('style="', f'style="aspect-ratio:{width}/{height};', 1)


def _row(name: str, low: str, middle: str, high: str) -> str:
    columns = "6.5rem 3rem minmax(0,1fr) 3rem"
    style = "display:grid;align-items:center;gap:.6rem;font-variant-numeric:tabular-nums;"
    return (
        f'<div style="{style}grid-template-columns:{columns}"><span>{name}</span>'
        f'<span style="text-align:right">{low}</span>{middle}<span>{high}</span></div>'
    )


def _download(run_id: str, what: str, sheet: np.ndarray) -> None:
    from aecore import export

    st.download_button(
        "Picture (PNG)",
        lambda: export.png(sheet, export.SHEET_SCALE),
        f"{run_id}-{what}.png",
        "image/png",
        icon=":material/image:",
        on_click="ignore",
        key=f"png-{what}",
    )
