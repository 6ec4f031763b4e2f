"""How good the digits are that the shipped runs draw: measured once, kept in checkpoints/.

    python -m aecore.generation_figures [RUN ...]     measures again (a few minutes)

It needs the runs' data set. Beside the figures it keeps the classifier's features of the first
5,000 training digits, so that a page can judge new samples without the data.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from aecore import classifier, data, fidelity, generation
from aecore.latent_space import LatentSpace, latent_space, pictures
from aecore.models.base import CLASSES, Model
from aecore.places import checkpoints_folder
from aecore.runs import Run, list_runs, load
from aecore.tensor_files import RunError, read_tensors

JSON_FILE, FEATURES_FILE = "figures.json", "features.safetensors"
SAMPLES = 5_000
COMPONENTS = 10
SEED = 0
DATASET = "mnist"


@dataclass(frozen=True)
class Figures:
    """A row: which run drew from which source; see aecore/fidelity.py for each figure.

    nearest: the median error to the nearest training digit; samples: how many were judged.
    """

    run: str
    source: str
    samples: int
    recognised: float
    classes: float
    diversity: float
    precision: float
    recall: float
    nearest: float | None = None


def folder(dataset_name: str) -> Path:
    """Where a data set's figures lie."""
    return checkpoints_folder() / f"generation-{dataset_name}"


def read_figures(dataset_name: str) -> list[Figures]:
    """The shipped figures of a data set, none where there are none.

    Raises:
        RunError: the file is broken.
    """
    path = folder(dataset_name) / JSON_FILE
    if not path.exists():
        return []
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
        return [Figures(**row) for row in rows]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"{path}: isn't a list of figures ({error})") from error


def read_features(dataset_name: str) -> Tensor | None:
    """The classifier's features of the first training digits, float32 (5000, 64), if they ship."""
    path = folder(dataset_name) / FEATURES_FILE
    return read_tensors(path)["features"].float() if path.exists() else None


def measure(
    run: str,
    source: str,
    images: Tensor,
    real: Tensor,
    judge: classifier.Classifier,
    known: Tensor | None = None,
) -> Figures:
    """Judges images (n, 28, 28) against features of as many real digits (N, 64), N >= n.

    known: training digits (N, 28, 28) to look for the nearest among.
    """
    found = fidelity.judge(judge, images)
    n = min(len(images), len(real))
    precision, recall = fidelity.precision_recall(real[:n], found.features[:n])
    nearest = None
    if known is not None:
        nearest = float(fidelity.nearest_digits(images[:1_000], known)[0].median())
    return Figures(
        run,
        source,
        len(images),
        found.recognised,
        found.classes,
        fidelity.diversity(found.features[:1_000]),
        precision,
        recall,
        nearest,
    )


def samples(
    model: Model, space: LatentSpace, source: str, n: int, seed: int, temperature: float = 1.0
) -> Tensor:
    """n pictures (n, 28, 28) from a source; a conditional model writes all classes in turn."""
    gaussians = None
    if source in ("gaussian", "mixture"):
        gaussians = generation.fit_gaussians(space, COMPONENTS if source == "mixture" else 1)
    codes = generation.draw(model, source, n, seed, temperature, gaussians, space)
    y = torch.arange(n) % CLASSES if model.abilities.conditional else None
    parts = range(0, n, 500)
    told = (None if y is None else y[i : i + 500] for i in parts)
    return torch.cat(
        [pictures(model, codes[i : i + 500], each) for i, each in zip(parts, told, strict=True)]
    )


def _rows_of(name: str, run: Run, real: Tensor, known: Tensor, judge) -> list[Figures]:
    space, model = latent_space(run), run.model
    rows = []
    for source in generation.sources(model.abilities, fitted=len(space) > 0):
        images = samples(model, space, source, SAMPLES, SEED)
        rows.append(measure(name, source, images, real, judge, known))
        print(rows[-1], flush=True)
    return rows


def main(names: list[str]) -> None:
    """Measures the named runs of the data set, or all of them, and the real test digits."""
    torch.set_num_threads(1)
    dataset, judge = data.load(DATASET), classifier.load(DATASET)
    known = data.to_float(dataset.train.images[:, 0])
    real = fidelity.judge(judge, known[:SAMPLES]).features
    place = folder(DATASET)
    place.mkdir(parents=True, exist_ok=True)
    save_file({"features": real.half()}, place / FEATURES_FILE)
    (place / FEATURES_FILE).chmod(0o644)  # safetensors writes files for their owner alone
    rows = {(row.run, row.source): row for row in read_figures(DATASET)}
    test = data.to_float(dataset.test.images[:SAMPLES, 0])
    rows["", "real"] = measure("", "real", test, real, judge, known)
    for listed in list_runs(checkpoints_folder()):
        if listed.info is None or listed.info.recipe.dataset != DATASET:
            continue
        if not names or listed.id in names:
            found = _rows_of(listed.id, load(listed.folder), real, known, judge)
            rows |= {(row.run, row.source): row for row in found}
        _write(place / JSON_FILE, rows)


def _write(path: Path, rows: dict[tuple[str, str], Figures]) -> None:
    content = {"samples": SAMPLES, "seed": SEED, "rows": [vars(row) for row in rows.values()]}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
