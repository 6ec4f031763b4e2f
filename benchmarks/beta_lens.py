"""How long a step of the β slider takes to become pictures, and what is sent meanwhile.

The real app, in the Chromium that is installed, on the shipped sweeps. The slider is
moved from one β to the next and back, as a hand would.

pictures: from the slider's movement until the rebuilt images and the samples of the
    other β are on their canvases.
screen: the same until the frame that shows them has been handed on.
anew: right after other noise was asked for, so that the samples have yet to be decoded; drawn:
    everything was drawn ahead, as it is half a second after the page opens.
messages: what went to the server while the slider moved, without letting go.
"""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright

from aecore.places import checkpoints_folder
from tests.chromium import launch
from tests.e2e.latent_pads import PATIENCE, Messages
from tests.serving import running

READY = ".lens[data-state=ready]"
ROUNDS = 6
EVERY = 60  # milliseconds between two steps

STEP = """
    async ([lens, to, anew]) => {
        if (anew) lens.querySelector('.again').click();
        const slider = lens.querySelector('#beta');
        const canvas = lens.querySelector('.samples');
        const context = canvas.getContext('2d');
        const put = CanvasRenderingContext2D.prototype.putImageData;
        let painted;
        context.putImageData = function (...rest) {
            put.apply(this, rest);
            painted = performance.now();
        };
        const begun = performance.now();
        slider.value = to;
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        const screen = await new Promise((done) => requestAnimationFrame(() => {
            const channel = new MessageChannel();
            channel.port1.onmessage = () => done(performance.now());
            channel.port2.postMessage(null);
        }));
        delete context.putImageData;
        return [painted - begun, screen - begun];
    }
"""


def run() -> dict[str, Any]:
    """A title and a row for each shipped sweep: milliseconds, and messages while sliding."""
    folder = checkpoints_folder()
    names = sorted(path.parent.name for path in (folder / "sweeps").glob("*/sweep.json"))
    with tempfile.TemporaryDirectory() as log, sync_playwright() as playwright:
        browser = launch(playwright)
        with running(Path(log), AECORE_CHECKPOINTS=str(folder)) as address:
            rows = [row for name in names for row in _rows(browser.new_page(), address, name)]
        chromium = browser.version
        browser.close()
    return {"title": f"Sliding over β, Chromium {chromium}", "rows": rows}


def _rows(page: Page, address: str, name: str) -> list[dict[str, Any]]:
    sent = Messages(page)
    page.set_default_timeout(PATIENCE)
    page.goto(f"{address}/compare_beta?on={name}")
    lens = page.wait_for_selector(READY)
    page.wait_for_selector(".lens[data-ahead=done]")
    page.wait_for_timeout(2_000)
    last = int(page.locator("#beta").get_attribute("max"))
    path = [*range(last, -1, -1), *range(1, last + 1)] * ROUNDS
    before, rows = sent.count, []
    for visit in ("anew", "drawn"):
        times = []
        for place in path:
            times.append(page.evaluate(STEP, [lens, place, visit == "anew"]))
            page.wait_for_timeout(EVERY)
        page.wait_for_timeout(1_000)
        found = {"sweep": name, "samples": visit, "steps": len(times)}
        rows.append({**found, **_percentiles(np.array(times)), "messages": sent.count - before})
    page.close()
    return rows


def _percentiles(times: np.ndarray) -> dict[str, float]:
    return {
        f"{name}_p{percent}_ms": round(float(np.percentile(times[:, column], percent)), 1)
        for column, name in enumerate(("pictures", "screen"))
        for percent in (50, 95)
    }
