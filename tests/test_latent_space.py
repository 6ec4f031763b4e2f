"""What a run's kept codes tell of its latent space."""

import pytest
import torch

from aecore import latent_space as spaces
from aecore.runs import Run
from aecore.tensor_files import RunError


@pytest.fixture(scope="module")
def space_of(fitted):
    """space_of(model_id): the latent space of a small run that keeps its codes."""
    return lambda model_id: spaces.latent_space(fitted(model_id).finish())


def test_coordinates_are_ordered_by_use(space_of):
    for model_id, unit in [("vae", "nats"), ("ae", "variance")]:
        space = space_of(model_id)
        assert space.unit == unit
        assert sorted(space.order) == list(range(6))
        assert (space.usage[space.order].diff() <= 0).all()
        assert (space.ranges[:, 0] < space.ranges[:, 1]).all()


def test_every_code_of_a_real_digit_counts_towards_the_use_of_the_codebook(space_of):
    space = space_of("vq_vae")
    assert space.counts.sum() == len(space) * 49
    assert space.counts.shape == (space.entries,)


def test_examples_are_of_their_class_the_most_typical_first(space_of):
    space = space_of("vae")
    for label in range(10):
        examples = space.examples(label)
        assert (space.labels[examples] == label).all()
        assert len(examples) == (space.labels == label).sum()
        codes = space.code.z[examples]
        away = (codes - codes.mean(0)).norm(dim=1)
        assert away[0] == away.min() and away[-1] == away.max()


def test_a_run_without_codes_has_an_empty_space_with_usual_ranges(trained_run):
    for model_id in ("ae", "vae", "vq_vae"):
        info, model = trained_run(model_id).info, trained_run(model_id).model
        space = spaces.latent_space(Run(info, model=model))
        assert len(space) == 0 and len(space.examples(3)) == 0
        if space.entries is None:
            assert space.ranges.tolist() == [[-3, 3]] * 6
            assert len(space.order) == 6


def test_codes_of_another_model_are_refused(fitted):
    run = fitted("vae").finish()
    wrong = Run(run.info, model=run.model, codes={**run.codes, "mean": run.codes["mean"][:, :2]})
    with pytest.raises(RunError, match="mean"):
        spaces.latent_space(wrong)


def test_snapping_a_code_that_is_in_the_codebook_changes_nothing(trained_run, x):
    model = trained_run("vq_vae").model
    indices = model.encode(x).indices
    flat = model.embed(indices).flatten(1)
    found = spaces.snap(model, flat)
    assert torch.equal(model.codebook[found], model.codebook[indices])


@pytest.mark.parametrize("model_id", ["ae", "cvae", "vq_vae"])
def test_pictures_are_what_the_model_decodes(trained_run, x, y, model_id):
    model = trained_run(model_id).model
    with torch.no_grad():
        code = model.encode(x, y)
        expected = torch.sigmoid(model.decode(code.z, y))[:, 0]
    given = code.z if code.indices is None else code.indices.flatten(1)
    found = spaces.pictures(model, given, y)
    assert found.shape == (12, 28, 28)
    assert torch.allclose(found, expected, atol=1e-6)


def test_grids_from_the_prior_are_grids_of_entries(trained_run):
    model = trained_run("vq_vae").model
    grids = spaces.prior_grids(model, 3)
    assert grids.shape == (3, 7, 7)
    assert grids.min() >= 0 and grids.max() < len(model.codebook)
