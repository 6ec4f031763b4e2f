"""How well each shipped run cleans images, against the kind and the amount of noise.

    python -m aecore.denoising_curves [KIND ...]     measures again (some minutes a kind)

It needs the data set, and keeps in checkpoints/denoisers-mnist/ the curves and the mean and
covariance of the training images, from which the best linear denoiser is made.
"""

import json
import math
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from aecore import data
from aecore.denoising import (
    PixelStatistics,
    best_linear,
    folder,
    median,
    pixel_statistics,
    save_statistics,
)
from aecore.noise import NOISES, corrupt
from aecore.places import checkpoints_folder
from aecore.quality import mean_quality, through
from aecore.runs import list_runs, load
from aecore.tensor_files import RunError

JSON_FILE = "curves.json"
IMAGES = 500  # of the test set
SEED = 0
DATASET = "mnist"
FIGURES = ("mse", "psnr", "ssim")
NOTHING, LINEAR, MEDIAN = "noisy", "linear", "median"  # beside the runs, which have their own ids

Curve = dict[str, list[float | None]]  # figure -> its value at each of the kind's amounts


def curve(kind: str, x: Tensor, cleaner: Callable[[float], Callable[[Tensor], Tensor]]) -> Curve:
    """The mean quality of what comes of images (B, 1, 28, 28), at each amount of a kind.

    cleaner: for an amount, what cleans images. A figure that is infinite is None.
    """
    found: Curve = {name: [] for name in FIGURES}
    for amount in NOISES[kind].amounts:
        restored = cleaner(amount)(corrupt(x, kind, amount, SEED))
        measured = mean_quality(x, restored)
        for name, values in found.items():
            value = getattr(measured, name)
            values.append(round(value, 5) if math.isfinite(value) else None)
    return found


def baselines(kind: str, clean: PixelStatistics) -> dict[str, Callable]:
    """What is no model: leaving the noise in, the best linear denoiser, a median filter."""
    return {
        NOTHING: lambda amount: lambda y: y,
        LINEAR: partial(best_linear, clean, kind),
        MEDIAN: lambda amount: median,
    }


def read_curves(dataset_name: str) -> dict:
    """What ships: {"images", "curves": {kind: {run or baseline: Curve}}}; {} where nothing does.

    Raises:
        RunError: the file is broken.
    """
    path = folder(dataset_name) / JSON_FILE
    if not path.exists():
        return {}
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RunError(f"{path}: isn't a list of curves ({error})") from error


def main(kinds: list[str]) -> None:
    """Measures the named kinds of noise, or all of them."""
    torch.set_num_threads(1)
    dataset = data.load(DATASET)
    clean = pixel_statistics(dataset.train.images)
    save_statistics(clean, DATASET)
    x = data.to_float(dataset.test.images[:IMAGES])
    runs = {
        listed.id: load(listed.folder).model
        for listed in list_runs(checkpoints_folder())
        if listed.info and listed.info.recipe.dataset == DATASET
    }
    path = folder(DATASET) / JSON_FILE
    for kind in kinds or NOISES:
        cleaners = baselines(kind, clean)
        cleaners |= {name: _always(partial(through, model)) for name, model in runs.items()}
        found = {}
        for name, cleaner in cleaners.items():
            found[name] = curve(kind, x, cleaner)
            print(kind, name, found[name]["mse"], flush=True)
        _keep(path, kind, found)


def _always(clean: Callable[[Tensor], Tensor]) -> Callable[[float], Callable[[Tensor], Tensor]]:
    """A model cleans as it does, whatever the amount."""
    return lambda amount: clean


def _keep(path: Path, kind: str, found: dict[str, Curve]) -> None:
    curves = read_curves(DATASET).get("curves", {}) | {kind: found}
    content = {"images": IMAGES, "seed": SEED, "curves": curves}
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
