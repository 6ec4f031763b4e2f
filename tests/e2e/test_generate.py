"""Generate in a real browser: press a sample, watch a grid being written, walks side by side."""

import numpy as np
import pytest

GRID = ".grid[data-painted='64'] button"
LARGE = "figure canvas.large"


@pytest.fixture
def generate(small_page):
    """generate(query, until): see small_page."""
    return lambda query, until: small_page(f"generate?{query}", until)


def inks(page, selector):
    """What canvases show, by their ink: (n, 28, 28), 0 to 255."""
    read = """all => all.map(canvas => Array.from(
        canvas.getContext('2d').getImageData(0, 0, 28, 28).data).filter((_, i) => i % 4 === 3))"""
    return np.array(page.locator(selector).evaluate_all(read)).reshape(-1, 28, 28)


def test_a_sample_is_pressed_and_shown_closer_and_a_link_brings_it_back(generate, visitor, settled):
    page = generate("model=vae-digits&mixed=2", GRID)
    assert inks(page, f"{GRID} canvas").reshape(2, 64, -1).max(2).min() > 0  # nothing is blank
    sample = page.locator(".bn-cards .bn-digit").first
    before = sample.get_attribute("style")
    page.locator(GRID).nth(9).click()
    page.wait_for_function("location.search.includes('pick=prior-10')")
    settled(page)
    assert page.locator(GRID).nth(9).get_attribute("aria-pressed") == "true"
    assert sample.get_attribute("style") != before
    other = visitor()
    other.goto(page.url)
    other.wait_for_selector(GRID)
    settled(other)
    theirs = other.locator(".bn-cards .bn-digit").first.get_attribute("style")
    assert theirs == sample.get_attribute("style")


def test_a_grid_is_seen_being_written_without_the_server(generate):
    page = generate("model=vq_vae-digits&part=written&cell=0", LARGE)
    blank, address = inks(page, LARGE)[0], page.url
    page.get_by_role("button", name="Play the walk").click()
    page.wait_for_function("() => performance.now() > 0")
    half = page.get_by_text("50 %", exact=True)
    half.or_(page.get_by_text("51 %", exact=True)).first.wait_for()
    assert page.url == address
    page.get_by_role("button", name="Play the walk").click()
    page.wait_for_function("before => location.href !== before", arg=address)
    assert np.abs(inks(page, LARGE)[0] - blank).max() > 0


def test_walks_of_several_models_move_under_one_slider(generate):
    page = generate("part=walk&from=1&to=0&models=ae-digits,vq_vae-digits,cvae-digits", LARGE)
    before = inks(page, LARGE)
    assert len(before) == 3
    slider = page.get_by_role("slider", name="how far along")
    slider.focus()
    slider.press("End")
    assert (np.abs(inks(page, LARGE) - before).reshape(3, -1).max(1) > 5).all()
