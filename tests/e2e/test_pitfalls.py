"""Pitfalls and Theory in a real browser: a guess, a pair trained live, a hand on the trick."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.latent_pads import Messages, at
from tests.serving import running

LONG = 240_000  # milliseconds: for an engine to start and a pair to train on a busy machine


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of an app with what ships, and a place for visitors' runs."""
    kept = tmp_path_factory.mktemp("kept")
    with running(tmp_path_factory.mktemp("app"), AECORE_RUNS=str(kept)) as address:
        yield address


def test_a_guess_reveals_the_pair_and_a_link_brings_it_back(lab, page, settled):
    page.goto(f"{lab}/pitfalls?pitfall=squared_error")
    page.get_by_text("Predict first.").wait_for()
    assert page.locator(".bn-chart").count() == 0
    page.get_by_role("button", name="The one that was trained for cross-entropy.").click()
    page.locator(".bn-chart path.broken").first.wait_for(state="attached")
    page.get_by_text("Foreseen: 1 of 1 guessed").wait_for()
    settled(page)
    assert "pitfall=squared_error" in page.url
    page.get_by_role("button", name=re.compile("^Next:|Next: ")).click()
    page.get_by_text("Predict first.").wait_for()
    page.wait_for_function("!location.href.includes('squared_error')")


def test_a_pair_is_trained_live_and_shared_by_its_link(lab, page, settled):
    page.set_default_timeout(LONG)
    page.goto(f"{lab}/pitfalls?pitfall=learning_rate&reveal=yes")
    page.locator(".bn-chart").first.wait_for()
    settled(page)
    page.get_by_role("button", name="Train this pair").click()
    page.wait_for_function("() => location.search.includes('pair=learning_rate.')")
    page.get_by_text("Your pair.").wait_for(timeout=LONG)
    assert page.locator(".bn-chart").count() == 2
    page.reload()
    page.get_by_text("Your pair.").wait_for(timeout=LONG)


def test_the_trick_moves_under_the_hand_and_nothing_is_sent(lab, page, settled):
    messages = Messages(page)
    page.goto(f"{lab}/theory?topic=trick&mu=0")
    page.locator(".trick[data-state=ready]").wait_for()
    settled(page)
    slider = page.get_by_role("slider", name="μ")
    slider.scroll_into_view_if_needed()
    curve = page.locator(".trick path.curve")
    before, sum_before = curve.get_attribute("d"), page.locator(".trick .sum").inner_text()
    box = slider.bounding_box()
    page.mouse.move(*at(box, 0.5, 0.5))
    page.mouse.down()
    sent = messages.count
    page.mouse.move(*at(box, 0.8, 0.5), steps=8)
    assert curve.get_attribute("d") != before
    assert page.locator(".trick .sum").inner_text() != sum_before
    assert messages.count == sent
    page.mouse.up()
    page.wait_for_function("() => /mu=1\\.[5-9]/.test(location.search)")
    expect(page.get_by_text("times as many draws")).to_be_visible()
    settled(page)
    assert curve.get_attribute("d") != before  # it stays where it was let go
