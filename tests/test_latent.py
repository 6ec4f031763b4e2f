"""Paths, ranges, planes, sums and neighbours in a latent space."""

import pytest
import torch

from aecore import latent
from aecore.models.base import Code


def seeded(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("path", ["straight", "spherical"])
def test_a_path_begins_and_ends_where_it_should(path):
    start, end = seeded(2, 20)
    codes = latent.interpolate(start, end, 9, path)
    assert codes.shape == (9, 20)
    assert torch.allclose(codes[0], start, atol=1e-5)
    assert torch.allclose(codes[-1], end, atol=1e-5)


def test_a_spherical_path_turns_evenly_and_changes_its_length_evenly():
    start, end = seeded(2, 20)
    codes = latent.interpolate(start, 2 * end, 9, "spherical")
    lengths = codes.norm(dim=1)
    assert torch.allclose(lengths.diff(), lengths.diff().mean().expand(8), atol=1e-4)
    units = codes / lengths[:, None]
    angles = (units[1:] * units[:-1]).sum(1).clamp(-1, 1).arccos()
    assert torch.allclose(angles, angles.mean().expand(8), atol=1e-3)
    straight = latent.interpolate(start, 2 * end, 9, "straight")
    assert straight.norm(dim=1)[4] < lengths[4] - 0.1  # which cuts the corner


@pytest.mark.parametrize("factor", [1.0, -1.0, 0.0])
def test_a_spherical_path_between_parallel_codes_is_straight(factor):
    start = seeded(5)
    codes = latent.interpolate(start, factor * start, 5, "spherical")
    assert torch.isfinite(codes).all()
    assert torch.allclose(codes, latent.interpolate(start, factor * start, 5), atol=1e-5)


def test_a_range_holds_99_of_100_draws_of_each_coordinate():
    mean = seeded(5_000, 3) * torch.tensor([1.0, 5.0, 0.0])
    logvar = torch.tensor([-9.0, -9.0, 0.0]).expand(5_000, 3)
    code = Code(mean, mean, logvar)
    found = latent.ranges(code, torch.Generator().manual_seed(0))
    assert found.shape == (3, 2)
    assert ((mean[:, 1] > found[1, 0]) & (mean[:, 1] < found[1, 1])).float().mean() > 0.985
    # the last coordinate is unused: its means say nothing, its draws fill the prior
    assert found[2, 0] < -2 and found[2, 1] > 2


def test_a_coordinate_that_never_moves_gets_a_range_all_the_same():
    found = latent.ranges(Code(torch.zeros(50, 2)))
    assert found.tolist() == [[-1, 1], [-1, 1]]


def test_usage_is_kl_where_there_is_a_posterior_and_variance_elsewhere():
    mean = torch.stack([seeded(500) * 2, torch.zeros(500)], dim=1)
    vae = latent.usage(Code(mean, mean, torch.zeros(500, 2)))
    assert vae[0] > 1.5 and vae[1] == 0
    assert torch.allclose(latent.usage(Code(mean)), mean.var(0))


def test_a_traversal_moves_one_coordinate_alone():
    z = seeded(6)
    codes = latent.traverse(z, 2, torch.tensor([-1.0, 0.0, 4.0]))
    assert codes[:, 2].tolist() == [-1, 0, 4]
    assert torch.equal(codes[:, [0, 1, 3, 4, 5]], z[[0, 1, 3, 4, 5]].expand(3, 5))


def test_a_plane_reads_as_a_chart_does_with_the_largest_value_on_top():
    z = seeded(4)
    codes = latent.plane(z, 3, 1, torch.tensor([0.0, 1.0, 2.0]), torch.tensor([-5.0, 5.0]))
    assert codes.shape == (2, 3, 4)
    assert codes[0, :, 3].tolist() == [0, 1, 2]
    assert codes[:, 0, 1].tolist() == [5, -5]
    assert torch.equal(codes[..., 0], z[0].expand(2, 3))


def test_a_sum_of_one_more_added_than_taken_away_is_a_plain_sum():
    a, b, c = seeded(3, 8)
    found = latent.combine(torch.stack([a, c]), b[None])
    assert torch.allclose(found, a - b + c, atol=1e-6)


def test_two_codes_added_give_their_mean():
    a, b = seeded(2, 8)
    assert torch.allclose(latent.combine(torch.stack([a, b]), torch.zeros(0, 8)), (a + b) / 2)


def test_the_nearest_code_to_a_code_is_itself():
    codes = seeded(50, 8)
    distances, indices = latent.nearest(codes[:5], codes, 3)
    assert indices[:, 0].tolist() == [0, 1, 2, 3, 4]
    assert (distances.diff(dim=1) >= 0).all() and distances[:, 0].max() < 0.01


def test_more_neighbours_than_there_are_codes_are_as_many_as_there_are():
    assert latent.nearest(seeded(1, 3), seeded(2, 3), 5)[1].shape == (1, 2)


def test_class_means_are_those_of_their_members():
    codes, labels = seeded(30, 4), torch.arange(30) % 3
    means = latent.class_means(codes, labels)
    assert set(means) == {0, 1, 2}
    assert torch.allclose(means[1], codes[1::3].mean(0))


def test_posterior_samples_scatter_by_sigma():
    mean = seeded(1, 4).expand(4_000, 4)
    logvar = torch.tensor([0.0, -2.0, 2.0, -20.0]).expand(4_000, 4)
    draws = latent.posterior_sample(Code(mean, mean, logvar), torch.Generator().manual_seed(1))
    assert torch.allclose(draws.std(0), (0.5 * logvar[0]).exp(), rtol=0.05)
