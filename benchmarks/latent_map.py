"""Frames while hovering and panning on the latent map, a lasso to Python and back, bytes sent.

The real app, in the Chromium that is installed (software WebGL where there is no GPU), on
vae-mnist's PCA map: 10,000 test images, and all 70,000 where the data set is here.

drawn by: the page's own layer of points; or, for comparison, as many points as Plotly's WebGL
    traces on a bare page.
hover, pan: frames a second, the median and the slowest of ten pieces of about 0.3 seconds, while
    the mouse moves at every frame. idle: the same with a still mouse: what the machine can do.
lasso: milliseconds from letting go of a lasso until the answer of Python is on the page.
drawing: milliseconds from the page hearing of a movement of the pen until the drawing stands on the
    map at its new place, for movements that come one at a time; on the t-SNE map if it is there.
payload: bytes that came over the web socket until the map stood, for the places, classes and the
    page itself; pictures, codes and the decoder come later and apart.
"""

from __future__ import annotations

import math
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from tests.chromium import launch
from tests.serving import running
from ui.latent_map_static import SOURCE

RUN = "vae-mnist"
READY = ".bn-map[data-state=ready]"
PATIENCE = 120_000
FRAMES = 200
LASSOS = 7
STROKES = 25
PAUSE = 350  # milliseconds between two movements of the pen
PIECES = 10

# Counts frames: one time stamp for each animation frame while it is on.
COUNT = """
    window.meter = { on: false, stamps: [] };
    const tick = (now) => {
        if (meter.on) meter.stamps.push(now);
        requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
    window.lasso = { began: 0, took: [] };
    new MutationObserver(() => {
        const id = document.querySelector('.bn-map-picked')?.dataset.answered;
        if (!id || id === lasso.id || !lasso.began) return;
        lasso.id = id;
        lasso.took.push(performance.now() - lasso.began);
        lasso.began = 0;
    }).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-answered'] });
    window.pen = { heard: null, took: [] };
    addEventListener('pointermove', () => (pen.heard ??= performance.now()), true);
    new MutationObserver(() => {
        const id = document.querySelector('.bn-map')?.dataset.drawn;
        if (!id || id === pen.id) return;
        pen.id = id;
        if (pen.heard !== null) pen.took.push(performance.now() - pen.heard);
        pen.heard = null;
    }).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-drawn'] });
    addEventListener('pointerup', () => (lasso.began = performance.now()), true);
    addEventListener('mouseup', () => (lasso.began = performance.now()), true);
"""
# Moves the mouse once a frame, from within the page, so that no driver is in the way.
STROLL = """([frames, buttons]) => new Promise((done) => {
    const stage = document.querySelector('.bn-map-stage'), box = stage.getBoundingClientRect();
    const at = (k) => ({
        clientX: box.left + box.width * (0.5 + 0.3 * Math.cos(k / 23)),
        clientY: box.top + box.height * (0.5 + 0.3 * Math.sin(k / 31)),
        bubbles: true, cancelable: true, view: window, buttons,
    });
    const send = (k, types) => {
        const target = buttons ? document.querySelector('.bn-map .nsewdrag') : stage;
        for (const type of types) {
            const Kind = type.startsWith('pointer') ? PointerEvent : MouseEvent;
            target.dispatchEvent(new Kind(type, at(k)));
        }
    };
    if (buttons) send(0, ['mousedown']);
    meter.stamps.length = 0;
    meter.on = true;
    let k = 0;
    const step = () => {
        send(k, buttons ? ['mousemove'] : ['pointermove', 'mousemove']);
        if (++k < frames) return requestAnimationFrame(step);
        meter.on = false;
        if (buttons) send(k, ['mouseup']);
        done(meter.stamps);
    };
    requestAnimationFrame(step);
})"""
REST = """(frames) => new Promise((done) => {
    meter.stamps.length = 0;
    meter.on = true;
    const look = () => meter.stamps.length < frames ? requestAnimationFrame(look)
        : ((meter.on = false), done(meter.stamps));
    requestAnimationFrame(look);
})"""

BARE = """
    <div class="bn-map"><div class="bn-map-stage" style="width:735px;height:600px"></div></div>
"""
TRACES = """(points) => {
    const draw = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(7 * Math.random());
    const traces = Array.from({ length: 10 }, (_, label) => {
        const place = (k) => Float32Array.from(
            { length: points / 10 }, () => 20 * Math.cos(label * 2.3 + k) + 4 * draw());
        const marker = { size: points > 20000 ? 3 : 4.2, opacity: 0.88 };
        return { type: 'scattergl', mode: 'markers', x: place(0), y: place(1.6), marker,
            hoverinfo: 'skip' };
    });
    const layout = { dragmode: 'pan', hovermode: false, showlegend: false,
        yaxis: { scaleanchor: 'x' }, margin: { l: 12, r: 12, t: 12, b: 12 } };
    return Plotly.newPlot(document.querySelector('.bn-map-stage'), traces, layout)
        .then(() => true);
}"""


def run() -> dict[str, Any]:
    """A title and a row for each number of points."""
    from aecore import data

    counts = {"test": 10_000, **({"all": 70_000} if data.available("mnist") else {})}
    with tempfile.TemporaryDirectory() as log, sync_playwright() as playwright:
        browser = launch(playwright)
        with running(Path(log)) as address:
            rows = [_said(_row(browser.new_page(), address, of, n)) for of, n in counts.items()]
        rows += [_said(_plotly_alone(browser.new_page(), n)) for n in counts.values()]
        chromium = browser.version
        browser.close()
    return {"title": f"The latent map in Chromium {chromium}", "rows": rows}


def _said(row: dict[str, Any]) -> dict[str, Any]:
    """A row, shown at once: the whole takes minutes."""
    print(row, file=sys.stderr, flush=True)
    return row


def _row(page: Page, address: str, of: str, points: int) -> dict[str, Any]:
    received = _Received(page)
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.set_default_timeout(PATIENCE)
    page.add_init_script(COUNT)
    page.goto(f"{address}/latent_map?model={RUN}&map=pca&of={of}")
    page.wait_for_selector(f"{READY}[data-points='{points}']")
    page.wait_for_timeout(5_000)  # the decoder, the codes and the sheets of images
    row = {"points": points, "drawn by": "us", **received.tables(points)}
    row |= _frames("idle", page.evaluate(REST, FRAMES))
    row |= _frames("hover", page.evaluate(STROLL, [FRAMES, 0]))
    row |= _frames("pan", page.evaluate(STROLL, [FRAMES, 1]))
    row |= _lasso(page)
    row |= _drawing(page)
    page.close()
    return row


def _plotly_alone(page: Page, points: int) -> dict[str, Any]:
    """The frames that Plotly's own WebGL reaches with as many points, ten traces of them."""
    page.set_viewport_size({"width": 1440, "height": 1000})
    page.set_content(BARE)
    page.add_script_tag(path=SOURCE)
    page.evaluate(COUNT)
    page.evaluate(TRACES, points)
    page.wait_for_timeout(2_000)
    row = {"points": points, "drawn by": "Plotly"}
    row |= _frames("idle", page.evaluate(REST, FRAMES))
    row |= _frames("hover", page.evaluate(STROLL, [FRAMES, 0]))
    row |= _frames("pan", page.evaluate(STROLL, [60 if points > 20_000 else FRAMES, 1]))
    page.close()
    return row


class _Received:
    """The sizes of what comes over the web socket, the largest last."""

    def __init__(self, page: Page):
        self.sizes: list[int] = []
        page.on("websocket", lambda socket: socket.on("framereceived", self._note))

    def _note(self, content: bytes | str) -> None:
        self.sizes.append(len(content))

    def tables(self, points: int) -> dict[str, int]:
        """Places (2 numbers of 2 bytes a point) with classes (1 byte a point), as they came."""
        places = min((size for size in self.sizes if size >= 4 * points), default=0)
        labels = min((size for size in self.sizes if size >= points), default=0)
        return {"places_bytes": places, "classes_bytes": labels}


def _frames(name: str, stamps: list[float]) -> dict[str, float]:
    size = len(stamps) // PIECES
    pieces = [stamps[i * size : (i + 1) * size + 1] for i in range(PIECES)]
    rates = [1000 * (len(piece) - 1) / (piece[-1] - piece[0]) for piece in pieces]
    median = statistics.median(rates)
    return {f"{name}_fps": round(median, 1), f"{name}_least": round(min(rates), 1)}


def _lasso(page: Page) -> dict[str, float]:
    page.locator('[data-title="Reset axes"]').click()
    page.locator('[data-title="Lasso Select"]').click()
    box = page.locator(".bn-map-stage").bounding_box()
    for number in range(LASSOS):
        radius = 60 + 8 * number
        centre = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(centre[0] + radius, centre[1])
        page.mouse.down()
        for k in range(1, 25):
            turn = 2 * math.pi * k / 24
            page.mouse.move(
                centre[0] + radius * math.cos(turn), centre[1] + radius * math.sin(turn)
            )
        page.mouse.up()
        page.wait_for_function("n => lasso.took.length >= n", arg=number + 1)
        page.wait_for_timeout(400)
    took = page.evaluate("lasso.took")
    return {"lasso_p50_ms": round(statistics.median(took)), "lasso_most_ms": round(max(took))}


def _drawing(page: Page) -> dict[str, float]:
    page.locator(".bn-map-picked [data-do=clear]").click()
    pad = page.locator(".st-key-sketchpad canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.wait_for_timeout(PAUSE)
    page.evaluate("pen.took.length = 0; pen.heard = null")
    for number in range(STROKES):
        turn = 4.5 * number / STROKES
        across, down = box["width"] * math.cos(turn) / 4, box["height"] * math.sin(turn) / 3
        page.mouse.move(box["x"] + box["width"] / 2 + across, box["y"] + box["height"] / 2 + down)
        page.wait_for_timeout(PAUSE)
    page.mouse.up()
    took = page.evaluate("pen.took")
    return {"drawing_p50_ms": round(statistics.median(took)), "drawing_most_ms": round(max(took))}


if __name__ == "__main__":
    found = run()
    print(found["title"])
    for line in found["rows"]:
        print("  ".join(f"{name} {value}" for name, value in line.items()))
