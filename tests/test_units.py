"""Units of a code: when they are active, what they draw, how their sizes are spread."""

import pytest
import torch

from aecore import units
from aecore.latent_space import LatentSpace, latent_space, pictures
from aecore.metrics import evaluate
from aecore.models.base import Code
from aecore.models.catalog import CATALOG

VECTORS = [name for name, row in CATALOG.items() if not row.abilities.discrete]


@pytest.fixture
def told(fitted):
    """told(model_id): a small run's model and where its training digits lie."""

    def both(model_id):
        run = fitted(model_id).finish()
        return run.model, latent_space(run)

    return both


def test_active_is_more_than_a_twentieth_of_the_largest():
    z = torch.tensor([[1.0, -0.2, 0.04, 0.0], [0.0, 0.0, 0.0, 0.0]])
    assert units.is_active(z).tolist() == [[True, True, False, False], [False] * 4]


def test_what_is_not_active_is_what_the_metric_calls_inactive(told, few_digits):
    model, _ = told("sparse_ae")
    with torch.inference_mode():
        z = model.encode(few_digits.test.images / 255).z
    silent = 1 - units.is_active(z).float().mean()
    assert evaluate(model, few_digits)["inactive_share"].value == pytest.approx(float(silent))


@pytest.mark.parametrize("model_id", VECTORS)
def test_every_unit_is_shown_by_the_digits_that_excite_it_most(told, model_id):
    model, space = told(model_id)
    found = units.units(model, space)
    size = model.latent_dim
    assert found.drawn.shape == (size, 28, 28) and sorted(found.order) == list(range(size))
    for unit, numbers in enumerate(found.strongest):
        others = torch.ones(len(space), dtype=bool)
        others[numbers] = False
        assert space.code.z[numbers, unit].min() >= space.code.z[others, unit].max()


def test_a_unit_that_is_never_active_draws_nothing(told):
    model, space = told("sparse_ae")
    z = space.code.z.clone()
    z[:, 2] = 0
    found = units.units(model, LatentSpace(Code(z), space.labels))
    assert found.active[2] == 0 and found.drawn[2].abs().max() == 0
    assert found.order[-1] == 2 or float(found.active.min()) == 0


def test_an_effect_is_the_picture_less_the_one_without_the_unit(told):
    model, space = told("cvae")
    numbers = torch.tensor([3, 8])
    z, y = space.code.z[numbers].clone(), space.labels[numbers]
    whole = pictures(model, z, y)
    z[:, 1] = 0
    assert torch.allclose(units.effect(model, space, 1, numbers), whole - pictures(model, z, y))


def test_a_sparser_code_has_more_of_its_histogram_at_zero():
    def share_at_zero(z):
        space = LatentSpace(Code(z), torch.zeros(len(z)).long())
        edges, shares = units.histogram(space)
        assert len(edges) == len(shares) + 1 and shares.sum() == pytest.approx(1)
        return shares[0]

    full = torch.randn(100, 20, generator=torch.Generator().manual_seed(0))
    assert share_at_zero(full.relu()) > 0.4 > share_at_zero(full)
