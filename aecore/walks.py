"""Walks between two digits, through a model's latent space and through pixels; sums of codes.

An end of a walk is a digit: its code, its picture, its class. For a discrete model the walk goes
through the embedded vectors and each cell takes the nearest codebook entry on the way.
"""

import re
from dataclasses import dataclass

import torch
from torch import Tensor

from aecore import latent
from aecore.latent_space import LatentSpace, pictures, snap
from aecore.models.base import CLASSES, Model

TERM = re.compile(r"\s*([-+−–])?\s*(me|#\d{1,5}|\d)(?![\d#])", re.IGNORECASE)
MOST_TERMS = 9


class SumError(ValueError):
    """A sum that can't be read or worked out; the message says why."""


@dataclass(frozen=True, eq=False)
class Digit:
    """A digit in a model: code z (D,) float, or (h, w) long entries; image (28, 28) in [0, 1].

    y: its class, which a conditional model is told. name: what to call it.
    """

    z: Tensor
    image: Tensor
    name: str
    y: int | None = None


@dataclass(frozen=True, eq=False)
class Walk:
    """codes (steps, D) or (steps, h, w); frames and pixels (steps, 28, 28) in [0, 1].

    frames are decoded from the codes; pixels are the two images laid over one another.
    """

    codes: Tensor
    frames: Tensor
    pixels: Tensor


@torch.inference_mode()
def walk(model: Model, start: Digit, end: Digit, steps: int, path: latent.Path) -> Walk:
    """From one digit to another; the class a conditional model is told changes halfway."""
    flat = [embedded(model, digit.z[None])[0] for digit in (start, end)]
    codes = latent.interpolate(*flat, steps, path)
    if model.abilities.discrete:
        codes = snap(model, codes)
    y = None
    if model.abilities.conditional:
        first_half = torch.arange(steps) < steps / 2
        y = torch.where(first_half, start.y, end.y)
    mixed = torch.linspace(0, 1, steps)[:, None, None]
    pixels = (1 - mixed) * start.image + mixed * end.image
    return Walk(codes, pictures(model, codes, y), pixels)


def embedded(model: Model, codes: Tensor) -> Tensor:
    """Codes as vectors that can be added: (B, D) as they are, grids (B, h, w) -> (B, d*h*w)."""
    return model.embed(codes).flatten(1) if model.abilities.discrete else codes


def read_sum(text: str) -> list[tuple[int, str]]:
    """«7 - 1 + 4» as terms: a sign, 1 or -1, and what is meant by it.

    A digit is the mean of its class, `me` the visitor's drawing, `#12` training digit 12.

    Raises:
        SumError: not such a sum.
    """
    terms, at = [], 0
    text = text.strip()
    while at < len(text):
        found = TERM.match(text, at)
        if not found or (terms and not found[1]):
            raise SumError(f"«{text[at : at + 12]}» isn't part of a sum such as 7 - 1 + 4")
        terms.append((1 if found[1] in (None, "+") else -1, found[2].lower()))
        at = found.end()
    if not any(sign > 0 for sign, _ in terms):
        raise SumError("a sum adds at least one thing, such as 7 - 1 + 4")
    if len(terms) > MOST_TERMS:
        raise SumError(f"a sum has at most {MOST_TERMS} terms")
    return terms


@torch.inference_mode()
def add(model: Model, terms: list[tuple[int, Tensor]]) -> Tensor:
    """The sum of signed vectors (D,), see `latent.combine`, as a code that `pictures` takes."""
    width = terms[0][1].shape[-1]
    parts = {1: [torch.zeros(0, width)], -1: [torch.zeros(0, width)]}
    for sign, vector in terms:
        parts[sign].append(vector[None])
    total = latent.combine(torch.cat(parts[1]), torch.cat(parts[-1]))
    return snap(model, total[None])[0] if model.abilities.discrete else total


@torch.inference_mode()
def class_mean(model: Model, space: LatentSpace, label: int, most: int = 500) -> Tensor:
    """The mean of a class's codes, as a vector (D,).

    Raises:
        SumError: the run kept no code of that class.
    """
    members = (space.labels == label).nonzero().flatten()[:most]
    if not 0 <= label < CLASSES or not len(members):
        raise SumError(f"this model keeps no codes of real {label}s, so there is no mean of them")
    return embedded(model, space.code.z[members]).mean(0)


def neighbours(space: LatentSpace, code: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """The k nearest of the run's training digits: distances and which ones, (k,) each.

    Between vectors it is the Euclidean distance, between grids the number of cells that differ.
    """
    if space.entries is None:
        distances, which = latent.nearest(code[None], space.code.z, k)
        return distances[0], which[0]
    different = (space.code.indices != code).flatten(1).sum(1)
    return different.topk(min(k, len(different)), largest=False)
