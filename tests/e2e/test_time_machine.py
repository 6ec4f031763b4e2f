"""The time machine in a real browser: scrubbed, played and steered without a word to the server."""

import re

import pytest
from playwright.sync_api import Page, expect

from aecore.runs import save
from tests.serving import running

LONG = 240_000  # milliseconds
BEGUN = re.compile("[1-9]")
INK = """canvas => {
    const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    return data.reduce((sum, value, i) => sum + (i % 4 === 3 ? value * (1 + i % 1013) : 0), 0);
}"""
PLACES = [".reconstructions", ".samples", ".map", ".curves canvas"]


@pytest.fixture(scope="module")
def lab(fitted, tmp_path_factory):
    """The address of an app with two shipped runs."""
    folder = tmp_path_factory.mktemp("checkpoints")
    for model_id in ("vae", "ae"):
        save(fitted(model_id).finish(), folder / f"{model_id}-digits")
    kept = str(tmp_path_factory.mktemp("kept"))
    settings = {"AECORE_CHECKPOINTS": str(folder), "AECORE_RUNS": kept}
    with running(tmp_path_factory.mktemp("app"), **settings) as address:
        yield address


@pytest.fixture
def machine(page, lab):
    """machine(run id): the page with that shipped run on the stage."""

    def opened(run_id: str) -> Page:
        page.set_default_timeout(LONG)
        page.goto(f"{lab}/train?run={run_id}", wait_until="commit", timeout=LONG)
        expect(page.locator(f'.machine[data-scene="{run_id}"]')).to_be_visible(timeout=LONG)
        expect(page.locator(".machine")).to_have_attribute("data-step", BEGUN, timeout=LONG)
        page.wait_for_timeout(600)  # the map has settled
        return page

    return opened


def scrub(page: Page, share: float) -> None:
    page.locator(".machine input").evaluate(
        """(range, share) => {
            range.value = share * range.max;
            range.dispatchEvent(new Event("input"));
        }""",
        share,
    )
    page.wait_for_timeout(600)  # the map's frame glides


def ink(page: Page, place: str) -> int:
    """What a canvas shows, as a number."""
    return page.locator(place).first.evaluate(INK)


def step(page: Page) -> int:
    return int(page.locator(".machine").get_attribute("data-step"))


def test_everything_goes_back_together(machine):
    page = machine("vae-digits")
    end = [ink(page, place) for place in PLACES]
    last = step(page)
    scrub(page, 0)
    assert step(page) == 0
    start = [ink(page, place) for place in PLACES]
    assert all(a != b for a, b in zip(start, end, strict=True))
    scrub(page, 1)
    assert step(page) == last
    assert ink(page, ".reconstructions") == end[0]


def test_scrubbing_and_playing_send_nothing(machine):
    page = machine("vae-digits")
    sent = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    page.on("request", lambda request: sent.append(request.url))
    page.reload(wait_until="commit")  # the socket has to be heard from its beginning
    expect(page.locator(".machine")).to_be_visible(timeout=LONG)
    page.wait_for_function("() => document.querySelector('[data-test-script-state=notRunning]')")
    page.wait_for_timeout(3_000)
    expect(page.get_by_text("being measured")).to_have_count(0, timeout=LONG)
    page.wait_for_timeout(2_000)
    sent.clear()
    for share in (0.9, 0.5, 0.2, 0.7):
        scrub(page, share)
    page.get_by_label("Play", exact=True).click()
    page.wait_for_timeout(1_000)
    assert sent == []


def test_playing_begins_again_and_stops_at_the_end(machine):
    page = machine("ae-digits")
    last = step(page)
    page.get_by_label("Speed of playing").select_option("4")
    page.get_by_label("Play", exact=True).click()
    expect(page.locator(".machine")).not_to_have_attribute("data-step", str(last))
    expect(page.locator(".machine")).to_have_attribute("data-step", str(last), timeout=LONG)
    expect(page.get_by_label("Play", exact=True)).to_be_visible()


def test_the_keyboard_steers_it(machine):
    page = machine("vae-digits")
    page.locator(".machine input").focus()
    page.keyboard.press("Home")
    expect(page.locator(".machine")).to_have_attribute("data-step", "0")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".machine")).to_have_attribute("data-step", BEGUN)
    page.keyboard.press("End")
    page.keyboard.press("Space")
    expect(page.get_by_label("Pause", exact=True)).to_be_visible()


def test_a_model_that_draws_nothing_has_no_samples(machine):
    expect(machine("ae-digits").locator(".drawn")).to_be_hidden()


def test_it_fits_a_phone(page, lab):
    page.set_viewport_size({"width": 375, "height": 812})
    page.set_default_timeout(LONG)
    page.goto(f"{lab}/train?run=vae-digits", wait_until="commit", timeout=LONG)
    expect(page.locator(".machine")).to_be_visible(timeout=LONG)
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator(".machine .map").bounding_box()["width"] <= 375
