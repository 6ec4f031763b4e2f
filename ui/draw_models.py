"""The same digit through all models, side by side, as HTML."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ui import images
from ui.draw_citizen import odder

if TYPE_CHECKING:
    from aecore.reading import Reading


@dataclass(frozen=True, eq=False)
class Row:
    """A model's part: its name, its reading or a fault, the bits of a grid, how odd (0 to 1)."""

    title: str
    chosen: bool
    reading: Reading | None
    bits: float | None = None
    odd: float | None = None
    fault: str | None = None


def models_html(rows: list[Row]) -> str:
    """A card for each model; the one that rebuilt most closely is marked."""
    errors = [row.reading.scores["mse"] for row in rows if row.reading]
    closest = min(errors, default=0)
    cards = "".join(_card(row, closest) for row in rows)
    return f'<div class="bn-models">{cards}</div>'


def _card(row: Row, closest: float) -> str:
    title = html.escape(row.title)
    if row.reading is None:
        words = html.escape(row.fault or "")
        return f"<figure>{images.empty('')}<figcaption><b>{title}</b>{words}</figcaption></figure>"
    error = row.reading.scores["mse"]
    kind = ' class="chosen"' if row.chosen else ""
    best = " · closest" if error == closest else ""
    odd = "" if row.odd is None else f"<br><small>{odder(row.odd)}</small>"
    return (
        f"<figure{kind}>{images.digit(row.reading.reconstruction, f'rebuilt by {row.title}')}"
        f"<figcaption><b>{title}</b>{kept(row.reading, row.bits)}<br>"
        f'<span class="bn-number">error {error:.4f}</span>{best}{odd}</figcaption></figure>'
    )


def kept(reading: Reading, bits: float | None) -> str:
    """What a code keeps of the 784 pixels: numbers, the nats they cost where known, or bits."""
    if reading.indices is not None:
        cells = reading.indices.size
        return f"{cells} codes of {bits / cells:.3g} bits"
    told = " + class" if reading.label is not None else ""
    cost = "" if reading.kl is None else f", {reading.kl.sum():.0f} nats"
    return f"{len(reading.code)} numbers{told}{cost}"
