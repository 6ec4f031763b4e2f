"""A training step of nothing but PyTorch's own calls: the least that one costs.

All images lie in one tensor; batches are drawn at random; no schedule, no losses read, nothing
reported, no test. What `train()` does besides is its distance to this loop.
"""

from collections.abc import Iterator

import torch

from aecore import hardware
from aecore.data import Split, to_float
from aecore.models.base import Model
from benchmarks.textbook import BATCH


def steps(model: Model, split: Split, precision: hardware.Precision) -> Iterator[None]:
    """Trains without end, a step at a time, with fused Adam at 1e-3."""
    device = torch.device("cpu")
    resolved = hardware.resolve_precision(precision, device)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    model.train()
    while True:
        chosen = torch.randint(len(split), (BATCH,))
        x, y = to_float(split.images.index_select(0, chosen)), split.labels[chosen]
        with hardware.autocast(resolved, device):
            loss = model.loss(x, y, None).total
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        yield
