"""The eight images that all models of a sweep are shown, kept beside it: no data set is needed."""

from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from aecore.data import Dataset
from aecore.networks import SIDE
from aecore.tensor_files import RunError, read_tensors

FILE = "probes.safetensors"
COUNT = 8
SEED = 1


def choose(dataset: Dataset) -> dict[str, Tensor]:
    """images uint8 (8, 28, 28) and labels (8,) of the test set.

    The first image of each of the last eight classes; of fewer classes, eight images at random.
    """
    test = dataset.test
    classes = test.labels.unique()[-COUNT:].tolist()
    if len(classes) == COUNT:
        chosen = [int((test.labels == label).nonzero()[0]) for label in classes]
    else:
        chosen = np.random.RandomState(SEED).permutation(len(test))[:COUNT].tolist()
    return {"images": test.images[chosen, 0].clone(), "labels": test.labels[chosen].clone()}


def write(dataset: Dataset, folder: Path) -> None:
    """Writes a data set's probes into a sweep's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file(choose(dataset), folder / FILE)
    (folder / FILE).chmod(0o644)  # safetensors writes files for their owner alone


def read(folder: Path) -> dict[str, Tensor]:
    """The probes of a sweep.

    Raises:
        RunError: names the file and the fault.
    """
    path = folder / FILE
    found = read_tensors(path)
    images, labels = found.get("images"), found.get("labels")
    if images is None or labels is None or images.dtype != torch.uint8 or labels.dim() != 1:
        raise RunError(f"{path}: should hold images and labels")
    if tuple(images.shape) != (len(labels), SIDE, SIDE) or not len(labels):
        raise RunError(f"{path}: its images are {tuple(images.shape)}")
    return found
