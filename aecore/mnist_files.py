"""MNIST's four files, and those of the data sets in its form: found, read, downloaded.

They lie as torchvision lays them out (ROOT/MNIST/raw/*.gz), so a folder of torchvision's can be
used as it is. They are read straight from the compressed files: torchvision's reader first
unpacks them beside these, which fails in a read-only folder, and its import takes over a second.
What to download, from where, and the checksums are torchvision's own.
"""

import gzip
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from aecore.fetch import DownloadFailed, checksum, fetch
from aecore.sources import Source
from aecore.torchvision_fix import import_torchvision

IMAGES, LABELS = "{}-images-idx3-ubyte.gz", "{}-labels-idx1-ubyte.gz"
FILES = tuple(name.format(part) for part in ("train", "t10k") for name in (IMAGES, LABELS))
IMAGE_SHAPE = (28, 28)

#: Called with the bytes that are here, those of the whole set, and the name of a file.
Progress = Callable[[int, int, str], None]


class Damaged(Exception):
    """A file is not what it should be; the message names it."""


def missing(folder: Path) -> list[str]:
    """Which of the four files are not in the folder."""
    return [file for file in FILES if not (folder / file).is_file()]


def read(folder: Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    """The images uint8 (N, 28, 28) and labels uint8 (N,) of a part, "train" or "t10k".

    Raises:
        Damaged: a file was cut short or changed, or is another data set's.
    """
    images_file, labels_file = (folder / name.format(part) for name in (IMAGES, LABELS))
    images, labels = read_idx(images_file), read_idx(labels_file)
    if images.ndim != 3 or images.shape[1:] != IMAGE_SHAPE:
        raise Damaged(f"{images_file} holds no 28x28 images but an array of shape {images.shape}.")
    if labels.shape != images.shape[:1] or labels.max(initial=0) > 9:
        raise Damaged(f"{labels_file} does not hold one label from 0 to 9 for each image.")
    return images, labels


def read_idx(path: Path) -> np.ndarray:
    """A gzipped array of bytes in the IDX format: its shape in big-endian numbers, then itself.

    Raises:
        Damaged: the file was cut short or changed (gzip's own checksum tells).
    """
    try:
        content = gzip.decompress(path.read_bytes())
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise Damaged(f"{path} was cut short or changed ({error}).") from error
    dimensions = content[3] if content[:3] == b"\0\0\x08" and len(content) > 3 else 0
    start = 4 + 4 * dimensions
    if not dimensions or len(content) < start:
        raise Damaged(f"{path} is no array of bytes in the IDX format.")
    shape = tuple(np.frombuffer(content[4:start], ">u4").tolist())
    array = np.frombuffer(bytearray(content), np.uint8, offset=start)
    if array.size != int(np.prod(shape, dtype=object)):
        raise Damaged(f"{path} announces {shape} bytes but holds {array.size:,}.")
    return array.reshape(shape)


def download(
    source: Source,
    folder: Path,
    progress: Progress,
    stop: Callable[[], bool],
    timeout: float,
) -> None:
    """Fetch those of the four files that are missing or damaged; see `data.download`."""
    torchvision_class = getattr(import_torchvision().datasets, source.folder)
    before = 0
    for file, md5 in torchvision_class.resources:
        target = folder / file
        report = _offset(progress, before, source.download_bytes, file)
        if not target.is_file() or checksum(target) != md5:
            try:
                fetch(target, md5, torchvision_class.mirrors, report, stop, timeout)
            except DownloadFailed as error:
                raise DownloadFailed(f"{error}\n{by_hand(folder)}") from error
        size = target.stat().st_size
        report(size)
        before += size


def by_hand(folder: Path) -> str:
    """What to do without a network."""
    return (
        f"Or put its four files ({', '.join(FILES)}) into {folder} yourself. "
        "The data set `digits` is built in and needs no download."
    )


def _offset(progress: Progress, before: int, total: int, file: str) -> Callable[[int], None]:
    return lambda done: progress(before + done, max(total, before + done), file)
