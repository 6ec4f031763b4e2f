"""What the latent map has served as files: plotly.js, and sheets of a data set's images.

Both are written into `static/` beside the app when they are first needed, and never change.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import plotly
import streamlit as st
from PIL import Image

STATIC = Path(__file__).resolve().parent.parent / "static"
SOURCE = Path(plotly.__file__).resolve().parent / "package_data" / "plotly.min.js"
ACROSS = 50  # images in a row of a sheet
EACH = ACROSS * ACROSS  # images of a sheet
SIDE = 28


def plotly_url() -> str:
    """Where the page finds plotly.js, which the plotly package carries.

    Raises:
        OSError: it could not be put there.
    """
    name = f"plotly-{plotly.__version__}.min.js"
    _place(STATIC / name, lambda path: shutil.copyfile(SOURCE, path))
    return f"app/static/{name}"


@st.cache_resource(show_spinner="Preparing the images", max_entries=4)
def sheets(dataset: str, split: str, _images: np.ndarray) -> dict[str, Any]:
    """Images uint8 (N, 28, 28) as sheets for the browser: {urls, across, each}.

    Their ink is the alpha of a PNG, so that it is drawn in the theme's own colour.

    Raises:
        OSError: they could not be written.
    """
    urls = []
    for number, start in enumerate(range(0, len(_images), EACH)):
        name = f"{dataset}-{split}-{len(_images)}-{number}.png"
        block = _images[start : start + EACH]
        _place(STATIC / name, lambda path, block=block: _sheet(block).save(path, "PNG"))
        urls.append(f"app/static/{name}")
    return {"urls": urls, "across": ACROSS, "each": EACH}


def _sheet(images: np.ndarray) -> Image.Image:
    padded = np.zeros((EACH, SIDE, SIDE), np.uint8)
    padded[: len(images)] = images
    rows = padded.reshape(ACROSS, ACROSS, SIDE, SIDE).swapaxes(1, 2)
    alpha = rows.reshape(ACROSS * SIDE, ACROSS * SIDE)
    return Image.fromarray(np.dstack([np.zeros_like(alpha), alpha]), "LA")


def _place(path: Path, write) -> None:
    """Writes a file that isn't there yet: whole, whoever else may be at it."""
    if path.exists():
        return
    path.parent.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=path.suffix, delete=False) as file:
        temporary = Path(file.name)
    write(temporary)
    temporary.chmod(0o644)
    temporary.replace(path)
