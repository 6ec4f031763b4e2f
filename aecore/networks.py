"""Encoder and decoder bodies: the layers between an image and its features, and back.

An encoder body maps (B, 1, 28, 28), or (B, N) flat inputs for a dense one, to (B, features); a
decoder maps (B, D) to logits (B, 1, 28, 28). Both are plain `nn.Sequential`s of layers that
`portable.py` can walk, so that any decoder also runs in a browser.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from torch import nn

SIDE = 28
PIXELS = SIDE * SIDE

Body = Literal["dense", "conv"]
Activation = Literal["relu", "leaky_relu"]
InitialWeights = Literal["auto", "lecun", "torch"]


class Encoder(NamedTuple):
    """An encoder body and the number of features that it ends in."""

    layers: nn.Sequential
    features: int


def activation_layer(name: Activation) -> nn.Module:
    """A new activation layer; the slope of a leaky ReLU is 0.2."""
    return {"relu": nn.ReLU, "leaky_relu": lambda: nn.LeakyReLU(0.2)}[name]()


def dense_encoder(
    widths: Sequence[int], activation: Activation, extra: int = 0, dropout: float = 0
) -> Encoder:
    """784 (+ extra) - widths, each layer followed by the activation; dropout after the first."""
    sizes = [PIXELS + extra, *widths]
    layers: list[nn.Module] = [nn.Flatten()]
    for index, (fan_in, fan_out) in enumerate(zip(sizes, sizes[1:], strict=False)):
        layers += [nn.Linear(fan_in, fan_out), activation_layer(activation)]
        if dropout and index == 0:
            layers.append(nn.Dropout(dropout))
    return Encoder(nn.Sequential(*layers), sizes[-1])


def dense_decoder(latent_dim: int, widths: Sequence[int], activation: Activation) -> nn.Sequential:
    """latent_dim - the widths in reverse - 784 logits. `widths` are in the encoder's order."""
    sizes = [latent_dim, *reversed(widths)]
    layers: list[nn.Module] = []
    for fan_in, fan_out in zip(sizes, sizes[1:], strict=False):
        layers += [nn.Linear(fan_in, fan_out), activation_layer(activation)]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], PIXELS), nn.Unflatten(1, (1, SIDE, SIDE)))


def conv_sides(depth: int) -> list[int]:
    """The side of the picture before and after each halving convolution: 28, 14, 7, 4, 2 ..."""
    sides = [SIDE]
    for _ in range(depth):
        sides.append((sides[-1] + 1) // 2)
    return sides


def conv_layers(widths: Sequence[int], activation: Activation) -> nn.Sequential:
    """Convolutions 1 - widths, kernel 3, stride 2, padding 1, each with BatchNorm."""
    layers: list[nn.Module] = []
    channels = [1, *widths]
    for fan_in, fan_out in zip(channels, channels[1:], strict=False):
        layers += [
            nn.Conv2d(fan_in, fan_out, kernel_size=3, stride=2, padding=1),
            nn.BatchNorm2d(fan_out),
            activation_layer(activation),
        ]
    return nn.Sequential(*layers)


def transposed_conv_layers(widths: Sequence[int], activation: Activation) -> nn.Sequential:
    """The mirror of `conv_layers`: from (B, widths[-1], s, s) to logits (B, 1, 28, 28)."""
    channels = [*reversed(widths), 1]
    sides = conv_sides(len(widths))[::-1]
    layers: list[nn.Module] = []
    for index, (fan_in, fan_out) in enumerate(zip(channels, channels[1:], strict=False)):
        output_padding = sides[index + 1] - (2 * sides[index] - 1)
        layers.append(
            nn.ConvTranspose2d(
                fan_in, fan_out, 3, stride=2, padding=1, output_padding=output_padding
            )
        )
        if index < len(widths) - 1:
            layers += [nn.BatchNorm2d(fan_out), activation_layer(activation)]
    return nn.Sequential(*layers)


def conv_encoder(
    widths: Sequence[int], activation: Activation, extra: int = 0, dropout: float = 0
) -> Encoder:
    """`conv_layers`, then flat; dropout after the first. Takes pictures alone: no extra inputs."""
    if extra:
        raise ValueError("a convolutional encoder takes no class: use 'dense'")
    side = conv_sides(len(widths))[-1]
    layers = [*conv_layers(widths, activation), nn.Flatten()]
    if dropout:
        layers.insert(3, nn.Dropout(dropout))  # behind convolution, BatchNorm and activation
    return Encoder(nn.Sequential(*layers), widths[-1] * side * side)


def conv_decoder(latent_dim: int, widths: Sequence[int], activation: Activation) -> nn.Sequential:
    """A linear layer to the smallest picture, then transposed convolutions up to 28x28."""
    side = conv_sides(len(widths))[-1]
    return nn.Sequential(
        nn.Linear(latent_dim, widths[-1] * side * side),
        activation_layer(activation),
        nn.Unflatten(1, (widths[-1], side, side)),
        *transposed_conv_layers(widths, activation),
    )


ENCODERS = {"dense": dense_encoder, "conv": conv_encoder}
DECODERS = {"dense": dense_decoder, "conv": conv_decoder}


def resolve_initial_weights(wanted: InitialWeights, model: nn.Module) -> Literal["lecun", "torch"]:
    """`auto` as a scheme: LeCun's for models of linear layers alone, else PyTorch's own.

    After one epoch on MNIST a VAE stands at 128 nats instead of 142; a convolutional one, whose
    layers this leaves half changed, at 118 instead of 113.
    """
    if wanted != "auto":
        return wanted
    convolutional = any(isinstance(part, nn.Conv2d) for part in model.modules())
    return "torch" if convolutional else "lecun"


def draw_lecun_weights(model: nn.Module) -> None:
    """Draws the weights of all linear layers from N(0, 1 / fan_in), with torch's own randomness.

    A signal then keeps its size from layer to layer; PyTorch's own weights shrink it by a factor
    of sqrt(3) each time. Source: LeCun et al. 1998, «Efficient BackProp», section 4.6.
    """
    for part in model.modules():
        if isinstance(part, nn.Linear):
            nn.init.kaiming_normal_(part.weight, nonlinearity="linear")
