"""aecore behind Streamlit's caches, and the warm-up that keeps imports out of the first screen.

Torch, scikit-learn and scipy take seconds to import, so pages never import them: they ask here,
and every function below imports what it needs when it is called.
"""

from __future__ import annotations

import gc
import importlib
import inspect
import operator
import sys
import textwrap
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    import numpy as np

    from aecore.drawing import Drawing
    from aecore.reading import Reading
    from aecore.runs import ListedRun, Run

WARM = ("aecore.runs", "aecore.reading", "aecore.drawing")


@st.cache_resource(show_spinner=False)
def _warm_up() -> threading.Thread:
    """Starts the imports once a server. A page goes on; what needs them waits in `ready`."""
    thread = threading.Thread(target=_import, args=WARM, name="warm-up", daemon=True)
    thread.start()
    return thread


def _import(*modules: str) -> None:
    """Imports, then puts all that is there out of the garbage collector's sight.

    Streamlit runs a full collection after every script run, and one walks every object that torch
    left behind: 126 ms each time, under the GIL.
    """
    for module in modules:
        importlib.import_module(module)
    sys.modules["torch"].set_num_threads(1)  # for one image, more threads wait for one another
    gc.collect()
    gc.freeze()


@st.cache_resource(show_spinner=False)
def need(*modules: str) -> None:
    """Imports what only some pages need (scikit-learn, umap), once a server, like the warm-up."""
    ready()
    _import(*modules)


def start() -> None:
    """Begins the warm-up, at the first page that anyone opens."""
    _warm_up()


def skeleton(height: int) -> None:
    """Holds the place of what needs the models while they are being imported.

    Its slot stays when it has gone: a part that moves in a page would start anew, mid-stroke.
    """
    with st.container():
        if _warm_up().is_alive():
            with st.skeleton(height=height):
                ready()


def ready() -> None:
    """Waits until the warm-up is done. If it failed, the import that comes next says why."""
    _warm_up().join()


def runs() -> list[ListedRun]:
    """All shipped runs, broken ones with their fault."""
    ready()
    from aecore.places import checkpoints_folder

    folder = checkpoints_folder()
    stamps = tuple((path, path.stat().st_mtime_ns) for path in sorted(folder.glob("*/run.json")))
    return _list_runs(folder, stamps)


@st.cache_resource(show_spinner=False, max_entries=4)
def _list_runs(folder: Path, stamps: tuple) -> list[ListedRun]:
    from aecore.runs import list_runs

    return list_runs(folder)


def run(folder: Path) -> Run:
    """A run with its model; shared by all visitors, so never change it.

    Raises:
        aecore.RunError: names the file and the fault.
    """
    ready()
    return _load(folder, stamps_of(folder))


def stamps_of(folder: Path) -> tuple:
    """Changes when a run is replaced, so that the caches below load it again."""
    return tuple((path.name, path.stat().st_mtime_ns) for path in sorted(folder.iterdir()))


@st.cache_resource(show_spinner=False, max_entries=32)
def _load(folder: Path, stamps: tuple) -> Run:
    from aecore.runs import load

    return load(folder)


def places(folder: Path) -> np.ndarray:
    """Where a discrete run's codes lie: see `aecore.reading.codebook_places`."""
    return _places_of(folder, stamps_of(folder))


@st.cache_resource(show_spinner=False, max_entries=32)
def _places_of(folder: Path, stamps: tuple) -> np.ndarray:
    from aecore.reading import codebook_places

    return codebook_places(_load(folder, stamps).model.codebook)


@dataclass(frozen=True, eq=False)
class Sight:
    """A drawing and what a run makes of it: a reading, or the fault that there is with the run.

    places: see `aecore.reading.codebook_places`, for discrete models. closer: the share of test
    images that were rebuilt less closely, 0 to 1, where the run knows. No reading of no drawing.
    """

    drawing: Drawing
    reading: Reading | None = None
    places: np.ndarray | None = None
    closer: float | None = None
    fault: str | None = None


def sight(folder: Path, text: str, label: int | None = None) -> Sight:
    """A drawing (text, see aecore/strokes.py) through a run; `label` as in `aecore.reading.read`.

    Raises:
        aecore.strokes.StrokesError: the text is no drawing.
    """
    ready()
    from aecore import drawing, strokes

    return look(folder, drawing.normalise(strokes.rasterise(strokes.decode(text))), label)


def look(folder: Path, drawn: Drawing, label: int | None = None) -> Sight:
    """What is already as the model sees it, through a run; `label` as in `aecore.reading.read`."""
    from aecore import reading, runs
    from aecore.scores import share_above

    if drawn.empty:
        return Sight(drawn)
    try:
        used = run(folder)
    except (runs.RunError, OSError) as error:
        return Sight(drawn, fault=str(error))
    found = reading.read(used.model, drawn.image, label)
    known = used.info.reference.get("mse")
    return Sight(
        drawing=drawn,
        reading=found,
        places=places(folder) if used.model.abilities.discrete else None,
        closer=share_above(found.scores["mse"], known) if known else None,
    )


def has_data(name: str) -> bool:
    """Whether a data set's files are on this machine."""
    ready()
    from aecore.data import available

    return available(name)


@st.cache_data(show_spinner=False)
def source(function: str) -> str:
    """The source text of one of our functions or methods: "module:name", "module:Class.name"."""
    ready()
    module, name = function.split(":")
    found = operator.attrgetter(name)(importlib.import_module(module))
    return textwrap.dedent(inspect.getsource(found))
