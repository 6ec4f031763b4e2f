"""What the page Pitfalls shows: each mistake beside its cure, measured, in small files.

    checkpoints/pitfalls/mean_kl/
        result.json                  figures, curves, conditions
        pictures.safetensors         uint8 (n, 28, 28) by name

`python -m aecore pitfalls` makes them anew. A pair that is trained (pitfalls_pairs.py) can also be
trained by a visitor, on the bundled digits, and is judged alike (pitfalls_judge.py).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import torch
from pydantic import ValidationError
from safetensors.torch import save_file
from torch import Tensor

from aecore.config import Config, first_fault
from aecore.places import checkpoints_folder
from aecore.tensor_files import RunError, read_tensors

RESULT_FILE, PICTURES_FILE = "result.json", "pictures.safetensors"
Role = Literal["broken", "cured", "truth"]  # truth: what both are held against


class Line(Config):
    """A curve, or a cloud of points: x and y of equal length."""

    name: str
    role: Role
    x: tuple[float, ...]
    y: tuple[float, ...]


class Chart(Config):
    """Curves over one pair of axes."""

    title: str
    x: str
    y: str
    lines: tuple[Line, ...]
    kind: Literal["lines", "dots"] = "lines"


class Figure(Config):
    """One number of the broken and of the cured model."""

    what: str
    broken: float
    cured: float
    unit: str = ""
    digits: int = 2


class Strip(Config):
    """A row of pictures, by its name in `Result.pictures`."""

    title: str
    role: Role
    pictures: str


class Verdict(Config):
    """All of a pair that is no picture."""

    id: str
    broken: str  # what each is called
    cured: str
    conditions: str
    charts: tuple[Chart, ...]
    figures: tuple[Figure, ...]
    strips: tuple[Strip, ...] = ()


@dataclass(frozen=True, eq=False)
class Result:
    """A pair, judged. pictures: uint8 (n, 28, 28) by name."""

    verdict: Verdict
    pictures: Mapping[str, Tensor] = field(default_factory=dict)


def line(name: str, role: Role, x: Iterable[float], y: Iterable[float]) -> Line:
    """A line whose numbers are kept to five significant digits: it ships as text."""
    xs, ys = ([float(f"{float(value):.5g}") for value in values] for values in (x, y))
    return Line(name=name, role=role, x=xs, y=ys)


def as_bytes(images: Tensor) -> Tensor:
    """Images (n, 1, 28, 28) or (n, 28, 28) in [0, 1] as uint8 (n, 28, 28)."""
    flat = images.detach().float().reshape(-1, *images.shape[-2:])
    return (flat.clamp(0, 1) * 255).round().to(torch.uint8)


def folder() -> Path:
    """Where the shipped results lie."""
    return checkpoints_folder() / "pitfalls"


def save(result: Result, place: Path | None = None) -> Path:
    """Writes a result into a folder of its own, `place`/ID."""
    path = (place or folder()) / result.verdict.id
    path.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result.verdict.model_dump(), ensure_ascii=False)
    (path / RESULT_FILE).write_text(text + "\n", encoding="utf-8")
    if result.pictures:
        pictures = {name: images.contiguous() for name, images in result.pictures.items()}
        save_file(pictures, path / PICTURES_FILE)
        (path / PICTURES_FILE).chmod(0o644)  # safetensors writes files for their owner alone
    return path


def read(pitfall: str, place: Path | None = None) -> Result:
    """A shipped result by its id.

    Raises:
        RunError: it isn't there, or a file of it is broken; says which.
    """
    path = (place or folder()) / pitfall
    try:
        text = (path / RESULT_FILE).read_text(encoding="utf-8")
        verdict = Verdict.model_validate_json(text)
    except FileNotFoundError as error:
        raise RunError(
            f"{path / RESULT_FILE}: is missing; `python -m aecore pitfalls {pitfall}` makes it"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(f"{path / RESULT_FILE}: can't be read ({error})") from error
    except ValidationError as error:
        raise RunError(f"{path / RESULT_FILE}: {first_fault(error)}") from error
    pictures = read_tensors(path / PICTURES_FILE) if verdict.strips else {}
    for strip in verdict.strips:
        if strip.pictures not in pictures:
            raise RunError(f"{path / PICTURES_FILE}: '{strip.pictures}' is missing")
    return Result(verdict, pictures)
