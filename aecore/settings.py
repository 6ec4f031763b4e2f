"""The settings of a server, read from the environment: one table, one place.

Every field of `Settings` is an environment variable: `max_epochs` is AECORE_MAX_EPOCHS.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import platformdirs
from pydantic import Field, ValidationError

from aecore.config import Config, ConfigError

PREFIX = "AECORE_"


def processors() -> int:
    """The processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Settings(Config):
    """What a server lets its visitors do, and where it computes."""

    runs: Path = Field(
        default_factory=lambda: Path(platformdirs.user_data_dir("bottleneck")) / "runs",
        description="the folder that keeps visitors' runs",
    )
    scheduler: str = Field("", description="a Dask scheduler, tcp://host:port; empty: this machine")
    workers: int = Field(
        default_factory=lambda: min(processors(), 8),
        ge=1,
        le=64,
        description="trainings at once on this machine",
    )
    worker_megabytes: int = Field(
        3_000, ge=500, description="memory of a worker; one that needs more is stopped"
    )
    max_epochs: int = Field(200, ge=1, le=500, description="epochs of one run")
    max_parameters: int = Field(10_000_000, ge=1, description="parameters of one model")
    max_jobs: int = Field(100, ge=1, description="runs training or waiting, of all visitors")
    max_waiting: int = Field(5, ge=1, description="runs training or waiting, of one visitor")
    max_runs: int = Field(2_000, ge=1, description="runs kept, of all visitors")
    max_upload_megabytes: int = Field(50, ge=1, le=500, description="size of an uploaded run")
    keep_days: float = Field(30, gt=0, description="days that a run is kept after its last use")


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings that the environment asks for, the defaults for the rest.

    Raises:
        ConfigError: a value that can't be used; names the variable and what is valid.
    """
    environment = os.environ if environment is None else environment
    given = {
        name: environment[PREFIX + name.upper()]
        for name in Settings.model_fields
        if environment.get(PREFIX + name.upper())
    }
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        faults = "; ".join(
            f"{PREFIX}{str(fault['loc'][0]).upper()}: {fault['msg'].lower()}, "
            f"got {fault['input']!r}"
            for fault in error.errors()
        )
        raise ConfigError(faults) from error
