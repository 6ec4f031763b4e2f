"""Making the maps that ship with a run: `python -m aecore maps RUN`.

Each map is kept as soon as it is there, so that a command that was ended goes on where it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from aecore import data
from aecore.map_points import Points, clusters, errors, points_of, with_axes
from aecore.map_quality import measure
from aecore.maps import EVERY_OF_SECOND, Embedding, Maps, embedding, name_of, read_maps, write_maps
from aecore.projection import MapSettings, project
from aecore.runs import load

QUICK = (
    MapSettings(method="pca", dims=2),
    MapSettings(method="umap", dims=2),
    MapSettings(method="tsne", dims=2),
    MapSettings(method="pca", dims=3),
)
SECOND = (
    MapSettings(method="umap", dims=2, start="random", seed=1),
    MapSettings(method="tsne", dims=2, start="random", seed=1),
)
SLOW = (MapSettings(method="umap", dims=3), MapSettings(method="tsne", dims=3))
PLANS = [
    *((each, False) for each in QUICK),
    *((each, True) for each in SECOND),
    *((each, False) for each in SLOW),
]


def make_maps(folder: Path, tell: Callable[[str], None] = print) -> Maps:
    """Makes the maps that a run lacks of its data set's test images, and keeps them with it.

    Raises:
        RunError: the folder holds no run, or maps that can't be read.
        aecore.data.DatasetMissing: the data set isn't here.
    """
    run = load(folder)
    split = data.load(run.recipe.dataset).test
    maps = read_maps(folder, run.model)
    points = with_axes(points_of(run.model, split))
    if maps is None:
        figures = {"error": errors(run.model, split), "clusters": clusters(points)}
        points = replace(points, **figures)
        maps = Maps(points)
    else:  # what was kept of the codes is rounded, and these aren't
        points = replace(maps.points, codes=points.codes, axes=points.axes)
    for settings, second in PLANS:
        name = name_of(settings, second)
        if name not in maps.embeddings:
            start = time.perf_counter()
            made = maps.embeddings[name] = _made(points, settings, second)
            write_maps(replace(maps, points=points), folder)
            tell(
                f"{folder.name} {name}: {time.perf_counter() - start:.0f} s, trustworthiness "
                f"{made.trustworthiness:.3f}, kept {made.kept:.3f}"
            )
    return maps


def _made(points: Points, settings: MapSettings, second: bool) -> Embedding:
    places = points.main_places(settings.dims)
    if settings.method != "pca":
        places = project(points.features, settings)
    found = embedding(settings, places, measure(points.features, places))
    if not second:
        return found
    return replace(found, places=places[::EVERY_OF_SECOND], lost=None, every=EVERY_OF_SECOND)
