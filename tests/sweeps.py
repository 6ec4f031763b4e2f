"""Small sweeps for the tests of the page: on digits, and with true factors."""

from pathlib import Path

import torch

from aecore import data, sweep_probes
from aecore.models import catalog
from aecore.runs import Run, RunInfo, save
from aecore.sweep import follow, in_process, plan, write
from aecore.sweep_figures import figures

SMALL = {"latent_dim": 4, "widths": (16,)}
QUICK = {"epochs": 2, "batch_size": 64}


def make_sweeps(checkpoints: Path) -> Path:
    """Sweeps on digits (trained) and shapes (untrained: only their form matters) in a folder."""
    trained = plan("beta_vae", "digits", (0.5, 2, 8), 2, SMALL, QUICK)
    follow(trained, checkpoints / "sweeps" / "digits", in_process, lambda done: None, small=True)
    _untrained(checkpoints / "sweeps" / "shapes")
    return checkpoints


def _untrained(folder: Path) -> None:
    dataset = data.load("shapes")
    wanted = plan("beta_vae", "shapes", (1, 4), 1, SMALL, QUICK)
    sweep_probes.write(dataset, folder)
    points = []
    for recipe in wanted.recipes():
        model = catalog.build(recipe.model, recipe.config)
        with torch.no_grad():
            model.to_mean.weight.mul_(20)  # so that its coordinates are alive
        point = figures(model, dataset, recipe)
        points.append(point.model_copy(update={"run": point.name}))
        save(Run(RunInfo(recipe=recipe), model=model, snapshots={}), folder / point.name, half=True)
    write(wanted.model_copy(update={"points": tuple(points)}), folder)
