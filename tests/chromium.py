"""The Chromium that is installed here, for the tests in e2e/ and for the benchmarks."""

import os
import shutil

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class NoBrowser(RuntimeError):
    """No Chromium was found; the message says what to do."""


def launch(playwright: Playwright) -> Browser:
    """Start the Chromium that `CHROMIUM` names, or the first one on the path.

    Raises:
        NoBrowser: there is none.
    """
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise NoBrowser("no browser: install Chromium, or set CHROMIUM to the path of one")
    return playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
