"""Theory: five topics, each an experiment, with its own lesson."""

from __future__ import annotations

from ui import cached, explore_address
from ui.lessons import CLOUD, Lesson
from ui.page import Experiment
from ui.theory_both import side_by_side
from ui.theory_elbo import live
from ui.theory_layers import layers
from ui.theory_noise import experiment
from ui.theory_table import table

TOPIC = "topic"
TOPICS = {
    "elbo": "The ELBO, term by term",
    "both": "Autoencoder and VAE",
    "trick": "The reparameterisation trick",
    "layers": "Layers and source",
    "table": "All models, all figures",
}
SHOW = {
    "elbo": live,
    "both": side_by_side,
    "trick": experiment,
    "layers": layers,
    "table": table,
}

LESSONS = {
    "elbo": Lesson(
        "**Two costs.** To tell somebody this digit, first send the code: that costs the KL, what "
        "$q(z|x)$ says beyond what the prior said already. Then send what the code got wrong, "
        "pixel by pixel: the cross-entropy. Training makes the sum small.\n\n"
        "**The expectation** is over draws of z. One draw is enough for a step of training, "
        "because the next step takes another; for a figure, more draws scatter less.\n\n"
        "**Where the nats go.** The costly pixels are the edges of strokes. Coordinates with a KL "
        "near 0 are switched off: their σ is 1, and the decoder has learnt to look past them.",
        CLOUD.about,
        CLOUD.latex,
        ("aecore.elbo:elbo", "aecore.losses:gaussian_kl"),
    ),
    "both": Lesson(
        "**The same body, another question.** Both squeeze and rebuild. The autoencoder is asked "
        "for the picture alone. The VAE must give a cloud, rebuild from any point in it, and pay "
        "for every nat by which that cloud differs from N(0, I).\n\n"
        "**Nudge the code.** Within its cloud the VAE's picture hardly changes. The autoencoder's "
        "picture may change at once, or not at all: the scale of its code means nothing.\n\n"
        "**Decode noise.** For the VAE, N(0, I) is where codes are. For the autoencoder it is just "
        "some place.",
        "Above what the autoencoder makes small, below what the VAE does.",
        r"\begin{aligned} \mathcal{L}_{\mathrm{AE}} &= \tfrac{1}{N}\left\|\hat x - x\right\|^2"
        r" \\[1ex] \mathcal{L}_{\mathrm{VAE}} &= \mathbb{E}_{q(z|x)}[-\log p(x|z)] \\ &\quad + "
        r"\mathrm{KL}(q(z|x) \| \mathcal{N}(0, I)) \end{aligned}",
        ("aecore.models.autoencoder:Autoencoder.loss", "aecore.models.vae:VAE.loss"),
    ),
    "trick": Lesson(
        "**The trouble.** The loss is an average over draws of z, and training asks how it "
        "changes with μ and σ. A draw is a number: it has no derivative.\n\n"
        "**The trick.** Draw ε from N(0, 1), which depends on nothing, and *compute* z = μ + σ ε. "
        "Now z is a function of μ and σ, and the gradient passes through it. Drag ε: z moves along "
        "with slope σ.\n\n"
        "**Without it** there is the score function: weigh the gradient of log N(z) by f(z). It is "
        "right on average too, but it only knows how good a draw was, not in which direction it "
        "would get better, so single draws scatter widely. A baseline helps, and isn't enough.",
        "The same gradient in two ways: above the score function, below the trick.",
        r"\begin{aligned} \nabla_\mu\, \mathbb{E}[f(z)] &= \mathbb{E}\left[f(z)\, \nabla_\mu "
        r"\log \mathcal{N}(z; \mu, \sigma^2)\right] \\[1ex] &= \mathbb{E}\left[f'(\mu + "
        r"\sigma\varepsilon)\right] \end{aligned}",
        (
            "aecore.reparameterisation:pathwise_gradients",
            "aecore.reparameterisation:score_gradients",
        ),
    ),
    "layers": Lesson(
        "**The picture is the model.** An image is sent through a model of this very recipe, and "
        "each layer tells what it got and what it gave. The narrowest block is the bottleneck.\n\n"
        "**Where the weights are.** In a dense model, in the first and the last layer, which touch "
        "784 pixels. In a convolutional one, in the linear layers around the code.",
        "A dense layer has a weight for each pair of input and output; a convolution has one for "
        "each pair of channels and each place of its $k \\times k$ window.",
        r"\begin{aligned} n_{\mathrm{dense}} &= (n_{\mathrm{in}} + 1)\, n_{\mathrm{out}} \\[1ex] "
        r"n_{\mathrm{conv}} &= (k^2\, c_{\mathrm{in}} + 1)\, c_{\mathrm{out}} \end{aligned}",
        ("aecore.anatomy:layers",),
    ),
    "table": Lesson(
        "**Read a column, not a row of headlines.** An autoencoder and a VAE of the same width "
        "differ in squared error because the VAE pays for its code; PCA beside them says what no "
        "network at all would reach with as many numbers.\n\n"
        "**Published figures** are given with what they were measured on. Where the quantity is "
        "another one, ours isn't put beside it.",
        "What the columns hold: the squared error, and the negative ELBO.",
        r"\begin{aligned} \mathrm{MSE} &= \tfrac{1}{N} \|\hat x - x\|^2 \\[1ex] -\mathrm{ELBO} &="
        r" \mathbb{E}_q[-\log p(x|z)] + \mathrm{KL} \end{aligned}",
        ("aecore.metrics:mse", "aecore.metrics:negative_elbo_nats", "aecore.metrics:knn_accuracy"),
    ),
}


def hands_on() -> str:
    """The chosen topic's experiment; which topic it is."""
    cached.skeleton(height=480)
    topic = explore_address.choose(TOPIC, "Topic", TOPICS, "elbo", show_label=False)
    SHOW[topic]()
    return topic


def experiments() -> list[Experiment]:
    """Three things to try, each a press away."""
    import streamlit as st

    def open_topic(topic: str, **choices: object) -> None:
        st.session_state.update({TOPIC: topic, **choices})

    return [
        Experiment(
            "Which pixels cost",
            "Choose the 1, then the 8. Where in the third picture does the ink lie, and how many "
            "of the nats could no model have saved?",
            "The ELBO of the 1",
            lambda: open_topic("elbo", digit="1"),
        ),
        Experiment(
            "Shrink σ",
            "Drag log σ² to the left. The gradient with the trick gets quieter and quieter. Why "
            "does the one without it get louder?",
            "Open the trick",
            lambda: open_topic("trick"),
        ),
        Experiment(
            "Noise into both",
            "Give both decoders the same noise. Then nudge the code of one digit, first a little, "
            "then by 3. Which of the two forgets the digit first?",
            "Autoencoder and VAE",
            lambda: open_topic("both"),
        ),
    ]
