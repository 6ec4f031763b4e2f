"""Sparse codes in a real browser: press a unit to look at it, then to switch it off."""

import pytest

UNITS = ".grid[data-painted] button"
WITHOUT = "[aria-label='the reconstruction without the units that are off']"


@pytest.fixture
def sparse(small_page):
    """sparse(query): the page on small runs, with its dictionary."""
    return lambda query: small_page(f"sparse?{query}", UNITS)


def test_a_unit_is_looked_at_and_then_switched_off_by_a_press(sparse, settled):
    page = sparse("model=sparse_ae-digits")
    page.locator(UNITS).nth(1).click()
    page.wait_for_function("location.search.includes('unit=')")
    settled(page)
    assert page.locator(UNITS).nth(1).get_attribute("aria-pressed") == "true"
    whole = page.locator(WITHOUT).get_attribute("style")
    page.get_by_role("radio", name="Switch off and on").click()
    settled(page)
    changed = False
    for number in range(3):  # of six
        page.locator(UNITS).nth(number).click()
        page.locator(f"{UNITS}.off").nth(number).wait_for()
        settled(page)
        changed = changed or page.locator(WITHOUT).get_attribute("style") != whole
    assert changed
    page.reload()
    page.wait_for_selector(f"{UNITS}.off")
    page.get_by_role("button", name="All on").click()
    page.wait_for_function("!location.search.includes('off=')")
    settled(page)
    assert page.locator(WITHOUT).get_attribute("style") == whole
