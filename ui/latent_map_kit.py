"""What the latent map needs of a run, behind Streamlit's caches: points, maps, colours, images."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from ui import cached, draw_kit, latent_map_static

if TYPE_CHECKING:
    from aecore.data import Dataset, Split
    from aecore.map_points import Points
    from aecore.maps import Embedding
    from aecore.runs import Run

TEST, TRAIN, ALL = "test", "train", "all"
FEW = 3_000  # points of which all are held against their codes while the page waits
SOME = 300  # of more
MAPS = "maps.safetensors"
NOTHING = "This run keeps no codes of digits, and its data set isn't on this machine."


@dataclass(frozen=True, eq=False)
class World:
    """The points of a run's maps and the maps that are there, shared by visitors: never changed.

    id: names run and points. here: the data set is on this machine and these are its images.
    """

    id: str
    folder: Path
    run: Run
    points: Points
    embeddings: dict[str, Embedding]
    here: bool

    @property
    def abilities(self):
        """What the model can do."""
        return self.run.model.abilities

    @property
    def dataset(self) -> str:
        """The name of the data set that the run was trained on."""
        return self.run.recipe.dataset

    def find(self, name: str) -> Embedding | None:
        """A map by its name, if it is there; PCA always is."""
        if name not in self.embeddings and name in ("pca2", "pca3"):
            return main_map(self, self.id, int(name[-1]))
        return self.embeddings.get(name)

    def pictures(self, rows: np.ndarray) -> np.ndarray:
        """Images of some points (n, 28, 28) in [0, 1]: the originals where they are here."""
        from aecore.latent_space import pictures

        if self.here:
            return images(self.dataset, self.points.split)[rows] / 255
        return rebuilt(self, self.points.codes[rows], self.points.labels[rows], pictures)


def rebuilt(world: World, codes: np.ndarray, labels: np.ndarray, pictures) -> np.ndarray:
    """Codes (n, ...) as pictures (n, 28, 28)."""
    import torch

    told = torch.as_tensor(labels.astype(np.int64)) if world.abilities.conditional else None
    return pictures(world.run.model, torch.as_tensor(codes), told).numpy()


def world(folder: Path, split: str) -> World:
    """A run's points and maps; `split` is "test" or "all", which needs the data set.

    Raises:
        RunError, OSError: what is wrong with the run.
    """
    run = cached.run(folder)
    cached.need("aecore.map_points", "aecore.maps")
    return _world(folder, cached.stamps_of(folder), split, run)


@st.cache_resource(show_spinner="Encoding the images", max_entries=12)
def _world(folder: Path, stamps: tuple, split: str, _run: Run) -> World:
    from aecore.map_points import points_of, with_axes
    from aecore.maps import read_maps

    name = f"{folder.parent.name}/{folder.name}-{split}-{hash(stamps) & 0xFFFFFFFF:x}"
    dataset = _dataset(_run.recipe.dataset)
    if split == ALL or MAPS not in dict(stamps):
        cached.need("sklearn.decomposition")  # the main directions have to be found
    if split == ALL and dataset is not None:
        points = with_axes(points_of(_run.model, everything(dataset), ALL))
        return World(name, folder, _run, points, {}, True)
    kept = read_maps(folder, _run.model)
    if kept is not None:
        return World(name, folder, _run, kept.points, kept.embeddings, _same(dataset, kept.points))
    if dataset is not None:
        points = with_axes(points_of(_run.model, dataset.test, TEST))
        return World(name, folder, _run, points, {}, True)
    points = _kept_codes(_run)
    if not len(points):
        raise ValueError(f"{NOTHING} `python -m aecore evaluate {folder} --save` adds codes.")
    return World(name, folder, _run, with_axes(points), {}, False)


def _dataset(name: str) -> Dataset | None:
    from aecore import data

    try:
        return data.load(name) if data.available(name) else None
    except data.DatasetMissing:  # a file of it is damaged: pages say so elsewhere
        return None


def _same(dataset: Dataset | None, points: Points) -> bool:
    """Whether the maps are of these very images, told by their classes."""
    return dataset is not None and np.array_equal(dataset.test.labels.numpy(), points.labels)


def everything(dataset: Dataset) -> Split:
    """The training images, then the test images."""
    import torch

    parts = dataset.train, dataset.test
    return replace(
        dataset.test,
        images=torch.cat([part.images for part in parts]),
        labels=torch.cat([part.labels for part in parts]),
        factors=None,
    )


def _kept_codes(run: Run) -> Points:
    """The codes of training images that the run keeps; see aecore/code_sample.py."""
    from aecore.latent_space import latent_space
    from aecore.losses import gaussian_kl
    from aecore.map_points import Points, codebook

    space = latent_space(run)
    code = space.code
    kl = None if code.logvar is None else gaussian_kl(code.z, code.logvar).sum(1).numpy()
    codes = code.z.flatten(1).numpy()
    labels = space.labels.numpy().astype(np.uint8)
    return Points(codes, labels, TRAIN, kl=kl, codebook=codebook(run.model))


@st.cache_resource(show_spinner="Finding the main directions", max_entries=24)
def main_map(_world: World, world_id: str, dims: int) -> Embedding:
    """The PCA map where none was kept; of many points only some are held against the codes."""
    from aecore.map_quality import measure
    from aecore.maps import embedding
    from aecore.projection import MapSettings

    points = _world.points
    places = points.main_places(dims)
    rows = np.random.default_rng(0).permutation(len(points))[: FEW if len(points) <= FEW else SOME]
    quality = measure(points.features, places, rows=np.sort(rows))
    return embedding(MapSettings(method="pca", dims=dims), places, quality)


def images(name: str, split: str) -> np.ndarray:
    """A data set's images, uint8 (N, 28, 28); not to be changed."""
    if split == TEST:
        return draw_kit.test_digits(name)[0]
    return _all_images(name)


@st.cache_resource(show_spinner=False, max_entries=2)
def _all_images(name: str) -> np.ndarray:
    from aecore.data import load

    return everything(load(name)).images[:, 0].numpy()


def sheets(world: World) -> dict[str, Any] | None:
    """Where the browser finds the original images; None where they aren't here, or not yet."""
    return _SHEETS.get((world.dataset, world.points.split)) if world.here else None


def make_sheets(world: World) -> bool:
    """Has the original images ready for the browser; whether that was new."""
    key = (world.dataset, world.points.split)
    if not world.here or key in _SHEETS:
        return False
    try:
        _SHEETS[key] = latent_map_static.sheets(*key, images(*key))
    except OSError:  # no place to write: the map shows reconstructions then, and says so
        return False
    return True


_SHEETS: dict[tuple[str, str], dict[str, Any]] = {}  # of this server


@st.cache_resource(show_spinner="Rebuilding every image", max_entries=12)
def errors(_world: World, world_id: str) -> np.ndarray:
    """The squared error of each point's image, (N,); computed where the run doesn't know it."""
    from aecore.data import load
    from aecore.map_points import errors as measured

    if _world.points.error is not None:
        return _world.points.error
    dataset = load(_world.dataset)
    split = everything(dataset) if _world.points.split == ALL else dataset.test
    return measured(_world.run.model, split)


@st.cache_resource(show_spinner="Looking for clusters", max_entries=12)
def clusters(_world: World, world_id: str) -> np.ndarray:
    """The k-means cluster of each point, uint8 (N,)."""
    from aecore.map_points import clusters as found

    known = _world.points.clusters
    return found(_world.points) if known is None else known
