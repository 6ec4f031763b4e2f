"""A code as a picture: bars for coordinates, a grid for codebook entries. Pure HTML, no state."""

from collections.abc import Sequence

import numpy as np

IDLE = 0.1  # nats: a coordinate that costs less says next to nothing about this image
STEPS = (1, 2, 3, 5)


def nice_scale(largest: float) -> float:
    """The next of 1, 2, 3, 5, 10, 20, ... so that the axis stays still while the bars move."""
    power = 1.0
    while True:
        for step in STEPS:
            if largest <= step * power:
                return step * power
        power *= 10


def code_bars(
    code: np.ndarray,
    sigma: np.ndarray | None = None,
    kl: np.ndarray | None = None,
    least: float = 1.0,
) -> str:
    """Bars for the latent coordinates, (D,), with whiskers of one sigma where there is one.

    Coordinates with a KL under IDLE are drawn faintly. The axis reaches at least `least`.
    """
    spread = np.zeros_like(code) if sigma is None else sigma
    scale = nice_scale(max(least, float((np.abs(code) + spread).max())))
    bars = [
        _bar(i, value, None if sigma is None else sigma[i], scale, kl is not None and kl[i] < IDLE)
        for i, value in enumerate(code)
    ]
    axis = "".join(f"<span>{signed(v)}</span>" for v in (scale, 0, -scale))
    return (
        f'<div class="bn-bars"><div class="bn-axis" aria-hidden="true">{axis}</div>'
        f'<div class="bn-plot" role="img" aria-label="{len(code)} latent coordinates as bars" '
        f'style="--n:{len(code)}">{"".join(bars)}</div></div>'
    )


def _bar(index: int, value: float, sigma: float | None, scale: float, idle: bool) -> str:
    spread = "" if sigma is None else f" ± {sigma:.2f}"
    whisker = "" if sigma is None else f";--s:{sigma / scale:.3f}"
    kind = ' class="idle"' if idle else ""
    title = f"coordinate {index + 1}: {signed(value, 2)}{spread}"
    return f'<i{kind} title="{title}" style="--v:{value / scale:.3f}{whisker}"></i>'


def code_grid(indices: np.ndarray, places: Sequence[float]) -> str:
    """A grid of codebook entries, (h, w); `places` (K,) in [0, 1] shades like entries alike."""
    cells = "".join(
        f'<b style="--p:{places[index]:.2f}" title="codebook entry {index}">{index}</b>'
        for index in indices.flatten()
    )
    rows, columns = indices.shape
    return (
        f'<div class="bn-codes" role="img" aria-label="{rows} by {columns} codebook entries" '
        f'style="--n:{columns}">{cells}</div>'
    )


def signed(value: float, digits: int = 0) -> str:
    """A number with a true minus sign; a plus too, so that columns of them stay aligned."""
    text = f"{abs(value):.{digits}f}"
    if float(text) == 0:
        return text
    return ("−" if value < 0 else "+") + text
