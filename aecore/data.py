"""The data sets in memory: loaded as uint8 tensors, downloaded when asked.

`DATASETS` is the table of what there is. Downloaded data sets lie under $AECORE_DATA, or in a
folder of the user's cache; `digits` and `shapes` are built in.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import platformdirs
import torch
from torch import Tensor

from aecore import mnist_files, shapes
from aecore.digits import digits
from aecore.fetch import DownloadFailed, DownloadStopped
from aecore.sources import DATASETS, Source

__all__ = [
    "DATASETS",
    "Dataset",
    "DatasetDamaged",
    "DatasetMissing",
    "DownloadFailed",
    "DownloadStopped",
    "Source",
    "Split",
    "available",
    "data_folder",
    "describe",
    "download",
    "load",
    "to_float",
]

IMAGE_BYTES = 28 * 28


class DatasetMissing(Exception):
    """The data set isn't here, or there is none of that name; the message says what to do."""


class DatasetDamaged(DatasetMissing):
    """A file of the data set was cut short or changed; the message names it."""


@dataclass(frozen=True, eq=False)
class Split:
    """images: uint8 (N, 1, 28, 28). labels: int64 (N,). factors: int64 (N, F), where known."""

    images: Tensor
    labels: Tensor
    factors: Tensor | None = None

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, eq=False)
class Dataset:
    """A data set in memory.

    classes: the names that labels index. factor_names, factor_values: what each column of the
    splits' factors is, and the float32 values, one tensor a factor, that its numbers index.
    """

    name: str
    title: str
    train: Split
    test: Split
    classes: tuple[str, ...]
    factor_names: tuple[str, ...] = ()
    factor_values: tuple[Tensor, ...] = ()

    @property
    def count(self) -> int:
        """How many images there are, of train and test together."""
        return len(self.train) + len(self.test)

    @property
    def nbytes(self) -> int:
        """How many bytes the images take in memory."""
        return self.train.images.nbytes + self.test.images.nbytes


def to_float(images: Tensor) -> Tensor:
    """uint8 images as float32 in [0, 1], of the same shape."""
    return images.to(torch.float32) / 255


def load(name: str, root: str | Path | None = None) -> Dataset:
    """A data set by its name in DATASETS. Those that are built in are made once a process.

    root: the folder that holds the downloaded ones; `data_folder()` unless given.

    Raises:
        DatasetMissing: it has to be downloaded first, or there is none of that name.
        DatasetDamaged: a file of it was cut short or changed.
    """
    source = _source(name)
    if source.builtin:
        return GENERATED[name]()
    folder = _folder(source, root)
    if missing := mnist_files.missing(folder):
        raise DatasetMissing(
            f"{source.title} isn't here: no {', '.join(missing)} in {folder}. Fetch it with "
            f"`python -m aecore fetch {name}` ({source.download_bytes / 1e6:.0f} MB).\n"
            + mnist_files.by_hand(folder)
        )
    try:
        train, test = (_split(*mnist_files.read(folder, part)) for part in ("train", "t10k"))
    except mnist_files.Damaged as error:
        raise DatasetDamaged(f"{error} `python -m aecore fetch {name}` replaces it.") from error
    return Dataset(name, source.title, train, test, source.classes)


def available(name: str, root: str | Path | None = None) -> bool:
    """Whether `load` finds the data set's files, or needs none. Reads nothing."""
    source = _source(name)
    return source.builtin or not mnist_files.missing(_folder(source, root))


def download(
    name: str,
    root: str | Path | None = None,
    progress: mnist_files.Progress = lambda done, total, file: None,
    timeout: float = 20.0,
    stop: Callable[[], bool] = lambda: False,
) -> None:
    """Fetch what is missing or damaged of a data set; nothing for one that is built in.

    progress: called with the bytes that are here, those of the whole set, and the file's name;
        an exception of its own ends the download.
    timeout: seconds without a byte after which a server is given up and the next one is tried.
    stop: asked after each piece that arrives whether to stop.

    Raises:
        DownloadFailed: no server delivered it, or it couldn't be written; says what to do.
        DownloadStopped: stop() was true.

    No unfinished file is left in either case.
    """
    source = _source(name)
    if not source.builtin:
        mnist_files.download(source, _folder(source, root), progress, stop, timeout)


def describe(name: str, root: str | Path | None = None) -> dict[str, str | int | bool]:
    """A row of the table as plain data, fit for JSON, and whether the data set is here."""
    source = _source(name)
    return {
        "name": name,
        "title": source.title,
        "summary": source.summary,
        "origin": source.origin,
        "licence": source.licence,
        "train_images": source.train_images,
        "test_images": source.test_images,
        "memory_bytes": (source.train_images + source.test_images) * IMAGE_BYTES,
        "download_bytes": source.download_bytes,
        "builtin": source.builtin,
        "available": available(name, root),
        "folder": "" if source.builtin else str(_folder(source, root)),
    }


def data_folder() -> Path:
    """Where downloaded data sets lie: $AECORE_DATA, or a folder in the user's cache."""
    chosen = os.environ.get("AECORE_DATA")
    return Path(chosen).expanduser() if chosen else platformdirs.user_cache_path("bottleneck")


def _source(name: str) -> Source:
    if name not in DATASETS:
        raise DatasetMissing(f"There is no data set «{name}». There are: {', '.join(DATASETS)}.")
    return DATASETS[name]


def _folder(source: Source, root: str | Path | None) -> Path:
    return Path(root or data_folder()) / source.folder / "raw"


def _split(images: np.ndarray, labels: np.ndarray, factors: np.ndarray | None = None) -> Split:
    return Split(
        torch.from_numpy(images)[:, None],
        torch.from_numpy(labels).long(),
        None if factors is None else torch.from_numpy(factors),
    )


@lru_cache(maxsize=1)
def _digits() -> Dataset:
    images, labels, testing = digits()
    source = DATASETS["digits"]
    train, test = (_split(images[part], labels[part]) for part in (~testing, testing))
    return Dataset("digits", source.title, train, test, source.classes)


@lru_cache(maxsize=1)
def _shapes() -> Dataset:
    images, factors, values = shapes.shapes()
    source = DATASETS["shapes"]
    testing = shapes.for_testing(len(images))
    train, test = (
        _split(images[part], factors[part, 0], factors[part]) for part in (~testing, testing)
    )
    values = tuple(torch.tensor(v, dtype=torch.float32) for v in values)
    return Dataset("shapes", source.title, train, test, source.classes, shapes.FACTORS, values)


GENERATED = {"digits": _digits, "shapes": _shapes}
