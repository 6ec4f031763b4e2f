"""A hand on the latent pad, for the tests of the pad, of Explore and for the benchmark."""

import numpy as np

READY = ".lab[data-state=ready]"
PATIENCE = 120_000  # milliseconds, for a machine that others share
PAINTED = """() => {
    const find = (root) => {
        for (const element of root.querySelectorAll('*')) {
            if (element.matches('canvas.picture')) return element;
            const found = element.shadowRoot && find(element.shadowRoot);
            if (found) return found;
        }
    };
    const canvas = find(document);
    const { data } = canvas.getContext('2d').getImageData(0, 0, 28, 28);
    return Array.from({ length: 784 }, (_, i) => data[4 * i + 3]);
}"""


class Messages:
    """Counts what a page sends to its server; made before the page is opened."""

    def __init__(self, page):
        self.count = 0
        page.on("websocket", lambda socket: socket.on("framesent", self._sent))
        page.on("request", self._requested)

    def _sent(self, _payload):
        self.count += 1

    def _requested(self, request):
        self.count += request.resource_type in ("fetch", "xhr")


def open_pad(page, address: str, settled):
    """Opens an address and waits until the pad is alive and nothing runs."""
    page.set_default_timeout(PATIENCE)
    page.goto(address)
    page.wait_for_selector(READY)
    settled(page)


def picture(page) -> np.ndarray:
    """What the pad shows, (28, 28), 0 to 255."""
    return np.array(page.evaluate(PAINTED)).reshape(28, 28)


def at(box: dict, across: float, down: float) -> tuple[float, float]:
    """A point in a bounding box, by shares of its width and height."""
    return box["x"] + across * box["width"], box["y"] + down * box["height"]
