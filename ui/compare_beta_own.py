"""The visitor's own runs on the rate-distortion plane: those that are done, and those under way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from ui import cached, compare_beta_kit, own_runs, pickers
from ui import jobs as trainings
from ui.components.visitor import COOKIE

if TYPE_CHECKING:
    from pathlib import Path

    from aecore.job import Status
    from aecore.run_info import RunInfo
    from aecore.runs import ListedRun
    from ui.compare_beta_kit import Lens

LONGEST_TRACK = 60  # points


@dataclass(frozen=True, eq=False)
class Own:
    """One of the visitor's runs. lens is None, and kl empty, while it trains.

    track: (rate, distortion) after each epoch, on the first 2,000 test images.
    """

    id: str
    name: str
    dataset: str
    beta: float
    rate: float
    distortion: float
    track: list[list[float]]
    running: bool = False
    lens: Lens | None = None
    kl: tuple[float, ...] = ()
    active: tuple[bool, ...] = ()
    reach: tuple[tuple[float, float], ...] = ()


def known() -> bool:
    """Whether this visitor can have runs: no engine is started to find out that there are none."""
    return trainings.VISITOR in st.session_state or COOKIE in st.context.cookies


def statuses() -> list[Status]:
    """How the visitor's runs stand that can be put on the plane, the latest first."""
    if not known():
        return []
    return [each for each in trainings.jobs().mine(trainings.visitor()) if fits(each.recipe)]


def fits(recipe: Any) -> bool:
    """Whether a recipe's model has a rate, and a decoder that the lens can feed."""
    abilities = recipe.entry.abilities
    return abilities.posterior and not abilities.conditional


def shipped(dataset: str) -> dict[str, ListedRun]:
    """The shipped runs outside of sweeps that can be put on a data set's plane, by id."""
    return {
        each.id: each
        for each in cached.runs()
        if each.info and each.info.recipe.dataset == dataset and fits(each.info.recipe)
    }


def beside(dataset: str, ids: list[str]) -> list[Own]:
    """Those of the shipped runs that the visitor asked for."""
    there = shipped(dataset)
    return [
        own
        for one in ids
        if one in there
        for own in _finished(
            one, pickers.short_title(there[one]), there[one].folder, there[one].info
        )
    ]


def owned(dataset: str, found: list[Status]) -> list[Own]:
    """The visitor's runs on a data set, and one that the address names."""
    there = [own for each in found if each.recipe.dataset == dataset and (own := _own(each))]
    ids = {own.id for own in there}
    for listed in own_runs.listed():
        if listed.key not in ids and listed.info.recipe.dataset == dataset:
            there += _finished(listed.key, listed.info.title, listed.folder, listed.info)
    return there


def _own(status: Status) -> Own | None:
    if status.has_run and not status.under_way:
        folder = trainings.jobs().records.run_folder(status.id)
        from aecore.runs import read_info

        done = _finished(status.id, status.name, folder, read_info(folder))
        return done[0] if done else None
    view = trainings.jobs().watch(status.id)
    rows = [{"test": report.test} for report in view.reports if report.test]
    track = track_of(rows)
    if not track or not status.under_way:
        return None
    beta = status.settings.get("beta", status.recipe.config.beta)
    rate, distortion = track[-1]
    return Own(
        status.id, status.name, status.recipe.dataset, beta, rate, distortion, track, running=True
    )


def track_of(history: list[dict[str, Any]]) -> list[list[float]]:
    """(rate, distortion) epoch by epoch; every so many of a long history."""
    rows = [row["test"] for row in history if {"kl_nats", "reconstruction"} <= row["test"].keys()]
    stride = -(-len(rows) // LONGEST_TRACK) or 1
    kept = [*rows[:-1:stride], *rows[-1:]]
    return [[round(row["kl_nats"], 3), round(row["reconstruction"], 3)] for row in kept]


def _finished(run_id: str, name: str, folder: Path, info: RunInfo) -> list[Own]:
    """A run that is there, or nothing where it was never measured or can't be read."""
    from aecore.collapse import examine
    from aecore.latent_space import latent_space
    from aecore.portable import PortableError
    from aecore.runs import RunError

    metrics = info.metrics
    if "kl_nats" not in metrics or not fits(info.recipe):
        return []
    try:
        lens = compare_beta_kit.of_folder(folder, info.recipe.dataset)
        found = examine(lens.run)
        reach = latent_space(lens.run).ranges.tolist()
    except (RunError, PortableError, OSError):
        return []
    return [
        Own(
            run_id,
            name,
            info.recipe.dataset,
            lens.run.recipe.config.beta,
            metrics["kl_nats"].value,
            metrics["reconstruction_nats"].value,
            track_of(info.history),
            lens=lens,
            kl=tuple(round(v, 4) for v in found.kl),
            active=tuple(i not in found.dead for i in range(len(found.kl))),
            reach=tuple((round(low, 4), round(high, 4)) for low, high in reach),
        )
    ]
