"""Maps that a visitor has made: chosen before it starts, watched while it goes, stopped at will."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from ui import forms, latent_map_view
from ui import jobs as engine

if TYPE_CHECKING:
    from aecore.maps import Embedding
    from aecore.projection import MapSettings
    from aecore.tasks import Task
    from ui.latent_map_kit import World
    from ui.latent_map_view import View

TASK = "latent_map_task"  # in the session: the visitor's task, and what it is of
MINE = "latent_map_made"  # in the session: the settings that the visitor had a map made with
COMMON = ("start", "seed")
FIELDS = {"tsne": ("perplexity", *COMMON), "umap": ("neighbours", "min_dist", *COMMON)}
MOST_MADE = 40  # maps in the server's memory
SECONDS = 1.0  # between two looks at a task


@st.cache_resource(show_spinner=False)
def _made() -> dict[tuple[str, str], Embedding]:
    """Maps that were made on this server, by their points and settings."""
    return {}


def find(world: World, name: str) -> Embedding | None:
    """The map of a name: the visitor's own, else the one that came with the run."""
    wanted = st.session_state.get(MINE, {}).get((world.id, name))
    return _made().get((world.id, wanted)) or world.find(name)


def second(world: World, settings: MapSettings) -> Embedding | None:
    """Another map of the same kind: one of the visitor's if this is the run's, or the other way."""
    name = f"{settings.method}{settings.dims}"
    mine, usual = find(world, name), world.find(name)
    if mine is not None and usual is not None and mine is not usual:
        return usual if mine.settings == settings else mine
    return world.find(f"{name}-second")


def pace() -> float | None:
    """How often the page has to look: not at all while nothing is being made."""
    return SECONDS if st.session_state.get(TASK) else None


def live_view(world: World, name: str) -> View | None:
    """The map as far as it has come, while it is being made."""
    found = _task(world, name)
    places = found[1].arrays.get("places") if found else None
    if places is None or len(places) != len(world.points):
        return None
    from aecore.maps import Embedding

    made = Embedding(found[0]["settings"], places.astype("float32"), float("nan"), float("nan"))
    return latent_map_view.unfinished_view(world, name, made)


def panel(world: World, name: str) -> None:
    """The form, or how far the map has come."""
    method = name[:-1]
    if method not in FIELDS:
        return
    found = _task(world, name)
    if found is not None:
        _progress(*found)
        return
    other = st.session_state.get(TASK)
    with st.expander("Make this map", expanded=find(world, name) is None):
        settings, faults = _form(world, name)
        for fault in faults:
            st.error(fault)
        if other:
            st.caption("Another map of yours is being made; this one would take its place.")
        if st.button("Make the map", disabled=bool(faults), key=f"make-{name}", width="stretch"):
            _begin(world, name, settings)
            st.rerun()
        st.caption(_words(world, method))
    if message := st.session_state.pop(f"{TASK}-fault", None):
        st.error(message)


def _form(world: World, name: str) -> tuple[MapSettings, list[str]]:
    from aecore.projection import MapSettings

    settings = MapSettings(method=name[:-1], dims=int(name[-1]))
    return forms.config_form(settings, f"map-{name}-", only=FIELDS[name[:-1]])


def _words(world: World, method: str) -> str:
    return (
        "The same settings and seed give the same map. It is made in the background, on one "
        f"processor core, of {len(world.points):,} codes."
    )


def _begin(world: World, name: str, settings: MapSettings) -> None:
    """Asks for a map; one with these settings that was made before is there at once."""
    from aecore.map_task import make

    key = settings.model_dump_json()
    if (world.id, key) in _made():
        _take(world.id, name, key)
        return
    plain = settings.model_dump(mode="json")
    task = engine.jobs().tasks.begin(make, world.points.features, plain, visitor=engine.visitor())
    st.session_state[TASK] = {"id": task, "world": world.id, "name": name, "settings": settings}


def _take(world_id: str, name: str, key: str) -> None:
    st.session_state.setdefault(MINE, {})[world_id, name] = key


def _task(world: World, name: str) -> tuple[dict[str, Any], Task] | None:
    """The visitor's task, if it is this map and under way."""
    asked = st.session_state.get(TASK)
    if not asked or (asked["world"], asked["name"]) != (world.id, name):
        return None
    task = engine.jobs().tasks.look(asked["id"])
    return (asked, task) if task and task.under_way else None


def settle(world: World) -> None:
    """Takes in a map that is done; what goes on is looked at again soon."""
    asked = st.session_state.get(TASK)
    if not asked:
        return
    task = engine.jobs().tasks.look(asked["id"])
    if task and task.under_way:
        return
    del st.session_state[TASK]
    if task and task.state == "finished":
        key = asked["settings"].model_dump_json()
        made = _made()
        made[asked["world"], key] = _embedding(asked["settings"], task.result)
        if len(made) > MOST_MADE:
            del made[next(iter(made))]
        _take(asked["world"], asked["name"], key)
        _keep(world, asked)
    elif task and task.state == "failed":
        st.session_state[f"{TASK}-fault"] = f"The map could not be made: {task.message}"
    st.rerun()


def _embedding(settings: MapSettings, result: dict[str, Any]) -> Embedding:
    from aecore.map_quality import Quality
    from aecore.maps import embedding

    quality = {name: value for name, value in result.items() if name != "places"}
    return embedding(settings, result["places"], Quality(**quality))


def _keep(world: World, asked: dict[str, Any]) -> None:
    """Keeps a map with the visitor's own run; one of a shipped run stays in the server's memory."""
    from aecore.job_records import ID
    from aecore.maps import Maps, write_maps

    own = world.folder.name == "run" and ID.fullmatch(world.folder.parent.name)
    if not own or world.id != asked["world"] or world.points.split == "all":
        return
    made = find(world, asked["name"])
    maps = {**world.embeddings, asked["name"]: made}
    write_maps(Maps(world.points, maps), world.folder)


def _progress(asked: dict[str, Any], task: Task) -> None:
    waiting = task.state == "waiting"
    words = "Waiting for a free worker" if waiting else f"Making the map: {task.done:.0%}"
    st.progress(min(1.0, task.done), words)
    notice = engine.jobs().notice
    if waiting and notice:
        st.caption(notice)
    if st.button("Stop", key="stop-map", width="stretch", icon=":material/stop:"):
        engine.jobs().tasks.stop(asked["id"])
        st.session_state.pop(TASK, None)
        st.rerun()
