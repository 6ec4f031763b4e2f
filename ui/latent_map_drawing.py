"""The visitor's drawing on the map: where it lands, who placed it, and how sure the encoder is."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np

from ui import cached, shared

if TYPE_CHECKING:
    from aecore.maps import Embedding
    from aecore.reading import Reading
    from ui.latent_map_kit import World

LINKED = 5  # neighbours that are shown
SAMPLES = 48  # draws from the posterior, where no ellipse is exact


def on_map(world: World, embedding: Embedding | None) -> tuple[dict[str, Any] | None, str]:
    """The drawing for the browser, {id, place, near, ellipse, samples}, and words about it."""
    if embedding is None:
        return None, "Your drawing isn't in this film: its maps were made of test digits alone."
    sight = cached.sight(world.folder, shared.drawing())
    if sight.fault or sight.reading is None:
        return None, sight.fault or "Draw a digit, and it lands on the map."
    found = placed(world, embedding, sight.reading)
    seal = hashlib.sha256(f"{world.id}{shared.drawing()}".encode()).hexdigest()[:12]
    return {**found, "id": seal}, words(world, embedding, found, sight.reading)


def placed(world: World, embedding: Embedding, reading: Reading) -> dict[str, Any]:
    """A reading's place on a map, its neighbours, and its posterior where there is one."""
    from aecore.map_quality import nearest
    from aecore.projection import PLACED_BY, by_neighbours, mean_places

    points = world.points
    code = reading.code if reading.indices is None else reading.indices.flatten()
    distances = points.distances(code)
    near = distances.argsort()[:LINKED]
    found: dict[str, Any] = {"near": near.tolist()}
    if embedding.settings.method == "pca":
        dims = embedding.settings.dims
        found["place"] = points.axes.place(reading.code[None])[0, :dims]
        if reading.sigma is not None and dims == 2 and len(points.axes.axes) > 1:
            found["ellipse"] = ellipse(points.axes.axes[:2], reading.sigma)
    else:
        found["place"] = by_neighbours(distances, embedding.places)[0]
        if reading.sigma is not None:
            around = nearest(_draws(reading), points.codes, PLACED_BY)
            found["samples"] = mean_places(*around, embedding.places).astype(float).tolist()
    place = np.zeros(embedding.settings.dims)
    place[: len(found["place"])] = found["place"]
    return {**found, "place": place.astype(float).tolist()}


def _draws(reading: Reading) -> np.ndarray:
    noise = np.random.default_rng(0).standard_normal((SAMPLES, len(reading.code)))
    return (reading.code + reading.sigma * noise).astype(np.float32)


def ellipse(axes: np.ndarray, sigma: np.ndarray) -> dict[str, Any]:
    """The posterior N(., diag(sigma^2)) seen along two axes (2, D), which is a Gaussian as well.

    Its covariance is A diag(sigma^2) A'; one standard deviation is an ellipse with the roots of
    its eigenvalues as radii.
    """
    values, vectors = np.linalg.eigh((axes * sigma**2) @ axes.T)
    radii = np.sqrt(np.maximum(values, 0))[::-1]
    across, up = vectors[:, 1]
    return {"radii": radii.tolist(), "angle": float(np.arctan2(up, across))}


def words(world: World, embedding: Embedding, found: dict[str, Any], reading: Reading) -> str:
    """How the drawing came to its place."""
    labels = world.points.labels[found["near"]]
    near = ", ".join(map(str, labels))
    if embedding.settings.method == "pca":
        how = "Placed by the map's own formula."
        if "ellipse" in found:
            how += " The ellipses are one and two σ of its posterior, seen along these directions."
    else:
        how = (
            "This map has no formula for a new digit: it stands at the weighted mean of its 15 "
            "nearest latent neighbours."
        )
        if "samples" in found:
            how += " Small squares: draws from its posterior, each placed in the same way."
    told = "" if reading.label is None else f" It is told that this is a {reading.label}."
    return f"Its nearest latent neighbours: {near}. {how}{told}"
