"""Fetch a file from the first mirror that has it whole.

A file gets its own name only once it is complete and its checksum is right; until then it is a
hidden .part file beside it. So a download that was cut short is never taken for data.
"""

import hashlib
import os
import ssl
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path

import certifi

CHUNK = 2**16
STALE_SECONDS = 3600  # a .part file that nobody has written to for so long was left by a crash
# Some mirrors would otherwise pack the file once more, and its checksum would be another.
HEADERS = {"User-Agent": "aecore", "Accept-Encoding": "identity"}


class DownloadFailed(Exception):
    """No mirror had the file, or it could not be written; the message says what to do."""


class DownloadStopped(Exception):
    """The download was stopped on request. Nothing unfinished is left behind."""


class _MirrorFailed(Exception):
    """This mirror did not deliver; another may."""


def fetch(
    target: Path,
    md5: str,
    mirrors: Sequence[str],
    progress: Callable[[int], None] = lambda done: None,
    stop: Callable[[], bool] = lambda: False,
    timeout: float = 20.0,
) -> None:
    """Fetch a file from the first of the mirrors that delivers it whole.

    md5: the file's checksum, in hexadecimal.
    mirrors: URLs of folders, ending in a slash, tried in order.
    progress: called with the bytes that have arrived; an exception of its own ends the download.
    stop: asked after each piece that arrives whether to stop.
    timeout: seconds without a byte after which a mirror is given up.

    Raises:
        DownloadFailed: with the fault of each mirror, or of the disk.
        DownloadStopped: stop() was true.
    """
    faults = []
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _remove_stale_parts(target.parent)
        for mirror in mirrors:
            try:
                _save(_pieces(mirror + target.name, timeout), target, md5, progress, stop)
                return
            except _MirrorFailed as fault:
                faults.append(f"{mirror}{target.name}: {fault}.")
    except OSError as error:
        raise DownloadFailed(
            f"{target} can't be written: {error.strerror or error}. Make room in that folder, or "
            "set AECORE_DATA to another one."
        ) from error
    raise DownloadFailed("\n".join([f"No mirror delivered {target.name}.", *faults]))


def checksum(path: Path) -> str:
    """The MD5 of a file, in hexadecimal: against damage, not against forgery."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, _md5).hexdigest()


def _md5():
    return hashlib.md5(usedforsecurity=False)


def _save(
    pieces: Iterator[bytes],
    target: Path,
    md5: str,
    progress: Callable[[int], None],
    stop: Callable[[], bool],
) -> None:
    digest, done = _md5(), 0
    handle, name = tempfile.mkstemp(suffix=".part", prefix=f".{target.name}.", dir=target.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                file.write(piece)
                digest.update(piece)
                done += len(piece)
                progress(done)
                if stop():
                    raise DownloadStopped(f"The download of {target.name} was stopped.")
        if digest.hexdigest() != md5:
            raise _MirrorFailed(f"the {done:,} bytes that came are not the file (wrong checksum)")
        part.chmod(0o644)  # mkstemp's files are for their owner alone
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _pieces(url: str, timeout: float) -> Iterator[bytes]:
    """What a server sends, piece by piece as it arrives; whatever goes wrong is _MirrorFailed."""
    request = urllib.request.Request(url, headers=HEADERS)
    try:
        with urllib.request.urlopen(request, timeout=timeout, context=_certificates()) as answer:
            # read1 returns what is there, where read would wait for a whole chunk: a slow server
            # could then be neither stopped nor watched.
            while piece := answer.read1(CHUNK):
                yield piece
    except TimeoutError as error:
        raise _MirrorFailed(f"no answer for {timeout:g} seconds") from error
    except (OSError, HTTPException) as error:  # URLError and HTTPError are OSErrors
        raise _MirrorFailed(str(error) or type(error).__name__) from error


def _certificates() -> ssl.SSLContext:
    """The system's certificates and certifi's: some installations of Python come with none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _remove_stale_parts(folder: Path) -> None:
    for part in folder.glob(".*.part"):
        with suppress(FileNotFoundError):  # another download may be removing it
            if time.time() - part.stat().st_mtime > STALE_SECONDS:
                part.unlink()
