"""Maps kept with a run: made, written, read again, and refused where they are broken."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from aecore import map_making, map_task
from aecore.cli import main
from aecore.latent_space import pictures
from aecore.map_points import Points, clusters, errors, points_of, with_axes
from aecore.map_quality import Quality, measure, nearest
from aecore.maps import FILE, Maps, RunError, embedding, read_maps, write_maps
from aecore.places import checkpoints_folder
from aecore.projection import MapSettings
from aecore.runs import load
from aecore.shipped import SHIPPED


@pytest.fixture
def kept(run_folder, few_digits):
    """kept(model_id): the folder of a run that keeps maps of the test images, and these maps."""

    def make(model_id="vae"):
        folder = run_folder(model_id)
        model = load(folder).model
        points = with_axes(points_of(model, few_digits.test))
        figures = {"error": errors(model, few_digits.test), "clusters": clusters(points)}
        points = replace(points, **figures)
        embeddings = {}
        for dims in (2, 3):
            places = np.random.default_rng(dims).standard_normal((len(points), dims))
            settings = MapSettings(method="umap", dims=dims, min_dist=0.3)
            quality = measure(points.features, places)
            embeddings[f"umap{dims}"] = embedding(settings, places.astype(np.float32), quality)
        maps = Maps(points, embeddings)
        write_maps(maps, folder)
        return folder, model, maps

    return make


@pytest.mark.parametrize("model_id", ["vae", "vq_vae", "sparse_ae"])
def test_maps_come_back_as_they_were_kept(kept, model_id):
    folder, model, maps = kept(model_id)
    found = read_maps(folder, model)
    points, again = maps.points, found.points
    assert np.array_equal(again.labels, points.labels)
    assert np.array_equal(again.clusters, points.clusters)
    assert np.allclose(again.error, points.error, atol=0.02 * points.error.std())
    assert (again.kl is None) == (points.kl is None)
    assert np.abs(again.codes - points.codes).max() <= 0.051 * max(points.codes.std(0).max(), 1)
    for name, each in maps.embeddings.items():
        other = found.embeddings[name]
        reach = np.ptp(each.places, axis=0).max()
        assert np.abs(other.places - each.places).max() < reach / 1000
        assert other.settings == each.settings and other.torn == each.torn
        assert np.array_equal(other.lost, each.lost)
        assert other.kept == pytest.approx(each.kept)


def test_grids_are_kept_exactly(kept):
    folder, model, maps = kept("vq_vae")
    assert np.array_equal(read_maps(folder, model).points.codes, maps.points.codes)


def test_codes_that_were_kept_decode_to_nearly_the_same_pictures(kept):
    folder, model, maps = kept("vae")
    exact, rounded = (
        pictures(model, torch.as_tensor(each.codes))
        for each in (maps.points, read_maps(folder, model).points)
    )
    assert (exact - rounded).square().mean() < 2e-3 * exact.var()


def test_the_main_directions_place_what_they_were_found_in(kept):
    folder, model, maps = kept("vae")
    again = read_maps(folder, model).points
    assert np.allclose(again.main_places(2), maps.points.main_places(2), atol=0.1)


def test_a_run_without_maps_has_none(run_folder):
    folder = run_folder("ae")
    assert read_maps(folder, load(folder).model) is None


def broken(tensors, how):
    if how == "cut short":
        tensors["codes"] = tensors["codes"][:20].clone()
    elif how == "not of this model":
        tensors["about"] = with_about(tensors, b'"width": 6', b'"width": 7')
    elif how == "too many images":
        tensors["about"] = with_about(tensors, b'"images": 160', b'"images": 160000000')
    elif how == "no classes":
        del tensors["labels"]


def with_about(tensors, old, new):
    text = tensors["about"].numpy().tobytes()
    assert old in text
    return torch.frombuffer(bytearray(text.replace(old, new)), dtype=torch.uint8)


@pytest.mark.parametrize("how", ["cut short", "not of this model", "too many images", "no classes"])
def test_broken_maps_are_refused_with_the_file_named(kept, how):
    folder, model, _ = kept("vae")
    tensors = load_file(folder / FILE)
    broken(tensors, how)
    save_file(tensors, folder / FILE)
    with pytest.raises(RunError, match=FILE):
        read_maps(folder, model)


def test_distances_between_grids_are_those_between_their_vectors(kept):
    _, _, maps = kept("vq_vae")
    points = maps.points
    vectors = points.vectors()
    by_hand = np.linalg.norm(vectors - vectors[5], axis=1)
    assert np.allclose(points.distances(points.codes[5]), by_hand, atol=1e-3)


def test_clusters_are_numbered_by_their_size():
    generator = np.random.default_rng(0)
    few, many = generator.normal(0, 1, (9, 3)), generator.normal(9, 1, (40, 3))
    codes = np.concatenate([few, many])
    points = Points(codes.astype(np.float32), np.zeros(49, np.uint8))
    assert np.bincount(clusters(points, 2)).tolist() == [40, 9]


def test_the_command_makes_what_is_missing_and_keeps_the_rest(run_folder, monkeypatch):
    folder = run_folder("ae")
    plans = [(MapSettings(method="pca"), False), (MapSettings(method="tsne"), False)]
    monkeypatch.setattr(map_making, "PLANS", plans)
    said = []
    first = map_making.make_maps(folder, said.append)
    assert len(said) == 2
    again = map_making.make_maps(folder, said.append)
    assert len(said) == 2
    step = np.ptp(first.embeddings["tsne2"].places) / 2**12
    assert np.allclose(
        again.embeddings["tsne2"].places, first.embeddings["tsne2"].places, atol=step
    )


def test_the_task_of_a_page_reports_places_on_its_way(kept):
    _, _, maps = kept("ae")
    reports = []

    def report(done, arrays=None):
        reports.append((done, arrays))

    settings = {"method": "tsne", "perplexity": 8}
    found = map_task.make(maps.points.features, settings, report)
    assert [done for done, _ in reports] == sorted(done for done, _ in reports)
    assert any(arrays and arrays["places"].shape == (160, 2) for _, arrays in reports[:-1])
    assert found["places"].shape == (160, 2)
    made = embedding(MapSettings(**settings), found.pop("places"), Quality(**found))
    assert made.trustworthiness > 0.8 and len(made.lost) == 160


def test_maps_stay_when_a_run_is_measured_again(kept, capsys):
    folder, model, maps = kept("ae")
    assert main(["evaluate", str(folder), "--save"]) == 0
    assert len(read_maps(folder, model).points) == len(maps.points)


@pytest.mark.parametrize("row", SHIPPED, ids=lambda row: row.name)
def test_a_shipped_run_comes_with_maps_on_which_classes_or_hands_lie_together(row):
    """By class where the code holds it; a model that is told the class keeps only the hand."""
    run = load(checkpoints_folder() / row.name)
    maps = read_maps(run.folder, run.model)
    points = maps.points
    assert len(points) == 10_000 and points.error is not None
    for name in ("tsne2", "umap2"):
        found = maps.embeddings[name]
        assert found.trustworthiness > 0.75 and len(found.lost) == len(points)
        _, near = nearest(found.places[:500], found.places, 5, itself=True)
        same = (points.labels[near] == points.labels[:500, None]).mean()
        assert (same > 0.75) or run.model.abilities.conditional
