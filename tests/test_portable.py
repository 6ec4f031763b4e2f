"""Decoders written down: the plan and its bytes say what torch does, run by the reference."""

import json

import numpy as np
import pytest
import torch
from torch import nn

from aecore.models.catalog import CATALOG, build, configure
from aecore.portable import Portable, pack, run
from tests.decoders import (
    as_if_trained,
    catalog_model,
    extreme_inputs,
    random_inputs,
    torch_pictures,
)

TOLERANCE = 1e-4  # a pixel; pages promise ten times that

SIDES = [
    {"kernel_size": 3, "stride": 2, "padding": 1, "output_padding": 1},
    {"kernel_size": 3, "stride": 2, "padding": 1, "output_padding": 0},
    {"kernel_size": 4, "stride": 2, "padding": 1},
    {"kernel_size": 3, "stride": 1, "padding": 1},
    {"kernel_size": 2, "stride": 3, "padding": 0},
    {"kernel_size": 5, "stride": 3, "padding": 2, "output_padding": 2},
    {"kernel_size": 1, "stride": 1, "padding": 0, "bias": False},
]


@pytest.fixture(autouse=True)
def _same_weights_every_time():
    torch.manual_seed(0)


def difference(decoder: nn.Sequential, portable: Portable, shape: tuple[int, ...]) -> float:
    """The largest difference of a pixel between torch and the reference, over random inputs."""
    x = torch.randn(6, *shape, generator=torch.Generator().manual_seed(3)) * 2
    with torch.no_grad():
        expected = torch.sigmoid(decoder.eval()(x)).flatten(1)
    ours = x.movedim(1, -1).flatten(1) if len(shape) == 3 else x
    assert expected.std() > 0.01  # a flat grey would prove nothing
    return float(np.abs(run(portable, ours.numpy()) - expected.numpy()).max())


def kinds(portable: Portable) -> list[str]:
    return [row["kind"] for row in portable.plan["layers"]]


@pytest.mark.parametrize("model_id", CATALOG)
def test_every_catalog_entry_decodes_as_torch_does(model_id):
    model = catalog_model(model_id)
    portable = pack(model)
    for inputs in (random_inputs(model), extreme_inputs(model)):
        pictures = run(portable, inputs.values.numpy(), inputs.y)
        assert np.abs(pictures - torch_pictures(model, inputs).numpy()).max() <= TOLERANCE


@pytest.mark.parametrize(
    ("model_id", "changes"),
    [
        ("vae", {"body": "conv", "widths": (8,), "latent_dim": 2}),
        ("vae", {"body": "conv", "widths": (4, 6, 8, 10), "activation": "leaky_relu"}),
        ("ae", {"widths": (30,), "latent_dim": 1, "activation": "leaky_relu"}),
        ("cvae", {"widths": (40, 20, 10), "latent_dim": 3}),
        ("vq_vae", {"codes": 5, "code_dim": 3, "widths": (6, 5, 4)}),
    ],
)
def test_a_model_of_the_visitors_own_config_decodes_as_torch_does(model_id, changes):
    model = as_if_trained(build(model_id, configure(model_id, changes)))
    for inputs in (random_inputs(model), extreme_inputs(model)):
        pictures = run(pack(model), inputs.values.numpy(), inputs.y)
        assert np.abs(pictures - torch_pictures(model, inputs).numpy()).max() <= TOLERANCE


@pytest.mark.parametrize("model_id", CATALOG)
def test_the_plan_asks_for_what_the_abilities_say(model_id):
    model = catalog_model(model_id)
    entry = json.loads(json.dumps(pack(model).plan))["input"]
    if model.abilities.discrete:
        assert entry["kind"] == "codes"
        assert (entry["dim"], *entry["grid"]) == model.latent_shape
        assert entry["codes"] == len(model.codebook)
    else:
        assert entry["latent_dim"] == model.latent_dim
        assert entry["kind"] == ("vector+class" if model.abilities.conditional else "vector")


@pytest.mark.parametrize("geometry", SIDES)
def test_every_geometry_of_a_transposed_convolution_matches_torch(geometry):
    decoder = as_if_trained(
        nn.Sequential(
            nn.ConvTranspose2d(3, 5, **geometry), nn.Tanh(), nn.ConvTranspose2d(5, 1, **geometry)
        )
    )
    assert difference(decoder, pack(decoder, shape=(3, 4, 6)), (3, 4, 6)) <= TOLERANCE


def test_batch_norm_is_folded_into_the_linear_or_the_convolution_before():
    decoder = as_if_trained(
        nn.Sequential(
            nn.Linear(6, 4 * 3 * 5),
            nn.Unflatten(1, (4, 3, 5)),
            nn.BatchNorm2d(4),
            nn.ReLU(),
            nn.ConvTranspose2d(4, 2, 3, stride=2, bias=False),
            nn.BatchNorm2d(2),
            nn.LeakyReLU(0.2),
            nn.ConvTranspose2d(2, 1, 3),
            nn.BatchNorm2d(1, affine=False),
        )
    )
    portable = pack(decoder)
    assert "affine" not in kinds(portable)
    assert difference(decoder, portable, (6,)) <= TOLERANCE


def test_batch_norm_after_an_activation_stays_a_layer_of_its_own():
    decoder = as_if_trained(
        nn.Sequential(
            nn.BatchNorm2d(3),
            nn.ConvTranspose2d(3, 4, 3),
            nn.ReLU(),
            nn.BatchNorm2d(4),
            nn.ConvTranspose2d(4, 1, 3),
        )
    )
    portable = pack(decoder, shape=(3, 4, 4))
    assert kinds(portable).count("affine") == 2
    assert difference(decoder, portable, (3, 4, 4)) <= TOLERANCE


def test_flatten_and_unflatten_keep_every_number_in_its_place():
    decoder = as_if_trained(
        nn.Sequential(
            nn.Linear(5, 4 * 2 * 3),
            nn.ReLU(),  # between the two, as in conv_ae
            nn.Unflatten(1, (4, 2, 3)),
            nn.ConvTranspose2d(4, 3, 2),
            nn.Flatten(),
            nn.Tanh(),
            nn.Linear(3 * 3 * 4, 20),
            nn.Sigmoid(),
            nn.Unflatten(1, (1, 4, 5)),
            nn.Flatten(),
        )
    )
    assert difference(decoder, pack(decoder), (5,)) <= TOLERANCE


def test_a_vector_may_become_the_channels_of_one_pixel():
    decoder = as_if_trained(
        nn.Sequential(nn.Linear(4, 9), nn.Unflatten(1, (9, 1, 1)), nn.ConvTranspose2d(9, 1, 7))
    )
    assert difference(decoder, pack(decoder), (4,)) <= TOLERANCE


def test_dropout_and_nesting_leave_no_trace():
    torch.manual_seed(0)
    first, last = nn.Linear(3, 8), nn.Linear(8, 10)
    plain = nn.Sequential(first, nn.ReLU(), last)
    nested = nn.Sequential(nn.Sequential(first, nn.ReLU(), nn.Dropout(0.5)), nn.Identity(), last)
    assert pack(nested) == pack(plain)


def test_packing_while_training_takes_the_statistics_of_evaluation_and_changes_nothing():
    model = catalog_model("conv_vae")
    expected = pack(model)
    model.train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    assert pack(model) == expected
    assert model.training
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


def test_the_digest_names_the_content():
    assert pack(catalog_model("vae")).digest == pack(catalog_model("vae")).digest
    changed = catalog_model("vae")
    changed.decoder[0].bias.data[0] += 1
    digests = {pack(model).digest for model in (catalog_model("vae"), changed)}
    assert len(digests) == 2
    same = nn.Linear(2, 2)
    slopes = {pack(nn.Sequential(same, nn.LeakyReLU(slope))).digest for slope in (0.1, 0.2)}
    assert len(slopes) == 2


def test_every_weight_is_in_the_blob_once():
    portable = pack(catalog_model("vq_vae"))
    rows = [portable.plan["input"], *portable.plan["layers"]]
    places = [value for row in rows for value in row.values() if isinstance(value, dict)]
    ends = [place["offset"] + place["length"] for place in places]
    assert [place["offset"] for place in places] == [0, *ends[:-1]]
    assert 4 * ends[-1] == len(portable.weights)


@pytest.mark.parametrize("model_id", CATALOG)
def test_weights_that_are_float16_anyway_travel_at_half_the_size_unless_they_are_folded(model_id):
    model = catalog_model(model_id)
    whole = pack(model)
    model.load_state_dict({n: t.half().float() for n, t in model.state_dict().items()})
    packed, inputs = pack(model), random_inputs(model)
    folds = any(isinstance(layer, nn.BatchNorm2d) for layer in model.decoder.modules())
    assert packed.plan["numbers"] == ("float32" if folds else "float16")
    assert len(packed.weights) == len(whole.weights) // (1 if folds else 2)
    expected = torch_pictures(model, inputs).numpy()
    assert np.abs(run(packed, inputs.values, inputs.y) - expected).max() <= TOLERANCE


def test_a_number_that_float16_cannot_hold_keeps_all_in_float32():
    decoder = nn.Sequential(nn.Linear(2, 3))
    decoder[0].weight.data.fill_(0.5)
    decoder[0].bias.data.fill_(1.0)
    assert pack(decoder).plan["numbers"] == "float16"
    for value in (70_000.0, 0.1):
        decoder[0].bias.data[0] = value
        assert pack(decoder).plan["numbers"] == "float32"


def test_a_decoder_of_another_precision_is_packed_as_float32():
    decoder = nn.Sequential(nn.Linear(4, 9))
    double = nn.Sequential(nn.Linear(4, 9, dtype=torch.float64))
    double.load_state_dict(decoder.state_dict())
    assert pack(double) == pack(decoder)
