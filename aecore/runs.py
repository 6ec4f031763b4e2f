"""Runs: a trained model as a folder, with all that is needed to use it, judge it and replay it.

    checkpoints/vae-mnist/
        run.json                 format, recipe, versions, history, metrics, reference, card, state
        weights.safetensors      the model
        snapshots.safetensors    what it did to the same few images as it learned
        codes.safetensors        the codes of some thousand training images
        maps.safetensors         maps of the test images' codes; see aecore/maps.py
        optimizer.safetensors    where its training stood; see aecore/resuming.py (not if shipped)

A folder is written under a temporary name and then renamed: what is there is whole.
"""

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from aecore.config import ConfigError, first_fault
from aecore.models import catalog
from aecore.models.base import Model
from aecore.run_info import FORMAT, Recipe, RunInfo
from aecore.tensor_files import RunError, fill, in_half, read_tensors

JSON_FILE = "run.json"
WEIGHTS_FILE = "weights.safetensors"
SNAPSHOTS_FILE = "snapshots.safetensors"
CODES_FILE = "codes.safetensors"
MAPS_FILE = "maps.safetensors"
OPTIMIZER_FILE = "optimizer.safetensors"
MAX_JSON_BYTES = 20_000_000


@dataclass(frozen=True)
class ListedRun:
    """A folder that holds a run, or that should: `info`, or the `fault` that keeps it out.

    A visitor's own run lies in a folder of a common name, and has its id as `key`.
    """

    folder: Path
    info: RunInfo | None = None
    fault: str | None = None
    key: str | None = None

    @property
    def id(self) -> str:
        """The key, else the folder's name."""
        return self.key or self.folder.name


class Run:
    """A run in memory: `info`, the `model` in eval mode, the `snapshots`, the `optimizer`'s state.

    One that was loaded reads its tensors from `folder` when they are first asked for.
    """

    def __init__(
        self,
        info: RunInfo,
        folder: Path | None = None,
        model: Model | None = None,
        snapshots: Mapping[str, Tensor] | None = None,
        optimizer: Mapping[str, Tensor] | None = None,
        codes: Mapping[str, Tensor] | None = None,
    ):
        self.info = info
        self.folder = folder
        if model is not None:
            self.model = model.eval()
        if snapshots is not None:
            self.snapshots = dict(snapshots)
        if optimizer is not None or folder is None:
            self.optimizer = dict(optimizer or {})
        if codes is not None or folder is None:
            self.codes = dict(codes or {})

    @property
    def recipe(self) -> Recipe:
        """What decided this run."""
        return self.info.recipe

    @cached_property
    def model(self) -> Model:
        """The trained model in eval mode; raises RunError if the weights are broken."""
        model = catalog.build(self.recipe.model, self.recipe.config)
        fill(model, self.folder / WEIGHTS_FILE)
        return model.eval()

    @cached_property
    def snapshots(self) -> dict[str, Tensor]:
        """The snapshots by name, empty where the run has none; see aecore/snapshots.py."""
        return self._read_if_there(SNAPSHOTS_FILE)

    @cached_property
    def optimizer(self) -> dict[str, Tensor]:
        """Where the training stood, empty where the run can't be trained on."""
        return self._read_if_there(OPTIMIZER_FILE)

    @cached_property
    def codes(self) -> dict[str, Tensor]:
        """The codes of some thousand training images; see aecore/code_sample.py."""
        return self._read_if_there(CODES_FILE)

    def _read_if_there(self, name: str) -> dict[str, Tensor]:
        path = self.folder / name
        return read_tensors(path) if path.exists() else {}


def read_info(folder: str | Path) -> RunInfo:
    """run.json of a folder, checked; no tensor is read.

    Raises:
        RunError: names the file and the fault.
    """
    path = Path(folder) / JSON_FILE
    content = _read_json(path)
    found = content.get("format") if isinstance(content, dict) else None
    if not isinstance(found, int) or found < 1:
        raise RunError(f"{path}: has no format number, so it isn't a run of Bottleneck")
    if found > FORMAT:
        raise RunError(
            f"{path}: is of format {found}, newer than this version reads ({FORMAT}): update first"
        )
    try:
        return RunInfo.model_validate(content)
    except (ValidationError, ConfigError) as error:
        raise RunError(f"{path}: {first_fault(error)}") from error


def _read_json(path: Path) -> Any:
    try:
        if path.stat().st_size <= MAX_JSON_BYTES:
            return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RunError(f"{path}: is missing, so this folder holds no run") from error
    except OSError as error:
        raise RunError(f"{path}: can't be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise RunError(f"{path}: truncated, or not JSON ({error})") from error
    raise RunError(f"{path}: larger than {MAX_JSON_BYTES // 1_000_000} MB, refused")


def load(folder: str | Path) -> Run:
    """The run in a folder, its weights read and checked.

    Raises:
        RunError: names the file and the fault.
    """
    run = Run(read_info(folder), folder=Path(folder))
    _ = run.model  # read now, so that a broken file is reported here
    return run


def list_runs(folder: str | Path) -> list[ListedRun]:
    """The runs in a folder's subfolders, by name; broken ones with their fault. Reads only JSON."""
    runs = []
    for path in sorted(Path(folder).glob(f"*/{JSON_FILE}")):
        if path.parent.name.startswith("."):
            continue
        try:
            runs.append(ListedRun(path.parent, info=read_info(path.parent)))
        except RunError as error:
            runs.append(ListedRun(path.parent, fault=str(error)))
    return runs


def save(run: Run, folder: str | Path, force: bool = False, half: bool = False) -> Path:
    """Writes a run under a temporary name beside `folder` and renames it when it is whole.
    With `half` its weights take half the room, as float16; `load` gives float32 again.

    Raises:
        RunError: there is a run already and `force` is off, or the disk is full; what was there
            before is untouched.
    """
    folder = Path(folder)
    check_place(folder, force)
    temporary = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        temporary.chmod(0o755)
        _write(run, temporary, half)
        swap(temporary, folder)
    except OSError as error:
        reason = error.strerror or str(error)
        raise RunError(f"{folder}: couldn't be saved ({reason}); nothing was replaced") from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
    return folder


def check_place(folder: Path, force: bool = False) -> None:
    """Asks before any training whether `save` would write here; raises RunError if it wouldn't."""
    if not folder.exists():
        return
    if not force:
        raise RunError(f"{folder}: exists already; choose another place, or --force replaces it")
    if not folder.is_dir():
        raise RunError(f"{folder}: is a file, so it isn't replaced")
    if any(folder.iterdir()) and not (folder / JSON_FILE).exists():
        raise RunError(f"{folder}: holds other things than a run, so it isn't replaced")


def _write(run: Run, folder: Path, half: bool) -> None:
    try:
        state = {name: tensor.cpu().contiguous() for name, tensor in run.model.state_dict().items()}
        save_file(in_half(state) if half else state, folder / WEIGHTS_FILE)
        others = {
            SNAPSHOTS_FILE: run.snapshots,
            CODES_FILE: run.codes,
            OPTIMIZER_FILE: run.optimizer,
        }
        for name, tensors in others.items():
            if tensors:
                save_file(tensors, folder / name)
    except SafetensorError as error:  # how safetensors reports a full disk
        raise OSError(0, str(error)) from error
    text = run.info.model_dump_json(indent=1)
    (folder / JSON_FILE).write_text(text + "\n", encoding="utf-8")
    for path in folder.iterdir():
        path.chmod(0o644)  # safetensors writes files for their owner alone


def swap(new: Path, folder: Path) -> None:
    """Puts `new` in the place of `folder`; the old one goes last."""
    if not folder.exists():
        new.rename(folder)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{folder.name}-old-", dir=folder.parent))
    folder.rename(old / "run")
    try:
        new.rename(folder)
    except OSError:
        (old / "run").rename(folder)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
