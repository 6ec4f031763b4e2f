"""Digits as they are always drawn: crisp, ink on paper in light, light on dark in dark."""

import base64
import html
import io

import numpy as np
from PIL import Image


def ink(image: np.ndarray) -> str:
    """An image (H, W) in [0, 1], 1 is ink, as the data URL of a PNG whose alpha is the ink."""
    alpha = np.round(np.clip(image, 0, 1) * 255).astype(np.uint8)
    picture = Image.fromarray(np.dstack([np.zeros_like(alpha), alpha]), "LA")
    file = io.BytesIO()
    picture.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def digit(image: np.ndarray, alt: str, side: str = "100%") -> str:
    """HTML of one image (H, W) in [0, 1], square, `side` wide.

    The browser pours the theme's text colour through the PNG as a mask, so that a change of
    theme needs no new image. `.bn-digit` in style.css does it.
    """
    return (
        f'<span class="bn-digit" role="img" aria-label="{html.escape(alt)}" '
        f'style="width:{side};--image:url({ink(image)})"></span>'
    )


def empty(words: str, side: str = "100%") -> str:
    """HTML of the place where an image will be, with words that say what is missing."""
    return f'<span class="bn-digit bn-empty" style="width:{side}">{html.escape(words)}</span>'
