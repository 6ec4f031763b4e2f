"""The latent map's page on small runs: choices, the drawing, selections, bad links."""

import base64
import shutil
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.ui.conftest import NAMES, open_page, words_of
from ui import (
    examples,
    latent_map_drawing,
    latent_map_jobs,
    latent_map_kit,
    latent_map_picked,
)
from ui.components.latent_map import table
from ui.latent_map_trust import small_map
from ui.latent_map_view import places_table


@pytest.fixture
def latent_map(runs_folder, monkeypatch):
    """latent_map(**query): the page after its first run."""

    def opened(folder: Path = runs_folder, **query: str) -> AppTest:
        monkeypatch.setenv("AECORE_CHECKPOINTS", str(folder))
        return open_page("latent_map", **query)

    return opened


@pytest.fixture
def world(runs_folder):
    """world(model_id): the points of a small run."""
    return lambda model_id: latent_map_kit.world(runs_folder / NAMES[model_id], "test")


@pytest.mark.parametrize("model_id", NAMES)
def test_every_model_has_a_map_at_once(latent_map, model_id):
    page = latent_map(model=NAMES[model_id])
    assert not page.exception and not page.error
    assert page.segmented_control(key="map").value == "pca"
    assert "Its nearest latent neighbours" in words_of(page)
    assert "How to misread this map" in [each.value for each in page.header]


def test_a_map_that_is_not_there_yet_is_offered_and_pca_shown(latent_map):
    page = latent_map(model="vae-digits", map="umap", dims="3")
    assert not page.exception
    assert "There is no UMAP map of these codes yet" in words_of(page)
    assert page.button(key="make-umap3")
    assert page.number_input(key="map-umap3-neighbours").value == 15


def test_a_bad_link_shows_the_usual_map(latent_map):
    page = latent_map(model="vae-digits", map="<b>", dims="9", colour="nothing", coordinate="-1")
    assert not page.exception and not page.error
    assert page.segmented_control(key="map").value == "pca"
    assert page.selectbox(key="colour").value == "class"


@pytest.mark.parametrize("colour", ["error", "kl", "coordinate", "cluster", "lost"])
def test_points_are_coloured_by_what_there_is(latent_map, colour):
    page = latent_map(model="vae-digits", colour=colour)
    assert not page.exception
    assert page.selectbox(key="colour").value == colour
    assert colour in page.query_params["colour"]


def test_a_grid_has_no_coordinates_to_colour_by(latent_map):
    page = latent_map(model="vq_vae-digits", colour="coordinate")
    assert not page.exception
    assert page.selectbox(key="colour").value == "class"


def test_the_training_is_a_film_of_maps(latent_map):
    page = latent_map(model="vae-digits", map="film")
    assert not page.exception
    assert "Your drawing isn't in this film" in words_of(page)


def test_the_misreadings_are_of_this_very_map(latent_map):
    words = words_of(latent_map(model="vae-digits"))
    assert "times as wide as that" in words
    assert "nearest neighbours in the latent space" in words


def test_a_selection_is_counted_and_its_mean_can_be_explored(latent_map, world):
    found = world("vae")
    from ui.latent_map_view import points_table

    rows = np.flatnonzero(found.points.labels == 4)
    mask = np.zeros(len(found.points), np.uint8)
    mask[rows] = 1
    text = base64.b64encode(np.packbits(mask, bitorder="little").tobytes()).decode()
    page = latent_map(model="vae-digits")
    digest = points_table(found, found.id).digest
    page.session_state[latent_map_picked.PICKED] = {"id": "a", "mask": text, "points": digest}
    page.run()
    assert not page.exception
    links = [each.proto for each in page.get("page_link")]
    assert any("Open their mean code" in link.label for link in links)
    picked = latent_map_picked.Picked("a", text, rows, latent_map_picked.mean_code(found, rows), 4)
    assert np.allclose(picked.code, found.points.codes[rows].mean(0))
    answer = latent_map_picked.answer(found, picked)
    assert len(answer["mean"]) == 784 and not set(answer["near"]) & set(rows.tolist())


@pytest.mark.parametrize("mask", ["", "????", "AAAA", base64.b64encode(bytes(9_999)).decode()])
def test_a_mask_that_is_none_picks_nothing(mask):
    assert len(latent_map_picked.rows_of(mask, 1_000)) == 0


def test_a_mask_names_its_rows():
    text = base64.b64encode(bytes([0b00000101, 0b10000000])).decode()
    assert latent_map_picked.rows_of(text, 16).tolist() == [0, 2, 15]


def test_the_mean_of_one_grid_is_that_grid(world):
    found = world("vq_vae")
    assert np.array_equal(latent_map_picked.mean_code(found, np.array([3])), found.points.codes[3])


def test_a_drawing_lands_by_the_maps_own_formula_on_pca(world, monkeypatch):
    found = world("vae")
    from ui import cached

    reading = cached.sight(found.folder, examples.THREE).reading
    placed = latent_map_drawing.placed(found, found.find("pca2"), reading)
    axes = found.points.axes
    assert np.allclose(placed["place"], (axes.axes[:2] @ (reading.code - axes.mean)), atol=1e-4)
    assert len(placed["near"]) == latent_map_drawing.LINKED


def test_the_ellipse_holds_the_share_of_draws_that_one_sigma_should():
    generator = np.random.default_rng(0)
    axes = np.linalg.qr(generator.standard_normal((6, 6)))[0][:2]
    sigma = np.array([0.1, 2, 0.5, 1, 0.05, 3])
    found = latent_map_drawing.ellipse(axes, sigma)
    draws = (generator.standard_normal((20_000, 6)) * sigma) @ axes.T
    turn = np.array(
        [
            [np.cos(found["angle"]), np.sin(found["angle"])],
            [-np.sin(found["angle"]), np.cos(found["angle"])],
        ]
    )
    inside = (((turn @ draws.T).T / found["radii"]) ** 2).sum(1) < 1
    assert inside.mean() == pytest.approx(1 - np.exp(-0.5), abs=0.01)


def test_places_travel_in_whole_steps_finer_than_a_pixel():
    places = np.random.default_rng(0).normal(0, 20, (1, 10_000, 2)).astype(np.float32)
    sent = places_table(places)
    assert sent.content["places"].nbytes == 40_000
    back = sent.content["low"] + sent.content["step"] * sent.content["places"].reshape(2, -1).T
    assert np.abs(back - places[0]).max() < np.ptp(places) / 60_000


def test_equal_tables_have_equal_digests_and_others_do_not():
    one, same, other = (table(a=np.arange(n), b=[1]) for n in (3, 3, 4))
    assert one.digest == same.digest != other.digest


def test_a_small_map_has_a_layer_for_each_class():
    text = small_map(np.random.default_rng(0).standard_normal((30, 2)), np.arange(30) % 3)
    assert text.count("<span") == 3 and "--bn-digit-2" in text


def test_codes_alone_make_a_map_where_the_data_set_is_missing(runs_folder, tmp_path, monkeypatch):
    """A run on a data set that isn't here still shows the codes that it keeps."""
    from aecore import data

    folder = tmp_path / "vae-elsewhere"
    shutil.copytree(runs_folder / NAMES["vae"], folder)
    monkeypatch.setattr(data, "available", lambda name, root=None: False)
    found = latent_map_kit.world(folder, "test")
    assert found.points.split == "train" and not found.here
    assert found.pictures(np.array([0, 1])).shape == (2, 28, 28)


@pytest.mark.parametrize("own", [True, False])
def test_a_map_that_was_made_is_kept_with_a_visitors_own_run_alone(runs_folder, tmp_path, own):
    from aecore.map_quality import measure
    from aecore.maps import embedding, read_maps
    from aecore.projection import MapSettings

    folder = tmp_path / ("0" * 32 if own else "shipped") / "run"
    shutil.copytree(runs_folder / NAMES["ae"], folder)
    found, settings = latent_map_kit.world(folder, "test"), MapSettings(method="tsne")
    places = np.random.default_rng(0).standard_normal((len(found.points), 2)).astype(np.float32)
    key = settings.model_dump_json()
    made = embedding(settings, places, measure(found.points.features, places))
    latent_map_jobs._made()[found.id, key] = made
    latent_map_jobs._take(found.id, "tsne2", key)
    latent_map_jobs._keep(found, {"world": found.id, "name": "tsne2", "settings": settings})
    kept = read_maps(folder, found.run.model)
    assert (kept is not None) == own
    if own:
        assert np.allclose(kept.embeddings["tsne2"].places, places, atol=0.01)
        again = latent_map_kit.world(folder, "test")
        assert again.here and again.find("tsne2").settings == settings
