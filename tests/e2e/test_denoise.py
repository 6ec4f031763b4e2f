"""Denoise in a real browser: the brush, drawing under noise, a link, the phone."""

import numpy as np
import pytest

from tests.e2e.conftest import PHONE, changed

BRUSH = ".brush canvas"
CLEANED = ".bn-four [aria-label='the cleaned image']"


@pytest.fixture
def denoise(small_app, page, settled):
    """denoise(query): the page on small runs, when a digit has been cleaned."""

    def opened(query="", until=CLEANED):
        page.goto(f"{small_app}/denoise?{query}")
        page.wait_for_selector(until)
        settled(page)
        return page

    return opened


def ink(page, selector=BRUSH):
    read = """canvas => Array.from(canvas.getContext('2d').getImageData(0, 0, 28, 28).data)
        .filter((_, i) => i % 4 === 3)"""
    return np.array(page.locator(selector).evaluate(read)).reshape(28, 28)


def rub(page, *shares):
    canvas = page.locator(BRUSH)
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in shares]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=8)
    page.mouse.up()


def test_the_brush_spoils_where_it_rubs_mends_and_is_in_the_link(denoise, visitor, settled):
    page = denoise("where=brush&noise=salt&salt_amount=0.8", BRUSH)
    clean = ink(page)
    cleaned = page.locator(CLEANED).get_attribute("style")
    rub(page, (0.2, 0.75), (0.8, 0.75))
    page.wait_for_function("location.search.includes('mask=')")
    settled(page)
    spoiled = ink(page)
    assert (spoiled[:14] == clean[:14]).all()
    assert (np.abs(spoiled[19:23] - clean[19:23]) > 100).sum() > 10
    assert page.locator(CLEANED).get_attribute("style") != cleaned
    other = visitor()
    other.goto(page.url)
    other.wait_for_selector(BRUSH)
    settled(other)
    assert (ink(other) == spoiled).all()
    page.get_by_role("button", name="Take all noise away").click()
    page.wait_for_function("!location.search.includes('mask=')")
    assert (ink(page) == clean).all()


def test_what_is_drawn_is_spoiled_and_cleaned_while_one_draws(denoise, settled):
    page = denoise("model=denoising_ae-digits")
    before = page.locator(CLEANED).get_attribute("style")
    box = page.locator(".pad canvas").bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.15 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.85 * box["height"], steps=8)
    changed(page, CLEANED, before)
    page.mouse.up()
    settled(page)
    assert "drawing=" in page.url


def test_a_phone_shows_all_of_it_without_scrolling_sideways(small_app, visitor, settled):
    page = visitor(**PHONE)
    for query in ("where=brush", "part=curves", "part=field"):
        page.goto(f"{small_app}/denoise?{query}")
        page.wait_for_selector(CLEANED)
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
