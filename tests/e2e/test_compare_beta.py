"""Compare β in a real browser: the lens without the server, the plane, runs of one's own."""

import re

import numpy as np
import pytest
import torch
from playwright.sync_api import Page, expect

from aecore import sweep_probes
from aecore.runs import load
from tests.e2e.latent_pads import Messages
from tests.serving import running
from tests.sweeps import make_sweeps

LONG = 150_000  # milliseconds: for an engine to start and a training to end on a busy machine
READY = ".lens[data-state=ready]"
PITCH = 30  # pixels from one picture of a sheet to the next
INK = """canvas => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return Array.from(data.filter((_, i) => i % 4 === 3));
}"""


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    """Checkpoints that hold two small sweeps."""
    return make_sweeps(tmp_path_factory.mktemp("checkpoints"))


@pytest.fixture(scope="module")
def lab(swept, tmp_path_factory):
    """The address of an app on those, with a place for visitors' own runs."""
    kept = tmp_path_factory.mktemp("kept")
    settings = {"AECORE_CHECKPOINTS": str(swept), "AECORE_RUNS": str(kept)}
    with running(tmp_path_factory.mktemp("app"), **settings) as address:
        yield address


@pytest.fixture
def compare(lab, page, settled):
    """compare(query): the page, alive."""

    def opened(query: str = "") -> Page:
        page.goto(f"{lab}/compare_beta?{query}")
        page.wait_for_selector(READY)
        settled(page)
        return page

    return opened


def pictures(page: Page, name: str, count: int) -> np.ndarray:
    """The first pictures of a sheet, (count, 28, 28), 0 to 1."""
    sheet = page.locator(f".see .sheet.{name}")
    ink = np.array(sheet.evaluate(INK)).reshape(-1, int(sheet.get_attribute("width")))
    return np.stack([ink[:28, n * PITCH : n * PITCH + 28] for n in range(count)]) / 255


def slide(page: Page, place: int) -> None:
    """Moves the slider without letting go of it."""
    page.locator("#beta").evaluate(
        "(slider, to) => { slider.value = to; slider.dispatchEvent(new Event('input')); }", place
    )


@pytest.mark.parametrize(("place", "beta"), [(0, "0.5"), (2, "8")])
def test_the_lens_draws_what_pytorch_draws_and_asks_no_server(
    lab, page, settled, swept, place, beta
):
    sent = Messages(page)
    page.goto(f"{lab}/compare_beta?on=digits&beta=2")
    page.wait_for_selector(READY)
    settled(page)
    before = sent.count
    slide(page, place)
    expect(page.locator(".reading output")).to_have_text(beta)
    shown = pictures(page, "rebuilt", 8)
    folder = swept / "sweeps" / "digits"
    run = load(folder / f"beta-{beta}-seed-0")
    images = sweep_probes.read(folder)["images"]
    with torch.no_grad():
        wanted = run.model.reconstruct(images[:, None] / 255)[:, 0].numpy()
    assert np.abs(shown - wanted).max() < 0.02  # codes to four digits, ink in 255 steps
    assert np.array_equal((pictures(page, "originals", 8) * 255).round(), images.numpy())
    assert sent.count == before


def test_letting_go_puts_beta_into_the_address_and_a_link_brings_it_back(compare, page, settled):
    compare("on=digits&beta=2")
    page.locator("#beta").focus()
    page.keyboard.press("End")
    page.wait_for_function("location.search.includes('beta=8')")
    settled(page)
    page.reload()
    page.wait_for_selector(READY)
    expect(page.locator(".reading output")).to_have_text("8")


def test_a_click_on_the_plane_moves_everything_else(compare, page):
    compare("on=digits&beta=2")
    before = pictures(page, "rebuilt", 8)
    page.get_by_role("button", name=re.compile("β = 8: rate")).click()
    expect(page.locator(".reading output")).to_have_text("8")
    expect(page.locator("#beta")).to_have_value("2")
    assert np.abs(pictures(page, "rebuilt", 8) - before).max() > 0.05
    expect(page.locator(".profile[aria-pressed=true] b")).to_have_text("β = 8")


def test_a_coordinate_switched_off_costs_nats_and_comes_back(compare, page):
    compare("on=digits&beta=0.5")
    whole = page.locator(".loss").inner_text()
    first = page.locator(".unit .switch").first
    first.click()
    expect(page.locator(".loss")).to_contain_text("without z")
    expect(first).to_have_attribute("aria-pressed", "true")
    first.click()
    expect(page.locator(".loss")).to_have_text(whole)


def test_traversals_stand_in_the_order_of_their_nats(compare, page):
    compare("on=digits&beta=2")
    nats = page.locator(".unit .nats")
    expect(nats).to_have_count(4)
    values = [float(text.split()[0]) for text in nats.all_inner_texts()]
    assert values == sorted(values, reverse=True)


def test_shapes_show_scores_and_the_matrix_of_factors(compare, page):
    compare("on=shapes&beta=4")
    expect(page.locator(".scores svg")).to_have_count(3)
    expect(page.locator(".matrix tr")).to_have_count(6)
    expect(page.locator(".matrix tr").nth(1).locator("td")).to_have_count(4)


def test_a_column_can_show_another_beta(compare, page):
    compare("on=digits&beside=0.5,2,8")
    page.get_by_label("column 1").select_option(label="β = 8")
    page.wait_for_function("decodeURIComponent(location.search).includes('beside=8,2,0.5')")
    expect(page.get_by_label("column 3")).to_have_value("0.5")


def test_a_sweep_of_ones_own_leaves_a_track_and_ends_on_the_plane(compare, page):
    page.set_default_timeout(LONG)
    compare("on=digits")
    epochs = page.get_by_label("Epochs", exact=True)
    epochs.fill("8")
    epochs.press("Enter")
    for _ in range(2):  # one β is enough
        page.get_by_test_id("stMultiSelect").get_by_role("button").first.click()
        page.wait_for_timeout(500)
    page.get_by_role("button", name="Train them").click()
    page.locator(".point.own").first.wait_for(timeout=LONG)
    page.locator(".point.own:not(.running)").first.wait_for(timeout=LONG)
    page.locator(".point.own:not(.running)").first.click()
    expect(page.locator(".figures[role=status]")).to_contain_text("coordinates alive")
    assert re.search(r"beta=\w{32}", page.url) or page.wait_for_function(
        "/beta=[0-9a-f]{32}/.test(location.search)"
    )
