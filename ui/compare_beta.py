"""Compare β, put together: the data set, the lens, and what stands in the address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from ui import cached, compare_beta_kit, compare_beta_own, explore_address, pickers
from ui import jobs as trainings
from ui.compare_beta_scene import COLUMNS, scene
from ui.components import beta_lens

if TYPE_CHECKING:
    from ui.compare_beta_kit import Kit

TICK = 1.0  # seconds, while a run of the visitor trains
PLACES, REVISION = "beta-places", "beta-revision"
ON, OTHERS = "on", "with"  # in the address
FIRST_BETA, FIRST_COLUMNS = "4", ("0.1", "1", "16")


def hands_on() -> Kit | None:
    """The data set and the lens over its models; None where there is nothing to show."""
    cached.skeleton(height=640)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        dataset = choose_dataset()
        others = choose_others(dataset)
    try:
        kit = compare_beta_kit.kit(dataset)
    except (ValueError, OSError) as error:  # RunError, PortableError
        st.error(f"The sweep can't be shown: {error}")
        return None
    under_way = any(each.under_way for each in compare_beta_own.statuses())
    st.fragment(_lens, run_every=TICK if under_way else None)(kit, under_way, others)
    if kit.models:
        models = [lens.portable for _, lens in kit.models]
        beta_lens.models(models, key=f"beta-models-{dataset}")
    return kit


def choose_dataset() -> str:
    """Which data set's plane is shown: the sweeps that ship, and what the visitor trained on."""
    from aecore.data import DATASETS

    shipped = list(compare_beta_kit.sweeps())
    own = [each.recipe.dataset for each in compare_beta_own.statuses()]
    named = dict.fromkeys([*shipped, compare_beta_kit.STARTING, *own])
    options = {name: DATASETS[name].title for name in named if name in DATASETS}
    first = "mnist" if "mnist" in options else next(iter(options))
    return explore_address.choose(ON, "Images", options, first, show_label=False)


def choose_others(dataset: str) -> list[str]:
    """Which shipped runs stand on the plane beside the sweep, by id; in the address as `with`."""
    there = compare_beta_own.shipped(dataset)
    if not there:
        return []
    key = f"{OTHERS}-{dataset}"
    linked = explore_address.given(OTHERS)
    if linked is not None or key not in st.session_state:
        st.session_state[key] = [one for one in (linked or "").split(",") if one in there]
    chosen = st.multiselect(
        "Other runs beside the sweep",
        list(there),
        format_func=lambda one: pickers.short_title(there[one]),
        key=key,
        placeholder="Add models",
        label_visibility="collapsed",
        persist_state="session",
    )
    explore_address.keep(OTHERS, ",".join(chosen) or None)
    return chosen


def _lens(kit: Kit, under_way: bool, others: list[str]) -> None:
    """The lens; while a run trains, again and again."""
    own = compare_beta_own.owned(kit.dataset, compare_beta_own.statuses())
    own += compare_beta_own.beside(kit.dataset, others)
    if under_way and not any(each.under_way for each in compare_beta_own.statuses()):
        st.rerun()
    found, images = scene(kit, own)
    if not found["entries"]:
        st.info(
            f"Nothing has been trained on {kit.dataset} yet. Start a small sweep below: each run "
            "appears here as it learns.",
            icon=":material/balance:",
        )
        return
    place = settled(kit.dataset, [entry["id"] for entry in found["entries"]])
    beta_lens.lens(
        {**found, **place, "revision": st.session_state.get(REVISION, 0)},
        images,
        lambda released: take(kit.dataset, released),
    )
    mine = [each.lens.portable for each in own if each.lens]
    if mine:
        beta_lens.models(mine, key="beta-models-own")


# ---- where the visitor stands: in the session, and in the address --------------------------------


def settled(dataset: str, ids: list[str]) -> dict[str, Any]:
    """The entry under the lens and those side by side; what a link names is taken once."""
    places = st.session_state.setdefault(PLACES, {})
    place = places.get(dataset, {"at": FIRST_BETA, "columns": list(FIRST_COLUMNS)})
    linked = explore_address.given("beta"), explore_address.given("beside")
    if linked[0]:
        place = {**place, "at": linked[0]}
    if linked[1]:
        place = {**place, "columns": linked[1].split(",")[:COLUMNS]}
    if any(linked):
        st.session_state[REVISION] = st.session_state.get(REVISION, 0) + 1
    place = _possible(place, ids)
    places[dataset] = place
    _write(place)
    return place


def _possible(place: dict[str, Any], ids: list[str]) -> dict[str, Any]:
    """The same place, with ids that there are."""
    at = place["at"] if place["at"] in ids else ids[len(ids) // 2]
    columns = [one for one in dict.fromkeys(place["columns"]) if one in ids]
    rest = [one for one in (ids[0], ids[len(ids) // 2], ids[-1]) if one not in columns]
    filled = [*columns, *dict.fromkeys(rest)][:COLUMNS]
    return {"at": at, "columns": sorted(filled, key=ids.index) if filled != columns else columns}


def _write(place: dict[str, Any]) -> None:
    explore_address.keep("beta", place["at"])
    explore_address.keep("beside", ",".join(place["columns"]))


def take(dataset: str, released: dict[str, Any]) -> None:
    """What the lens says on release."""
    columns = [str(one) for one in released["columns"]][:COLUMNS]
    st.session_state[PLACES][dataset] = {"at": str(released["at"]), "columns": columns}


def go(dataset: str, at: str, columns: list[str] | None = None) -> None:
    """Puts the lens somewhere from Python."""
    places = st.session_state.setdefault(PLACES, {})
    place = places.get(dataset, {"at": at, "columns": list(FIRST_COLUMNS)})
    places[dataset] = {"at": at, "columns": columns or place["columns"]}
    st.session_state[REVISION] = st.session_state.get(REVISION, 0) + 1
    st.session_state[ON] = dataset


def remember() -> None:
    """Has the browser keep who the visitor is, once they have runs."""
    if compare_beta_own.known():
        trainings.remember_visitor()
