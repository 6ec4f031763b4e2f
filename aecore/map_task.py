"""Making a map on a worker, with progress: what a page begins by `jobs.tasks` (see tasks.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from aecore.map_quality import measure
from aecore.projection import MapSettings, project

ALL = 12_000  # points of which each is held against its codes; of more, some are
SOME = 1_000
PROJECTED = 0.9  # the share of the work that is the projection itself


def make(
    codes: np.ndarray, settings: dict[str, Any], report: Callable[..., None]
) -> dict[str, Any]:
    """A map of codes (N, D): float32 "places" (N, d), and the fields of its `Quality`.

    report: gets the share done and, where the method shows them, the places so far.
    """

    def tell(share: float, places: np.ndarray | None) -> None:
        arrays = {} if places is None else {"places": places.astype(np.float32)}
        report(PROJECTED * share, arrays)

    report(0.0)
    places = project(codes, MapSettings.model_validate(settings), tell)
    report(PROJECTED, {"places": places})
    rows = None
    if len(codes) > ALL:
        rows = np.sort(np.random.default_rng(0).choice(len(codes), SOME, replace=False))
    quality = measure(codes, places, rows=rows)
    return {"places": places, **vars(quality)}
