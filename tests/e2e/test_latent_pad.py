"""The latent pad in a real browser: nothing is sent while dragging, and pictures are torch's."""

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import torch

from aecore import coordinates
from aecore.latent_space import pictures
from tests.e2e.conftest import PHONE
from tests.e2e.latent_pads import Messages, at, open_pad, picture

PAD = Path(__file__).parents[2] / "ui" / "components" / "latent_pad"


@pytest.fixture
def pad(small_app, page, settled):
    """pad(model_id, more): Explore on a small run, with its messages counted as `page.sent`."""

    def opened(model_id, more=""):
        page.sent = Messages(page)
        open_pad(page, f"{small_app}/explore?model={model_id}-digits{more}", settled)
        return page

    return opened


def place(page):
    """What the address says of the place."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def wait_for_address(page, before):
    page.wait_for_function("before => location.href !== before", arg=before)


def test_dragging_a_slider_changes_the_picture_and_sends_nothing_before_the_release(pad, settled):
    page = pad("vae")
    box = page.locator(".sliders .row .track").first.bounding_box()
    page.mouse.move(*at(box, 0.5, 0.5))
    page.mouse.down()
    sent, seen, address = page.sent.count, [], page.url
    for share in np.linspace(0.1, 0.9, 20):
        page.mouse.move(*at(box, share, 0.5))
        seen.append(picture(page))
    assert page.sent.count == sent
    assert page.url == address
    changed = [np.abs(a - b).max() > 0 for a, b in zip(seen, seen[1:], strict=False)]
    assert sum(changed) >= 15  # frames: nearly every movement was a new picture
    page.mouse.up()
    wait_for_address(page, address)
    assert page.sent.count > sent
    settled(page)
    assert np.array_equal(picture(page), seen[-1])


def test_dragging_on_the_plane_moves_two_coordinates_at_once(pad, settled):
    page = pad("vae")
    first, before = picture(page), page.url
    box = page.locator(".map").bounding_box()
    page.mouse.move(*at(box, 0.5, 0.5))
    page.mouse.down()
    sent = page.sent.count
    page.mouse.move(*at(box, 0.9, 0.1), steps=10)
    assert page.sent.count == sent
    page.mouse.up()
    wait_for_address(page, before)
    settled(page)
    now = place(page)
    i, j = (int(axis) - 1 for axis in now["axes"].split("-"))
    z = coordinates.decode_vector(now["z"], 6)
    assert z[i] > 0 and z[j] > 0  # to the right and up
    assert np.abs(picture(page) - first).max() > 20


@pytest.mark.parametrize("model_id", ["ae", "conv_vae", "cvae"])
def test_the_picture_is_what_torch_decodes_from_the_address(pad, trained_run, settled, model_id):
    page = pad(model_id)
    before = page.url
    page.get_by_role("button", name="A real digit").click()
    wait_for_address(page, before)
    settled(page)
    now = place(page)
    z = torch.tensor(coordinates.decode_vector(now["z"], 6))[None]
    y = torch.tensor([int(now["y"])]) if "y" in now else None
    page.wait_for_timeout(400)  # the glide to the digit
    expected = pictures(trained_run(model_id).model, z, y)[0].numpy() * 255
    assert expected.max() > 50
    assert np.abs(picture(page) - expected).max() <= 0.6  # half a grey level, and 0.001


def test_painting_a_code_changes_the_picture_under_it(pad, trained_run, settled):
    page = pad("vq_vae")
    first, before = picture(page), page.url
    cells = page.locator(".cells").bounding_box()
    codes = page.locator(".cells b").all_inner_texts()
    brush = next(
        swatch
        for swatch in page.locator(".swatches button").all()
        if swatch.get_attribute("data-code") != codes[24]
    )
    code = brush.get_attribute("data-code")
    brush.click()
    page.mouse.move(*at(cells, 0.5, 0.5))
    page.mouse.down()
    sent = page.sent.count
    page.mouse.move(*at(cells, 0.5 + 1 / 7, 0.5), steps=4)
    assert page.locator(".cells b").all_inner_texts()[24:26] == [code, code]
    assert page.sent.count == sent
    page.mouse.up()
    wait_for_address(page, before)
    settled(page)
    grid = coordinates.decode_codes(place(page)["z"], 49, 32)
    assert grid[24] == grid[25] == int(code)
    expected = pictures(trained_run("vq_vae").model, torch.tensor(grid)[None])[0].numpy() * 255
    assert np.abs(picture(page) - expected).max() <= 0.6
    assert np.abs(picture(page) - first).max() > 0


def test_the_ten_classes_are_buttons_and_change_the_picture(pad, settled):
    page = pad("cvae")
    buttons = page.get_by_role("radiogroup", name="The class").get_by_role("radio")
    assert buttons.count() == 10
    other = page.locator(".classes button[aria-checked=false]").first
    first, before, name = picture(page), page.url, other.inner_text()
    page.locator(".classes button", has_text=name).click()
    wait_for_address(page, before)
    settled(page)
    assert place(page)["y"] == name
    assert np.abs(picture(page) - first).max() > 0


def test_abilities_decide_what_the_pad_offers(pad):
    offers = {}
    for model_id in ("ae", "vae", "vq_vae"):
        page = pad(model_id)
        tools = page.locator(".tools button:visible").all_inner_texts()
        offers[model_id] = set(tools)
        assert page.locator(".sliders").is_visible() == (model_id != "vq_vae")
        assert page.locator(".cells").is_visible() == (model_id == "vq_vae")
    assert "Resample" in offers["vae"] and "Draw from the prior" in offers["vae"]
    assert not offers["ae"] & {"Resample", "Draw from the prior"}
    assert "Draw from the prior" in offers["vq_vae"] and "Resample" not in offers["vq_vae"]


def test_resampling_stays_near_and_back_returns(pad, settled):
    page = pad("vae")
    first, before = picture(page), page.url
    page.get_by_role("button", name="Resample").click()
    wait_for_address(page, before)
    settled(page)
    page.wait_for_timeout(400)
    assert "moved by" in page.locator(".about").inner_text()
    page.get_by_role("button", name="Back").click()
    page.wait_for_timeout(400)
    settled(page)
    assert np.array_equal(picture(page), first)
    assert "moved" not in page.locator(".about").inner_text()


def hold(page, key, times=4):
    """A key held down, which the browser repeats, and let go; what was sent before that."""
    sent = page.sent.count
    for _ in range(times):
        page.keyboard.down(key)
    before = page.sent.count - sent
    page.keyboard.up(key)
    return before


def test_a_held_arrow_key_moves_the_handle_or_a_slider_and_is_told_once(pad, settled):
    page = pad("vae")
    before = page.url
    page.locator(".map").focus()
    assert hold(page, "ArrowRight") == 0
    wait_for_address(page, before)
    settled(page)
    axis = int(place(page)["axes"].split("-")[0]) - 1
    right = coordinates.decode_vector(place(page)["z"], 6)[axis]
    before = page.url
    page.locator(".sliders input").first.focus()
    assert hold(page, "ArrowLeft") == 0
    wait_for_address(page, before)
    assert coordinates.decode_vector(place(page)["z"], 6)[axis] < right


def test_a_finger_drags_the_handle_and_does_not_scroll(small_app, visitor, settled):
    page = visitor(**PHONE, has_touch=True)
    open_pad(page, f"{small_app}/explore?model=vae-digits", settled)
    first, before = picture(page), page.url
    scrolled = "e => e.scrollTop"
    top = page.locator("[data-testid=stMain]").evaluate(scrolled)
    box = page.locator(".map").bounding_box()
    touch = page.context.new_cdp_session(page)
    for kind, share in [("touchStart", 0.5), ("touchMove", 0.4), ("touchMove", 0.1)]:
        x, y = at(box, share, share)
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    wait_for_address(page, before)
    settled(page)
    assert np.abs(picture(page) - first).max() > 0
    assert page.locator("[data-testid=stMain]").evaluate(scrolled) == top
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_rest_of_the_coordinates_is_behind_one_click(pad):
    page = pad("vae")
    assert page.locator(".sliders .row:visible").count() == 6  # a small model has no more
    assert page.locator(".sliders .more").is_hidden()
    uses = [float(text.split()[0]) for text in page.locator(".row small").all_inner_texts()]
    assert uses == sorted(uses, reverse=True)


def test_javascript_and_python_write_and_read_the_same_text(page):
    page.goto("about:blank")
    for name in ("half.js", "coordinates.js"):
        page.add_script_tag(content=(PAD / name).read_text())
    generator = np.random.default_rng(0)
    z = np.concatenate(
        [generator.normal(0, 10.0**power, 40) for power in range(-9, 6)]
        + [[0, 1, -1, 65504, -65519, 1e9, 2**-24, 2**-25, 2048.5, 2049.5, 6.1e-5]]
    ).astype(np.float32)
    text = page.evaluate("z => vectorText(Float32Array.from(z))", z.tolist())
    assert text == coordinates.encode_vector(z)
    back = page.evaluate("text => Array.from(readVector(text))", text)
    assert np.array_equal(np.float32(back), coordinates.rounded(z))
    grid = generator.integers(0, 2048, 49)
    assert page.evaluate("g => codesText(g)", grid.tolist()) == coordinates.encode_codes(grid)
    codes = page.evaluate("text => Array.from(readCodes(text))", coordinates.encode_codes(grid))
    assert codes == grid.tolist()
