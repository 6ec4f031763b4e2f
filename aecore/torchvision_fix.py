"""Import torchvision beside a CPU-only torch, where a plain import fails.

The torchvision on PyPI is compiled for CUDA. Beside a torch without CUDA its compiled part cannot
be loaded, and its Python part then stumbles over the operators missing from it: «operator
torchvision::nms does not exist». The data sets and transforms need none of them, so it is enough
to declare the two that the import asks for (tried with torch 2.13.0 and torchvision 0.28.0).
"""

import threading
from types import ModuleType

import torch

_lock = threading.Lock()
_declared: list[torch.library.Library] = []  # an operator lives as long as its Library object


def import_torchvision() -> ModuleType:
    """torchvision, imported as it is or, only where that fails for want of nms, with the fix."""
    with _lock:
        try:
            import torchvision
        except RuntimeError as error:
            if "operator torchvision::nms does not exist" not in str(error):
                raise
            _declare_operators()
            import torchvision
        return torchvision


def _declare_operators() -> None:
    library = torch.library.Library("torchvision", "FRAGMENT")
    for name in ("nms", "qnms"):
        library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    _declared.append(library)
