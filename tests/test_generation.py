"""Where codes are drawn from: seeds, temperatures, fits, grids that a prior writes."""

import pytest
import torch

from aecore import generation
from aecore.latent_space import latent_space, pictures
from aecore.models.catalog import CATALOG


@pytest.fixture
def space(fitted):
    return lambda model_id: latent_space(fitted(model_id).finish())


def test_the_same_noise_begins_the_same_whatever_the_width():
    narrow, wide = generation.noise(5, 3, seed=4), generation.noise(5, 40, seed=4)
    assert torch.equal(narrow, wide[:, :3])
    assert not torch.equal(narrow, generation.noise(5, 3, seed=5))


@pytest.mark.parametrize("model_id", CATALOG)
def test_every_model_draws_from_every_source_that_fits_it(trained_run, space, model_id):
    model, known = trained_run(model_id).model, space(model_id)
    names = generation.sources(model.abilities)
    assert ("prior" in names) == model.abilities.samples
    assert "gaussian" not in generation.sources(model.abilities, fitted=False)
    for name in names:
        fits = {"gaussian": 1, "mixture": 3}
        fitted = generation.fit_gaussians(known, fits[name]) if name in fits else None
        codes = [generation.draw(model, name, 4, seed, 1.0, fitted, known) for seed in (1, 1, 2)]
        assert torch.equal(codes[0], codes[1]) and not torch.equal(codes[0], codes[2])
        y = torch.arange(4) if model.abilities.conditional else None
        assert pictures(model, codes[0], y).shape == (4, 28, 28)


def test_at_temperature_0_all_samples_are_the_same(trained_run):
    for model_id in ("vae", "vq_vae"):
        codes = generation.draw(trained_run(model_id).model, "prior", 6, 0, temperature=0.0)
        assert (codes == codes[:1]).all()


def test_temperature_multiplies_the_spread(space):
    one = generation.fit_gaussians(space("ae"))
    eps, generator = generation.noise(50, one.means.shape[1], 0), torch.Generator()
    cold, warm = (one.sample(eps, t, generator.manual_seed(0)) for t in (0.5, 1.0))
    assert torch.allclose(2 * (cold - one.means[0]), warm - one.means[0], atol=1e-5)


def test_one_gaussian_has_the_mean_and_covariance_of_the_codes(space):
    known = space("ae")
    one = generation.fit_gaussians(known)
    z = known.code.z
    covariance = one.roots[0] @ one.roots[0].T
    assert torch.allclose(one.means[0], z.mean(0), atol=1e-4)
    assert torch.allclose(covariance, torch.cov(z.T), rtol=1e-2, atol=1e-3 * float(z.var()))


def test_a_mixture_finds_clouds_that_one_gaussian_takes_for_one(space):
    from dataclasses import replace

    from aecore.models.base import Code

    near = torch.randn(300, 2, generator=torch.Generator().manual_seed(0)) * 0.1
    two = torch.cat([near + 5, near - 5])
    known = replace(space("ae"), code=Code(two), labels=torch.zeros(600).long())
    generator = torch.Generator().manual_seed(0)

    def distance(components):
        drawn = generation.fit_gaussians(known, components).sample(
            generation.noise(200, 2, 0), 1.0, generator
        )
        return torch.cdist(drawn, two).amin(1).mean()

    assert distance(2) < 0.2 < distance(1)


def test_a_grid_is_written_cell_by_cell_by_its_prior(trained_run):
    model = trained_run("vq_vae").model
    found = generation.write(model, 3, seed=2)
    assert torch.equal(found.indices, model.prior.sample(3, torch.Generator().manual_seed(2)))
    nats = -found.probability.log().flatten(1).sum(1)
    with torch.inference_mode():
        assert torch.allclose(nats, model.prior.nll(found.indices), rtol=1e-3)


def test_a_grid_grows_from_blank_to_whole(trained_run):
    model = trained_run("vq_vae").model
    indices = generation.write(model, 1, seed=0).indices[0]
    frames = generation.growing(model, indices, blank=3)
    assert len(frames) == indices.numel() + 1
    assert torch.allclose(frames[-1], pictures(model, indices[None])[0])
    assert torch.allclose(frames[0], pictures(model, torch.full((1, *model.grid), 3))[0])


def test_codes_of_single_cells_are_as_frequent_as_in_real_digits(trained_run, space):
    known, model = space("vq_vae"), trained_run("vq_vae").model
    drawn = generation.draw(model, "frequent", 400, 0, space=known)
    seen = torch.bincount(drawn.flatten(), minlength=known.entries).float()
    share = known.counts / known.counts.sum()
    assert (seen / seen.sum() - share).abs().max() < 0.02
