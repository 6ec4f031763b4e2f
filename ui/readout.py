"""The bottleneck at work, as one piece of HTML: what the model sees, its code, what it rebuilds."""

import html

import numpy as np

from aecore.reading import Reading
from ui import bars, images

USED_FROM = 4.0  # the axis of a posterior's code: its prior lies within 4 sigma


def reading_html(reading: Reading, places: np.ndarray | None, closer: float | None) -> str:
    """A model's reading of a drawing.

    places: see `aecore.reading.codebook_places`, for discrete models.
    closer: the share of test digits that were rebuilt less closely, 0 to 1, if it is known.
    """
    pixels = reading.image.size
    seen = images.digit(reading.image, "the drawing as the model sees it")
    rebuilt = images.digit(reading.reconstruction, "the reconstruction")
    return _flow(
        _panel("seen", "The model sees", seen, f"28 × 28 = {pixels} pixels"),
        _panel("code", "The code", _code(reading, places), _code_words(reading)),
        _panel("rebuilt", "The reconstruction", rebuilt, _verdict(reading, closer)),
    )


def waiting_html(words: str) -> str:
    """The same places, empty, with words that say what to do."""
    return _flow(
        _panel("seen", "The model sees", images.empty(""), "28 × 28 = 784 pixels"),
        _panel("code", "The code", f'<div class="bn-hint">{html.escape(words)}</div>', "&nbsp;"),
        _panel("rebuilt", "The reconstruction", images.empty(""), "&nbsp;"),
    )


def _flow(seen: str, code: str, rebuilt: str) -> str:
    funnel = '<div class="bn-funnel {}" aria-hidden="true"></div>'
    parts = (seen, funnel.format("in"), code, funnel.format("out"), rebuilt)
    return f'<div class="bn-flow">{"".join(parts)}</div>'


def _panel(name: str, title: str, content: str, words: str) -> str:
    return (
        f'<section class="bn-panel bn-{name}"><h4>{title}</h4>'
        f'<div class="bn-body">{content}</div><p>{words}</p></section>'
    )


def _code(reading: Reading, places: np.ndarray | None) -> str:
    if reading.indices is not None:
        return bars.code_grid(reading.indices, places)
    least = 1.0 if reading.sigma is None else USED_FROM
    return bars.code_bars(reading.code, reading.sigma, reading.kl, least)


def _code_words(reading: Reading) -> str:
    if reading.indices is not None:
        return f"{reading.indices.size} entries of a learned dictionary, by number"
    if reading.kl is None:
        return f"{len(reading.code)} numbers, one bar each"
    used = int((reading.kl >= bars.IDLE).sum())
    return (
        f"{len(reading.code)} numbers: bars are means, whiskers ±σ; "
        f"{used} in use, {reading.kl.sum():.0f}&nbsp;nats in all"
    )


def _verdict(reading: Reading, closer: float | None) -> str:
    error = f"squared error {reading.scores['mse']:.4f} a pixel"
    if closer is None:
        return error
    percent = round(100 * closer)
    words = f"closer than <b>{percent}&nbsp;%</b> of test digits"
    if percent < 1:
        words = "farther off than <b>99&nbsp;%</b> of test digits"
    return f'<span class="bn-gauge" style="--p:{closer:.3f}"></span>{words}<br><small>{error}</small>'
