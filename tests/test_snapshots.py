"""Snapshots: when they are taken, of what, and that taking one disturbs nothing."""

import itertools

import numpy as np
import pytest
import torch

from aecore.data import to_float
from aecore.models.catalog import CATALOG, build
from aecore.replay import flat_map
from aecore.snapshots import (
    FRAMES,
    MAP_DIMS,
    MAP_IMAGES,
    SAMPLES,
    choose_probes,
    snapshot_steps,
    take_snapshot,
    to_bytes,
)
from tests.small import few, small_config

RUNS = list(itertools.product([1, 2, 3, 11, 234, 468, 60_000], [1, 2, 5, 20, 33, 80, 500]))


@pytest.mark.parametrize(("per_epoch", "epochs"), RUNS)
def test_snapshots_begin_at_step_0_and_include_the_last_step(per_epoch, epochs):
    steps = snapshot_steps(per_epoch, epochs)
    assert min(steps) == 0
    assert max(steps) == per_epoch * epochs


@pytest.mark.parametrize(("per_epoch", "epochs"), RUNS)
def test_there_are_about_as_many_snapshots_as_a_run_may_ship(per_epoch, epochs):
    steps = snapshot_steps(per_epoch, epochs)
    assert len(steps) <= FRAMES + 2
    assert len(steps) >= min(epochs, FRAMES // 4)


@pytest.mark.parametrize(("per_epoch", "epochs"), RUNS)
def test_snapshots_double_within_the_first_epoch_and_then_keep_to_epochs(per_epoch, epochs):
    early = sorted(step for step in snapshot_steps(per_epoch, epochs) if 0 < step < per_epoch)
    assert early == [2**i for i in range(len(early))]
    assert not early or 2 * early[-1] >= per_epoch
    late = sorted(step for step in snapshot_steps(per_epoch, epochs) if step >= per_epoch)
    assert all(step % per_epoch == 0 for step in late)
    assert len({b - a for a, b in itertools.pairwise(late)}) <= 1  # evenly


def test_probes_are_the_first_test_image_of_each_class(digits):
    probes = choose_probes(digits)
    assert probes.labels.tolist() == list(range(10))
    for label, image in enumerate(probes.images):
        first = digits.test.labels.tolist().index(label)
        assert torch.equal(image, to_float(digits.test.images[first]))
    assert torch.equal(probes.map_labels, digits.test.labels[:MAP_IMAGES])
    assert torch.equal(probes.map_images, to_float(digits.test.images[:MAP_IMAGES]))


def test_a_class_that_is_missing_has_no_probe(digits):
    only = few(digits, train=10, test=4)
    assert choose_probes(only).labels.tolist() == sorted(set(only.test.labels.tolist()))


@pytest.mark.parametrize("model_id", CATALOG)
@torch.no_grad()
def test_a_snapshot_holds_what_the_model_answers(trained_run, few_digits, model_id):
    model, probes = trained_run(model_id).model, choose_probes(few_digits)
    found = take_snapshot(model, probes)
    rebuilt = to_bytes(model.reconstruct(probes.images, probes.labels))
    assert np.array_equal(found["reconstructions"], rebuilt)
    assert found["reconstructions"].shape == (10, 28, 28)
    assert found["latents"].shape == (160, min(model.latent_dim, MAP_DIMS))
    assert found["latents"].dtype == np.float16
    assert ("samples" in found) == model.abilities.samples
    if model.abilities.samples:
        assert found["samples"].shape == (SAMPLES, 28, 28)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("model_id", CATALOG)
def test_taking_a_snapshot_disturbs_nothing(few_digits, model_id, training):
    model = build(model_id, small_config(model_id)).train(training)
    probes = choose_probes(few_digits)
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    state = torch.random.get_rng_state()
    first, again = take_snapshot(model, probes), take_snapshot(model, probes)
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert model.training == training
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert torch.equal(torch.random.get_rng_state(), state)


@pytest.mark.parametrize("latent_dim", [10, 256], ids=["fewer than images", "more than images"])
def test_of_wide_codes_the_map_of_the_film_is_the_same_as_of_all_their_numbers(
    few_digits, latent_dim
):
    model = build("ae", small_config("ae", latent_dim=latent_dim, widths=(40,)))
    probes = choose_probes(few_digits)
    with torch.no_grad():
        z = model.encode(probes.map_images).z
    latents = take_snapshot(model, probes)["latents"]
    assert latents.shape == (160, MAP_DIMS)
    kept, whole = (torch.from_numpy(flat_map(codes)) for codes in (latents, z.numpy()))
    spread = torch.pdist(whole).mean()
    assert (torch.pdist(kept) - torch.pdist(whole)).abs().max() < 0.01 * spread


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e30])
def test_a_model_that_diverges_is_still_photographed(few_digits, value):
    model = build("ae", small_config("ae", latent_dim=10))
    with torch.no_grad():
        next(model.encoder.parameters()).fill_(value)
    assert np.isfinite(take_snapshot(model, choose_probes(few_digits))["latents"]).all()


def test_images_as_bytes_are_rounded_and_cover_the_whole_range():
    images = torch.tensor([0.0, 0.25, 0.499, 1.0]).view(1, 1, 2, 2)
    assert to_bytes(images).tolist() == [[[0, 64], [127, 255]]]
    assert to_bytes(images).dtype == np.uint8


def test_bytes_of_a_data_set_survive_the_way_through_floats():
    every = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16)
    assert np.array_equal(to_bytes(to_float(every)), every[0].numpy())
