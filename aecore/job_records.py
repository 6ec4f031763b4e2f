"""What is kept of every run that a visitor asked for: a folder each, under an unguessable name.

    runs/0f3a.../job.json    the record: who asked for what, when, and how it stands
    runs/0f3a.../run/        the run itself (see runs.py), once there is something to keep

The name is the key: who has it may look at the run, train it on and delete it; nothing lists them.
"""

import logging
import re
import secrets
import shutil
import tempfile
import time
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from aecore.archive import pack, receive, unpack
from aecore.config import Config, ConfigError
from aecore.run_info import Recipe
from aecore.runs import JSON_FILE, OPTIMIZER_FILE, Run, RunError, load, read_info

State = Literal["queued", "running", "paused", "finished", "stopped", "failed", "interrupted"]
UNDER_WAY = ("queued", "running")
RECORD_FILE = "job.json"
ID = re.compile(r"[0-9a-f]{32}")
DAY = 86_400.0
LONGEST_NAME = 80  # characters, of a run's name

log = logging.getLogger(__name__)


class UnknownRun(KeyError):
    """There is no run of this id (any more)."""

    def __str__(self) -> str:
        return "There is no run under this link: it was deleted, or not used for too long."


class Record(Config):
    """How a visitor's run stands. Times are seconds since 1970."""

    id: str = Field(pattern=ID.pattern)
    visitor: str
    recipe: Recipe
    name: str = Field("", max_length=LONGEST_NAME)
    state: State = "queued"
    message: str = ""
    created: float = Field(default_factory=time.time)
    used: float = Field(default_factory=time.time)


class Records:
    """The folder of runs. Every id is checked before it becomes a path."""

    def __init__(self, folder: Path, keep_days: float):
        self.folder, self.keep_seconds = folder, keep_days * DAY
        folder.mkdir(parents=True, exist_ok=True)

    def new_id(self) -> str:
        """A name that nobody guesses: 128 random bits."""
        return secrets.token_hex(16)

    def path(self, run_id: str) -> Path:
        """The folder of a run; raises UnknownRun for what can't be an id."""
        if not ID.fullmatch(run_id):
            raise UnknownRun(run_id)
        return self.folder / run_id

    def run_folder(self, run_id: str) -> Path:
        """Where the run itself lies."""
        return self.path(run_id) / "run"

    def has_run(self, run_id: str) -> bool:
        """Whether something was kept of it."""
        return (self.run_folder(run_id) / JSON_FILE).exists()

    def can_go_on(self, run_id: str) -> bool:
        """Whether it can be trained further: its optimizer's state was kept."""
        return (self.run_folder(run_id) / OPTIMIZER_FILE).exists()

    def write(self, record: Record) -> Record:
        """Writes a record: whole, or not at all."""
        folder = self.path(record.id)
        folder.mkdir(exist_ok=True)
        _write_whole(folder / RECORD_FILE, record.model_dump_json(indent=1))
        return record

    def read_all(self) -> list[Record]:
        """Every record, by age; one that can't be read is left alone, and logged."""
        records = []
        for path in self.folder.glob(f"*/{RECORD_FILE}"):
            try:
                records.append(Record.model_validate_json(path.read_text(encoding="utf-8")))
            except (OSError, ValidationError, ConfigError) as error:
                log.warning("%s can't be read: %s", path, error)
        return sorted(records, key=lambda record: record.created)

    def delete(self, run_id: str) -> None:
        """Removes a run and its record."""
        shutil.rmtree(self.path(run_id), ignore_errors=True)

    def install(self, record: Record, data: bytes) -> Run:
        """Keeps a run that a worker sent, under the name that its owner gave it."""
        run = receive(data, self.run_folder(record.id))
        return self.rename(record) if record.name != run.info.name else run

    def accept(self, run_id: str, data: bytes, max_bytes: int, max_parameters: int) -> Run:
        """Keeps a run that a visitor sent; raises RunError with what is wrong with it."""
        folder = self.path(run_id)
        folder.mkdir()
        try:
            return unpack(data, self.run_folder(run_id), max_bytes, max_parameters)
        except RunError:
            self.delete(run_id)
            raise

    def packed(self, run_id: str) -> bytes:
        """The run as one file."""
        return pack(self.run_folder(run_id))

    def load(self, run_id: str) -> Run:
        """The run; raises RunError where nothing was kept of it."""
        return load(self.run_folder(run_id))

    def rename(self, record: Record) -> Run:
        """Writes the record's name into the run's own file, so that a download carries it."""
        folder = self.run_folder(record.id)
        info = read_info(folder).model_copy(update={"name": record.name})
        _write_whole(folder / JSON_FILE, info.model_dump_json(indent=1) + "\n")
        return Run(info, folder=folder)

    def kept_until(self, record: Record) -> float:
        """When a run that nobody uses is tidied away."""
        return record.used + self.keep_seconds


def _write_whole(path: Path, text: str) -> None:
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=".", delete=False
    ) as file:
        file.write(text)
    Path(file.name).replace(path)
