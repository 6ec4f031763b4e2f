"""How soon Home is useful, and how long the pen takes to become a reconstruction, also on Draw.

The real app, in the Chromium that is installed, on the shipped runs. The first visitor opens it as
soon as the server answers, so that torch is still being imported; the second comes after that.

pad: from opening the address until the pad can be drawn on.
reading: the same until the example's reconstruction is there.
pen: from the page hearing of a movement until the frame that shows its reconstruction.
updates: reconstructions a second while somebody draws without a pause.
"""

import math
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from tests.chromium import launch
from tests.serving import running

PAGES = {"Home": "", "Draw": "draw"}
MODELS = ("vae-mnist", "conv_vae-mnist", "vq_vae-mnist")
MOVEMENTS = 60
PAUSE = 300  # milliseconds: long enough that no movement waits for the one before it
PATIENCE = 120_000
PAD = "canvas"
READ = ".bn-rebuilt .bn-digit[style*=image]"

LISTEN = """
    window.pen = { heard: null, times: [], shown: 0 };
    addEventListener('pointermove', () => (pen.heard ??= performance.now()), true);
    let last = null;
    new MutationObserver(() => {
        const style = document.querySelector('.bn-rebuilt .bn-digit')?.getAttribute('style');
        if (!style || style === last) return;
        last = style;
        pen.shown += 1;
        const heard = pen.heard;
        pen.heard = null;
        if (heard !== null)
            requestAnimationFrame(() => pen.times.push(performance.now() - heard));
    }).observe(document, { subtree: true, childList: true });
"""


def run() -> dict[str, Any]:
    """A title and one row a visit: milliseconds."""
    with tempfile.TemporaryDirectory() as log, sync_playwright() as playwright:
        browser = launch(playwright)
        with running(Path(log)) as address:
            rows = [_opening(browser, address, visitor) for visitor in ("first", "second")]
            rows += [
                _drawing(browser, f"{address}/{path}?model={model}", f"{name}, {model}")
                for name, path in PAGES.items()
                for model in MODELS
            ]
        chromium = browser.version
        browser.close()
    return {"title": f"Home in Chromium {chromium}", "rows": rows}


def _open(browser: Browser, address: str) -> Page:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(PATIENCE)
    page.add_init_script(LISTEN)
    page.goto(address, wait_until="commit")
    return page


def _opening(browser: Browser, address: str, visitor: str) -> dict[str, Any]:
    start = time.perf_counter()
    page = _open(browser, address)
    times = []
    for place in (PAD, READ):
        page.wait_for_selector(place)
        times.append(round(1000 * (time.perf_counter() - start)))
    page.close()
    return {"what": f"{visitor} visitor", "pad_ms": times[0], "reading_ms": times[1]}


def _drawing(browser: Browser, address: str, what: str) -> dict[str, Any]:
    page = _open(browser, address)
    page.wait_for_selector(READ)
    page.wait_for_timeout(2_000)  # the rest of the page
    times = pen_times(page)
    page.wait_for_timeout(PAUSE)
    updates = _without_pause(page, page.locator(PAD).bounding_box())
    page.close()
    p50, p95 = np.percentile(times, (50, 95))
    figures = {"pen_p50_ms": round(p50), "pen_p95_ms": round(p95), "updates": round(updates, 1)}
    return {"what": f"drawing on {what}", **figures}


def pen_times(page: Page) -> list[float]:
    """Milliseconds from pen to reconstruction for movements that come one at a time."""
    page.locator("[data-do=clear]").click()  # the same stroke twice would change nothing
    box = page.locator(PAD).bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.wait_for_timeout(PAUSE)
    page.evaluate("pen.times.length = 0; pen.heard = null")
    for number in range(MOVEMENTS):
        turn = 4.5 * number / MOVEMENTS
        across, down = box["width"] * math.cos(turn) / 4, box["height"] * math.sin(turn) / 3
        page.mouse.move(box["x"] + box["width"] / 2 + across, box["y"] + box["height"] / 2 + down)
        page.wait_for_timeout(PAUSE)
    page.mouse.up()
    return page.evaluate("pen.times")


def _without_pause(page: Page, box: dict[str, float]) -> float:
    """Reconstructions a second during a stroke of some seconds."""
    page.mouse.move(box["x"] + 40, box["y"] + 200)
    page.mouse.down()
    page.evaluate("pen.shown = 0")
    start = time.perf_counter()
    for number in range(200):
        page.mouse.move(box["x"] + 40 + number, box["y"] + 200 + 30 * math.sin(number / 9))
        page.wait_for_timeout(12)
    seconds = time.perf_counter() - start
    shown = page.evaluate("pen.shown")
    page.mouse.up()
    return shown / seconds


if __name__ == "__main__":
    found = run()
    print(found["title"])
    for line in found["rows"]:
        print("  ".join(f"{name} {value}" for name, value in line.items()))
