"""Maps kept with a run, in maps.safetensors: found again within a second, and small enough to ship.

    about                  JSON as bytes: the split, N, and for each map its settings and quality
    labels, clusters       class and k-means cluster of each of the N images
    error, kl              hundredths of the standard deviation, from the mean of them all
    codes                  coordinates in steps of a tenth of their standard deviation, or entries
    step, mean             (D,) float32: coordinate = mean + step * code
    axes, centre           the main directions, (3, D) and (D,) float16
    places.NAME            2**13 steps across a map in 2-D, 2**10 in 3-D; not of PCA, which follows
    lost.NAME              of each image's 10 latent neighbours, how many the map lost

All but the vectors are integers: as int16, compressed (LZMA). Rounding moves a code by 3 % of a
standard deviation, and a point by less than a pixel.
"""

from __future__ import annotations

import json
import lzma
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from aecore.map_points import Points
from aecore.map_quality import Quality
from aecore.models.base import Model
from aecore.projection import MapSettings, Pca
from aecore.runs import MAPS_FILE as FILE
from aecore.tensor_files import RunError, read_tensors

FINE = 0.1  # of a coordinate's standard deviation: the step of a code
STEPS = {2: 2**13, 3: 2**10}  # across a map
MOST = 100_000  # images of a map
MEMORY = 100_000_000  # bytes, for decompressing
EVERY_OF_SECOND = 4  # of a second seed every fourth point is kept: it is only to be held beside


@dataclass(frozen=True, eq=False)
class Embedding:
    """A map of some points: float32 places (n, d), of every `every`-th point.

    lost: see `Quality`; (n,), or None where only some points were looked at.
    """

    settings: MapSettings
    places: np.ndarray
    trustworthiness: float
    kept: float
    lost: np.ndarray | None = None
    torn: tuple[int, int] = (0, 0)
    every: int = 1


@dataclass(frozen=True, eq=False)
class Maps:
    """A run's points and the maps of them, by name: "tsne2", "umap3", "tsne2-second", ..."""

    points: Points
    embeddings: dict[str, Embedding] = field(default_factory=dict)


def name_of(settings: MapSettings, second: bool = False) -> str:
    """What a map is kept as."""
    return f"{settings.method}{settings.dims}" + ("-second" if second else "")


def embedding(settings: MapSettings, places: np.ndarray, quality: Quality) -> Embedding:
    """A map with what was measured of it."""
    whole = len(quality.rows) == len(places)
    return Embedding(
        settings,
        places,
        quality.trustworthiness,
        quality.kept,
        quality.lost if whole else None,
        quality.torn,
    )


# To the file


def write_maps(maps: Maps, folder: Path) -> Path:
    """Writes a run's maps into its folder: whole, or not at all."""
    points, tensors = maps.points, {}
    about: dict[str, Any] = {"split": points.split, "images": len(points), "maps": {}}
    _write_points(points, about, tensors)
    for name, each in maps.embeddings.items():
        about["maps"][name] = _write_map(name, each, tensors)
    text = json.dumps(about).encode()
    tensors["about"] = torch.frombuffer(bytearray(text), dtype=torch.uint8)
    temporary = folder / f".{FILE}"
    save_file(tensors, temporary)
    temporary.chmod(0o644)
    temporary.replace(folder / FILE)
    return folder / FILE


def _write_points(points: Points, about: dict[str, Any], tensors: dict[str, Tensor]) -> None:
    tensors["labels"] = _packed(points.labels)
    if points.clusters is not None:
        tensors["clusters"] = _packed(points.clusters)
    for name in ("error", "kl"):
        values = getattr(points, name)
        if values is not None:
            middle, step = float(values.mean()), max(float(values.std()) / 100, 1e-12)
            about[name] = [middle, step]
            tensors[name] = _packed(np.round((values - middle) / step))
    about["width"] = points.codes.shape[1]
    if points.discrete:
        tensors["codes"] = _packed(points.codes.T)
    else:
        mean, step = points.codes.mean(0), np.maximum(FINE * points.codes.std(0), 1e-6)
        tensors["mean"], tensors["step"] = (torch.from_numpy(v.copy()) for v in (mean, step))
        tensors["codes"] = _packed(np.round((points.codes - mean) / step).T)
    tensors["axes"] = torch.from_numpy(points.axes.axes.copy()).half().contiguous()
    tensors["centre"] = torch.from_numpy(points.axes.mean).half().contiguous()
    about["share"] = points.axes.share.astype(float).tolist()


def _write_map(name: str, each: Embedding, tensors: dict[str, Tensor]) -> dict[str, Any]:
    low = each.places.min(0)
    step = float((each.places.max(0) - low).max()) / (STEPS[each.settings.dims] - 1)
    if each.settings.method != "pca":  # its places follow from the codes
        tensors[f"places.{name}"] = _packed(np.round((each.places - low) / step).T)
    if each.lost is not None:
        tensors[f"lost.{name}"] = _packed(each.lost)
    return {
        "settings": each.settings.model_dump(mode="json"),
        "low": low.astype(float).tolist(),
        "step": step,
        "trustworthiness": each.trustworthiness,
        "kept": each.kept,
        "torn": list(each.torn),
        "every": each.every,
    }


def _packed(values: np.ndarray) -> Tensor:
    """Integers as int16, compressed: a list of bytes."""
    raw = np.ascontiguousarray(values).astype("<i2").tobytes()
    return torch.frombuffer(bytearray(lzma.compress(raw)), dtype=torch.uint8)


# From the file


def read_maps(folder: Path, model: Model) -> Maps | None:
    """A run's maps; None where it has none.

    Raises:
        RunError: the file is broken, or isn't of this model.
    """
    path = folder / FILE
    if not path.exists():
        return None
    tensors = read_tensors(path)
    try:
        return _read(tensors, model)
    except (KeyError, ValueError, TypeError, lzma.LZMAError) as error:
        raise RunError(f"{path}: isn't a file of maps of this model ({error})") from error


def _read(tensors: dict[str, Tensor], model: Model) -> Maps:
    about = json.loads(tensors["about"].numpy().tobytes())
    if not 0 < about["images"] <= MOST:
        raise ValueError(f"maps of {about['images']} images")
    points = _read_points(about, tensors, model)
    found = {name: _read_map(name, row, tensors, points) for name, row in about["maps"].items()}
    return Maps(points, found)


def _read_points(about: dict[str, Any], tensors: dict[str, Tensor], model: Model) -> Points:
    from aecore.map_points import codebook

    count, width, book = about["images"], about["width"], codebook(model)
    wanted = prod(model.grid) if model.abilities.discrete else model.latent_dim
    if width != wanted:
        raise ValueError(f"codes of {width} numbers, not {wanted}")
    codes = _unpacked(tensors["codes"], (width, count)).T
    if book is None:
        codes = (tensors["mean"].numpy() + tensors["step"].numpy() * codes).astype(np.float32)
    elif codes.min() < 0 or codes.max() >= len(book):
        raise ValueError("entries that the codebook lacks")
    scales = {name: about[name] for name in ("error", "kl") if name in about}
    figures = {
        name: (middle + step * _unpacked(tensors[name], (count,))).astype(np.float32)
        for name, (middle, step) in scales.items()
    }
    if "clusters" in tensors:
        figures["clusters"] = _unpacked(tensors["clusters"], (count,)).astype(np.uint8)
    axes = Pca(
        tensors["centre"].float().numpy(), tensors["axes"].float().numpy(), np.array(about["share"])
    )
    return Points(
        np.ascontiguousarray(codes if book is None else codes.astype(np.int64)),
        _unpacked(tensors["labels"], (count,)).astype(np.uint8),
        str(about["split"]),
        axes=axes,
        codebook=book,
        **figures,
    )


def _read_map(
    name: str, row: dict[str, Any], tensors: dict[str, Tensor], points: Points
) -> Embedding:
    settings, every = MapSettings.model_validate(row["settings"]), int(row["every"])
    if settings.method == "pca":
        places = points.main_places(settings.dims)
    else:
        levels = _unpacked(tensors[f"places.{name}"], (settings.dims, -(-len(points) // every)))
        places = np.array(row["low"]) + row["step"] * levels.T
    lost = tensors.get(f"lost.{name}")
    return Embedding(
        settings,
        places.astype(np.float32),
        float(row["trustworthiness"]),
        float(row["kept"]),
        None if lost is None else _unpacked(lost, (len(points),)).astype(np.uint8),
        (int(row["torn"][0]), int(row["torn"][1])),
        every,
    )


def _unpacked(tensor: Tensor, shape: tuple[int, ...]) -> np.ndarray:
    """The inverse of `_packed`; never more bytes than the shape asks for."""
    size = 2 * prod(shape)
    reader = lzma.LZMADecompressor(memlimit=MEMORY)
    raw = reader.decompress(tensor.numpy().tobytes(), size + 1)
    if len(raw) != size:
        raise ValueError("an array of another length")
    return np.frombuffer(raw, "<i2").reshape(shape)
