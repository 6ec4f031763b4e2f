"""Arithmetic on codes: a sum is read, worked out, drawn, and held against real digits."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import streamlit as st

from ui import explore_address, explore_kit, images

if TYPE_CHECKING:
    import torch

    from aecore.reading import Reading
    from ui.explore_kit import Kit

FIRST = "7 - 1 + 4"
NEAREST = 5
SIGNS = {1: "+", -1: "−"}
SIZE = "6rem"


def sums(kit: Kit, seen: Reading | None, y: int | None) -> None:
    """The section: the sum as text, as pictures, and its nearest real digits."""
    from aecore import walks

    text = explore_address.write(
        "sum",
        "A sum of codes",
        FIRST,
        max_chars=60,
        help="A digit stands for the mean code of its class, `me` for your drawing, "
        "`#12` for training digit 12.",
        width=320,
    )
    try:
        terms = [(sign, *_term(kit, token, seen)) for sign, token in walks.read_sum(text)]
        code = walks.add(kit.run.model, [(sign, vector) for sign, vector, *_ in terms])
    except walks.SumError as error:
        st.warning(f"{error}.")
        return
    told = terms[0][3] if y is None or terms[0][3] is not None else y
    pictures = [
        _item(SIGNS[sign] if n or sign < 0 else "", picture, name)
        for n, (sign, _, picture, _, name) in enumerate(terms)
    ]
    answer = explore_kit.pictures(kit, code[None].numpy(), told if told is not None else y)[0]
    st.html(_line([*pictures, _item("=", answer, "the sum, decoded")]))
    _neighbours(kit, code)


def _term(kit: Kit, token: str, seen: Reading | None):
    """A term's vector (D,), its picture (28, 28), its class, and what to call it."""
    from aecore import walks

    model = kit.run.model
    if token.isdigit():
        label = int(token)
        vector = walks.class_mean(model, kit.space, label)
        code = walks.add(model, [(1, vector)])
        picture = explore_kit.pictures(kit, code[None].numpy(), label)[0]
        return vector, picture, label, f"the mean {label}"
    drawn = token == "me"
    found = explore_kit.digit(kit, explore_kit.DRAWING if drawn else str(int(token[1:]) - 1), seen)
    if found is None:
        raise walks.SumError("there is no drawing" if drawn else f"there is no digit {token}")
    return walks.embedded(model, found.z[None])[0], found.image.numpy(), found.y, found.name


def _neighbours(kit: Kit, code: torch.Tensor) -> None:
    from aecore import walks

    if not len(kit.space):
        return
    distances, which = walks.neighbours(kit.space, code, NEAREST)
    unit = "cells differ" if kit.abilities.discrete else "away"
    digits = 0 if kit.abilities.discrete else 2
    items = [
        _item(
            "",
            explore_kit.training_image(kit, int(number)),
            f"a {int(kit.space.labels[number])}, {float(distance):.{digits}f} {unit}",
        )
        for distance, number in zip(distances, which, strict=True)
    ]
    st.markdown("**The nearest real digits**, of the training set")
    st.html(_line(items))


def _item(sign: str, picture, words: str) -> str:
    mark = f'<b style="font-size:1.6rem;width:1.2rem;text-align:center">{sign}</b>' if sign else ""
    return (
        f'<div style="display:flex;align-items:center;gap:.5rem">{mark}'
        f'<figure style="margin:0;width:{SIZE}">{images.digit(picture, words)}'
        f'<figcaption style="font-size:.8rem;margin-top:.3rem;min-height:2.4em">'
        f"{html.escape(words)}</figcaption></figure></div>"
    )


def _line(items: list[str]) -> str:
    return f'<div style="display:flex;flex-wrap:wrap;gap:.6rem">{"".join(items)}</div>'
