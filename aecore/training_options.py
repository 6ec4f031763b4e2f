"""The command line's options that say what to train on and how: of `train` and of `sweep`."""

import argparse
from typing import Any

from aecore.config import ConfigError
from aecore.data import DATASETS
from aecore.training import TrainConfig


def add_training_options(add: argparse.ArgumentParser) -> None:
    """--dataset, --epochs and --set."""
    add.add_argument("--dataset", default="mnist", choices=DATASETS)
    add.add_argument("--epochs", help="passes over the training images")
    add.add_argument(
        "--set",
        dest="changes",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="a setting of the model or of the training; may be given again",
    )


def given_changes(options: argparse.Namespace) -> tuple[dict[str, Any], dict[str, Any]]:
    """--epochs and --set as changes of the model's config and of the training's.

    Raises:
        ConfigError: a --set without a value.
    """
    given = {"epochs": options.epochs} if options.epochs else {}
    for text in options.changes:
        name, equals, value = text.partition("=")
        if not equals:
            raise ConfigError(f"--set takes KEY=VALUE, not '{text}'")
        given[name.strip()] = value.strip()
    training = {name: given.pop(name) for name in TrainConfig.model_fields if name in given}
    return given, training
