"""The conformance suite: every row of the catalog does what its abilities say.

A new row in catalog.py is tested by being there. Tests ask for abilities and for fields of the
config, never for a name; only PARAMETERS, the counts of the design's table, knows names.
"""

import pytest
import torch
from torch import nn

from aecore.config import with_changes
from aecore.models.base import CLASSES, Abilities, Loss
from aecore.models.catalog import (
    CATALOG,
    UnknownModel,
    build,
    configure,
    entry,
    parameter_count,
)
from aecore.runs import load, save
from aecore.training import TrainConfig
from tests.small import few, fit, small_config, small_recipe

PARAMETERS = {
    "ae": 489_136,
    "conv_ae": 442_433,
    "denoising_ae": 484_944,
    "sparse_ae": 493_264,
    "vae": 549_688,
    "conv_vae": 384_577,
    "beta_vae": 541_988,
    "cvae": 554_808,
    "vq_vae": 373_953,
}
WALKABLE = (
    nn.Linear,
    nn.ConvTranspose2d,
    nn.BatchNorm2d,
    nn.Unflatten,
    nn.ReLU,
    nn.LeakyReLU,
    nn.Sigmoid,
    nn.Tanh,
)

every_model = pytest.mark.parametrize("model_id", CATALOG)


def able(ability: str):
    """Every entry that declares an ability."""
    ids = [name for name, row in CATALOG.items() if getattr(row.abilities, ability)]
    return pytest.mark.parametrize("model_id", ids)


def unable(ability: str):
    """Every entry that doesn't."""
    ids = [name for name, row in CATALOG.items() if not getattr(row.abilities, ability)]
    return pytest.mark.parametrize("model_id", ids)


def configured(field: str):
    """Every entry whose config has a field."""
    ids = [name for name, row in CATALOG.items() if field in type(row.config).model_fields]
    return pytest.mark.parametrize("model_id", ids)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def model(model_id):
    """The default model with random weights, in eval mode."""
    return build(model_id).eval()


@pytest.fixture
def small(model_id):
    """A narrow one, in training mode."""
    return build(model_id, small_config(model_id)).train()


@pytest.fixture
def trained(trained_run, model_id):
    """A narrow one that was trained on a few digits, in eval mode. Shared: leave it as it is."""
    return trained_run(model_id).model


@pytest.fixture(autouse=True)
def _the_global_generator_is_left_alone():
    """All randomness comes from the generators that are passed."""
    before = torch.random.get_rng_state()
    yield
    assert torch.equal(torch.random.get_rng_state(), before)


# ---- the table ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("model_id", "count"), PARAMETERS.items())
def test_default_architectures_have_the_parameters_of_the_design(model_id, count):
    assert parameter_count(build(model_id)) == count


@every_model
def test_a_row_says_what_the_model_is(model_id):
    row = entry(model_id)
    assert row.id == model_id
    assert row.title and row.source
    assert row.summary.endswith(".")


@every_model
def test_training_overrides_are_settings_of_the_training(model_id):
    overrides = entry(model_id).training
    changed = with_changes(TrainConfig(), overrides)
    assert {name: getattr(changed, name) for name in overrides} == dict(overrides)


def test_an_unknown_model_is_refused_with_the_ids_there_are():
    with pytest.raises(UnknownModel, match="there is no model 'gan'; choose from ae, .*vq_vae"):
        build("gan")


def test_a_default_config_can_be_changed_by_texts():
    assert configure("vae", {"latent_dim": "3"}).latent_dim == 3


@every_model
def test_the_same_seed_builds_the_same_weights_and_another_seed_others(model_id):
    config = small_config(model_id)
    first, again, other = (build(model_id, config, seed).state_dict() for seed in (3, 3, 4))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


# ---- encode and decode -------------------------------------------------------------------------


@every_model
def test_codes_logits_and_images_have_their_shapes_and_types(model, x, y):
    code = model.encode(x, y)
    logits = model.decode(code.z, y)
    assert code.z.shape == (len(x), *model.latent_shape)
    assert model.latent_dim == code.z[0].numel()
    assert model.features(code).shape == (len(x), model.latent_dim)
    assert logits.shape == x.shape
    assert code.z.dtype == logits.dtype == torch.float32


@every_model
def test_a_reconstruction_is_the_sigmoid_of_the_logits_of_the_code(trained, x, y):
    with torch.no_grad():
        images = trained.reconstruct(x, y)
        logits = trained.decode(trained.encode(x, y).z, y)
    assert torch.equal(images, torch.sigmoid(logits))
    assert images.min() >= 0 and images.max() <= 1
    assert images.std() > 0.05


@every_model
def test_encoding_is_deterministic_in_eval_mode(model, x, y):
    first, again = model.encode(x, y), model.encode(x, y)
    for name, value in vars(first).items():
        other = getattr(again, name)
        assert (value is None and other is None) or torch.equal(value, other)


@every_model
@torch.no_grad()
def test_in_eval_mode_an_image_is_treated_alone_as_in_a_batch(trained, x, y):
    code = trained.encode(x, y)
    images = torch.sigmoid(trained.decode(code.z, y))
    for i in range(3):
        only = slice(i, i + 1)
        z = trained.encode(x[only], y[only]).z
        torch.testing.assert_close(z, code.z[only], rtol=1e-4, atol=1e-4)
        alone = torch.sigmoid(trained.decode(code.z[only], y[only]))
        torch.testing.assert_close(alone, images[only], rtol=1e-4, atol=1e-4)


@every_model
def test_a_decoder_is_a_sequence_of_layers_that_a_browser_can_run(model, x, y):
    assert isinstance(model.decoder, nn.Sequential)
    for layer in model.decoder:
        assert isinstance(layer, WALKABLE), layer
    z = model.encode(x, y).z
    assert torch.equal(model.decode(z, y), model.decoder(model.decoder_input(z, y)))


# ---- loss --------------------------------------------------------------------------------------


@every_model
def test_the_total_is_the_sum_of_the_terms(small, x, y):
    loss = small.loss(x, y, seeded())
    assert loss.total.item() == pytest.approx(sum(term.item() for term in loss.terms.values()))
    for value in (*loss.terms.values(), *loss.metrics.values()):
        assert value.shape == () and value.isfinite()


def test_a_loss_sums_whatever_terms_it_is_given():
    loss = Loss({"a": torch.tensor(2.0), "b": torch.tensor(0.5)}, {"c": torch.tensor(9.0)})
    assert loss.total.item() == 2.5


@every_model
def test_no_two_figures_of_a_loss_share_a_name(small, x, y):
    loss = small.loss(x, y, seeded())
    assert not set(loss.terms) & set(loss.metrics)
    assert "total" not in (*loss.terms, *loss.metrics)


@every_model
def test_every_parameter_gets_a_gradient(small, x, y):
    small.loss(x, y, seeded()).total.backward()
    for name, parameter in small.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
        assert parameter.grad.any(), name


@every_model
def test_the_randomness_of_a_loss_comes_from_its_generator_alone(model_id, x, y):
    totals = []
    for global_seed, seed in ((1, 5), (2, 5), (1, 6)):
        model = build(model_id, small_config(model_id)).train()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(global_seed)
            state = torch.random.get_rng_state()
            totals.append(model.loss(x, y, seeded(seed)).total.item())
            assert torch.equal(torch.random.get_rng_state(), state)
    assert totals[0] == totals[1]
    random = model.abilities.posterior or model.abilities.denoises
    assert (totals[0] != totals[2]) == random


@every_model
@torch.no_grad()
def test_in_eval_mode_a_loss_leaves_the_model_as_it_is(small, x, y):
    small.eval()
    before = {name: tensor.clone() for name, tensor in small.state_dict().items()}
    small.loss(x, y, seeded())
    assert all(torch.equal(tensor, before[name]) for name, tensor in small.state_dict().items())


# ---- training, saving, loading -----------------------------------------------------------------


@every_model
def test_a_few_dozen_steps_lower_the_loss(fitted, model_id):
    history = fitted(model_id).training.history
    assert history[-1]["train"]["reconstruction"] < 0.85 * history[0]["train"]["reconstruction"]
    assert history[-1]["test"]["total"] < history[0]["test"]["total"]


@every_model
def test_the_same_seed_gives_the_same_history_and_another_seed_another(few_digits, model_id):
    brief, fewer = TrainConfig(epochs=2, batch_size=32), few(few_digits, train=192, test=64)
    first, again, other = (
        fit(small_recipe(model_id, seed, brief), fewer).training for seed in (0, 0, 1)
    )
    assert again.history == first.history
    assert again.snapshot_steps == first.snapshot_steps
    for frame, expected in zip(again.snapshots, first.snapshots, strict=True):
        assert all((frame[name] == expected[name]).all() for name in expected)
    assert other.history != first.history


@every_model
@torch.no_grad()
def test_a_saved_and_loaded_model_answers_the_same(trained_run, model_id, tmp_path, x, y):
    run = trained_run(model_id)
    loaded = load(save(run, tmp_path / "run")).model
    assert not loaded.training
    code, expected = loaded.encode(x, y), run.model.encode(x, y)
    for name, value in vars(expected).items():
        assert value is None or torch.equal(getattr(code, name), value)
    assert torch.equal(loaded.decode(code.z, y), run.model.decode(code.z, y))
    if loaded.abilities.samples:
        images = (m.sample(len(y), y, seeded()) for m in (loaded, run.model))
        assert torch.equal(*images)


# ---- abilities ---------------------------------------------------------------------------------


def test_every_ability_is_declared_by_some_row_and_missing_in_another():
    for ability in vars(Abilities()):
        declared = {getattr(row.abilities, ability) for row in CATALOG.values()}
        assert declared == {True, False}, ability


@able("samples")
@torch.no_grad()
def test_what_samples_draws_images_that_its_generator_decides(trained, y):
    first, again, other = (trained.sample(len(y), y, seeded(seed)) for seed in (1, 1, 2))
    assert first.shape == (len(y), 1, 28, 28)
    assert first.min() >= 0 and first.max() <= 1
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert not torch.equal(first[0], first[1])


@able("samples")
@torch.no_grad()
def test_a_sample_is_a_decoded_draw_from_the_prior(trained, y):
    z = trained.sample_latent(len(y), seeded(1))
    assert z.shape == (len(y), *trained.latent_shape)
    images = torch.sigmoid(trained.decode(z, y))
    assert torch.equal(trained.sample(len(y), y, seeded(1)), images)


@able("posterior")
@torch.no_grad()
def test_the_prior_of_a_posterior_model_is_standard_normal(small):
    z = small.sample_latent(20_000, seeded())
    assert z.mean(0).abs().max() < 0.05
    assert (z.var(0) - 1).abs().max() < 0.06


@unable("samples")
def test_what_has_no_prior_refuses_to_sample(model, y):
    for draw in (lambda: model.sample(len(y), y), lambda: model.sample_latent(len(y))):
        with pytest.raises(NotImplementedError, match="no prior to sample from"):
            draw()


@able("posterior")
def test_a_posterior_has_mean_and_logvar_and_encodes_to_its_mean(model, x, y):
    code = model.encode(x, y)
    assert code.mean.shape == code.logvar.shape == (len(x), model.latent_dim)
    assert torch.equal(code.z, code.mean)


@unable("posterior")
def test_without_a_posterior_there_is_neither_mean_nor_logvar(model, x, y):
    code = model.encode(x, y)
    assert code.mean is None and code.logvar is None


@able("discrete")
def test_a_discrete_code_is_made_of_rows_of_the_codebook(trained, x, y):
    code = trained.encode(x, y)
    codes, width = trained.codebook.shape
    assert code.indices.dtype == torch.long
    assert code.indices.shape == (len(x), *trained.latent_shape[1:])
    assert code.indices.min() >= 0 and code.indices.max() < codes
    assert code.z.shape[1] == width
    assert torch.equal(code.z, trained.codebook[code.indices].permute(0, 3, 1, 2))


@unable("discrete")
def test_what_is_not_discrete_has_no_indices(model, x, y):
    assert model.encode(x, y).indices is None
    assert not hasattr(model, "codebook")


@able("conditional")
def test_a_conditional_model_says_that_it_wants_the_class(small, x, y):
    z = small.encode(x, y).z
    calls = (
        lambda: small.encode(x),
        lambda: small.decode(z),
        lambda: small.reconstruct(x),
        lambda: small.loss(x, None, seeded()),
        lambda: small.sample(3, generator=seeded()),
    )
    for call in calls:
        with pytest.raises(ValueError, match="conditional: pass y"):
            call()


@able("conditional")
@torch.no_grad()
def test_each_class_gives_another_code_and_another_image(trained, x):
    every = torch.arange(CLASSES)
    same = x[:1].expand(CLASSES, -1, -1, -1)
    codes = trained.encode(same, every).z
    images = trained.decode(codes[:1].expand(CLASSES, -1), every).sigmoid()
    for found in (codes, images.flatten(1)):
        apart = torch.pdist(found)
        assert apart.min() > 1e-3


@unable("conditional")
@torch.no_grad()
def test_what_is_not_conditional_takes_no_notice_of_the_class(model, x, y):
    assert torch.equal(model.reconstruct(x, y), model.reconstruct(x))


@able("denoises")
def test_a_denoiser_corrupts_images_as_its_generator_decides(model, x):
    first, again, other = (model.corrupt(x, seeded(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert not torch.equal(first, x)
    assert first.min() >= 0 and first.max() <= 1


@able("denoises")
def test_the_noise_has_the_deviation_of_the_config(model_id):
    grey = torch.full((50, 1, 28, 28), 0.5)
    noisy = build(model_id, small_config(model_id, noise=0.1)).corrupt(grey, seeded())
    assert (noisy - grey).std().item() == pytest.approx(0.1, rel=0.02)
    quiet = build(model_id, small_config(model_id, noise=0))
    assert torch.equal(quiet.corrupt(grey, seeded()), grey)


@able("denoises")
@torch.no_grad()
def test_a_trained_denoiser_brings_noisy_images_nearer_to_the_clean_ones(trained, x):
    noisy = trained.corrupt(x, seeded())
    restored = trained.reconstruct(noisy)
    assert (restored - x).square().mean() < 0.7 * (noisy - x).square().mean()


@unable("denoises")
def test_what_does_not_denoise_has_no_noise_to_add(model):
    assert not hasattr(model, "corrupt")


# ---- settings of the config --------------------------------------------------------------------


@configured("body")
def test_every_body_that_a_config_allows_can_be_built_and_trained(model_id, x, y):
    choices = type(entry(model_id).config).model_fields["body"].annotation.__args__
    for body in choices:
        model = build(model_id, small_config(model_id, body=body, widths=(8, 4))).train()
        assert model.loss(x, y, seeded()).total.isfinite()


@configured("kl_warmup_epochs")
def test_warm_up_raises_the_weight_of_the_kl_from_zero_to_beta(model_id, x, y):
    model = build(model_id, small_config(model_id, kl_warmup_epochs=4.0)).train()

    def kl_term(epoch: float) -> float:
        model.at_epoch(epoch)
        return model.loss(x, y, seeded()).terms["kl"].item()

    full = kl_term(4)
    assert full > 0
    assert kl_term(0) == 0
    assert kl_term(1) == pytest.approx(full / 4, rel=1e-5)
    assert kl_term(400) == full
    assert model.kl_weight == model.config.beta


@configured("kl_warmup_epochs")
def test_without_warm_up_or_in_eval_mode_the_kl_has_its_full_weight(model_id, x, y):
    model = build(model_id, small_config(model_id, kl_warmup_epochs=0.0)).train()
    model.at_epoch(0)
    assert model.kl_weight == model.config.beta
    warming = build(model_id, small_config(model_id, kl_warmup_epochs=4.0)).eval()
    warming.at_epoch(0)
    assert warming.kl_weight == warming.config.beta


@configured("kl_warmup_epochs")
def test_what_is_logged_does_not_depend_on_the_warm_up(model_id, x, y):
    model = build(model_id, small_config(model_id, kl_warmup_epochs=4.0)).train()
    logged = []
    for epoch in (0, 4):
        model.at_epoch(epoch)
        logged.append(model.loss(x, y, seeded()).metrics["negative_elbo_nats"].item())
    assert logged[0] == logged[1]


@configured("beta")
def test_beta_weighs_the_kl_and_nothing_else(model_id, x, y):
    losses = [
        build(model_id, small_config(model_id, beta=beta)).loss(x, y, seeded()) for beta in (1, 3)
    ]
    assert losses[1].terms["kl"].item() == pytest.approx(3 * losses[0].terms["kl"].item())
    assert torch.equal(*(loss.terms["reconstruction"] for loss in losses))
    assert torch.equal(*(loss.metrics["negative_elbo_nats"] for loss in losses))


@configured("free_bits")
def test_free_bits_charge_the_floor_and_stop_the_pull_to_the_prior(model_id, x, y):
    model = build(model_id, small_config(model_id, free_bits=10.0)).train()
    term = model.loss(x, y, seeded()).terms["kl"]
    assert term.item() == pytest.approx(model.config.beta * 10 * model.latent_dim)
    term.backward()
    assert not any(p.grad is not None and p.grad.any() for p in model.encoder.parameters())


@configured("sparsity")
def test_the_sparsity_term_is_the_weighted_l1_norm_of_the_code(model_id, x, y):
    model = build(model_id, small_config(model_id, sparsity=0.01))
    expected = 0.01 * model.encode(x).z.abs().sum(1).mean()
    assert model.loss(x, y, seeded()).terms["sparsity"].item() == pytest.approx(expected.item())
    free = build(model_id, small_config(model_id, sparsity=0))
    assert free.loss(x, y, seeded()).terms["sparsity"].item() == 0


@configured("code")
def test_a_relu_code_is_never_negative_and_a_linear_one_may_be(model_id, x):
    for kind, lowest in (("relu", 0), ("linear", -100)):
        z = build(model_id, small_config(model_id, code=kind)).encode(x).z
        assert z.min() >= lowest
        assert (z < 0).any() == (kind == "linear")


@configured("dropout")
def test_dropout_works_in_training_mode_alone(model_id, x, y):
    model = build(model_id, small_config(model_id, dropout=0.5, noise=0))
    totals = {
        mode: {model.train(mode).loss(x, y, seeded(seed)).total.item() for seed in range(4)}
        for mode in (True, False)
    }
    assert len(totals[True]) == 4
    assert len(totals[False]) == 1
