"""What Home says about the model in use: words, equation and code, chosen by its abilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aecore.metrics import Measurement
    from aecore.models.base import Abilities
    from aecore.runs import RunInfo


@dataclass(frozen=True)
class Lesson:
    """Words, and an equation with its words; `functions` are our own that do it, "module:name"."""

    words: str
    about: str
    latex: str
    functions: tuple[str, ...]


COMMON = """
**The model sees** your drawing as MNIST's makers would have prepared it: fitted into 20 × 20
pixels, moved so that its centre of mass is in the middle of 28 × 28, with strokes of a usual
width. A model knows only such images, and misreads a digit that is small or off to one side.

**The reconstruction** is made from the code and nothing else. What it gets right is what the code
could hold; what it smooths away had no room.
"""

POINT = Lesson(
    "**The code** is a point: one number for each *latent coordinate*. Nothing but the "
    "reconstruction tells the model where to put a digit, so the numbers have no fixed range.",
    "Training makes the squared error between image $x$ and reconstruction $\\hat x$ small, "
    "averaged over the $N = 784$ pixels.",
    r"\mathcal{L}(x) = \frac{1}{N} \sum_{i=1}^{N} \left(\hat x_i - x_i\right)^2",
    ("aecore.losses:mean_squared_error",),
)

CLOUD = Lesson(
    "**The code** is a cloud rather than a point: each *latent coordinate* has a mean (the bar) "
    "and a standard deviation σ (the whisker). A coordinate that knows something is sharp. One "
    "that knows nothing keeps σ near 1 and a mean near 0, and is drawn faintly. What a coordinate "
    "says is measured in *nats* (1 nat is 1.44 bits): its KL divergence from knowing nothing.",
    "Training makes the negative ELBO small: the cost of describing the image by its code, plus "
    "the cost of the code itself.",
    r"\begin{aligned} -\mathrm{ELBO} = {} & \underbrace{\mathbb{E}_{q(z|x)}\left[-\log p(x|z)"
    r"\right]}_{\text{distortion}} \\[1ex] & {} + \beta\, \underbrace{\mathrm{KL}\left(q(z|x)\,\|\,"
    r"\mathcal{N}(0, I)\right)}_{\text{rate}} \end{aligned}",
    ("aecore.losses:bernoulli_nll", "aecore.losses:gaussian_kl"),
)

GRID = Lesson(
    "**The code** is a grid of words: the encoder looks at 7 × 7 places, and for each the nearest "
    "entry of a learned dictionary, the *codebook*, is written down. The decoder sees only those "
    "entries. Like shades stand for like entries.",
    "Each vector $z$ of the encoder is replaced by the nearest entry $e_k$; going back, the "
    "gradient passes as if nothing had been replaced.",
    r"k = \operatorname*{arg\,min}_j \left\| z - e_j \right\|^2",
    ("aecore.losses:nearest_code", "aecore.losses:straight_through"),
)

TOLD = (
    "**This model is told the class**, in the encoder and in the decoder, so its code keeps only "
    "the style. Left to guess, it tries all ten and takes the one under which your drawing costs "
    "fewest nats. Tell it a wrong class and it writes that digit in your style."
)
DENOISES = (
    "**This model was trained on noisy images** and asked for the clean ones. It takes whatever "
    "doesn't look like a digit for noise."
)


def lesson(abilities: Abilities) -> Lesson:
    """The lesson on the kind of code that a model with these abilities has."""
    if abilities.discrete:
        return GRID
    return CLOUD if abilities.posterior else POINT


def what_you_see(abilities: Abilities) -> str:
    """Markdown: what is on the screen, and why it looks so."""
    extra = [TOLD] * abilities.conditional + [DENOISES] * abilities.denoises
    return "\n\n".join([COMMON.strip(), lesson(abilities).words, *extra])


def figures(info: RunInfo) -> list[tuple[str, str, str]]:
    """A run's test figures as rows: what it is, its value with the unit, and the conditions."""
    from aecore.metrics import METRICS

    return [
        (METRICS[name].meaning.rstrip("."), _value(each), each.conditions)
        for name, each in info.metrics.items()
        if name in METRICS
    ]


def _value(figure: Measurement) -> str:
    digits = 0 if figure.value == int(figure.value) else 4 if abs(figure.value) < 1 else 1
    return f"{figure.value:.{digits}f} {figure.unit}".strip()
