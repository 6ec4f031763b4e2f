"""What Compare β says: beside the lens, the experiments, the lesson, the conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import compare_beta
from ui.page import MEASURE, Experiment

if TYPE_CHECKING:
    from ui.compare_beta_kit import Kit

WORDS = """
**Rate** is what the code costs: how many nats it takes, on average, to say where in the latent
space an image lies (1 nat is 1.44 bits). **Distortion** is what the code leaves unsaid: how many
nats it still takes to say the pixels. Their sum is −ELBO, what an image costs in all.

**β is the price of a nat of rate.** At β = 4 the model buys a nat of code only where it saves at
least four nats of distortion. So on the plane every model stands where the curve is as steep as
its β: that is the dashed line. At β = 1 a nat is a nat, and the sum is least. Below 1 the code is
cheap and the model says too much, at a loss; above 1 it says too little, at a loss as well.

**Coordinates die one at a time.** A coordinate whose nats save too little is given up: its
posterior becomes the prior, whatever the image, and its row of pictures stands still. Those that
remain have to say what matters most, and tend to say one thing each.

**Samples** get better for a while as β grows, because codes then fill the prior from which samples
are drawn. In the end they all look alike: a code of two nats can say little.
"""

EQUATION = (
    "The loss of a β-VAE (Higgins et al. 2017): the distortion $D$, plus β times the rate $R$. "
    "Where it is least, a small step along the curve changes nothing, so the curve's slope is "
    "$-\\beta$.",
    r"\begin{aligned} \mathcal{L} &= \underbrace{\mathbb{E}_{q(z|x)}[-\log p(x|z)]}_{D} + \beta\,"
    r"\underbrace{\mathrm{KL}(q(z|x)\,\|\,p(z))}_{R} \\[1ex] \frac{dD}{dR} &= -\beta \end{aligned}",
    ["aecore.losses:gaussian_kl", "aecore.disentanglement:mutual_information"],
)
METRICS = """
**MIG** (mutual information gap): for each factor, how much more the best coordinate knows of it
than the second best, as a share of all there is to know. **DCI** (disentanglement): a forest of
decision trees guesses each factor from the code; 1 where each coordinate helps with one factor
alone. **SAP**: for each factor, how much better the best single coordinate predicts it in a
straight line than the second best.

*Conditions*: all {images:,} images; the posterior's mean, in {bins} bins of equal width for MIG;
coordinates that have collapsed count as silent. With one draw from the posterior in place of its
mean MIG is lower: {sample}. Small dots: seeds. In the table: the share of each factor's entropy
that a coordinate knows, in percent.
"""
NOT_HERE = """
**Why no disentanglement scores here?** MIG, DCI and SAP ask whether each coordinate stands for one
of the *true factors* that made the image. Nobody knows the true factors of a handwritten digit:
slant, width and pressure were never written down, and the class is only one of them. A score
against the class alone would praise a code that knows nothing else. So they are measured on
generated **shapes**, where shape, size, angle, x and y are known.
"""


def beside_the_lens(kit: Kit) -> None:
    """What the scores are, or why there are none."""
    from aecore.data import DATASETS
    from aecore.disentanglement import BINS

    if not kit.factors:
        st.markdown(NOT_HERE, width=MEASURE)
        return
    means = ", ".join(
        f"{sum(p.factors.mig_sample for p in points) / len(points):.2f} at β = {beta:g}"
        for beta in kit.sweep.betas
        if (points := kit.sweep.at(beta))
    )
    row = DATASETS[kit.dataset]
    images = row.train_images + row.test_images
    st.markdown(METRICS.format(sample=means, images=images, bins=BINS), width=MEASURE)


def experiments(kit: Kit) -> list[Experiment]:
    """Three things to try."""
    ends = ["0.1", "1", "16"] if kit.dataset == "mnist" else ["1", "4", "16"]
    return [
        Experiment(
            "From too much to too little",
            "Drag β from one end to the other and watch the digits: which detail goes first, and "
            "which two digits become one? Then watch the samples on the way back.",
            "Both ends and the middle",
            lambda: compare_beta.go(kit.dataset, ends[-1], ends),
        ),
        Experiment(
            "Take a coordinate away",
            "Switch off the first coordinate by its name: how many nats does an image cost now? "
            "Then switch off a grey one. Why does nothing happen?",
            "Go to β = 8",
            lambda: compare_beta.go(kit.dataset, "8"),
        ),
        Experiment(
            "One coordinate, one factor",
            "On shapes, compare β = 1 with β = 4: at which one is there a coordinate that moves "
            "the shape from left to right and does nothing else?",
            "Shapes at β = 4",
            lambda: compare_beta.go("shapes", "4", ["1", "4", "16"]),
        ),
    ]


def conditions(kit: Kit) -> tuple[str, list[tuple[str, str, str]], str]:
    """How it was made, the figures of every beta, and the sources."""
    source = (
        "β-VAE: Higgins et al. 2017; rate and distortion: Alemi et al. 2018; active units: Burda "
        "et al. 2016; MIG: Chen et al. 2018; DCI: Eastwood & Williams 2018; SAP: Kumar et al. "
        "2018; free bits: Kingma et al. 2016"
    )
    if kit.sweep is None:
        return "Runs of your own, measured on the test images of their data set.", [], source
    config = kit.sweep.base.config
    extra = ""
    if config.kl_warmup_epochs:
        extra = f" The KL's weight grew over the first {config.kl_warmup_epochs:g} epochs."
    words = (
        f"{kit.sweep.conditions}{extra} Seed {kit.models[0][0].seed} is shown, with its weights "
        "rounded to float16; all seeds are small dots on the plane. Nats: cross-entropy of grey "
        "pixels, not to be compared with figures for black-and-white images. A coordinate is alive "
        "where the variance of its means over the images is above 0.01. Your own runs: their "
        "tracks are measured on the first 2,000 test images, the final points on all."
    )
    return words, [_row(kit, beta) for beta in kit.sweep.betas if kit.sweep.at(beta)], source


def _row(kit: Kit, beta: float) -> tuple[str, str, str]:
    sweep = kit.sweep
    points = sweep.at(beta)
    rates = [point.negative_elbo for point in points]
    words = (
        f"rate {sweep.mean(beta, 'rate'):.1f} + distortion {sweep.mean(beta, 'distortion'):.1f}; "
        f"from {min(rates):.1f} to {max(rates):.1f} over {len(points)} seeds"
    )
    return f"−ELBO at β = {beta:g}", f"{sweep.mean(beta, 'negative_elbo'):.1f} nats", words
