"""Pairs of small trainings followed and judged: curves, figures, pictures, conditions."""

from collections.abc import Callable
from dataclasses import replace

import torch

from aecore import data
from aecore.data import Dataset, Split
from aecore.fitting import begin
from aecore.models.base import CLASSES, Model
from aecore.pitfalls import Chart, Result, Role, Strip, Verdict, as_bytes, line
from aecore.pitfalls_figures import figures
from aecore.pitfalls_pairs import Pair
from aecore.run_info import Recipe
from aecore.runs import Run
from aecore.snapshots import choose_probes

SHOWN = 10  # pictures in a strip
NOISE_SEED = 0


def follow(pair: Pair, on_step: Callable[[str, float], None] = lambda label, done: None) -> Result:
    """Trains a pair on the first training images of its data set, as it ships, and judges it.

    Raises:
        DatasetMissing: the data set isn't here; says what to do.
    """
    dataset = first_images(data.load(pair.dataset), pair.images)
    runs = []
    for role in ("broken", "cured"):
        fitting = begin(pair.recipe(role, pair.dataset), dataset)
        for progress in fitting.progress():
            on_step(f"{pair.id}, {role}", progress.done)
        runs.append(fitting.finish(measure=False))
    return judge(pair, *runs, dataset)


def first_images(dataset: Dataset, count: int) -> Dataset:
    """The data set with no more than its first `count` training images."""
    train = dataset.train
    return replace(dataset, train=Split(train.images[:count], train.labels[:count]))


@torch.no_grad()
def judge(pair: Pair, broken: Run, cured: Run, dataset: Dataset) -> Result:
    """What the two runs of a pair show: curves, figures, pictures."""
    probes = choose_probes(dataset)
    strips = [Strip(title="test digits", role="truth", pictures="originals")]
    pictures = {"originals": as_bytes(probes.images)}
    runs: dict[Role, Run] = {"broken": broken, "cured": cured}
    labels = {"broken": pair.broken.label, "cured": pair.cured.label}
    for kind in pair.strips:
        for role, run in runs.items():
            name = f"{kind}_{role}"
            words = "from noise" if kind == "samples" else "rebuilt"
            strips.append(Strip(title=f"{words}: {labels[role]}", role=role, pictures=name))
            if kind == "samples":
                pictures[name] = as_bytes(drawn(run.model))
            else:
                pictures[name] = as_bytes(run.model.reconstruct(probes.images, probes.labels))
    charts = [chart(broken.model, cured.model, dataset) for chart in pair.charts]
    if pair.curve_title:
        charts.insert(0, curves(pair, broken, cured))
    verdict = Verdict(
        id=pair.id,
        **labels,
        conditions=conditions(pair, broken.recipe, cured.recipe, dataset),
        charts=charts,
        figures=figures(pair.figures, broken, cured, dataset),
        strips=strips,
    )
    return Result(verdict, pictures)


def drawn(model: Model, count: int = SHOWN) -> torch.Tensor:
    """Pictures from N(0, I), or from the model's own prior: (count, 1, 28, 28) in [0, 1].

    A plain autoencoder has no prior; its decoder gets N(0, I) all the same, as people do.
    """
    generator = torch.Generator().manual_seed(NOISE_SEED)
    y = torch.arange(count) % CLASSES
    if model.abilities.samples:
        return model.sample(count, y, generator)
    z = torch.empty(count, *model.latent_shape).normal_(generator=generator)
    return torch.sigmoid(model.decode(z, y))


def curves(pair: Pair, broken: Run, cured: Run) -> Chart:
    """The pair's telling loss, epoch by epoch."""
    lines = []
    for role, half, run in (("broken", pair.broken, broken), ("cured", pair.cured, cured)):
        for split in pair.splits:
            rows = run.info.history
            name = next(name for name in pair.curve if name in rows[0][split])
            suffix = f", {split}" if len(pair.splits) > 1 else ""
            epochs = [row["epoch"] for row in rows]
            values = [row[split][name] for row in rows]
            lines.append(line(f"{half.label}{suffix}", role, epochs, values))
    return Chart(title=pair.curve_title, x="epoch", y="", lines=lines)


def conditions(pair: Pair, broken: Recipe, cured: Recipe, dataset: Dataset) -> str:
    """How the pair was trained and on what it was judged."""
    training = cured.training
    same = "" if broken.training == cured.training else " (but for what the pair is about)"
    return (
        f"Both trained on {len(dataset.train):,} training images of {dataset.title}: "
        f"{training.epochs} epochs of steps of {training.batch_size} images, Adam, learning rate "
        f"{training.learning_rate:g}, {training.schedule.replace('_', '-')}{same}, seed "
        f"{cured.seed}. Figures: {len(dataset.test):,} test images; curves: the first "
        f"{min(2_000, len(dataset.test)):,} of them."
    )
