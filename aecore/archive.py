"""A run as one file, to download, to send and to upload again.

The file is a zip of the run's own files, byte for byte; the tensors are stored as they are, since
trained weights hardly shrink. Reading one trusts nothing: neither its names, nor its sizes, nor
what is inside (see run_checks.py).
"""

import io
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

from aecore.run_checks import check_run
from aecore.runs import (
    CODES_FILE,
    JSON_FILE,
    OPTIMIZER_FILE,
    SNAPSHOTS_FILE,
    WEIGHTS_FILE,
    Run,
    RunError,
    read_info,
    save,
    swap,
)

SUFFIX = ".bottleneck.zip"
COMPRESSION = {
    JSON_FILE: zipfile.ZIP_DEFLATED,
    WEIGHTS_FILE: zipfile.ZIP_STORED,
    SNAPSHOTS_FILE: zipfile.ZIP_DEFLATED,
    CODES_FILE: zipfile.ZIP_STORED,
    OPTIMIZER_FILE: zipfile.ZIP_STORED,
}
METHODS = set(COMPRESSION.values())
ENCRYPTED = 0x1  # a bit of a member's flags
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # a zip's earliest date: the same run gives the same bytes
MAX_BYTES = 50_000_000
MAX_UNPACKED = 200_000_000
CHUNK = 1 << 20


def pack(folder: str | Path) -> bytes:
    """The run in a folder as one file; the same run gives the same bytes.

    Raises:
        RunError: the folder holds no run.
    """
    folder, buffer = Path(folder), io.BytesIO()
    try:
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, method in COMPRESSION.items():
                if (folder / name).exists() or name in (JSON_FILE, WEIGHTS_FILE):
                    member = zipfile.ZipInfo(name, LONG_AGO)
                    content = (folder / name).read_bytes()
                    archive.writestr(member, content, compress_type=method, compresslevel=1)
    except OSError as error:
        raise RunError(f"{folder / name}: can't be read ({error.strerror})") from error
    return buffer.getvalue()


def pack_run(run: Run) -> bytes:
    """A run in memory as one file."""
    with tempfile.TemporaryDirectory(prefix="bottleneck-") as folder:
        return pack(save(run, Path(folder) / "run"))


def unpack(
    data: bytes, folder: str | Path, max_bytes: int = MAX_BYTES, max_parameters: int | None = None
) -> Run:
    """Reads a file from a stranger into `folder`, which is written only if all is well.

    Raises:
        RunError: says what is wrong with the file; nothing was written.
    """
    if len(data) > max_bytes:
        raise RunError(
            f"the file has {len(data) / 1e6:.0f} MB; at most {max_bytes / 1e6:.0f} MB are taken"
        )
    return _place(data, Path(folder), lambda new: check_run(new, max_parameters))


def receive(data: bytes, folder: str | Path) -> Run:
    """Puts a file that our own worker made into `folder`, in the place of what was there."""
    return _place(data, Path(folder), read_info)


def _place(data: bytes, folder: Path, check: Callable[[Path], object]) -> Run:
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        extract(data, new)
        check(new)
        new.chmod(0o755)
        swap(new, folder)
    except RunError as error:
        raise RunError(str(error).replace(f"{new}/", "")) from error
    except OSError as error:
        raise RunError(f"the file couldn't be kept ({error.strerror})") from error
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return Run(read_info(folder), folder=folder)


def extract(data: bytes, folder: Path) -> None:
    """Writes the members of a run's file to a folder under names of ours, never under the file's.

    Raises:
        RunError: not a zip, a member that has no place in a run, or more than MAX_UNPACKED bytes.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _check_members(members)
            room = MAX_UNPACKED
            for member in members:
                with archive.open(member) as source:
                    room = _copy(source, folder / member.filename, room)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        if isinstance(error, RunError):
            raise
        raise RunError(f"this isn't a run's file, or it was cut short ({error})") from error


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    names = [member.filename for member in members]
    for member in members:
        shown = repr(member.filename[:60])
        if member.filename not in COMPRESSION:
            raise RunError(f"{shown} has no place in a run's file, so the file was refused")
        if names.count(member.filename) > 1:
            raise RunError(f"{shown} is in the file twice, so the file was refused")
        if member.flag_bits & ENCRYPTED or member.compress_type not in METHODS:
            raise RunError(f"{shown} is encrypted or packed in an unknown way")
    for name in (JSON_FILE, WEIGHTS_FILE):
        if name not in names:
            raise RunError(f"{name} is missing: this isn't a run's file")
    if sum(member.file_size for member in members) > MAX_UNPACKED:
        raise RunError(f"unpacked, the file has over {MAX_UNPACKED // 1_000_000} MB: refused")


def _copy(source: io.BufferedIOBase, path: Path, room: int) -> int:
    """Copies at most `room` bytes, whatever the sizes that the file declares; what room is left."""
    with path.open("wb") as target:
        while chunk := source.read(CHUNK):
            room -= len(chunk)
            if room < 0:
                raise RunError(f"{path.name}: larger than it says it is: refused")
            target.write(chunk)
    return room
