"""What the browser is sent of a map: tables of places, classes, colours and codes, made once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from ui import latent_map_kit as kit
from ui.components.latent_map import Table, table
from ui.latent_map_kit import World

if TYPE_CHECKING:
    from aecore.maps import Embedding

FINEST = 65_535  # steps of a place across the map
SHADES = 255  # steps of a colour
COLOURS = {
    "class": "by class",
    "error": "by error",
    "kl": "by KL",
    "coordinate": "by coordinate",
    "cluster": "by cluster",
    "lost": "by trust",
}


@dataclass(frozen=True, eq=False)
class View:
    """A map as the page shows it: what is sent once, and what goes with every message.

    places: (frames, N, d). moments: what each frame of a film is called.
    """

    name: str
    dims: int
    points: Table
    places: Table
    scene: str
    axes: list[str]
    moments: list[str]
    embedding: Embedding | None = None

    @property
    def id(self) -> str:
        """Names the map: a scene and the settings that it was made with."""
        return f"{self.scene} {self.embedding.settings.model_dump_json() if self.embedding else ''}"


@st.cache_resource(show_spinner=False, max_entries=24)
def points_table(_world: World, world_id: str, count: int | None = None) -> Table:
    """The classes of the points, or of the first `count` of them."""
    return table(labels=_world.points.labels[:count], world=world_id)


def map_view(world: World, name: str, embedding: Embedding) -> View:
    """One map of all points."""
    pca = embedding.settings.method == "pca"
    axes = _titles(world, embedding.settings.dims) if pca else []
    points = points_table(world, world.id)
    settings = embedding.settings.model_dump_json()
    places = _places(embedding.places, world.id, settings, len(embedding.places))
    scene = f"{world.id}-{name}"
    return View(name, embedding.settings.dims, points, places, scene, axes, [], embedding)


def _titles(world: World, dims: int) -> list[str]:
    shares = world.points.axes.share
    return [
        f"direction {k + 1} ({shares[k]:.0%} of the variance)" if k < len(shares) else "nothing"
        for k in range(dims)
    ]


@st.cache_resource(show_spinner=False, max_entries=48)
def _places(_places: np.ndarray, world_id: str, settings: str, count: int) -> Table:
    return places_table(_places[None])


def unfinished_view(world: World, name: str, embedding: Embedding) -> View:
    """A map that is being made, as far as it has come."""
    points = points_table(world, world.id)
    places = places_table(embedding.places[None])
    dims = embedding.settings.dims
    return View(name, dims, points, places, f"{world.id}-{name}", [], [], embedding)


def places_table(places: np.ndarray) -> Table:
    """Places (frames, N, d) as whole steps of 1/65,535 of the map."""
    low = places.min((0, 1)).astype(np.float64)
    step = max(float((places.max((0, 1)) - low).max()) / FINEST, 1e-12)
    whole = np.round((places - low) / step).astype(np.uint16)
    frames, _, dims = places.shape
    flat = np.ascontiguousarray(whole.transpose(0, 2, 1)).ravel()
    return table(places=flat, low=low.tolist(), step=step, dims=dims, frames=frames)


def film_view(world: World) -> View | None:
    """The run's snapshots as a film of maps; None where it keeps none, or of other images."""
    film = _film(world.run, world.id)
    if film is None:
        return None
    labels, places, moments = film
    points = table(labels=labels, world=f"{world.id}-film")
    return View("film", 2, points, places, f"{world.id}-film", [], moments)


@st.cache_resource(show_spinner=False, max_entries=16)
def _film(_run: Any, world_id: str) -> tuple[np.ndarray, Table, list[str]] | None:
    from aecore.replay import of_run

    if "latents" not in _run.snapshots:
        return None
    film = of_run(_run)
    places = np.stack([still.places for still in film.stills])
    moments = [f"epoch {still.step / film.steps_per_epoch:.2f}" for still in film.stills]
    return film.map_labels.astype(np.uint8), places_table(places), moments


def colours(world: World, embedding: Embedding | None) -> dict[str, str]:
    """What the points can be coloured by, on this map."""
    points = world.points
    there = {
        "class": True,
        "error": embedding is not None and (points.error is not None or world.here),
        "kl": embedding is not None and points.kl is not None,
        "coordinate": embedding is not None and not points.discrete,
        "cluster": embedding is not None,
        "lost": embedding is not None and embedding.lost is not None,
    }
    return {name: words for name, words in COLOURS.items() if there[name]}


def colour(
    world: World, view: View, kind: str, coordinate: int
) -> tuple[Table | None, dict[str, Any] | None]:
    """The colours of a kind: their table, and what the map is told of it."""
    if kind == "class":
        return None, None
    if kind == "lost":
        values, about = view.embedding.lost, "neighbours lost, of 10"
        return _shades(values, kind, view.id, about, 0)
    if kind == "cluster":
        values = kit.clusters(world, world.id)
        names = [str(k + 1) for k in range(int(values.max()) + 1)]
        return _groups(values, world.id, "cluster", names)
    if kind == "coordinate":
        values = world.points.codes[:, coordinate]
        return _shades(values, f"z{coordinate + 1}", world.id, f"z{coordinate + 1}", 2)
    if kind == "error":
        return _shades(kit.errors(world, world.id), kind, world.id, "squared error", 4)
    return _shades(world.points.kl, kind, world.id, "KL, nats", 1)


@st.cache_resource(show_spinner=False, max_entries=64)
def _shades(
    _values: np.ndarray, kind: str, of: str, title: str, digits: int
) -> tuple[Table, dict[str, Any]]:
    low, high = (float(v) for v in np.percentile(_values, (0, 100)))
    step = max((high - low) / SHADES, 1e-12)
    sent = table(values=np.round((_values - low) / step).astype(np.uint8))
    shown = [float(v) for v in np.percentile(_values, (1, 99))]  # single outliers take no colour
    about = {"low": low, "step": step, "high": shown[1], "from": shown[0]}
    return sent, {"digest": sent.digest, "title": title, "digits": digits, "names": None, **about}


@st.cache_resource(show_spinner=False, max_entries=16)
def _groups(
    _values: np.ndarray, of: str, title: str, names: list[str]
) -> tuple[Table, dict[str, Any]]:
    sent = table(values=_values.astype(np.uint8))
    about = {"low": 0, "step": 1, "high": len(names) - 1, "from": 0}
    return sent, {"digest": sent.digest, "title": title, "digits": 0, "names": names, **about}


@st.cache_resource(show_spinner=False, max_entries=12)
def codes_table(_world: World, world_id: str) -> Table:
    """The codes, for the browser's decoder: a byte a coordinate, or the grids' entries."""
    codes = _world.points.codes
    if _world.points.discrete:
        return table(codes=codes.astype(np.uint16).ravel())
    low, high = codes.min(0), codes.max(0)
    step = np.maximum((high - low) / SHADES, 1e-12)
    whole = np.round((codes - low) / step).astype(np.uint8)
    return table(codes=whole.ravel(), low=low.astype(np.float32), step=step.astype(np.float32))


@st.cache_resource(show_spinner=False, max_entries=12)
def decoder_table(_world: World, world_id: str) -> Table:
    """The run's decoder, as the browser runs it; see aecore/portable.py."""
    from ui import explore_kit

    packed = explore_kit.kit(_world.folder).portable
    return table(plan=packed.plan, weights=np.frombuffer(packed.weights, np.uint8))
