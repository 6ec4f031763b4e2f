"""A separately trained classifier: the judge of whether a sample looks like what was asked for.

It is no model of the catalog: it has no bottleneck, and no autoencoder here ever saw it.
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional as F

from aecore import hardware
from aecore.data import Dataset, to_float
from aecore.models.base import CLASSES
from aecore.places import checkpoints_folder
from aecore.tensor_files import fill

JSON_FILE = "classifier.json"
WEIGHTS_FILE = "weights.safetensors"
EPOCHS = 8
BATCH = 256
MAX_SHIFT = 2  # pixels, so that a sample a little off centre is still recognised


class Classifier(nn.Module):
    """Images (B, 1, 28, 28) in [0, 1] to logits of the classes (B, 10): two convolutions, 99 %."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 32, 3, padding=1),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3, padding=1),
            nn.BatchNorm2d(64),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
        )
        self.hidden = nn.Linear(64 * 7 * 7, 64)
        self.output = nn.Linear(64, CLASSES)

    def features(self, x: Tensor) -> Tensor:
        """The last hidden layer (B, 64): where samples and real digits are compared."""
        return F.relu(self.hidden(self.layers(x)))

    def forward(self, x: Tensor) -> Tensor:
        """Logits of the classes (B, 10)."""
        return self.output(self.features(x))


def train(dataset: Dataset, seed: int = 0) -> Iterator[tuple[Classifier, float]]:
    """Trains a classifier, yielding it with its accuracy on the test set after each epoch."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Classifier()
    model.to(memory_format=hardware.memory_format(model))
    device = torch.device("cpu")
    precision = hardware.resolve_precision("auto", device)
    generator = torch.Generator().manual_seed(seed)
    steps = EPOCHS * (len(dataset.train.labels) // BATCH)
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps)
    for _ in range(EPOCHS):
        model.train()
        order = torch.randperm(len(dataset.train.labels), generator=generator)
        for chosen in order[: len(order) // BATCH * BATCH].split(BATCH):
            x = shift(to_float(dataset.train.images[chosen]), generator)
            with hardware.autocast(precision, device):
                loss = F.cross_entropy(model(x).float(), dataset.train.labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        yield model, accuracy(model, dataset)


def shift(x: Tensor, generator: torch.Generator) -> Tensor:
    """A batch moved by up to MAX_SHIFT pixels each way, the same for all of its images."""
    down, right = torch.randint(-MAX_SHIFT, MAX_SHIFT + 1, (2,), generator=generator).tolist()
    return x.roll((down, right), dims=(2, 3))


@torch.no_grad()
def accuracy(model: Classifier, dataset: Dataset) -> float:
    """Share of the test images that are recognised."""
    model.eval()
    parts = to_float(dataset.test.images).split(1_000)
    predicted = torch.cat([model(part).argmax(1) for part in parts])
    return (predicted == dataset.test.labels).float().mean().item()


def folder(dataset_name: str) -> Path:
    """Where the classifier of a data set lies."""
    return checkpoints_folder() / f"classifier-{dataset_name}"


def exists(dataset_name: str) -> bool:
    """Whether there is a classifier for a data set."""
    return (folder(dataset_name) / WEIGHTS_FILE).exists()


def save(model: Classifier, dataset: Dataset, measured: float) -> Path:
    """Writes the classifier and what it is."""
    path = folder(dataset.name)
    path.mkdir(parents=True, exist_ok=True)
    state = {name: tensor.contiguous() for name, tensor in model.state_dict().items()}
    save_file(state, path / WEIGHTS_FILE)
    card = {
        "what": "judges samples; trained apart from every autoencoder",
        "dataset": dataset.name,
        "epochs": EPOCHS,
        "test_accuracy": measured,
        "test_images": len(dataset.test.labels),
    }
    (path / JSON_FILE).write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    return path


def load(dataset_name: str) -> Classifier:
    """The classifier of a data set, in eval mode; raises RunError if its file is broken."""
    return _load(folder(dataset_name) / WEIGHTS_FILE)


@lru_cache(maxsize=4)
def _load(path: Path) -> Classifier:
    model = Classifier()
    fill(model, path)
    return model.eval()
