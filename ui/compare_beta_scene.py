"""What the beta lens shows: an entry for each model, the drawing among the digits, the scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ui import shared
from ui.compare_beta_kit import codes

if TYPE_CHECKING:
    from aecore.sweep_figures import Point
    from ui.compare_beta_kit import Kit, Lens
    from ui.compare_beta_own import Own

COLUMNS = 3
SCORED = ("mig", "dci", "sap")


def scene(kit: Kit, own: list[Own]) -> tuple[dict[str, Any], np.ndarray]:
    """The scene as plain data, and the images uint8 (P, 28, 28) that its codes are of.

    A visitor's own runs stand on the slider only where nothing ships.
    """
    drawn = _drawing(kit)
    entries = [_entry(kit, point, lens, drawn) for point, lens in kit.models]
    mine = [_own_entry(each, drawn) for each in own]
    if not entries:
        for entry in sorted(mine, key=lambda entry: entry["beta"]):
            entry["stop"] = bool(entry["codes"])
    images, names = kit.images, list(kit.names)
    if drawn is not None:
        images, names = np.concatenate([images, drawn[None]]), [*names, "your drawing"]
    found = {
        "scene": kit.dataset,
        "names": names,
        "entries": [*entries, *sorted(mine, key=lambda entry: entry["beta"])],
        "factors": list(kit.factors),
        "scores": _scores(kit),
    }
    return found, images


def _drawing(kit: Kit) -> np.ndarray | None:
    """The visitor's drawing as the models see it, uint8 (28, 28); None where it has no place."""
    from aecore import drawing, strokes

    if kit.factors or not kit.names or not shared.drawing():
        return None
    drawn = drawing.normalise(strokes.rasterise(strokes.decode(shared.drawing())))
    return None if drawn.empty else np.round(drawn.image * 255).astype(np.uint8)


def _entry(kit: Kit, point: Point, lens: Lens, drawn: np.ndarray | None) -> dict[str, Any]:
    seeds = [[p.rate, p.distortion] for p in kit.sweep.at(point.beta)]
    return {
        "id": f"{point.beta:g}",
        "name": f"β = {point.beta:g}",
        "beta": point.beta,
        "own": False,
        "stop": True,
        "running": False,
        "rate": point.rate,
        "distortion": point.distortion,
        "seeds": seeds,
        "track": [],
        **_coordinates(point.kl, point.active, point.reach),
        "information": point.factors.information if point.factors else None,
        **_codes(lens, drawn),
    }


def _own_entry(own: Own, drawn: np.ndarray | None) -> dict[str, Any]:
    shown = _codes(own.lens, drawn) if own.lens else {"codes": [], "digest": "", "stamp": "running"}
    return {
        "id": own.id,
        "name": own.name,
        "beta": own.beta,
        "own": True,
        "stop": False,
        "running": own.running,
        "rate": own.rate,
        "distortion": own.distortion,
        "seeds": [],
        "track": own.track,
        **_coordinates(own.kl, own.active, own.reach),
        "information": None,
        **shown,
    }


def _coordinates(kl, active, reach) -> dict[str, Any]:
    order = sorted(range(len(kl)), key=lambda i: -kl[i])
    return {
        "kl": list(kl),
        "active": list(active),
        "reach": [list(pair) for pair in reach],
        "order": order,
    }


def _codes(lens: Lens, drawn: np.ndarray | None) -> dict[str, Any]:
    found = lens.codes
    if drawn is not None:
        found = np.concatenate([found, codes(lens.run, drawn[None])])
    digest = lens.portable.digest
    stamp = f"{digest}-{0 if drawn is None else hash(drawn.tobytes())}"
    return {"codes": found.round(4).tolist(), "digest": digest, "stamp": stamp}


def _scores(kit: Kit) -> list[dict[str, Any]]:
    """The disentanglement scores of all seeds, a row for each beta."""
    if not kit.factors:
        return []
    return [
        {
            "id": f"{beta:g}",
            "beta": beta,
            **{name: [getattr(p.factors, name) for p in kit.sweep.at(beta)] for name in SCORED},
        }
        for beta in kit.sweep.betas
    ]
