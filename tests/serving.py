"""The app as a process of its own, for the tests in e2e/ and for the benchmarks."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STARTS_WITHIN = 120  # seconds


class DidNotStart(RuntimeError):
    """The app did not come up; the message is what it said."""


@contextmanager
def running(folder: Path, **environment: str) -> Iterator[str]:
    """An app with its log in a folder and settings in its environment; gives its address."""
    log, port = folder / "streamlit.log", _free_port()
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
            + ["--server.port", str(port), "--server.headless", "true"],
            cwd=ROOT,
            env=os.environ | environment,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_healthy(process, f"http://localhost:{port}/_stcore/health", log)
        yield f"http://localhost:{port}"
    finally:
        _stop(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return probe.getsockname()[1]


def _wait_until_healthy(process: subprocess.Popen, health: str, log: Path) -> None:
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end and process.poll() is None:
        if _answers(health):
            return
        time.sleep(0.1)
    raise DidNotStart(f"the app did not start:\n{log.read_text(errors='replace')}")


def _answers(health: str) -> bool:
    try:
        with urllib.request.urlopen(health, timeout=2) as reply:
            return reply.read() == b"ok"
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return False


def _stop(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
