"""Training in a real browser: started, watched, left, found again, stopped, kept and taken back.

Real trainings on `digits`, on a real engine with real workers.
"""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from aecore.runs import save
from tests.serving import running

LONG = 240_000  # milliseconds: for an engine to start and a training to end on a busy machine
EPOCHS, STEPS = 3, 66  # of the run that goes into a file and comes back
END = str(STEPS)
NEW_RUN = "before => location.search.includes('run=') && location.href !== before"
PIXELS = """canvas => {
    const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    return Array.from(data.filter((_, i) => i % 4 === 3));
}"""


@pytest.fixture(scope="module")
def lab(fitted, tmp_path_factory):
    """The address of an app with one shipped run and a place for visitors' own."""
    folder = tmp_path_factory.mktemp("checkpoints")
    save(fitted("vae").finish(), folder / "vae-digits")
    kept = tmp_path_factory.mktemp("kept")
    settings = {"AECORE_CHECKPOINTS": str(folder), "AECORE_RUNS": str(kept)}
    with running(tmp_path_factory.mktemp("app"), **settings) as address:
        yield address


def open_train(page: Page, lab: str, query: str = "") -> None:
    page.set_default_timeout(LONG)
    page.goto(f"{lab}/train{query}", wait_until="commit", timeout=LONG)
    expect(page.locator(".machine").first).to_be_visible(timeout=LONG)


def fill(page: Page, label: str, value: str) -> None:
    box = page.get_by_label(label, exact=True).first
    box.fill(value)
    box.press("Enter")


def train(page: Page, epochs: int) -> str:
    """Asks for a training of the form's model; the new run's id."""
    before = page.url
    fill(page, "Epochs", str(epochs))
    main = page.get_by_test_id("stMainBlockContainer")
    main.get_by_role("button", name="Train", exact=True).click()
    page.wait_for_function(NEW_RUN, arg=before)
    return re.search(r"run=(\w{32})", page.url)[1]


def finished(page: Page) -> None:
    page.get_by_text(re.compile("finished")).first.wait_for(timeout=LONG)
    page.get_by_text("test metrics are being computed").wait_for(state="detached", timeout=LONG)


def machine(page: Page, run_id: str) -> Locator:
    """The time machine with that run, once it shows it."""
    found = page.locator(f'.machine[data-scene="{run_id}"]')
    expect(found).to_be_visible(timeout=LONG)
    return found


def wait_for_rows(page: Page, run_id: str, more_than: int) -> int:
    """Waits until the curves have more points; how many there are."""
    found = machine(page, run_id)
    for _ in range(LONG // 500):
        rows = int(found.get_attribute("data-rows"))
        if rows > more_than:
            return rows
        page.wait_for_timeout(500)
    raise AssertionError(f"no more than {more_than} points in the curves")


def pixels(page: Page, run_id: str) -> list[int]:
    """The reconstructions at the end of a run."""
    expect(machine(page, run_id)).to_have_attribute("data-step", END, timeout=LONG)
    return page.locator(".reconstructions").evaluate(PIXELS)


def test_a_training_is_watched_left_found_again_and_stopped(page, lab):
    open_train(page, lab)
    run_id = train(page, epochs=200)
    wait_for_rows(page, run_id, more_than=wait_for_rows(page, run_id, more_than=1))

    page.get_by_role("link", name="Home").first.click()  # to another page, and back
    page.wait_for_url(re.compile(rf"run={run_id}"))
    page.get_by_role("link", name="Train").first.click()
    machine(page, run_id)

    page.reload(wait_until="commit")
    machine(page, run_id)
    assert run_id in page.url

    page.get_by_test_id("stMain").get_by_role("button", name="Stop").click()
    page.get_by_text(re.compile("stopped")).first.wait_for(timeout=LONG)
    expect(page.get_by_role("button", name="Go on")).to_be_visible(timeout=LONG)


def test_a_loss_that_stops_being_a_number_is_explained(page, lab):
    open_train(page, lab)
    fill(page, "Learning rate", "1")
    page.get_by_role("radio", name="constant").click()  # no gentle start
    train(page, EPOCHS)
    when = re.compile(r"loss stopped being a number (at|after) step \d+")
    page.get_by_text(when).first.wait_for(timeout=LONG)
    expect(page.get_by_text("try a third of it").first).to_be_visible()


def test_a_run_comes_back_from_its_file_pixel_for_pixel(page, lab, tmp_path):
    open_train(page, lab)
    run_id = train(page, EPOCHS)
    finished(page)
    before = pixels(page, run_id)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download", exact=True).click()
    file = tmp_path / "run.bottleneck.zip"
    download.value.save_as(file)

    page.get_by_text("Upload a run").click()
    page.locator('input[type="file"]').set_input_files(file)
    page.wait_for_function("run => !location.search.includes(run)", arg=run_id)
    again = re.search(r"run=(\w{32})", page.url)[1]
    assert again != run_id
    assert pixels(page, again) == before and any(before)


def test_a_hostile_file_is_refused_with_its_reason(page, lab, tmp_path):
    open_train(page, lab)
    file = tmp_path / "bad.zip"
    file.write_bytes(b"PK\x03\x04 and nothing more")
    page.get_by_text("Upload a run").click()
    page.locator('input[type="file"]').set_input_files(file)
    expect(page.get_by_text("This file was refused")).to_be_visible(timeout=LONG)


def runs_to_choose(page: Page) -> Locator:
    """Opens the list of runs that may be put on the stage; the visitor's own among them."""
    page.get_by_label("Run on the stage").click()
    expect(page.get_by_role("option").first).to_be_visible(timeout=LONG)
    return page.get_by_role("option", name=re.compile("Yours:"))


def test_two_visitors_stay_apart_unless_given_a_link(visitor, lab):
    anna, ben = visitor(), visitor()
    open_train(anna, lab)
    run_id = train(anna, 2)
    open_train(ben, lab)
    expect(runs_to_choose(ben)).to_have_count(0)
    assert run_id not in ben.content()
    open_train(ben, lab, f"?run={run_id}")
    machine(ben, run_id)
    open_train(anna, lab)  # without the link: the cookie knows whose it is
    expect(runs_to_choose(anna)).to_have_count(1)
