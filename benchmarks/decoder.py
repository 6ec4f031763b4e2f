"""How long one picture takes to decode in a browser, for every model of the catalog.

`decoder.js` runs in the Chromium that is installed, on random codes. Beside the times stands the
float32 work of the decoder in multiply-adds, and how the time compares to the same number of them
in the plainest loop in the same page: under 1 is faster than that loop.
"""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from aecore.models.catalog import CATALOG, build
from aecore.portable import Portable, pack
from tests.chromium import launch

PAD = Path(__file__).parents[1] / "ui" / "components" / "latent_pad"
DECODER = "\n".join((PAD / name).read_text() for name in ("half.js", "decoder.js"))
SITE = "http://decoder.test"
DECODES = 400

# Both leave [p50, p95] in milliseconds, after as many rounds again to warm up. A page's clock
# ticks in tenths of a millisecond, so a round is as many calls as fill a few of them.
TIMING = """
    function percentiles(call, calls, rounds) {
        const times = [];
        for (let round = 0; round < 2 * rounds; round++) {
            const start = performance.now();
            for (let i = 0; i < calls; i++) call(i);
            times.push((performance.now() - start) / calls);
        }
        const sorted = times.slice(rounds).sort((a, b) => a - b);
        return [sorted[rounds >> 1], sorted[Math.floor(rounds * 0.95)]];
    }
"""
DECODE = """async ([plan, calls, rounds]) => {
    const { load } = await import('/decoder.js');
    const bytes = new Uint8Array(await (await fetch('/weights')).arrayBuffer());
    const started = performance.now();
    const decode = load(plan, bytes);
    const { kind, codes, grid, latent_dim } = plan.input;
    const draw = kind === 'codes'
        ? () => Int32Array.from({ length: grid[0] * grid[1] }, () => Math.random() * codes)
        : () => Float32Array.from({ length: latent_dim }, () => Math.random() * 4 - 2);
    const inputs = Array.from({ length: 64 }, draw);
    decode(inputs[0], 0);
    const first = performance.now() - started;
    return [first, ...percentiles((i) => decode(inputs[i % 64], i % 10), calls, rounds)];
}"""
PLAIN_LOOP = """([rows, columns, rounds]) => {
    const weight = new Float32Array(rows * columns).fill(0.5);
    const x = new Float32Array(columns).fill(0.5), out = new Float32Array(rows);
    const product = () => {
        for (let row = 0; row < rows; row++) {
            let sum = 0;
            for (let i = 0; i < columns; i++) sum += weight[row * columns + i] * x[i];
            out[row] = sum;
        }
    };
    return percentiles(product, 8, rounds)[0];
}"""


def run() -> dict[str, Any]:
    """A title and one row a model: times in milliseconds, work in multiply-adds."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        rows = [_row(browser.new_page(), model_id) for model_id in CATALOG]
        chromium = browser.version
        browser.close()
    return {"title": f"Decoding one picture in Chromium {chromium}", "rows": rows}


def _row(page: Page, model_id: str) -> dict[str, Any]:
    portable = pack(build(model_id))
    work = multiply_adds(portable)
    calls = 1 + 500_000 // work
    _serve(page, portable)
    loop = page.evaluate(PLAIN_LOOP, [784, 256, DECODES // 8]) / (784 * 256)
    first, p50, p95 = page.evaluate(DECODE, [portable.plan, calls, DECODES])
    page.close()
    return {
        "model": model_id,
        "kilobytes": round(len(portable.weights) / 1000),
        "multiply_adds": work,
        "load_and_first_ms": round(first, 1),
        "p50_ms": round(p50, 3),
        "p95_ms": round(p95, 3),
        "p50_to_plain_loop": round(p50 / (loop * work), 2),
    }


def _serve(page: Page, portable: Portable) -> None:
    def serve(path: str, body: str | bytes, kind: str) -> None:
        page.route(f"{SITE}{path}", lambda route: route.fulfill(body=body, content_type=kind))

    serve("/", f"<script>{TIMING}</script>", "text/html")
    serve("/decoder.js", DECODER, "text/javascript")
    serve("/weights", portable.weights, "application/octet-stream")
    page.goto(f"{SITE}/")


def multiply_adds(portable: Portable) -> int:
    """What a decoder computes if no input of a layer is zero and every stamp counts."""
    total = 0
    for row in portable.plan["layers"]:
        if "weight" in row:
            pixels = row["input"][0] * row["input"][1] if "input" in row else 1
            total += row["weight"]["length"] * pixels
    return total


if __name__ == "__main__":
    report = run()
    print(report["title"])
    for line in report["rows"]:
        print("  ".join(f"{name} {value}" for name, value in line.items()))
