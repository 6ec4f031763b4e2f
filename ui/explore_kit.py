"""What Explore needs of a run, behind Streamlit's caches: its decoder, its latent space, digits."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from ui import cached, shared

if TYPE_CHECKING:
    from aecore.latent_space import LatentSpace
    from aecore.portable import Portable
    from aecore.reading import Reading
    from aecore.runs import Run
    from aecore.walks import Digit

DRAWING = "drawing"
YOUR_DRAWING = "your drawing"


@dataclass(frozen=True, eq=False)
class Kit:
    """A run with all that a hand on its latent space needs; shared by visitors, never changed.

    codes: what the browser is sent of real digits, see `ui.components.latent_pad.model`.
    """

    run: Run
    portable: Portable
    space: LatentSpace
    codes: dict[str, np.ndarray]

    @property
    def abilities(self):
        """What the model can do."""
        return self.run.model.abilities

    @property
    def entry(self) -> dict[str, Any]:
        """What the decoder takes: see aecore/portable.py."""
        return self.portable.plan["input"]


def kit(folder: Path) -> Kit:
    """The kit of a run.

    Raises:
        RunError, PortableError, OSError: what is wrong with it.
    """
    run = cached.run(folder)
    cached.need("aecore.walks", "aecore.portable", "aecore.export")
    return _kit(folder, cached.stamps_of(folder), run)


@st.cache_resource(show_spinner=False, max_entries=16)
def _kit(folder: Path, stamps: tuple, _run: Run) -> Kit:
    from aecore.latent_space import latent_space, prior_grids
    from aecore.portable import pack

    space, abilities = latent_space(_run), _run.model.abilities
    if abilities.discrete:
        codes = {"grids": space.code.indices.numpy().astype("<u2")}
        if abilities.samples:
            codes["drawn"] = prior_grids(_run.model).numpy().astype("<u2")
    else:
        codes = {"means": space.code.z.numpy().astype("<f2")}
        if space.code.logvar is not None:
            codes["logvars"] = space.code.logvar.numpy().astype("<f2")
    codes["labels"] = space.labels.numpy().astype(np.uint8)
    return Kit(_run, pack(_run.model), space, codes)


def reading(folder: Path) -> Reading | None:
    """The visitor's drawing through the run; None where there is no drawing."""
    return cached.sight(folder, shared.drawing()).reading


def digit(kit: Kit, token: str, seen: Reading | None) -> Digit | None:
    """The digit that a token means: `drawing`, or the number of one of the run's training digits.

    None where there is no such digit.
    """
    import torch

    from aecore.walks import Digit

    if token == DRAWING:
        if seen is None:
            return None
        z = torch.tensor(seen.code if seen.indices is None else seen.indices)
        return Digit(z, torch.tensor(seen.image), YOUR_DRAWING, seen.label)
    number = int(token)
    if not 0 <= number < len(kit.space):
        return None
    label = int(kit.space.labels[number])
    name = f"training digit {number + 1}, a {label}"
    image = torch.tensor(training_image(kit, number))
    return Digit(kit.space.code.z[number], image, name, label)


def training_image(kit: Kit, number: int) -> np.ndarray:
    """A training image (28, 28) in [0, 1]; where its data set isn't here, its reconstruction."""
    from aecore import data
    from aecore.latent_space import pictures

    name = kit.run.recipe.dataset
    if data.available(name):
        return data.to_float(data.load(name).train.images[number, 0]).numpy()
    y = kit.space.labels[number][None] if kit.abilities.conditional else None
    return pictures(kit.run.model, kit.space.code.z[number : number + 1], y)[0].numpy()


def pictures(kit: Kit, codes: np.ndarray, y: int | None = None) -> np.ndarray:
    """Codes (B, D) or (B, cells) as pictures (B, 28, 28) in [0, 1]."""
    import torch

    from aecore.latent_space import pictures as decoded

    told = torch.full((len(codes),), y) if kit.abilities.conditional else None
    return decoded(kit.run.model, torch.as_tensor(codes), told).numpy()
