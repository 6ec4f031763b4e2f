"""Encoder and decoder bodies: shapes, mirrors, and where dropout goes."""

import itertools

import pytest
import torch
from torch import nn

from aecore.networks import (
    DECODERS,
    ENCODERS,
    activation_layer,
    conv_decoder,
    conv_encoder,
    conv_sides,
    dense_decoder,
    dense_encoder,
    transposed_conv_layers,
)

BODIES = list(itertools.product(["dense", "conv"], [(8,), (8, 4), (12, 8, 4), (4, 8, 4, 2)]))


def sizes(layers: nn.Sequential) -> list[tuple[int, int]]:
    return [
        (layer.in_features, layer.out_features) for layer in layers if isinstance(layer, nn.Linear)
    ]


def names(layers: nn.Sequential) -> list[str]:
    return [type(layer).__name__ for layer in layers]


def test_conv_sides_halve_and_round_up():
    assert conv_sides(4) == [28, 14, 7, 4, 2]


@pytest.mark.parametrize(("body", "widths"), BODIES)
def test_an_encoder_ends_in_as_many_features_as_it_says(body, widths):
    encoder = ENCODERS[body](widths, "relu")
    assert encoder.layers(torch.rand(3, 1, 28, 28)).shape == (3, encoder.features)


@pytest.mark.parametrize(("body", "widths"), BODIES)
def test_a_decoder_ends_in_an_image_of_logits(body, widths):
    decoder = DECODERS[body](5, widths, "leaky_relu")
    assert decoder(torch.randn(3, 5)).shape == (3, 1, 28, 28)
    assert isinstance(decoder[-1], nn.Unflatten | nn.ConvTranspose2d)  # logits: no activation


@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_transposed_convolutions_undo_the_sides_of_the_convolutions(depth):
    widths = (3, 4, 5, 6)[:depth]
    side = conv_sides(depth)[-1]
    images = transposed_conv_layers(widths, "relu")(torch.randn(2, widths[-1], side, side))
    assert images.shape == (2, 1, 28, 28)


def test_dense_bodies_mirror_each_other():
    encoder, decoder = dense_encoder((256, 64), "relu"), dense_decoder(10, (256, 64), "relu")
    assert sizes(encoder.layers) == [(784, 256), (256, 64)]
    assert sizes(decoder) == [(10, 64), (64, 256), (256, 784)]


def test_convolutions_have_batch_norm_before_the_activation():
    expected = ["Conv2d", "BatchNorm2d", "LeakyReLU"] * 2 + ["Flatten"]
    assert names(conv_encoder((4, 8), "leaky_relu").layers) == expected


def test_leaky_relu_has_the_slope_of_the_design():
    assert activation_layer("leaky_relu")(torch.tensor(-1.0)).item() == pytest.approx(-0.2)
    assert activation_layer("relu")(torch.tensor(-1.0)).item() == 0


@pytest.mark.parametrize("body", ENCODERS)
def test_dropout_follows_the_first_activation_alone(body):
    found = names(ENCODERS[body]((8, 4), "relu", dropout=0.2).layers)
    assert found.count("Dropout") == 1
    assert found[found.index("Dropout") - 1] == "ReLU"
    assert found.index("Dropout") == found.index("ReLU") + 1
    assert "Dropout" not in names(ENCODERS[body]((8, 4), "relu").layers)


def test_extra_inputs_join_the_pixels_of_a_dense_encoder():
    encoder = dense_encoder((8,), "relu", extra=10)
    assert encoder.layers(torch.rand(2, 794)).shape == (2, 8)


def test_a_convolutional_encoder_says_that_it_takes_no_class():
    with pytest.raises(ValueError, match="no class"):
        conv_encoder((8,), "relu", extra=10)


def test_a_bigger_code_leaves_the_rest_of_the_decoder_as_it_is():
    shapes = [[p.shape for p in conv_decoder(d, (4, 8), "relu").parameters()][2:] for d in (2, 9)]
    assert shapes[0] == shapes[1]
