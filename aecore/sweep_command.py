"""`python -m aecore sweep`: its options, and the trainer that hands its runs to the engine."""

import argparse
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from tqdm import tqdm

from aecore.config import ConfigError
from aecore.run_info import Recipe
from aecore.runs import Run, RunError
from aecore.settings import read_settings
from aecore.sweep import Report, Sweep, follow, in_process, plan, resume
from aecore.training_options import add_training_options, given_changes

LOOK_SECONDS = 0.3
MANY = 10_000
VISITOR = "sweep"


def add_options(add: argparse.ArgumentParser) -> None:
    """The options of `sweep`."""
    add.add_argument("--model", default="beta_vae", help="a model with a beta")
    add_training_options(add)
    add.add_argument(
        "--beta",
        type=numbers,
        default=(0.1, 0.25, 0.5, 1, 2, 4, 8, 16),
        metavar="B,B,...",
        help="default: 0.1,0.25,0.5,1,2,4,8,16",
    )
    add.add_argument("--seeds", type=int, default=3, help="how many seeds of each (default: 3)")
    add.add_argument("--out", type=Path, help="the folder (default: runs/sweep-MODEL-DATASET)")
    add.add_argument("--keep", type=int, default=1, help="seeds whose runs are kept (default: 1)")
    add.add_argument("--small", action="store_true", help="keep weights alone, as float16")
    add.add_argument("--in-process", action="store_true", help="one after the other, no engine")
    add.set_defaults(command=sweep)


def numbers(text: str) -> tuple[float, ...]:
    """«0.5,1,4» as numbers; argparse reports anything else."""
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"numbers with commas, not '{text}'") from error


def sweep(options: argparse.Namespace) -> None:
    """Trains what the folder lacks of a sweep under one progress bar, and prints its figures."""
    if options.seeds < 1:
        raise ConfigError("--seeds: at least 1")
    config, training = given_changes(options)
    if "beta" in config:
        raise ConfigError("beta is what is swept over: give --beta")
    wanted = plan(options.model, options.dataset, options.beta, options.seeds, config, training)
    folder = options.out or Path("runs") / f"sweep-{options.model}-{options.dataset}"
    found = resume(wanted, folder)
    train = in_process if options.in_process else on_engine(folder)
    epochs = len(found.missing()) * found.base.training.epochs
    with tqdm(
        total=epochs,
        unit="epoch",
        bar_format="{l_bar}{bar}| {n:.1f}/{total} epochs [{elapsed}<{remaining}]",
        desc=f"{len(found.missing())} runs",
    ) as bar:

        def report(done: float) -> None:
            bar.update(done - bar.n)

        found = follow(found, folder, train, report, options.keep, options.small)
    print_figures(found)
    print(f"{folder}: {len(found.points)} runs measured")


def print_figures(found: Sweep) -> None:
    """A beta a line: means over its seeds."""
    known = all(point.factors for point in found.points)
    print("   beta     rate  distortion    -ELBO  active" + known * "     MIG     DCI     SAP")
    for beta in found.betas:
        points = found.at(beta)
        active = sum(sum(point.active) for point in points) / len(points)
        line = f"{beta:7g} {found.mean(beta, 'rate'):8.2f} {found.mean(beta, 'distortion'):11.2f}"
        line += f" {found.mean(beta, 'negative_elbo'):8.2f} {active:7.1f}"
        for name in ("mig", "dci", "sap") if known else ():
            line += f" {sum(getattr(p.factors, name) for p in points) / len(points):7.3f}"
        print(line)


# ---- the engine --------------------------------------------------------------------------------


def on_engine(folder: Path):
    """A trainer that hands all runs to the engine: on this machine's cores, or on a cluster."""

    def train(recipes: list[Recipe], report: Report) -> Iterator[Run]:
        from aecore.jobs import Jobs

        settings = read_settings().model_copy(
            update={
                "runs": folder / ".under-way",
                "max_epochs": MANY,
                "max_waiting": MANY,
                "max_jobs": MANY,
                "max_runs": MANY,
            }
        )
        jobs = Jobs(settings)
        try:
            waiting = [jobs.submit(recipe, VISITOR) for recipe in recipes]
            yield from _collect(jobs, waiting, report)
        finally:
            jobs.close()
            shutil.rmtree(settings.runs, ignore_errors=True)

    return train


def _collect(jobs, waiting: list[str], report: Report) -> Iterator[Run]:
    """Each run as it ends; raises RunError where one fails."""
    done = 0.0
    while waiting:
        under_way = 0.0
        for run_id in list(waiting):
            status = jobs.status(run_id)
            if status.under_way:
                under_way += status.report.epoch if status.report else 0.0
                continue
            if status.state != "finished":
                raise RunError(f"beta = {status.recipe.config.beta:g}: {status.message}")
            run = jobs.load(run_id)
            _ = run.snapshots, run.codes  # read now: the folder goes
            run.optimizer = {}
            waiting.remove(run_id)
            jobs.delete(run_id)
            done += run.recipe.training.epochs
            yield run
        report(done + under_way)
        time.sleep(LOOK_SECONDS)
