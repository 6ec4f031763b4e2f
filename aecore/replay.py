"""A training as a film: its losses, and what it made of the same few images, in order.

A film is made of a run that is there (`of_run`) or of first weights (`untrained`), and grows with a
training's reports (`grow`).
Its latent maps are turned to lie over one another, so that what moves is what was learnt.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from aecore.changes import Change
from aecore.models import catalog
from aecore.reports import Frame, Report
from aecore.run_info import Recipe
from aecore.runs import Run
from aecore.snapshots import Probes, probe_arrays, take_snapshot


@dataclass(frozen=True)
class Row:
    """Losses by name at a step; `test` where the test images were looked at."""

    step: int
    train: Mapping[str, float]
    test: Mapping[str, float] | None


@dataclass(frozen=True, eq=False)
class Still:
    """One picture of the film.

    reconstructions: uint8 (P, 28, 28). samples: uint8 (S, 28, 28), or None where the model draws
    none. places: float32 (M, 2), where the test images lie on the map.
    """

    step: int
    reconstructions: np.ndarray
    samples: np.ndarray | None
    places: np.ndarray


@dataclass(eq=False)
class Film:
    """What the time machine shows. `now` is the latest still of a training, not kept for long."""

    steps: int = 1  # of the whole training
    steps_per_epoch: float = 1.0
    rows: list[Row] = field(default_factory=list)
    stills: list[Still] = field(default_factory=list)
    now: Still | None = None
    probe_images: np.ndarray | None = None  # uint8 (P, 28, 28)
    probe_labels: np.ndarray | None = None  # (P,)
    map_labels: np.ndarray | None = None  # (M,)
    changes: tuple[Change, ...] = ()
    flat: bool = False  # the map shows the latent coordinates themselves: there are two at most

    def add_still(self, step: int, frame: Frame) -> None:
        """Adds what a snapshot holds (see aecore/snapshots.py)."""
        self.stills.append(self.still(step, frame))

    def still(self, step: int, frame: Frame) -> Still:
        """A snapshot as the next still of this film."""
        last = self.stills[-1].places if self.stills else None
        self.flat = frame["latents"].shape[1] <= 2
        places = flat_map(frame["latents"], last)
        return Still(step, frame["reconstructions"], frame.get("samples"), places)

    def set_probes(self, probes: Mapping[str, np.ndarray]) -> None:
        """Takes the images that all stills are about."""
        self.probe_images = probes["probe_images"]
        self.probe_labels = probes["probe_labels"]
        self.map_labels = probes["map_labels"]


def of_run(run: Run) -> Film:
    """The film of a run, as far as it was trained; without stills where it kept no snapshots."""
    history, found = run.info.history, run.snapshots
    film = Film(changes=run.info.changes)
    film.rows = [Row(row["step"], row["train"], row["test"]) for row in history]
    if history:
        film.steps_per_epoch = history[0]["step"] / history[0]["epoch"]
        film.steps = history[-1]["step"]
    if found:
        arrays = {name: tensor.numpy() for name, tensor in found.items()}
        film.set_probes(arrays)
        film.steps = max(film.steps, int(arrays["steps"][-1]))
        shown = [name for name in ("reconstructions", "samples", "latents") if name in found]
        for index, step in enumerate(arrays["steps"]):
            film.add_still(int(step), {name: arrays[name][index] for name in shown})
    return film


def untrained(recipe: Recipe, probes: Probes, images: int) -> Film:
    """The film of a training before its first step; `images`: of its training set."""
    training = recipe.training
    film = Film(steps_per_epoch=max(images // training.batch_size, 1))
    film.steps = round(film.steps_per_epoch) * training.epochs
    film.set_probes(probe_arrays(probes))
    model = catalog.build(recipe.model, recipe.config, recipe.seed, training.initial_weights)
    film.add_still(0, take_snapshot(model, probes))
    return film


def grow(film: Film, reports: Iterable[Report], latest: Report | None) -> None:
    """Adds what a training has reported since; `latest` is the last report that has a frame."""
    for report in reports:
        film.steps, film.steps_per_epoch = report.steps, report.steps / report.epochs
        if report.train or report.test:
            film.rows.append(Row(report.step, report.train, report.test))
        if report.kept and report.frame and _is_new(film, report.step):
            film.add_still(report.step, report.frame)
    film.now = None
    if latest and latest.frame and _is_new(film, latest.step):
        film.now = film.still(latest.step, latest.frame)


def _is_new(film: Film, step: int) -> bool:
    return not film.stills or step > film.stills[-1].step


def flat_map(latents: np.ndarray, last: np.ndarray | None = None) -> np.ndarray:
    """Codes (M, D) as places (M, 2), turned to lie over the `last` ones.

    One or two latent coordinates are shown as they are; more by their two leading principal
    components, whose signs and order mean nothing: so they are turned.
    """
    codes = np.nan_to_num(latents.astype(np.float32))
    if codes.shape[1] <= 2:
        return np.pad(codes, ((0, 0), (0, 2 - codes.shape[1])))
    centred = codes - codes.mean(0)
    directions = np.linalg.eigh(centred.T @ centred)[1]
    places = centred @ directions[:, :-3:-1]
    return places if last is None else turned(places, last)


def turned(places: np.ndarray, onto: np.ndarray) -> np.ndarray:
    """Places (M, 2), turned or mirrored to come nearest to `onto` (M, 2).

    The orthogonal Procrustes problem (Schönemann 1966): with U S V' = places' onto, it is U V'.
    """
    u, _, v = np.linalg.svd(places.T @ onto)
    return places @ (u @ v)


def loss_names(rows: Sequence[Row]) -> list[str]:
    """The names of the losses in the loss's own order: the total, its terms, what is logged.

    What says in every row the same as a name before it is left out: with beta at 1 the total and
    the negative ELBO, for instance.
    """
    names = dict.fromkeys(name for row in rows for name in (*row.train, *(row.test or ())))
    kept: dict[tuple, str] = {}
    for name in names:
        kept.setdefault(tuple(_values(rows, name)), name)
    return list(kept.values())


def _values(rows: Sequence[Row], name: str) -> Iterator[str]:
    for row in rows:
        for part in (row.train, row.test or {}):
            yield f"{part[name]:.4g}" if name in part else ""
