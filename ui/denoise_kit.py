"""What Denoise needs, behind Streamlit's caches: noise, what cleans it, and how well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from ui import cached, pickers

if TYPE_CHECKING:
    from aecore.denoising import LinearDenoiser, PixelStatistics
    from aecore.quality import Quality
    from aecore.runs import ListedRun

WARM = ("aecore.noise", "aecore.denoising", "aecore.quality")
USUAL_DATA = "mnist"


@dataclass(frozen=True)
class Setting:
    """The noise that the visitor chose; mask: where it goes, as text, or None for everywhere."""

    kind: str
    amount: float
    seed: int
    mask: str | None = None


@dataclass(frozen=True, eq=False)
class Case:
    """A clean image and its spoiled copies, (28, 28) in [0, 1].

    everywhere: with the noise all over, of which a brush lets some through.
    """

    setting: Setting
    clean: np.ndarray
    noisy: np.ndarray
    everywhere: np.ndarray


@dataclass(frozen=True, eq=False)
class Cleaned:
    """What came of a noisy image: by what, the picture, how near it is; or the fault."""

    title: str
    image: np.ndarray | None
    quality: Quality | None
    chosen: bool = False
    trained: bool = False  # to undo noise
    fault: str | None = None


def ready() -> None:
    """Imports what the page needs beyond what all pages do."""
    cached.need(*WARM)


def spoil(clean: np.ndarray, setting: Setting) -> Case:
    """The image with its noise."""
    import torch

    from aecore import brush
    from aecore.noise import corrupt

    x = torch.tensor(clean, dtype=torch.float32)[None, None]
    spoiled = corrupt(x, setting.kind, setting.amount, setting.seed)[0, 0].numpy()
    noisy = spoiled
    if setting.mask is not None:
        noisy = np.where(brush.read(setting.mask), spoiled, clean)
    return Case(setting, clean, noisy, spoiled)


def by_run(listed: ListedRun, case: Case, chosen: bool = False) -> Cleaned:
    """What a run makes of the noisy image."""
    from aecore.runs import RunError

    title = pickers.short_title(listed)
    trained = listed.info.recipe.entry.abilities.denoises
    try:
        noisy = case.noisy.astype(np.float32)
        image = _by_run(listed.folder, cached.stamps_of(listed.folder), noisy.tobytes(), noisy)
    except (RunError, OSError) as error:
        return Cleaned(title, None, None, chosen, trained, str(error))
    return Cleaned(title, image, measured(case.clean, image), chosen, trained)


@st.cache_resource(show_spinner=False, max_entries=256)
def _by_run(folder: Path, stamps: tuple, pixels: bytes, _noisy: np.ndarray) -> np.ndarray:
    import torch

    from aecore.quality import through

    return through(cached.run(folder).model, torch.tensor(_noisy)[None, None])[0, 0].numpy()


def by_linear(dataset: str, case: Case) -> Cleaned:
    """What the best linear denoiser for this kind and amount makes of it, where it is known."""
    import torch

    title = "Best linear"
    found = linear(dataset, case.setting.kind, case.setting.amount)
    if found is None:
        return Cleaned(title, None, None, fault=f"Needs the images of {dataset}.")
    noisy = torch.tensor(case.noisy, dtype=torch.float32)[None, None]
    image = found(noisy)[0, 0].numpy()
    return Cleaned(title, image, measured(case.clean, image))


def by_median(case: Case) -> Cleaned:
    """What a median filter makes of it."""
    import torch

    from aecore.denoising import median

    image = median(torch.tensor(case.noisy, dtype=torch.float32)[None, None])[0, 0].numpy()
    return Cleaned("Median 3 × 3", image, measured(case.clean, image))


def measured(clean: np.ndarray, image: np.ndarray) -> Quality:
    """MSE, PSNR and SSIM."""
    from aecore.quality import quality

    return quality(np.asarray(clean, np.float32), image)


def linear(dataset: str, kind: str, amount: float) -> LinearDenoiser | None:
    """The best linear denoiser for a data set's images; None where nothing is known of them."""
    clean = statistics(dataset)
    return None if clean is None else _linear(dataset, kind, amount, clean)


@st.cache_resource(show_spinner=False, max_entries=24)
def _linear(dataset: str, kind: str, amount: float, _clean: PixelStatistics) -> LinearDenoiser:
    from aecore.denoising import best_linear

    return best_linear(_clean, kind, amount)


def statistics(dataset: str) -> PixelStatistics | None:
    """Mean and covariance of a data set's clean images: what ships, else from the images."""
    from aecore import data, denoising

    shipped = (denoising.folder(dataset) / denoising.FILE).exists()
    if shipped or (dataset in data.DATASETS and data.available(dataset)):
        return _statistics(dataset, shipped)
    return None


@st.cache_resource(show_spinner="Reading the data set's images", max_entries=4)
def _statistics(dataset: str, shipped: bool) -> PixelStatistics:
    from aecore import data, denoising

    if shipped:
        return denoising.load_statistics(dataset)
    return denoising.pixel_statistics(data.load(dataset).train.images)


def trained_level(listed: ListedRun) -> float | None:
    """The standard deviation of the Gaussian noise that a run was trained to undo, if it was."""
    recipe = listed.info.recipe
    return recipe.config.noise if recipe.entry.abilities.denoises else None


def denoisers(listed: Sequence[ListedRun]) -> list[ListedRun]:
    """The runs that were trained to undo noise."""
    return [each for each in listed if each.info.recipe.entry.abilities.denoises]
