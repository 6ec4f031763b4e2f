"""The loop that tutorials teach, which `train()` is held against.

torch's DataLoader over torchvision's MNIST with ToTensor, Adam at 1e-3, `.item()` at every step,
float32. The model and its loss are ours, so that only the training differs.
"""

import gzip
from collections.abc import Iterator
from pathlib import Path

import torch
from torch.utils.data import DataLoader

from aecore.data import DatasetMissing, data_folder
from aecore.models.base import Model
from aecore.torchvision_fix import import_torchvision

BATCH = 128


def unpack(folder: Path) -> Path:
    """Unpacks MNIST's four files into `folder` as torchvision wants them; its root.

    Raises:
        DatasetMissing: MNIST isn't here.
    """
    packed = sorted((data_folder() / "MNIST" / "raw").glob("*.gz"))
    if not packed:
        raise DatasetMissing("MNIST isn't here: python -m aecore fetch mnist")
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for path in packed:
        (raw / path.stem).write_bytes(gzip.decompress(path.read_bytes()))
    return folder


def loader(root: Path) -> DataLoader:
    """Batches of the training images, shuffled; full ones only, as `train()` has them."""
    torchvision = import_torchvision()
    images = torchvision.datasets.MNIST(
        root, train=True, transform=torchvision.transforms.ToTensor()
    )
    return DataLoader(images, batch_size=BATCH, shuffle=True, drop_last=True)


def steps(model: Model, batches: DataLoader) -> Iterator[float]:
    """Trains without end, a step at a time: the loss of each."""
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    model.train()
    while True:
        for x, y in batches:
            optimizer.zero_grad()
            loss = model.loss(x, y, None).total
            loss.backward()
            optimizer.step()
            yield loss.item()
