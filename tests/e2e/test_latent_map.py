"""The latent map in a real browser: the right digit under the pointer, exactly what a lasso holds.

The runs are small ones, on the digits that are built in, so that their images are here.
"""

import numpy as np
import pytest

from aecore import data
from tests.e2e.conftest import PATIENCE

READY = ".bn-map[data-state=ready]"
MAP = "document.querySelector('.bn-map').latentMap"
PLOT = f"{MAP}.plot"
RANGE = f"{PLOT}._fullLayout.xaxis.range.slice()"
PLACES = f"""() => {{
    const {{ plot, cloud }} = {MAP}, box = plot.getBoundingClientRect();
    const {{ xaxis, yaxis }} = plot._fullLayout;
    return [
        Array.from(cloud.at[0], (v) => box.left + xaxis._offset + xaxis.l2p(v)),
        Array.from(cloud.at[1], (v) => box.top + yaxis._offset + yaxis.l2p(v)),
    ];
}}"""


@pytest.fixture
def latent_map(page, small_app, settled):
    """latent_map(query): the page, once its map is there."""

    def open_map(query="model=vae-digits"):
        page.goto(f"{small_app}/latent_map?{query}")
        page.wait_for_selector(READY, timeout=PATIENCE)
        settled(page)
        page.locator(".bn-map-stage").scroll_into_view_if_needed()
        return page

    return open_map


@pytest.fixture(scope="module")
def labels():
    """The classes of the test digits."""
    return data.load("digits").test.labels.numpy()


def places(page):
    """Where each test digit is on the screen, by Plotly's axes: (N, 2) pixels."""
    return np.array(page.evaluate(PLACES)).T


def lonely(at, inside):
    """The number of the point that is furthest from all others, within a box."""
    left, top, right, bottom = inside
    apart = np.linalg.norm(at[:, None] - at[None], axis=2) + 1e9 * np.eye(len(at))
    x, y = at.T
    seen = (x > left) & (x < right) & (y > top) & (y < bottom)
    return int(np.where(seen, apart.min(1), -1).argmax())


def stage(page):
    box = page.locator(".bn-map-stage").bounding_box()
    return box["x"] + 30, box["y"] + 50, box["x"] + box["width"] - 30, box["y"] + box["height"] - 30


def contains(polygon, point):
    """Whether a polygon goes round a point: the angles to its corners add up to a turn."""
    to = np.asarray(polygon) - point
    angles = np.arctan2(to[:, 1], to[:, 0])
    turns = (np.diff(np.append(angles, angles[0])) + np.pi) % (2 * np.pi) - np.pi
    return abs(turns.sum()) > np.pi


def from_outline(polygon, point):
    """How far a point is from the nearest edge of a polygon."""
    start = np.asarray(polygon, float)
    edge = np.roll(start, -1, 0) - start
    along = ((point - start) * edge).sum(1) / (edge**2).sum(1)
    return np.linalg.norm(start + along.clip(0, 1)[:, None] * edge - point, axis=1).min()


def test_hovering_shows_the_digit_under_the_pointer_and_its_reconstruction(latent_map, labels):
    page = latent_map()
    at = places(page)
    number = lonely(at, stage(page))
    page.mouse.move(*(at[number] + [6, 5]))  # not quite on it
    page.wait_for_selector(f".bn-map[data-hovered='{number}']")
    page.wait_for_selector(f".bn-map-card[data-point='{number}']:visible")
    assert f"test {number + 1}, a {labels[number]}" in page.locator(".bn-map-card").inner_text()
    alpha = """name => {
        const canvas = document.querySelector(`.bn-map-card .${name} canvas`);
        const rgba = canvas.getContext('2d').getImageData(0, 0, 28, 28).data;
        return Array.from({ length: 784 }, (_, i) => rgba[4 * i + 3]);
    }"""
    page.wait_for_function(f"({alpha})('original').some((v) => v > 99)")
    page.wait_for_function(f"({alpha})('rebuilt').some((v) => v > 50)")
    original = data.load("digits").test.images[number, 0].numpy().ravel()
    assert np.abs(np.array(page.evaluate(alpha, "original")) - original).max() <= 1
    page.mouse.move(*(at[number] + [400, 400]))


def test_a_lasso_returns_exactly_the_points_inside(latent_map):
    page = latent_map()
    at = places(page)
    corners = ([-50, -40], [45, -45], [15, 5], [45, 45], [-45, 35])
    polygon = [np.median(at, 0) + corner for corner in corners]
    page.locator('[data-title="Lasso Select"]').click()
    page.mouse.move(*polygon[0])
    page.mouse.down()
    for corner in [*polygon[1:], polygon[0]]:
        page.mouse.move(*corner, steps=12)
    page.mouse.up()
    page.wait_for_selector(".bn-map-picked[data-answered] .gallery canvas")
    # Plotly leaves out corners that hardly bend, so that the outline moves by a pixel or two.
    clear = [from_outline(polygon, place) > 3 for place in at]
    inside = [contains(polygon, place) for place in at]
    found = set(page.evaluate(f"() => [...{MAP}.picking.mask].flatMap((on, i) => (on ? [i] : []))"))
    shown = points_of(page, "gallery")
    assert shown <= found and len(shown) == min(len(found), 60)
    assert page.locator(".bn-map-picked .count").inner_text().startswith(f"{len(found)} ")
    assert {i for i in range(len(at)) if clear[i] and inside[i]} <= found
    assert not {i for i in found if clear[i] and not inside[i]}
    assert 3 < len(found) < len(at) / 2
    near = points_of(page, "near")
    assert near and not near & found
    page.get_by_role("link", name="Open their mean code in Explore").wait_for()
    page.get_by_role("button", name="Let go").click()
    page.locator(".bn-map-picked").wait_for(state="hidden")


def points_of(page, part):
    """The numbers of the digits that a part of the panel shows."""
    return set(
        page.locator(f".bn-map-picked .{part} canvas").evaluate_all(
            "all => all.map((canvas) => Number(canvas.dataset.point))"
        )
    )


def test_another_colour_keeps_the_zoom(latent_map):
    page = latent_map()
    before = page.evaluate(RANGE)
    page.locator('[data-title="Zoom in"]').click()
    page.wait_for_function(f"before => {RANGE}[0] > before", arg=before[0])
    zoomed = page.evaluate(RANGE)
    page.get_by_test_id("stSelectbox").first.click()
    page.get_by_text("by error", exact=True).click()
    page.wait_for_function(f"() => {PLOT}.data[0].marker.coloraxis === 'coloraxis'")
    assert np.allclose(page.evaluate(RANGE), zoomed)


def test_a_class_alone_and_a_digit_by_its_number(latent_map, labels):
    page = latent_map()
    page.locator(".bn-map-legend button[data-label='4']").click()
    hidden = f"() => [...{MAP}.hidden].join()"
    page.wait_for_function(f"({hidden})() === '0,1,2,3,5,6,7,8,9'")
    page.mouse.move(*places(page)[np.flatnonzero(labels == 4)[0]])
    page.wait_for_selector(".bn-map[data-hovered]")
    number = int(page.locator(".bn-map").get_attribute("data-hovered"))
    assert labels[number] == 4
    page.locator(".bn-map-legend button[data-label='4']").click()
    page.wait_for_function(f"({hidden})() === ''")
    search = page.get_by_role("searchbox")
    search.fill("#17")
    search.press("Enter")
    page.wait_for_selector(".bn-map[data-sought='16']")
    page.wait_for_selector(".bn-map-card[data-point='16']:visible")
    search.fill("#99999")
    search.press("Enter")
    assert "no digit of this number" in page.locator(".bn-map-search output").inner_text()


def test_a_drawing_lands_on_the_map_while_it_is_drawn_by_few_bytes(latent_map, page):
    sizes = []
    page.on("websocket", lambda each: each.on("framereceived", lambda got: sizes.append(len(got))))
    latent_map()
    before = page.locator(".bn-map").get_attribute("data-drawn")
    assert before
    pad = page.locator(".st-key-sketchpad canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.2)
    page.mouse.down()
    page.wait_for_timeout(500)  # the example gave way to a first dot, and the pad heard of it
    sizes.clear()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.8, steps=8)
    page.wait_for_function(
        "before => ![before, ''].includes(document.querySelector('.bn-map').dataset.drawn)",
        arg=before,
    )
    assert sizes and max(sizes) < 8_000  # neither the map nor the pad comes again
    page.mouse.up()
    assert "nearest latent neighbours" in page.inner_text("body")


def test_a_map_is_made_in_the_background_and_the_points_move_to_it(latent_map, settled):
    page = latent_map("model=ae-digits&map=tsne")
    assert page.get_by_text("There is no t-SNE map of these codes yet").is_visible()
    first = page.evaluate(f"() => Array.from({MAP}.cloud.at[0])")
    page.get_by_role("button", name="Make the map").click()
    stop = page.get_by_test_id("stMain").get_by_role("button", name="Stop")
    stop.wait_for()
    page.get_by_text("There is no t-SNE map").wait_for(state="hidden", timeout=PATIENCE)
    stop.wait_for(state="hidden", timeout=PATIENCE)
    settled(page)
    assert page.evaluate(f"() => Array.from({MAP}.cloud.at[0])") != first
    assert page.get_by_text("Trustworthiness").first.is_visible()
