"""A sweep over beta: the same recipe at several beta and seeds, measured alike.

    checkpoints/sweeps/mnist/
        sweep.json         what was swept, and a row of figures for each beta and seed
        probes.safetensors the images that the models are shown, see aecore/sweep_probes.py
        beta-4-seed-0/     the runs that were kept, as runs.py writes them

A row that is there isn't trained again, so a sweep that was broken off goes on where it stood.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from pydantic import Field, ValidationError

from aecore import data, sweep_probes
from aecore.config import Config, ConfigError, first_fault, with_changes
from aecore.data import Dataset
from aecore.fitting import begin, measured
from aecore.metrics import METRICS, Measurement
from aecore.models import catalog
from aecore.run_info import Recipe, current_versions
from aecore.runs import Run, RunError, save
from aecore.sweep_figures import Point, figures
from aecore.training import TrainConfig

FORMAT = 1
JSON_FILE = "sweep.json"
MAX_JSON_BYTES = 5_000_000

#: Epochs done, of all runs together.
Report = Callable[[float], None]
#: Trains recipes, in any order, and hands over each run as it ends.
Trainer = Callable[[list[Recipe], Report], Iterator[Run]]


class Sweep(Config):
    """What was swept and what was found. `base` is the recipe; beta and seed are put into it."""

    format: int = FORMAT
    base: Recipe
    betas: tuple[float, ...] = Field(min_length=1, max_length=50)
    seeds: tuple[int, ...] = Field(min_length=1, max_length=50)
    conditions: str = ""
    versions: dict[str, str] = Field(default_factory=current_versions)
    points: tuple[Point, ...] = ()

    def recipes(self) -> list[Recipe]:
        """A recipe for each beta and seed; the first seed of all beta comes first."""
        return [self.recipe(beta, seed) for seed in self.seeds for beta in self.betas]

    def recipe(self, beta: float, seed: int) -> Recipe:
        """The recipe of one point; raises ConfigError for a beta out of range."""
        config = with_changes(self.base.config, {"beta": beta})
        return self.base.model_copy(update={"config": config, "seed": seed})

    def missing(self) -> list[Recipe]:
        """The recipes that have no point yet."""
        there = {(point.beta, point.seed) for point in self.points}
        return [each for each in self.recipes() if (each.config.beta, each.seed) not in there]

    def at(self, beta: float) -> list[Point]:
        """The points of one beta, by seed."""
        return sorted((p for p in self.points if p.beta == beta), key=lambda p: p.seed)

    def mean(self, beta: float, name: str) -> float:
        """The mean of a figure over the seeds of one beta."""
        values = [getattr(point, name) for point in self.at(beta)]
        return sum(values) / len(values)


def plan(
    model: str,
    dataset: str,
    betas: Iterable[float],
    seeds: int,
    config: dict | None = None,
    training: dict | None = None,
) -> Sweep:
    """A sweep that is still to be done, with the seeds 0, 1, ...

    Raises:
        ConfigError: the model has no beta, or a value is out of range.
    """
    entry = catalog.entry(model)
    if "beta" not in type(entry.config).model_fields:
        raise ConfigError(f"'{model}' has no beta to sweep over")
    base = Recipe(
        model=model,
        config=with_changes(entry.config, config or {}),
        dataset=dataset,
        training=with_changes(TrainConfig(), {**entry.training, **(training or {})}),
    )
    found = Sweep(base=base, betas=tuple(sorted(set(betas))), seeds=tuple(range(seeds)))
    found.recipes()  # says at once if a beta is out of range
    return found


def follow(
    sweep: Sweep, folder: Path, train: Trainer, report: Report, keep: int = 1, small: bool = False
) -> Sweep:
    """Trains what is missing, writing each point as it is there; the sweep with its points.

    keep: how many seeds' runs are kept beside the figures. small: as float16 weights, with no
    snapshots, codes or optimizer: what ships.
    """
    dataset = data.load(sweep.base.dataset)
    sweep = sweep.model_copy(update={"conditions": conditions(sweep, dataset)})
    sweep_probes.write(dataset, folder)
    kept = sweep.seeds[:keep]
    for run in train(sweep.missing(), report):
        point = figures(run.model, dataset, run.recipe)
        if run.recipe.seed in kept:
            point = point.model_copy(update={"run": point.name})
            if small:
                run = _slim(run, point, dataset)
            elif not run.info.metrics:  # the engine has measured it already
                run = measured(run, dataset)
            save(run, folder / point.name, force=True, half=small)
        sweep = sweep.model_copy(update={"points": (*sweep.points, point)})
        write(sweep, folder)
    return sweep


def _slim(run: Run, point: Point, dataset: Dataset) -> Run:
    """The run without what can be had from its model, and with the sweep's figures as metrics."""
    row = {
        "reconstruction_nats": point.distortion,
        "kl_nats": point.rate,
        "negative_elbo_nats": point.negative_elbo,
        "active_units": float(sum(point.active)),
    }
    metrics = {
        name: Measurement(
            value=value,
            unit=METRICS[name].unit,
            conditions=METRICS[name].conditions.replace("all", f"{len(dataset.test):,}", 1),
        )
        for name, value in row.items()
    }
    info = run.info.model_copy(update={"metrics": metrics})
    return Run(info, model=run.model, snapshots={})


def in_process(recipes: list[Recipe], report: Report) -> Iterator[Run]:
    """Trains one recipe after the other in this very process: the simplest trainer."""
    done = 0.0
    for recipe in recipes:
        fitting = begin(recipe)
        for progress in fitting.progress():
            report(done + progress.epoch)
        done += recipe.training.epochs
        yield fitting.finish(measure=False)


def conditions(sweep: Sweep, dataset: Dataset) -> str:
    """How the figures were made, in words."""
    training = sweep.base.training
    return (
        f"{sweep.base.entry.title} on the {len(dataset.train):,} training images of "
        f"{dataset.title}, grey pixels in [0, 1]: {training.epochs} epochs, batches of "
        f"{training.batch_size}, Adam with a {training.schedule.replace('_', '-')} learning rate "
        f"up to {training.learning_rate:g}; seeds {', '.join(map(str, sweep.seeds))}. Rate, "
        f"distortion and KL on all {len(dataset.test):,} test images, one posterior sample."
    )


# ---- on disk -----------------------------------------------------------------------------------


def write(sweep: Sweep, folder: Path) -> None:
    """Writes sweep.json whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(sweep.model_dump(mode="json", exclude_defaults=False), separators=(",", ":"))
    new = folder / f".{JSON_FILE}"
    new.write_text(text.replace('{"beta"', '\n{"beta"') + "\n", encoding="utf-8")
    new.replace(folder / JSON_FILE)


def read(folder: Path) -> Sweep:
    """The sweep in a folder.

    Raises:
        RunError: names the file and the fault.
    """
    path = folder / JSON_FILE
    try:
        if path.stat().st_size > MAX_JSON_BYTES:
            raise RunError(f"{path}: larger than {MAX_JSON_BYTES // 1_000_000} MB, refused")
        content = json.loads(path.read_text(encoding="utf-8"))
        found = content.get("format") if isinstance(content, dict) else None
        if found != FORMAT:
            raise RunError(f"{path}: is of format {found!r:.20}, and this version reads {FORMAT}")
        return Sweep.model_validate(content)
    except OSError as error:
        raise RunError(f"{path}: can't be read ({error.strerror})") from error
    except (ValidationError, ConfigError) as error:
        raise RunError(f"{path}: {first_fault(error)}") from error
    except (ValueError, RecursionError) as error:
        raise error if isinstance(error, RunError) else RunError(f"{path}: not JSON") from error


def resume(wanted: Sweep, folder: Path) -> Sweep:
    """The sweep in the folder with what is wanted now, or `wanted` where there is none yet.

    Raises:
        ConfigError: the folder holds a sweep with other settings.
    """
    if not (folder / JSON_FILE).exists():
        return wanted
    found = read(folder)
    if found.recipe(wanted.betas[0], 0) != wanted.recipe(wanted.betas[0], 0):
        raise ConfigError(f"{folder} holds a sweep with other settings: choose another --out")
    return wanted.model_copy(update={"points": found.points})
