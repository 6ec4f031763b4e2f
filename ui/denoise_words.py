"""What Denoise says: things to try, what one sees, the equations, the conditions."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import streamlit as st

from ui import denoise, lessons
from ui.page import Experiment

if TYPE_CHECKING:
    from aecore.runs import ListedRun


def _set(**state) -> None:
    st.session_state.update(state)


def _lower_half() -> None:
    """Noise where the lower half of the digit is."""
    bits = bytes([0] * 49 + [255] * 49)
    denoise.put_mask(base64.urlsafe_b64encode(bits).decode().rstrip("="))
    _set(noise="salt", salt_amount=0.8, where=denoise.BRUSH)


EXPERIMENTS = [
    Experiment(
        "More noise than it was trained on",
        "Gaussian noise of 1.0, twice what the denoiser was trained with. It still writes a clean "
        "digit. Is it the right one? Press the die a few times: the same digit, other noise.",
        "Twice the noise",
        lambda: _set(noise="gaussian", gaussian_amount=1.0),
    ),
    Experiment(
        "Spoil only one half",
        "With the brush, noise goes where you rub. Here the lower half is lost. The model answers "
        "with a whole digit: it fills in what usually stands below such an upper half.",
        "Spoil the lower half",
        _lower_half,
    ),
    Experiment(
        "A noise that it never saw",
        "The denoiser learned one kind of noise. Blur is another: nothing is random in it. See "
        "where the best linear denoiser, told exactly which blur it was, beats every network.",
        "Blur it",
        lambda: _set(noise="blur", blur_amount=2.0, part="curves"),
    ),
]

WORDS = """
**A denoising autoencoder** is shown a spoiled image and asked for the clean one. It can't simply
copy, so it has to learn what digits look like: whatever doesn't fit is taken for noise. It was
trained on one kind and one amount; the curves show how far that carries.

**The others** were never shown noise. What fits through their bottleneck is all they can write, so
some noise is left behind; but their encoders take the rest for ink, and read another digit or none.
Under strong noise all of them do worse than one well chosen matrix.

**The best linear denoiser** multiplies the noisy image by one matrix, the best there is for this
kind and amount of noise, worked out from the mean and covariance of the training images. It is
told what the noise is, which the networks are not. That it still loses to the denoiser shows
what being nonlinear buys. **The median filter** knows nothing of digits: each pixel becomes the
median of its 3 × 3 neighbours.

**The field** is r(x) − x, where the model moves an image. Among noisy images the arrows point
towards the digits: the model has learned, without being told, in which direction images become
more probable.
"""

ABOUT = (
    "Training spoils each image $x$ to $\\tilde x$ and makes the squared error to the clean one "
    "small. The best *linear* answer is known in closed form (below). For little noise of variance "
    "$\\sigma^2$, the best answer of all moves along the gradient of the log-density."
)
LATEX = (
    r"\begin{aligned} \mathcal{L} &= \mathbb{E}\left\| r(\tilde x) - x \right\|^2 \\[1ex] "
    r"W &= \mathrm{Cov}(x, \tilde x)\, \mathrm{Cov}(\tilde x)^{-1} \\[1ex] "
    r"r(x) - x &\approx \sigma^2\, \nabla \log p(x) \end{aligned}"
)
FUNCTIONS = (
    "aecore.noise:gaussian",
    "aecore.denoising:best_linear",
    "aecore.denoising_field:field",
)
SOURCES = "Vincent et al. 2010; Alain & Bengio 2014; Wang et al. 2004 (SSIM); Wiener 1949"


def conditions(chosen: ListedRun) -> str:
    """How what is shown was made."""
    card = chosen.info.card
    return (
        f"**{chosen.info.title}.** {card.conditions if card else ''} Noise is clipped to [0, 1]. "
        "Best linear denoiser: from the mean and covariance of all training images of the run's "
        "data set (320 principal components, the rest as variances), for noise everywhere. Curves: "
        "what they were measured on stands below them; the same noise for all."
    )


def figures(chosen: ListedRun) -> list[tuple[str, str, str]]:
    """The run's own test figures."""
    return lessons.figures(chosen.info)
