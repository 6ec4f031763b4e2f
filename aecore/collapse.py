"""The collapse doctor: which coordinates of a posterior say nothing, why, and what may help.

A coordinate has collapsed when its posterior is the prior whatever the image: its mean hardly
moves (a variance of at most 0.01 over the images, Burda et al. 2016) and it costs next to no nats.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from aecore.latent_space import latent_space
from aecore.losses import gaussian_kl
from aecore.metrics import ACTIVE_VARIANCE
from aecore.run_info import Recipe, RunInfo
from aecore.runs import Run, RunError

Verdict = Literal["healthy", "spare", "partly", "wholly"]
FLAT = 0.1  # a rate below this share of the final one counts as none yet
FREE_NATS = 0.5


@dataclass(frozen=True)
class Suspect:
    """A possible cause, whether it is to blame here, and the evidence in a sentence."""

    name: str
    guilty: bool
    evidence: str


@dataclass(frozen=True)
class Cure:
    """Changes of the model's config that may help, and in a sentence what they do."""

    name: str
    words: str
    changes: Mapping[str, Any]


@dataclass(frozen=True)
class Diagnosis:
    """verdict, the dead coordinates (from 0), the suspects, the cures; kl and variance (D,)."""

    verdict: Verdict
    dead: tuple[int, ...]
    kl: tuple[float, ...]
    variance: tuple[float, ...]
    suspects: tuple[Suspect, ...] = field(default=())
    cures: tuple[Cure, ...] = field(default=())

    @property
    def alive(self) -> int:
        """How many coordinates say something."""
        return len(self.kl) - len(self.dead)


def examine(run: Run) -> Diagnosis:
    """The diagnosis of a run, by the codes of training images that it keeps.

    Raises:
        RunError: it has no posterior, or keeps no codes.
    """
    if not run.recipe.entry.abilities.posterior:
        raise RunError("this model has no posterior, so none that could collapse")
    space = latent_space(run)
    if not len(space):
        raise RunError("this run keeps no codes of real images to examine")
    code = space.code
    kl = gaussian_kl(code.mean, code.logvar).mean(0).tolist()
    return diagnose(kl, code.mean.var(0).tolist(), run.info)


def diagnose(kl: Sequence[float], variance: Sequence[float], info: RunInfo) -> Diagnosis:
    """The diagnosis by each coordinate's KL and variance of means, (D,) both."""
    dead = tuple(i for i, moved in enumerate(variance) if moved <= ACTIVE_VARIANCE)
    verdict = _verdict(len(dead), len(kl), info.recipe)
    suspects = (_beta(info), _warmup(info), _decoder(info.recipe), _room(info.recipe, len(dead)))
    cures = tuple(_cures(info.recipe)) if dead else ()
    return Diagnosis(verdict, dead, tuple(kl), tuple(variance), suspects, cures)


def _verdict(dead: int, of: int, recipe: Recipe) -> Verdict:
    if not dead:
        return "healthy"
    if dead == of:
        return "wholly"
    return "partly" if recipe.config.beta > 1 or dead > of / 2 else "spare"


def _beta(info: RunInfo) -> Suspect:
    beta = info.recipe.config.beta
    if beta > 1:
        words = (
            f"β is {beta:g}: each nat of code has to save {beta:g} nats of distortion, or it is "
            "given up."
        )
    else:
        words = f"β is {beta:g}: a nat of code needs to save no more than {max(beta, 0):g} nats."
    return Suspect("β", beta > 1, words)


def _warmup(info: RunInfo) -> Suspect:
    """The KL term is cheap to satisfy before the decoder has learnt to listen."""
    warm = info.recipe.config.kl_warmup_epochs
    if warm:
        return Suspect("The start", False, f"The KL's weight grew slowly, over {warm:g} epochs.")
    rates = [row["test"]["kl_nats"] for row in info.history if "kl_nats" in row["test"]]
    if not rates:
        return Suspect("The start", False, "Nothing is known of how it began.")
    first, last = rates[0], rates[-1]
    if first < FLAT * max(last, 1.0):
        words = (
            f"The KL weighed in fully from the first step: after one epoch the whole code held "
            f"{first:.2f} nats, {last:.1f} at the end. Coordinates may have been given up before "
            "the decoder had learnt to listen."
        )
        return Suspect("The start", True, words)
    words = (
        f"No warm-up, but after one epoch the code held {first:.1f} nats already, and {last:.1f} "
        "at the end."
    )
    return Suspect("The start", False, words)


def _decoder(recipe: Recipe) -> Suspect:
    """A decoder that can write the image without a code has no use for one (Chen et al. 2017)."""
    if recipe.entry.abilities.conditional:
        words = "It is told the class, so the code needn't say that; the style is left for it."
    else:
        words = (
            "It draws all pixels at once from the code, so what the code doesn't tell it can't "
            "know. A decoder that sees the pixels before could do without a code."
        )
    return Suspect("The decoder's strength", False, words)


def _room(recipe: Recipe, dead: int) -> Suspect:
    size = recipe.config.latent_dim
    words = f"The code has {size} coordinates; {size - dead} of them carry all there is to say."
    return Suspect("More coordinates than needed", bool(dead) and recipe.config.beta <= 1, words)


def _cures(recipe: Recipe) -> list[Cure]:
    config, epochs = recipe.config, recipe.training.epochs
    warm = max(1, epochs // 2)
    found = []
    if config.kl_warmup_epochs < warm:
        found.append(
            Cure(
                "Warm-up",
                f"The KL's weight grows from 0 to β over the first {warm} epochs, so that the "
                "decoder learns to listen first. It can't help where β itself is too dear.",
                {"kl_warmup_epochs": float(warm)},
            )
        )
    if config.free_bits < FREE_NATS:
        found.append(
            Cure(
                "Free bits",
                f"Each coordinate may hold {FREE_NATS:g} nats without paying, so that none is "
                "worth giving up.",
                {"free_bits": FREE_NATS},
            )
        )
    if config.beta > 1:
        found.append(Cure("β = 1", "The plain ELBO: a nat for a nat.", {"beta": 1.0}))
    return found
