"""A real browser and a real app for the tests in this folder.

The browser is the Chromium that is installed (or the one that `CHROMIUM` names); without one,
these tests skip and say so. The app is `streamlit run streamlit_app.py`, started once.
"""

import pytest
from playwright.sync_api import Page, sync_playwright

from aecore.models.catalog import CATALOG
from aecore.runs import save
from tests.chromium import NoBrowser, launch
from tests.serving import running

PATIENCE = 120_000  # milliseconds, for a machine that others share
PHONE = {"viewport": {"width": 390, "height": 844}}
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
def visitor(browser):
    """visitor(**options): an empty page of somebody new, without storage or cookies.

    Errors of its scripts are printed, so that a failing test shows them.
    """
    contexts = []

    def arrives(**options) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        opened = context.new_page()
        opened.on("pageerror", lambda error: print("error in the page:", error))
        return opened

    yield arrives
    for context in contexts:
        context.close()


@pytest.fixture
def page(visitor):
    """An empty page."""
    return visitor()


@pytest.fixture
def settled():
    """settled(page) waits until Streamlit has no script running, and has not for a moment."""

    def wait(page: Page, timeout: float = PATIENCE) -> None:
        page.evaluate("window.stillSince = undefined")
        page.wait_for_function(STILL, arg=STILL_FOR, timeout=timeout)

    return wait


@pytest.fixture
def small_page(small_app, page, settled):
    """small_page(address, until): a page on small runs, when `until` is there and nothing runs."""

    def opened(address: str, until: str) -> Page:
        page.goto(f"{small_app}/{address}")
        page.wait_for_selector(until)
        settled(page)
        return page

    return opened


@pytest.fixture(scope="session")
def app(tmp_path_factory):
    """The address of the app, which runs until the last test is done."""
    with running(tmp_path_factory.mktemp("app")) as address:
        yield address


@pytest.fixture(scope="session")
def small_app(fitted, tmp_path_factory):
    """The address of an app whose runs are small ones of every model: `ae-digits`, ..."""
    folder = tmp_path_factory.mktemp("checkpoints")
    for model_id in CATALOG:
        save(fitted(model_id).finish(), folder / f"{model_id}-digits")
    with running(tmp_path_factory.mktemp("app"), AECORE_CHECKPOINTS=str(folder)) as address:
        yield address


def changed(page: Page, selector: str, before: str) -> None:
    """Waits until the first digit of a selector is there and another picture."""
    page.wait_for_function(
        """([selector, before]) => {
            const style = document.querySelector(selector)?.getAttribute('style');
            return style && style !== before;
        }""",
        arg=[selector, before],
    )
