"""Pitfalls: mistakes made on purpose, each beside its cure."""

from ui import cached, page, pitfalls

EXPERIMENTS = [
    page.Experiment(
        "Three roads to an empty code",
        "A β that is too high, a KL that is felt too early, a squared error in the wrong place: "
        "three causes, one symptom. Which curve tells them apart?",
        "Start with the squared error",
        lambda: pitfalls.go_to("squared_error"),
    ),
    page.Experiment(
        "A bug that looks like success",
        "Average the KL and every reconstruction gets better. Find the figure that says what was "
        "lost, before you look at the samples.",
        "KL averaged, not summed",
        lambda: pitfalls.go_to("mean_kl"),
    ),
    page.Experiment(
        "The same mistake with another seed",
        "Train a pair below with seed 0, then with seed 1. A symptom that comes with every seed "
        "has a cause; one that comes and goes is chance.",
        "Codebook collapse",
        lambda: pitfalls.go_to("codebook"),
    ),
]
WORDS = """
**Each pair differs in one thing.** Same data, same seed, same number of steps; so what differs in
the curves comes from the mistake.

**Look at the terms apart.** Most of these mistakes leave a loss that falls as it should. The sum
hides them; the KL in nats, the error in units of ink, or train against test gives them away.

**Broken models** are classes of our own that override one method: the wrong line stands beside
the right one above. No model of the other pages knows of them.
"""

page.begin("pages/pitfalls.py")
cached.skeleton(height=480)
story = pitfalls.hands_on()
page.try_this(EXPERIMENTS)
page.explain(WORDS)
page.equation(
    "Four of the pitfalls are one equation weighed wrongly. An average over the $D$ coordinates "
    "is $\\beta = 1/D$; an average over the $N$ pixels is $\\beta = N$; a squared error stands for "
    "Gaussian pixels, with a variance that nobody chose.",
    r"\sum_{i=1}^{N} -\log p(x_i|z) \;+\; \beta \sum_{j=1}^{D} \mathrm{KL}_j",
    ["aecore.losses:gaussian_kl", "aecore.losses:free_bits"],
)
page.conditions(
    "Small networks and few epochs, so that a pair takes seconds to minutes: the symptoms are the "
    "point, not the records. `python -m aecore pitfalls` makes all shipped pairs anew. Pairs that "
    "you train use the digits built in, one thread each.",
    source="Kingma & Welling 2014; Kingma et al. 2016 (free bits); Bowman et al. 2016 (KL "
    "warm-up, collapse); Dhariwal et al. 2020 (restarts); Wattenberg et al. 2016 (t-SNE)",
)
