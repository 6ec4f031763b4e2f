"""Train: any model of the catalog, live, and the time machine to go back through it."""

import streamlit as st

from ui import page, train_compare, train_form, train_keep, train_presets, train_stage

EXPERIMENTS = [
    page.Experiment(
        "Two numbers for a digit",
        "Train with two latent coordinates, then drag the time machine back to the first steps. "
        "Which digits part first, and which are still mixed at the end?",
        "Fill in the form",
        train_presets.look,
    ),
    page.Experiment(
        "Too fast to learn",
        "Raise the learning rate to 0.5 and train. The loss jumps instead of falling, or stops "
        "being a number: then the page says at which step. A third of it, and it learns again.",
        "Fill in the form",
        train_presets.too_fast,
    ),
    page.Experiment(
        "Turn β while it trains",
        "Start a Variational autoencoder and, half way, set β from 1 to 20 under *Change while it "
        "trains*. The KL falls, the digits blur, and the map draws together. Set it back.",
    ),
]
WORDS = """
**The curves** are the loss by its own terms: the *total* is what training makes small, the others
are its parts. *Train* is the mean over the last steps, *test* is measured after each epoch on
images that training never sees. Where test rises while train falls, the model learns by heart.

**The images** are always the same ones: how each test image comes back through the bottleneck, and
what the model draws from noise that never changes. So every difference is something learnt.

**The map** shows the codes of some hundred test images, coloured by class, which the model isn't
told. Two latent coordinates are shown as they are. More are shown by their two main directions
(PCA), turned at each moment to lie over the moment before, or the map would spin for no reason.

**One step** takes a batch of images, asks how the loss would fall for a small change of each
weight, and makes that change. The *learning rate* says how large it is.
"""

page.begin("pages/train.py")
left, right = st.columns([3, 8], gap="large")
with left:
    train_form.form()
with right:
    shipped = train_stage.shipped_runs()
    on_stage = train_stage.choose(shipped)
    if on_stage in shipped:
        train_stage.stage_shipped(shipped[on_stage])
    elif on_stage:
        train_stage.stage(on_stage)
    train_keep.upload()
train_compare.compare(shipped)
page.try_this(EXPERIMENTS)
page.explain(WORDS)
page.equation(
    "Adam keeps a running mean $m$ of the gradient of each weight and $v$ of its square, so that "
    "every weight $w$ moves by about the learning rate $\\eta$, whatever the scale of its "
    "gradient.",
    r"w \leftarrow w - \eta\, \frac{m}{\sqrt{v} + \epsilon}",
    ["aecore.training:train_step", "aecore.replay:turned"],
)
page.conditions(
    "Trainings run in processes of their own, one thread each and at low priority, so that the "
    "page answers while they do. The time that the form shows was measured on this machine, with "
    "these very settings. The same settings and seed give the same run.",
    source="Adam: Kingma & Ba 2015; one-cycle learning rates: Smith & Topin 2019; turning maps: "
    "Schönemann 1966",
)
