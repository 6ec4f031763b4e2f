"""What portable.py refuses to write down, and that it names the layer."""

import pytest
from torch import nn

from aecore.portable import PortableError, pack
from tests.decoders import catalog_model


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([nn.Linear(3, 4), nn.Softplus()], r"layer 1 \(Softplus\) is none that the browser"),
        ([nn.Sequential(nn.Linear(3, 4), nn.GELU())], r"layer 0\.1 \(GELU\)"),
        ([nn.Linear(3, 4), nn.Linear(5, 6)], r"layer 1 \(Linear\) takes \(5,\).*\(4,\)"),
        ([nn.Linear(3, 4), nn.BatchNorm2d(4)], r"layer 1 \(BatchNorm2d\) takes"),
        ([nn.Linear(3, 4), nn.ConvTranspose2d(4, 1, 3)], r"layer 1 \(ConvTranspose2d\) takes"),
        ([nn.Linear(3, 4), nn.Unflatten(1, (2, 2))], r"layer 1 \(Unflatten\) must make"),
        ([nn.Linear(3, 4), nn.Unflatten(1, (1, 3, 3))], r"layer 1 \(Unflatten\) takes \(9,\)"),
        ([nn.Linear(3, 8), nn.Unflatten(1, (2, 2, 2))], "ends in 2 channels; a picture has one"),
        ([nn.Linear(3, 4), nn.Flatten(2)], r"layer 1 \(Flatten\) must flatten all"),
        ([nn.ReLU()], "pass shape"),
        ([], "pass shape"),
    ],
)
def test_what_cannot_be_walked_is_named(layers, message):
    with pytest.raises(PortableError, match=message):
        pack(nn.Sequential(*layers))


@pytest.mark.parametrize(
    "layer",
    [
        nn.ConvTranspose2d(4, 2, 3, groups=2),
        nn.ConvTranspose2d(4, 2, 3, dilation=2),
        nn.ConvTranspose2d(4, 2, (3, 2)),
        nn.BatchNorm2d(4, track_running_stats=False),
    ],
)
def test_unusual_settings_of_a_layer_are_refused(layer):
    with pytest.raises(PortableError, match=rf"layer 0 \({type(layer).__name__}\)"):
        pack(nn.Sequential(layer), shape=(4, 5, 5))


def test_an_unflatten_that_no_linear_feeds_is_refused():
    decoder = nn.Sequential(nn.ConvTranspose2d(2, 2, 3), nn.Flatten(), nn.Unflatten(1, (2, 4, 4)))
    with pytest.raises(PortableError, match="Unflatten.*of a Linear's output"):
        pack(decoder, shape=(2, 2, 2))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e39])
@pytest.mark.parametrize("where", ["weight", "bias"])
def test_weights_that_are_not_finite_are_refused_by_name(where, value):
    decoder = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 5)).double()
    getattr(decoder[2], where).data.view(-1)[1] = value
    with pytest.raises(PortableError, match=rf"layer 2 \(Linear\) has a {where}"):
        pack(decoder)


def test_a_codebook_that_is_not_finite_is_refused_by_name():
    model = catalog_model("vq_vae")
    model.codebook[3, 5] = float("nan")
    with pytest.raises(PortableError, match="codebook"):
        pack(model)
