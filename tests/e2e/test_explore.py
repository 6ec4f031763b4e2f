"""Explore in a real browser: links, walks, downloads, light and dark, the phone."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from tests.e2e.latent_pads import at, open_pad, picture

LARGE = "figure canvas.large"


@pytest.fixture
def explore(small_app, page, settled):
    """explore(query): the page on small runs."""

    def opened(query):
        open_pad(page, f"{small_app}/explore?{query}", settled)
        return page

    return opened


def canvas(page, selector):
    """What a canvas of 28 x 28 shows, 0 to 255."""
    ink = """canvas => Array.from(canvas.getContext('2d').getImageData(0, 0, 28, 28).data)
        .filter((_, i) => i % 4 === 3)"""
    return np.array(page.locator(selector).first.evaluate(ink)).reshape(28, 28)


@pytest.mark.parametrize("model_id", ["cvae", "vq_vae"])
def test_a_copied_link_shows_somebody_else_exactly_the_same(explore, visitor, settled, model_id):
    page = explore(f"model={model_id}-digits&view=sum")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    before = page.url
    page.get_by_role("button", name="Draw from the prior").click()
    page.wait_for_function("before => location.href !== before", arg=before)
    page.wait_for_timeout(400)
    settled(page)
    page.get_by_role("button", name="Copy link").click()
    page.get_by_role("button", name="Copied").wait_for()
    link = page.evaluate("navigator.clipboard.readText()")
    theirs = visitor()
    open_pad(theirs, link, settled)
    assert np.array_equal(picture(theirs), picture(page))
    pressed = "[data-testid=stButtonGroup] [aria-checked=true]"
    theirs.locator(pressed).nth(1).wait_for()
    assert theirs.locator(pressed).all_inner_texts() == page.locator(pressed).all_inner_texts()
    assert theirs.locator(".about").inner_text() == page.locator(".about").inner_text()


def test_a_walk_follows_the_slider_without_the_server_and_stops_in_the_address(explore, settled):
    page = explore("model=vae-digits&from=1&to=0")
    before, address = canvas(page, LARGE), page.url
    slider = page.get_by_role("slider", name="how far along")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    page.mouse.move(*at(box, 0.5, 0.5))
    page.mouse.down()
    page.mouse.move(*at(box, 0.95, 0.5), steps=10)
    during = canvas(page, LARGE)
    assert np.abs(during - before).max() > 5
    assert page.url == address
    page.mouse.up()
    page.wait_for_function("before => location.href !== before", arg=address)
    assert "at=" in page.url
    page.reload()
    page.wait_for_selector(LARGE)
    settled(page)
    assert np.array_equal(canvas(page, LARGE), during)


def test_the_animation_plays_and_pauses(explore):
    page = explore("model=vae-digits&from=1&to=0")
    page.get_by_role("button", name="Play the walk").click()
    first = canvas(page, LARGE)
    page.wait_for_function(
        "before => document.querySelector('iframe') === null && performance.now() > before",
        arg=page.evaluate("performance.now() + 700"),
    )
    assert np.abs(canvas(page, LARGE) - first).max() > 0
    page.get_by_role("button", name="Play the walk").click()
    page.wait_for_timeout(200)
    halted = canvas(page, LARGE)
    page.wait_for_timeout(400)
    assert np.array_equal(canvas(page, LARGE), halted)


def test_the_downloads_hold_what_is_on_the_screen(explore, trained_run):
    page = explore("model=vae-digits")

    def saved(name):
        with page.expect_download() as download:
            page.get_by_role("button", name=name).click()
        return download.value.path().read_bytes()

    image = np.asarray(Image.open(io.BytesIO(saved("Picture (PNG)"))))
    assert np.abs((255 - image[::10, ::10].astype(int)) - picture(page)).max() <= 1
    found = json.loads(saved("Coordinates (JSON)"))
    assert found["model"] == "vae-digits" and len(found["z"]) == 6
    film = Image.open(io.BytesIO(saved("Walk (GIF)")))
    assert film.n_frames > 20
    assert np.shape(json.loads(saved("Codes (JSON)"))["codes"]) == (49, 6)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_picture_is_ink_on_paper_in_light_and_light_on_dark_in_dark(
    small_app, visitor, settled, mode
):
    page = visitor(color_scheme=mode)
    open_pad(page, f"{small_app}/explore?model=vae-digits", settled)
    shot = page.locator("canvas.picture").screenshot()
    grey = np.asarray(Image.open(io.BytesIO(shot)).convert("L")) / 255
    assert (grey[:4].mean() > 0.8) if mode == "light" else (grey[:4].mean() < 0.2)
    assert (grey.min() < 0.6) if mode == "light" else (grey.max() > 0.4)


def test_a_wrong_place_in_a_link_gets_a_message_and_the_page_still_works(explore):
    page = explore("model=vae-digits&z=vAAAA&at=NaN&from=%3Cscript%3E&view=nothing")
    assert page.get_by_text("place in the latent space can't be shown").is_visible()
    assert picture(page).max() > 0
    assert "z=" not in page.url
