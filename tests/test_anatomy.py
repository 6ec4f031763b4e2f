"""A model taken apart: every parameter is found, and the shapes are those that pass through."""

import pytest
import torch

from aecore.anatomy import layers, stages
from aecore.models import catalog
from aecore.models.catalog import CATALOG

every_model = pytest.mark.parametrize("model_id", CATALOG)


@every_model
def test_the_layers_hold_all_parameters(model_id):
    model = catalog.build(model_id)
    assert sum(layer.parameters for layer in layers(model)) == catalog.parameter_count(model)


@every_model
def test_each_layer_of_a_part_takes_what_the_one_before_it_gave(model_id):
    found = layers(catalog.build(model_id))
    for part in ("encoder", "decoder"):
        chain = [layer for layer in found if layer.part == part]
        assert chain
        for before, after in zip(chain, chain[1:], strict=False):
            assert before.leaves == after.enters
    assert found[0].enters[-2:] == (28, 28) or found[0].enters == (794,)
    assert [layer for layer in found if layer.part == "decoder"][-1].leaves == (1, 28, 28)


def test_the_default_autoencoder_is_the_hourglass_of_its_config():
    widths = [layer.leaves[0] for layer in layers(catalog.build("ae")) if layer.kind == "Linear"]
    assert widths == [256, 128, 64, 32, 64, 128, 256, 784]


def test_a_model_is_left_as_it_was():
    model = catalog.build("vq_vae").train()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    layers(model)
    assert model.training
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert not any(module._forward_hooks for module in model.modules())


@every_model
def test_stages_keep_every_layer_in_its_order(model_id):
    found = layers(catalog.build(model_id))
    groups = stages(found)
    assert [layer for group in groups for layer in group] == found
    assert all(len({layer.part for layer in group}) == 1 for group in groups)
