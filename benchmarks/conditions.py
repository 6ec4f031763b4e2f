"""Under which conditions something was measured: cores, threads, load, processor."""

import os
import platform

import torch

from benchmarks import timing

BUSY = 0.5  # load a core from which on two threads would wait for each other


def set_threads(wanted: int | None) -> str:
    """Sets torch's threads and says why: two of them on busy cores are many times slower."""
    cores = os.cpu_count() or 1
    if wanted:
        threads, why = wanted, "as asked"
    elif os.environ.get("OMP_NUM_THREADS"):
        threads, why = torch.get_num_threads(), "OMP_NUM_THREADS"
    elif load() > BUSY * cores:
        threads, why = 1, "the cores are busy"
    else:
        threads, why = torch.get_num_threads(), "a thread a core"
    torch.set_num_threads(threads)
    return f"{threads} ({why})"


def load() -> float:
    """The load average of the last minute; 0 where the system keeps none."""
    return round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else 0.0


def now(threads: str) -> dict[str, str | int | float]:
    """The conditions as a table to print under the figures."""
    return {
        "cores": os.cpu_count() or 1,
        "torch threads": threads,
        "load at the start": load(),
        "clock": timing.clock_in_words(),
        "processor": f"{platform.machine()}, {torch.backends.cpu.get_cpu_capability()}",
        "bfloat16 in hardware": "yes" if torch.cpu._is_avx512_bf16_supported() else "no",
        "torch": torch.__version__,
        "python": platform.python_version(),
    }
