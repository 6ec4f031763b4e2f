"""Tensors in files: read from broken or hostile ones, and halved. Nothing is ever unpickled."""

from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

MAX_BYTES = 200_000_000
PICKLE_STARTS = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"PK\x03\x04")


class RunError(ValueError):
    """A run that can't be read or written; the message names the file and the fault."""


def read_tensors(path: Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file by name.

    Raises:
        RunError: missing, too large, truncated, or of another format.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise RunError(f"{path}: larger than {MAX_BYTES // 1_000_000} MB, refused")
        with path.open("rb") as file:
            start = file.read(4)
        if start.startswith(PICKLE_STARTS):
            raise RunError(
                f"{path}: holds a pickle or an archive, which could run code when opened. "
                "Bottleneck reads safetensors files alone"
            )
        return load_file(path)
    except FileNotFoundError as error:
        raise RunError(f"{path}: is missing") from error
    except SafetensorError as error:
        raise RunError(f"{path}: truncated, or not a safetensors file ({error})") from error
    except OSError as error:
        raise RunError(f"{path}: can't be read ({error.strerror})") from error


def in_half(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights by name, each number rounded to float16."""
    return {n: t.half() if t.is_floating_point() else t for n, t in state.items()}


def _widened(found: dict[str, Tensor]) -> dict[str, Tensor]:
    """float32 of a file that was saved at half the size: all its numbers are then float16."""
    numbers = [tensor for tensor in found.values() if tensor.is_floating_point()]
    if any(tensor.dtype != torch.float16 for tensor in numbers):
        return found
    return {
        name: tensor.float() if tensor.is_floating_point() else tensor
        for name, tensor in found.items()
    }


def fill(model: nn.Module, path: Path) -> None:
    """Loads a file's weights into a model, each tensor checked first.

    Raises:
        RunError: a missing or unknown tensor, a wrong shape, a value that isn't a number.
    """
    found, wanted = _widened(read_tensors(path)), model.state_dict()
    for name, tensor in wanted.items():
        if name not in found:
            raise RunError(f"{path}: the tensor '{name}' is missing")
        if found[name].shape != tensor.shape:
            raise RunError(
                f"{path}: '{name}' has shape {tuple(found[name].shape)}, "
                f"but this model needs {tuple(tensor.shape)}"
            )
        if found[name].dtype != tensor.dtype:
            raise RunError(f"{path}: '{name}' is {found[name].dtype}, not {tensor.dtype}")
        if not torch.isfinite(found[name]).all():
            raise RunError(f"{path}: '{name}' holds NaN or infinite values")
    unknown = sorted(set(found) - set(wanted))
    if unknown:
        raise RunError(f"{path}: the tensor '{unknown[0]}' doesn't belong to this model")
    model.load_state_dict(found)
