"""Draw in a real browser: a three, live; a link; an upload; light and dark; a phone."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from tests.e2e.conftest import PHONE, changed

READ = ".bn-rebuilt .bn-digit[style*=image]"
FIRST = ".bn-models .bn-digit"
NEAR = ".bn-neighbours"
THREE = (0.3, 0.25), (0.6, 0.22), (0.45, 0.48), (0.65, 0.65), (0.32, 0.8)


@pytest.fixture
def draw(small_app, page, settled):
    """draw(query): the page on small runs, with a digit read."""

    def opened(query=""):
        return open_draw(page, f"{small_app}/draw?{query}", settled)

    return opened


def open_draw(page, address, settled):
    page.goto(address)
    page.wait_for_selector(NEAR)
    settled(page)
    return page


def at(page, share):
    box = page.locator("canvas").bounding_box()
    return box["x"] + share[0] * box["width"], box["y"] + share[1] * box["height"]


def styles(page):
    """Every digit on the page as the PNG that it is, in order."""
    return page.locator(".bn-digit").evaluate_all("all => all.map(e => e.getAttribute('style'))")


def rebuilt(page):
    return page.locator(READ).get_attribute("style")


def canvas_ink(page):
    url = page.locator("canvas").evaluate("canvas => canvas.toDataURL()")
    png = base64.b64decode(url.partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(png)).getchannel("A"))


def draw_three(page):
    page.mouse.move(*at(page, THREE[0]))
    page.mouse.down()
    for share in THREE[1:]:
        before = rebuilt(page)
        page.mouse.move(*at(page, share), steps=8)
        changed(page, READ, before)
        yield rebuilt(page)
    page.mouse.up()


def same_elsewhere(page, visitor, settled):
    """The link opened by somebody else: all pictures, and the screen, are the same."""
    theirs = open_draw(visitor(), page.url, settled)
    assert styles(theirs) == styles(page)
    page.mouse.move(0, 0)
    mine, yours = (
        np.asarray(Image.open(io.BytesIO(each.locator(".bn-flow").screenshot())))
        for each in (page, theirs)
    )
    assert np.array_equal(mine, yours)
    return theirs


def test_a_three_is_read_while_the_pen_is_down_and_a_link_shows_the_same(draw, visitor, settled):
    page = draw("model=vae-digits")
    seen = list(draw_three(page))
    assert len(set(seen)) == len(THREE) - 1
    settled(page)
    page.get_by_role("radio", name="Conditional VAE").click()
    settled(page)
    theirs = same_elsewhere(page, visitor, settled)
    assert np.array_equal(canvas_ink(theirs), canvas_ink(page))


def test_all_models_follow_when_the_hand_rests_with_the_pen_still_down(draw):
    page = draw("model=vae-digits")
    before = page.locator(FIRST).first.get_attribute("style")
    page.mouse.move(*at(page, (0.3, 0.3)))
    page.mouse.down()
    page.mouse.move(*at(page, (0.7, 0.7)), steps=8)
    changed(page, FIRST, before)
    page.mouse.up()


def test_the_drawing_is_still_on_the_pad_after_a_look_at_a_test_digit(draw, settled):
    page = draw("model=vae-digits")
    list(draw_three(page))
    settled(page)
    before = canvas_ink(page)
    for source in ("A test digit", "Draw"):
        page.get_by_role("radio", name=source, exact=True).click()
        settled(page)
    assert np.array_equal(canvas_ink(page), before)


def test_a_link_carries_a_test_digit(draw, visitor, settled):
    page = draw("model=vq_vae-digits&digit=digits-5")
    before = styles(page)
    page.get_by_role("button", name="Another").click()
    page.wait_for_function("!location.search.includes('digits-5')")
    settled(page)
    assert styles(page) != before
    same_elsewhere(page, visitor, settled)


def test_the_drawing_is_there_again_after_a_look_at_a_test_digit(draw, settled):
    page = draw("model=vae-digits")
    for _ in draw_three(page):
        pass
    settled(page)
    ink, shown = canvas_ink(page), rebuilt(page)
    page.get_by_role("radio", name="A test digit").click()
    page.get_by_label("Number, 1 to").wait_for()
    settled(page)
    assert rebuilt(page) != shown
    page.get_by_role("radio", name="Draw", exact=True).click()
    page.locator("canvas").wait_for()
    settled(page)
    assert rebuilt(page) == shown
    assert np.array_equal(canvas_ink(page), ink)


def test_an_uploaded_picture_survives_a_look_at_another_page(draw, settled):
    page = draw("model=vae-digits")
    grey = np.full((300, 200), 240, np.uint8)
    grey[50:250, 90:115] = 30
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "PNG")
    page.get_by_role("radio", name="A picture").click()
    picture = {"name": "one.png", "mimeType": "image/png", "buffer": file.getvalue()}
    page.locator("input[type=file]").set_input_files(picture)
    page.get_by_role("img", name="the uploaded picture").wait_for()
    settled(page)
    shown = rebuilt(page)
    links = page.get_by_test_id("stSidebar").get_by_test_id("stPageLink-NavLink")
    links.filter(has_text="Home").click()
    page.wait_for_function("!location.pathname.includes('draw')")
    settled(page)
    links.filter(has_text="Draw").click()
    page.wait_for_selector(NEAR)
    settled(page)
    assert rebuilt(page) == shown


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_nothing_is_wider_than_a_phone(small_app, visitor, settled, mode):
    phone = visitor(**PHONE, color_scheme=mode)
    page = open_draw(phone, f"{small_app}/draw?model=vq_vae-digits", settled)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator(".bn-models").evaluate("e => e.scrollWidth <= e.clientWidth")
