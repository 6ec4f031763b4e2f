"""The models that are broken on purpose: each is wrong in the one way that it says."""

import inspect
from textwrap import indent

import pytest
import torch
from torch.nn import functional as F

from aecore.config import with_changes
from aecore.losses import gaussian_kl
from aecore.models import catalog
from aecore.models.catalog import BROKEN, CATALOG

SMALL = {"widths": (32,), "latent_dim": 6}


def small(model_id: str, **changes):
    """A small model of the catalog, or a broken one, with seed 0."""
    config = with_changes(catalog.entry(model_id).config, {**SMALL, **changes})
    return catalog.build(model_id, config)


def gradients(model, x) -> list[torch.Tensor]:
    loss = model.loss(x, None, torch.Generator().manual_seed(1))
    return torch.autograd.grad(loss.total, list(model.parameters()))


def test_broken_models_can_be_named_by_a_recipe_but_are_on_no_list():
    assert not BROKEN.keys() & CATALOG.keys()
    for name, row in BROKEN.items():
        assert catalog.entry(name) is row and row.id == name


def test_a_mean_kl_is_a_beta_of_one_over_the_number_of_coordinates(x):
    broken, right = small("mean_kl"), small("vae", beta=1 / SMALL["latent_dim"])
    for ours, theirs in zip(gradients(broken, x), gradients(right, x), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


def test_what_a_broken_vae_logs_is_right(x):
    for name in ("mean_kl", "squared_error"):
        loss = small(name).loss(x, None, torch.Generator().manual_seed(1))
        right = small("vae").loss(x, None, torch.Generator().manual_seed(1))
        for metric in ("kl_nats", "negative_elbo_nats"):
            torch.testing.assert_close(loss.metrics[metric], right.metrics[metric])


def test_a_relu_on_the_log_variance_keeps_every_sigma_at_one_or_more(x):
    code = small("relu_logvar").encode(x)
    assert (code.logvar >= 0).all() and (code.logvar == 0).any()
    assert (small("vae").encode(x).logvar < 0).any()


def test_the_squared_error_is_summed_over_pixels(x):
    model = small("squared_error")
    loss = model.loss(x, None, torch.Generator().manual_seed(1))
    code = model.encode(x)
    z = code.mean + (code.logvar / 2).exp() * torch.randn(
        code.mean.shape, generator=torch.Generator().manual_seed(1)
    )
    wanted = F.mse_loss(torch.sigmoid(model.decode(z)), x, reduction="sum") / len(x)
    torch.testing.assert_close(loss.terms["reconstruction"], wanted)
    wanted = gaussian_kl(code.mean, code.logvar).sum() / len(x)
    torch.testing.assert_close(loss.terms["kl"], wanted)


def test_raw_pixels_are_255_times_too_large_on_both_ends(x):
    model, right = small("raw_pixels"), small("ae")
    torch.testing.assert_close(model.encode(x).z, right.encode(255 * x).z)
    wanted = F.mse_loss(model.reconstruct(x), 255 * x)
    torch.testing.assert_close(model.loss(x, None, None).terms["reconstruction"], wanted)


@pytest.mark.parametrize("name", BROKEN)
def test_the_plain_code_of_a_broken_model_is_broken_in_the_same_way(name, x):
    model = small(name)
    plain = model.plain()
    names = {part: layer for part, layer in model.named_children()}
    settings = {setting: getattr(model.config, setting) for setting in plain.settings}
    space = {**names, **settings, "torch": torch, "F": F}
    space["chance"] = torch.Generator().manual_seed(1)
    exec(f"def loss(x, y):\n{indent(plain.loss, '    ')}", space)
    ours = model.loss(x, None, torch.Generator().manual_seed(1)).total
    torch.testing.assert_close(space["loss"](x, None), ours, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", BROKEN)
def test_a_fault_is_a_few_lines_and_names_the_right_one(name):
    own = vars(BROKEN[name].family)
    methods = [inspect.getsource(own[each]) for each in ("encode", "loss") if each in own]
    assert methods and all(len(text.splitlines()) <= 15 for text in methods)
    assert all("# right:" in text for text in methods)
