"""The command line: `python -m aecore models | datasets | fetch | train | evaluate | sweep | ship`.

Here are its options; what each command does stands in commands.py.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from aecore import commands as do
from aecore import data, sweep_command
from aecore.config import ConfigError
from aecore.models import catalog
from aecore.pitfalls_make import PITFALLS, make_pitfalls
from aecore.runs import RunError
from aecore.shipped import SHIPPED
from aecore.training import Diverged
from aecore.training_options import add_training_options

LAST_SEED = 2**31 - 1
FAULTS = (
    ConfigError,
    RunError,
    Diverged,
    catalog.UnknownModel,
    data.DatasetMissing,
    data.DownloadFailed,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; a fault that a person can mend is one message and exit status 2."""
    options = parser().parse_args(arguments)
    try:
        return options.command(options) or 0
    except FAULTS as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(
        prog="python -m aecore", description="Autoencoders: train, judge and keep them."
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    add = commands.add_parser("models", help="the models, what they can do and their settings")
    add.add_argument("--json", action="store_true")
    add.set_defaults(command=do.show_models)

    add = commands.add_parser("datasets", help="the data sets: what is here, what can be fetched")
    add.add_argument("--json", action="store_true")
    add.set_defaults(command=do.show_datasets)

    add = commands.add_parser("fetch", help="download a data set")
    add.add_argument("dataset", choices=data.DATASETS)
    add.set_defaults(command=do.fetch)

    add = commands.add_parser("train", help="train a model and keep the run")
    add.add_argument("model", help=f"one of {', '.join(catalog.CATALOG)}")
    add_training_options(add)
    add.add_argument("--seed", type=seed, default=0, help=f"a whole number from 0 to {LAST_SEED}")
    add.add_argument("--out", type=Path, help="the run's folder (default: runs/MODEL-DATASET)")
    add.add_argument("--force", action="store_true", help="replace a run that is there")
    add.set_defaults(command=do.train)

    add = commands.add_parser("evaluate", help="a run's test metrics")
    add.add_argument("run", type=Path, help="the run's folder")
    add.add_argument("--dataset", choices=data.DATASETS, help="default: what it was trained on")
    add.add_argument("--json", action="store_true")
    add.add_argument("--save", action="store_true", help="keep the figures with the run")
    add.set_defaults(command=do.evaluate)

    add = commands.add_parser("sweep", help="train a model at several beta, and measure each alike")
    sweep_command.add_options(add)

    add = commands.add_parser("maps", help="make a run's latent maps, and keep them with it")
    add.add_argument("runs", type=Path, nargs="+", help="the runs' folders")
    add.set_defaults(command=do.make_maps)

    add = commands.add_parser("ship", help="train the runs in checkpoints/ again")
    add.add_argument("names", nargs="*", help=f"of {', '.join(row.name for row in SHIPPED)}")
    add.set_defaults(command=do.ship)

    add = commands.add_parser("pitfalls", help="make the results that the page Pitfalls shows")
    add.add_argument("names", nargs="*", help=f"of {', '.join(PITFALLS)}; default: all")
    add.set_defaults(command=make_pitfalls)
    return top


def seed(text: str) -> int:
    """A seed that a recipe takes; argparse reports anything else."""
    if not text.isdecimal() or int(text) > LAST_SEED:
        raise argparse.ArgumentTypeError(f"a whole number from 0 to {LAST_SEED}, not '{text}'")
    return int(text)
