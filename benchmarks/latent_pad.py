"""How long a drag on the latent pad takes to become a picture, and what is sent meanwhile.

The real app, in the Chromium that is installed, on every shipped run. The mouse drags the most
used slider (or paints codes) in steps; a movement's time is the browser's own time stamp of it.

work: from when the page hears of a movement until its picture is on the canvas.
picture: the same from the time stamp, so with what the browser waits to align it with a frame.
screen: the same until the frame that shows it has been handed on.
messages: what went to the server between the press and the release.
"""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Page, sync_playwright

from aecore.places import checkpoints_folder
from aecore.runs import list_runs
from tests.chromium import launch
from tests.e2e.latent_pads import PATIENCE, READY, Messages, at
from tests.serving import running

MOVEMENTS = 160  # of which the first quarter warms up
EVERY = 25  # milliseconds between two of them

LISTEN = """
    window.drag = { stamp: null, times: [] };
    addEventListener('pointermove', ({ timeStamp }) => {
        drag.stamp ??= timeStamp;
        drag.heard ??= performance.now();
    }, true);
    const put = CanvasRenderingContext2D.prototype.putImageData;
    CanvasRenderingContext2D.prototype.putImageData = function (...rest) {
        put.apply(this, rest);
        if (this.canvas.className !== 'picture' || drag.stamp === null) return;
        const { stamp, heard } = drag, done = performance.now();
        drag.stamp = drag.heard = null;
        requestAnimationFrame(() => {
            const channel = new MessageChannel();
            channel.port1.onmessage = () =>
                drag.times.push([done - heard, done - stamp, performance.now() - stamp]);
            channel.port2.postMessage(null);
        });
    };
"""
# A brush that no cell has: painting a cell with its own code would give no picture.
NEW_CODE = """cells => {
    const there = new Set([...cells.children].map((cell) => cell.textContent));
    const swatches = [...cells.getRootNode().querySelectorAll('.swatches button')];
    swatches.find((swatch) => !there.has(swatch.dataset.code)).click();
}"""


def run() -> dict[str, Any]:
    """A title and one row a shipped run: milliseconds, and messages while dragging."""
    folder = checkpoints_folder()
    runs = [listed for listed in list_runs(folder) if listed.info]
    with tempfile.TemporaryDirectory() as log, sync_playwright() as playwright:
        browser = launch(playwright)
        with running(Path(log), AECORE_CHECKPOINTS=str(folder)) as address:
            rows = [_row(browser.new_page(), address, listed.id) for listed in runs]
        chromium = browser.version
        browser.close()
    return {"title": f"Dragging on the latent pad, Chromium {chromium}", "rows": rows}


def _row(page: Page, address: str, run_id: str) -> dict[str, Any]:
    sent = Messages(page)
    page.add_init_script(LISTEN)
    page.set_default_timeout(PATIENCE)
    page.goto(f"{address}/explore?model={run_id}")
    page.wait_for_selector(READY, timeout=PATIENCE)
    page.wait_for_timeout(3_000)  # the rest of the page, and the portraits of codes
    target = page.locator(".cells, .sliders .row .track >> visible=true").first
    box = target.bounding_box()
    if target.evaluate("e => e.matches('.cells')"):
        target.evaluate(NEW_CODE)
        path = _over_cells()
    else:
        path = _to_and_fro()
    page.mouse.move(*at(box, *path[0]))
    page.mouse.down()
    before = sent.count
    for number, place in enumerate(path):
        if number == len(path) // 4:
            page.evaluate("drag.times.length = 0")
        page.mouse.move(*at(box, *place))
        page.wait_for_timeout(EVERY)
    messages = sent.count - before
    times = np.array(page.evaluate("drag.times"))
    page.mouse.up()
    page.close()
    return {"run": run_id, **_percentiles(times), "messages": messages}


def _to_and_fro() -> list[tuple[float, float]]:
    """Along a slider, as shares of its box."""
    turns = np.linspace(0, 6 * np.pi, MOVEMENTS)
    return [(0.5 + 0.4 * float(np.sin(turn)), 0.5) for turn in turns]


def _over_cells(side: int = 7) -> list[tuple[float, float]]:
    """Over every cell of a grid once, the brush being new to all of them."""
    return [((n % side + 0.5) / side, (n // side + 0.5) / side) for n in range(side * side)]


def _percentiles(times: np.ndarray) -> dict[str, Any]:
    found: dict[str, Any] = {"pictures": len(times)}
    for column, name in enumerate(("work", "picture", "screen")):
        for percent in (50, 95):
            value = float(np.percentile(times[:, column], percent))
            found[f"{name}_p{percent}_ms"] = round(value, 1)
    return found


if __name__ == "__main__":
    report = run()
    print(report["title"])
    for line in report["rows"]:
        print("  ".join(f"{name} {value}" for name, value in line.items()))
