"""Home in a real browser: drawing, live; a reload, a link, another page; light and dark."""

import base64
import io
import re
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from PIL import Image

from aecore import strokes
from tests.e2e.conftest import PHONE, changed

REBUILT = ".bn-rebuilt .bn-digit"
READ = ".bn-rebuilt .bn-digit[style*=image]"  # a reconstruction that is there
INK = (0.30, 0.25), (0.62, 0.25), (0.44, 0.55), (0.40, 0.85)  # a seven, as shares of the pad


@pytest.fixture
def home(app, page, settled):
    """Home, with the example read."""
    page.goto(app)
    page.wait_for_selector(READ, timeout=60_000)
    settled(page)
    return page


def pad(page):
    return page.locator("canvas")


def at(page, share):
    box = pad(page).bounding_box()
    return box["x"] + share[0] * box["width"], box["y"] + share[1] * box["height"]


def draw(page, *shares):
    """One stroke with the mouse, through points given as shares of the pad."""
    page.mouse.move(*at(page, shares[0]))
    page.mouse.down()
    for share in shares[1:]:
        page.mouse.move(*at(page, share), steps=8)
    page.mouse.up()


def state(page):
    return page.locator(".pad").get_attribute("data-state")


def image(page, panel):
    """The digit in a panel, (28, 28) in [0, 1], out of the PNG that is on the page."""
    style = page.locator(f".bn-{panel} .bn-digit").get_attribute("style")
    png = base64.b64decode(re.search(r"base64,([\w+/=]+)", style).group(1))
    return np.asarray(Image.open(io.BytesIO(png)).getchannel("A")) / 255


def canvas_ink(page):
    """What is on the pad's canvas, (side, side) in [0, 1]."""
    url = pad(page).evaluate("canvas => canvas.toDataURL()")
    png = base64.b64decode(url.partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(png)).getchannel("A")) / 255


def in_address(page):
    return parse_qs(urlsplit(page.url).query).get("drawing", [""])[0]


def style_of(page, panel):
    return page.locator(f".bn-{panel} .bn-digit").get_attribute("style")


def test_the_reconstruction_changes_while_the_pen_is_down(home):
    assert state(home) == "example"
    seen = []
    home.mouse.move(*at(home, INK[0]))
    home.mouse.down()
    for share in INK[1:]:
        before = style_of(home, "rebuilt")
        home.mouse.move(*at(home, share), steps=12)
        changed(home, REBUILT, before)
        seen.append(image(home, "rebuilt"))
    assert state(home) == "drawn" and in_address(home) == ""  # the pen is still down
    home.mouse.up()
    assert all(np.abs(one - other).max() > 0.1 for one, other in zip(seen, seen[1:], strict=False))


def test_the_canvas_and_python_draw_the_same(home, settled):
    draw(home, *INK)
    home.get_by_role("button", name="Eraser").click()
    draw(home, (0.40, 0.60), (0.46, 0.60))
    home.get_by_role("button", name="Pen", exact=True).click()
    draw(home, (0.7, 0.7), (0.7, 0.7))
    settled(home)
    ink = canvas_ink(home)
    ours = strokes.rasterise(strokes.decode(in_address(home)), len(ink))
    assert ours.mean() > 0.03
    assert np.abs(ours - ink).mean() < 0.004
    assert (np.abs(ours - ink) > 0.9).mean() < 0.001


def test_a_reload_keeps_the_drawing(home, settled):
    draw(home, *INK)
    settled(home)
    before, ink = style_of(home, "rebuilt"), canvas_ink(home)
    home.reload()
    home.wait_for_selector(READ)
    settled(home)
    assert state(home) == "drawn"
    assert style_of(home, "rebuilt") == before
    assert np.array_equal(canvas_ink(home), ink)


def test_a_link_carries_drawing_and_model_to_somebody_else(home, visitor, settled):
    draw(home, *INK)
    settled(home)
    home.get_by_role("radio").nth(1).click()
    settled(home)
    chosen = home.get_by_role("radio", checked=True).first.inner_text()
    theirs = visitor()
    theirs.goto(home.url)
    theirs.wait_for_selector(READ)
    settled(theirs)
    assert theirs.get_by_role("radio", checked=True).first.inner_text() == chosen
    assert np.array_equal(canvas_ink(theirs), canvas_ink(home))
    assert style_of(theirs, "rebuilt") == style_of(home, "rebuilt")


def test_another_page_is_given_the_choices_and_gives_them_back(home, settled):
    links = home.get_by_test_id("stSidebar").get_by_test_id("stPageLink-NavLink")
    if links.count() < 2:
        pytest.skip("there is no other page yet")
    draw(home, *INK)
    settled(home)
    home.get_by_role("radio").nth(1).click()
    settled(home)
    query, ink = urlsplit(home.url).query, canvas_ink(home)
    links.nth(1).click()
    home.wait_for_function("location.pathname !== '/'")
    settled(home)
    assert parse_qs(urlsplit(home.url).query).items() >= parse_qs(query).items()
    links.nth(0).click()
    home.wait_for_function("location.pathname === '/'")
    home.wait_for_selector(READ)
    settled(home)
    assert state(home) == "drawn" and np.array_equal(canvas_ink(home), ink)
    assert home.get_by_role("radio").nth(1).get_attribute("aria-checked") == "true"


def test_going_back_brings_back_the_model_and_keeps_the_drawing(home, settled):
    for number in (0, 1):
        home.get_by_role("radio").nth(number).click()
        settled(home)
    first = home.get_by_role("radio").nth(0).inner_text()
    draw(home, *INK)
    settled(home)
    drawing = in_address(home)
    home.go_back()
    settled(home)
    assert home.get_by_role("radio", checked=True).first.inner_text() == first
    assert state(home) == "drawn" and in_address(home) == drawing


def test_undo_and_clear_are_reached_by_keyboard(home, settled):
    draw(home, *INK)
    settled(home)
    one = in_address(home)
    draw(home, (0.3, 0.55), (0.6, 0.55))
    settled(home)
    assert in_address(home).startswith(one[:20]) and in_address(home) != one
    home.keyboard.press("Control+z")
    settled(home)
    assert in_address(home) == one
    for _ in range(4):  # pen, eraser, undo, clear
        home.keyboard.press("Tab")
    home.keyboard.press("Enter")
    settled(home)
    assert state(home) == "empty" and in_address(home) == ""
    assert "Draw a digit" in home.locator(".bn-hint").inner_text()
    home.keyboard.press("Shift+Tab")
    home.keyboard.press("Enter")
    settled(home)
    assert in_address(home) == one


def test_a_finger_draws_and_does_not_scroll(app, visitor, settled):
    page = visitor(**PHONE, has_touch=True)
    page.goto(app)
    page.wait_for_selector(READ)
    settled(page)
    touch = page.context.new_cdp_session(page)
    points = [at(page, share) for share in [(0.5, y / 20) for y in range(16, 4, -1)]]
    for kind, moved in [("touchStart", points[:1]), ("touchMove", points[1:])]:
        for x, y in moved:
            touch.send(
                "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]}
            )
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    settled(page)
    assert state(page) == "drawn"
    drawn = strokes.decode(in_address(page))[0].points
    assert drawn[0, 1] > 180 and drawn[-1, 1] < 80
    assert page.locator("[data-testid=stMain]").evaluate("e => e.scrollTop") == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_digits_and_ink_follow_the_theme(app, visitor, settled, mode):
    page = visitor(color_scheme=mode)
    page.goto(app)
    page.wait_for_selector(READ)
    settled(page)
    shot = page.locator(".bn-seen .bn-digit").screenshot()
    grey = np.asarray(Image.open(io.BytesIO(shot)).convert("L")) / 255
    paper = np.median(grey)
    ink = grey.min() if mode == "light" else grey.max()
    assert (paper > 0.9 and ink < 0.2) if mode == "light" else (paper < 0.1 and ink > 0.8)
    on_pad = pad(page).evaluate("canvas => getComputedStyle(canvas).color")
    brightness = np.mean([int(v) for v in re.findall(r"\d+", on_pad)[:3]]) / 255
    assert (brightness < 0.3) if mode == "light" else (brightness > 0.7)


def test_pixels_are_drawn_crisp(home):
    """At six times its size, a pixel of the image is one flat square."""
    shot = home.locator(".bn-seen .bn-digit").screenshot()
    grey = np.asarray(Image.open(io.BytesIO(shot)).convert("L")).astype(int)
    row = grey[grey.shape[0] // 2, 8:-8]
    assert (np.diff(row) == 0).mean() > 0.75  # a smooth enlargement changes at nearly every pixel


def test_an_experiment_changes_what_is_on_the_pad(home, settled):
    before = canvas_ink(home)
    home.get_by_role("button", name="Draw the house for me").click()
    settled(home)
    assert state(home) == "drawn"
    assert np.abs(canvas_ink(home) - before).max() > 0.9
    assert in_address(home)


def test_a_hostile_link_still_opens_the_page(app, page, settled):
    page.goto(f"{app}/?drawing=1%3Cscript%3Ealert(1)%3C/script%3E&model=%3Cimg%20src=x%3E")
    page.wait_for_selector(READ)
    settled(page)
    assert state(page) == "example"
    assert page.get_by_text("link's drawing can't be shown").is_visible()
    assert page.get_by_text("There is no run called").is_visible()
