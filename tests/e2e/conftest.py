"""A real browser and a real app for the tests in this folder.

The browser is the Chromium that is installed (or the one that `CHROMIUM` names); without one,
these tests skip and say so. The app is `streamlit run streamlit_app.py`, started once.
"""

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from tests.chromium import NoBrowser, launch

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 120  # seconds
STILL_FOR = 200  # milliseconds without a script run before a page counts as settled

# True once no script has been running for the given time; forgets what it saw when told to.
STILL = """(wanted) => {
    const still = document.querySelector('[data-test-script-state="notRunning"]');
    if (!still) window.stillSince = undefined;
    else window.stillSince ??= performance.now();
    return still && performance.now() - window.stillSince >= wanted;
}"""


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests."""
    with sync_playwright() as playwright:
        try:
            chromium = launch(playwright)
        except NoBrowser as none:
            pytest.skip(str(none))
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser):
    """A visitor of their own: no storage or cookies of another test."""
    visitor = browser.new_context(viewport={"width": 1280, "height": 900})
    yield visitor
    visitor.close()


@pytest.fixture
def page(context):
    """An empty page; errors of its scripts are printed, so that a failing test shows them."""
    opened = context.new_page()
    opened.on("pageerror", lambda error: print("error in the page:", error))
    return opened


@pytest.fixture
def settled():
    """settled(page) waits until Streamlit has no script running, and has not for a moment."""

    def wait(page: Page, timeout: float = 60_000) -> None:
        page.evaluate("window.stillSince = undefined")
        page.wait_for_function(STILL, arg=STILL_FOR, timeout=timeout)

    return wait


@pytest.fixture(scope="session")
def app(tmp_path_factory):
    """The address of the app, which runs until the last test is done."""
    log = tmp_path_factory.mktemp("app") / "streamlit.log"
    port = _free_port()
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
            + ["--server.port", str(port), "--server.headless", "true"],
            cwd=ROOT,
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
    pytest.fail(f"the app did not start:\n{log.read_text(errors='replace')}")


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
