"""The same noisy image cleaned by every model, by the best linear denoiser, by a median filter."""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING

import streamlit as st

from ui import denoise_kit, images, lab

if TYPE_CHECKING:
    from aecore.runs import ListedRun
    from ui.denoise_kit import Case, Cleaned


def decibels(psnr: float) -> str:
    """A PSNR as it is written."""
    return f"{psnr:.1f}" if math.isfinite(psnr) else "∞"


def compare(chosen: ListedRun, usable: list[ListedRun], case: Case) -> None:
    """A card for each; the best by each figure is in bold."""
    dataset = chosen.info.recipe.dataset
    rows = [
        denoise_kit.by_linear(dataset, case),
        denoise_kit.by_median(case),
        *(denoise_kit.by_run(each, case, each.id == chosen.id) for each in usable),
    ]
    st.html(cards_html(rows))
    st.caption(
        "**Error** is the mean squared one. **PSNR** is the same on a logarithmic scale, in "
        "decibels (dB): 10 dB more is a tenth of the error. **SSIM** compares the structure of "
        "small windows: 1 is the same picture, 0 has nothing in common. In bold: the best."
    )
    if case.setting.mask is not None:
        st.caption("The linear denoiser is the one for noise everywhere: it isn't told where.")


def cards_html(rows: list[Cleaned]) -> str:
    """HTML of the cards."""
    best = _best(rows)
    return lab.cards([_card(row, best) for row in rows])


def _best(rows: list[Cleaned]) -> tuple[float, float, float]:
    found = [row.quality for row in rows if row.quality]
    return (
        min(each.mse for each in found),
        max(each.psnr for each in found),
        max(each.ssim for each in found),
    )


def _card(row: Cleaned, best: tuple[float, float, float]) -> str:
    title = html.escape(row.title)
    if row.quality is None:
        return lab.card(images.empty(""), title, [html.escape(row.fault or "")])
    q = row.quality
    lines = [
        _bold(f"error {q.mse:.4f}", q.mse <= best[0]),
        _bold(f"{decibels(q.psnr)} dB", q.psnr >= best[1]),
        _bold(f"SSIM {q.ssim:.3f}", q.ssim >= best[2]),
    ]
    if row.trained:
        lines.append("<small>trained to clean</small>")
    picture = images.digit(row.image, f"cleaned by {row.title}")
    return lab.card(picture, title, lines, row.chosen)


def _bold(words: str, best: bool) -> str:
    return f"<strong>{words}</strong>" if best else words
