"""The VQ-VAE's codebook and the prior over its grids."""

import itertools

import pytest
import torch

from aecore.models.catalog import build
from aecore.models.pixel_prior import PixelPrior
from tests.small import small_config


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def small(**changes):
    """A narrow VQ-VAE in training mode."""
    return build("vq_vae", small_config("vq_vae", **changes)).train()


def step(model, x, seed: int = 0):
    """One forward pass; the codebook takes its step here, the weights don't."""
    return model.loss(x, None, seeded(seed))


def vectors_and_choices(model, x):
    """What the encoder answers, (M, d), and the entry that each vector chooses, (M,)."""
    vectors = model.encoder(x).permute(0, 2, 3, 1).flatten(0, 2)
    return vectors, (vectors[:, None] - model.codebook[None]).square().sum(2).argmin(1)


def distance_to_nearest(rows, others):
    """How far each row (N, d) is from the nearest of the others (M, d): (N,)."""
    exact = "donot_use_mm_for_euclid_dist"
    return torch.cdist(rows, others, compute_mode=exact).min(1).values


# ---- the codebook ------------------------------------------------------------------------------


@torch.no_grad()
def test_the_codebook_moves_in_training_mode_alone(x):
    model = small()
    before = model.codebook.clone()
    step(model.eval(), x)
    assert torch.equal(model.codebook, before)
    step(model.train(), x)
    assert not torch.equal(model.codebook, before)


@torch.no_grad()
def test_the_codebook_follows_moving_averages(x):
    """van den Oord et al. 2017, equations 6 to 8, over two steps."""
    model = small(codebook_decay=0.8, restart_below=0)
    counts, sums = model.code_counts.clone(), model.code_sums.clone()
    for _ in range(2):
        vectors, chosen = vectors_and_choices(model, x)
        step(model, x)
        for k in range(len(model.codebook)):
            mine = vectors[chosen == k]
            counts[k] = 0.8 * counts[k] + 0.2 * len(mine)
            sums[k] = 0.8 * sums[k] + 0.2 * mine.sum(0)
        expected = sums / counts[:, None]
        torch.testing.assert_close(model.codebook, expected, rtol=1e-3, atol=1e-4)


@torch.no_grad()
def test_an_entry_that_nobody_chooses_is_restarted_on_a_vector_of_the_batch(x):
    model = small(codebook_decay=0.5)
    model.codebook[5:] = 1e3  # far from everything
    model.code_sums.copy_(model.codebook)
    for _ in range(3):
        step(model, x)
        assert model.codebook[5:].min() > 900  # not yet: the averages are above the limit
    vectors, _ = vectors_and_choices(model, x)
    step(model, x)
    assert distance_to_nearest(model.codebook[5:], vectors).max() < 1e-5


@torch.no_grad()
def test_restarts_bring_dead_codes_back_into_use(x):
    model = small(codebook_decay=0.5)
    model.codebook[1:] = 1e3
    model.code_sums.copy_(model.codebook)
    used = [step(model, x, seed).metrics["code_perplexity"].item() for seed in range(12)]
    assert used[0] == pytest.approx(1)
    assert used[-1] > 5


@torch.no_grad()
def test_without_restarts_a_dead_code_stays_where_it_is_however_long_that_lasts(x):
    model = small(codebook_decay=0.5, restart_below=0)
    model.codebook[1:] = 1e3
    model.code_sums.copy_(model.codebook)
    for _ in range(160):  # long enough for its averages to fade to exactly zero
        step(model, x)
    assert (model.code_counts[1:] == 0).any()
    torch.testing.assert_close(model.codebook[1:], torch.full_like(model.codebook[1:], 1e3))


@torch.no_grad()
def test_the_generator_decides_which_vectors_restarts_take(x):
    books = []
    for seed in (1, 1, 2):
        model = small(restart_below=10.0, codebook_decay=0.5)
        step(model, x, seed)
        books.append(model.codebook)
    assert torch.equal(books[0], books[1])
    assert not torch.equal(books[0], books[2])


def test_the_codebook_is_no_parameter_and_gets_no_gradient(x):
    model = small()
    assert "codebook" not in dict(model.named_parameters())
    step(model, x).total.backward()
    assert not model.codebook.requires_grad


def test_the_encoder_hears_of_the_reconstruction_straight_through_the_lookup(x):
    model = small(commitment=0)
    z = {}

    def keep(module, inputs):
        z["quantised"] = inputs[0]
        inputs[0].retain_grad()

    def keep_output(module, inputs, output):
        z["vectors"] = output
        output.retain_grad()

    model.decoder.register_forward_pre_hook(keep)
    model.encoder.register_forward_hook(keep_output)
    step(model, x).terms["reconstruction"].backward()
    assert z["vectors"].grad.any()
    assert torch.equal(z["vectors"].grad, z["quantised"].grad)


def test_commitment_pulls_the_encoder_to_the_entries_it_chose(x):
    model = small(commitment=2.0)
    vectors, chosen = vectors_and_choices(model.eval(), x)
    expected = 2.0 * (vectors - model.codebook[chosen]).square().mean()
    term = step(model, x).terms["commitment"]
    assert term.item() == pytest.approx(expected.item(), rel=1e-4)
    term.backward()
    assert any(p.grad is not None and p.grad.any() for p in model.encoder.parameters())


# ---- the prior ---------------------------------------------------------------------------------


def test_the_prior_and_the_autoencoder_send_each_other_no_gradient(x):
    model = small()
    loss = step(model, x)
    mine, rest = [], []
    for name, parameter in model.named_parameters():
        (mine if name.startswith("prior.") else rest).append(parameter)
    of_prior = torch.autograd.grad(
        loss.terms["prior"], mine + rest, retain_graph=True, allow_unused=True
    )
    others = loss.terms["reconstruction"] + loss.terms["commitment"]
    of_others = torch.autograd.grad(others, mine + rest, allow_unused=True)
    assert all(gradient is not None for gradient in of_prior[: len(mine)])
    assert all(gradient is None for gradient in of_prior[len(mine) :])
    assert all(gradient is None for gradient in of_others[: len(mine)])
    assert all(gradient is not None for gradient in of_others[len(mine) :])


@pytest.fixture
def prior():
    """A prior with random weights over grids of 5x4 cells and 6 codes."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return PixelPrior(codes=6, width=8, depth=2, grid=(5, 4))


@torch.no_grad()
def test_the_prior_knows_as_much_of_a_cell_without_the_rows_below_it(prior):
    grids = torch.randint(6, (3, *prior.grid), generator=seeded())
    whole = prior.features(grids)
    for rows in range(1, prior.grid[0] + 1):
        assert torch.allclose(prior.features(grids[:, :rows]), whole[:, :, :rows], atol=1e-6)


@torch.no_grad()
def test_changing_a_cell_changes_no_logits_of_it_or_of_those_before_it(prior):
    indices = torch.randint(6, (3, 5, 4), generator=seeded())
    before = prior(indices).flatten(2)
    for cell in range(5 * 4):
        changed = indices.clone().flatten(1)
        changed[:, cell] = (changed[:, cell] + 1) % 6
        after = prior(changed.view(3, 5, 4)).flatten(2)
        assert torch.equal(after[:, :, : cell + 1], before[:, :, : cell + 1])
        if cell < 5 * 4 - 1:
            assert not torch.equal(after[:, :, cell + 1 :], before[:, :, cell + 1 :])


def test_the_next_cell_sees_what_is_left_of_it_and_above_it(prior):
    embedded = {}

    def keep(module, inputs, output):
        embedded["cells"] = output
        output.retain_grad()

    prior.embedding.register_forward_hook(keep)
    logits = prior(torch.randint(6, (1, 5, 4), generator=seeded()))
    logits[0, :, 2, 2].square().sum().backward()
    seen = embedded["cells"].grad[0].abs().sum(2) > 0  # (5, 4)
    assert not seen[2, 2:].any() and not seen[3:].any()
    assert seen[2, 1] and seen[1, 2] and seen[1, 1] and seen[1, 3]


@torch.no_grad()
def test_the_prior_is_a_distribution_and_samples_are_drawn_from_it():
    """All 64 grids of 2x3 cells and 2 codes, by probability and by how often they are drawn."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        prior = PixelPrior(codes=2, width=6, depth=1, grid=(2, 3))
        for parameter in prior.parameters():
            parameter.mul_(3)  # far from even
    grids = torch.tensor(list(itertools.product((0, 1), repeat=6))).view(-1, 2, 3)
    p = (-prior.nll(grids)).exp()
    assert p.sum().item() == pytest.approx(1, rel=1e-5)
    assert p.max() > 4 / len(grids)
    drawn = prior.sample(20_000, seeded())
    number = (drawn.flatten(1) * 2 ** torch.arange(5, -1, -1)).sum(1)
    frequency = torch.bincount(number, minlength=len(grids)) / len(drawn)
    deviation = (p * (1 - p) / len(drawn)).sqrt()
    assert ((frequency - p).abs() < 5 * deviation + 1e-4).all()


def test_a_prior_trained_on_a_few_grids_draws_them_again():
    grids = torch.randint(8, (4, 7, 7), generator=seeded(1))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        prior = PixelPrior(codes=8, width=24, depth=2, grid=(7, 7))
    optimizer = torch.optim.Adam(prior.parameters(), lr=1e-2)
    for _ in range(150):
        optimizer.zero_grad()
        nll = prior.nll(grids).mean()
        nll.backward()
        optimizer.step()
    assert nll < 2  # log 4 = 1.39 nats is the least there can be
    drawn = prior.sample(40, seeded())
    known = [[torch.equal(grid, one) for one in grids] for grid in drawn]
    assert sum(map(any, known)) >= 36
    assert all(map(any, zip(*known, strict=True)))  # each of the four turns up


@torch.no_grad()
def test_sampled_latents_are_codebook_entries(trained_run):
    model = trained_run("vq_vae").model
    z = model.sample_latent(5, seeded())
    rows = z.permute(0, 2, 3, 1).flatten(0, 2)
    assert distance_to_nearest(rows, model.codebook).max() == 0
