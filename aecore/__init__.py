"""Bottleneck's science: autoencoders, how they are trained, judged, kept and looked into.

    import aecore

    run = aecore.load("checkpoints/vae-mnist")
    code = run.model.encode(x)  # x: float (B, 1, 28, 28) in [0, 1]

The names below are loaded when they are first used, so that `import aecore` is quick.
"""

from importlib import import_module

__version__ = "0.1.0"  # a cluster's workers must have the same

HOMES = {
    "Recipe": "aecore.runs",
    "Run": "aecore.runs",
    "RunError": "aecore.runs",
    "begin": "aecore.fitting",
    "evaluate": "aecore.metrics",
    "list_runs": "aecore.runs",
    "load": "aecore.runs",
    "load_dataset": "aecore.data",
    "save": "aecore.runs",
}

__all__ = sorted(HOMES)


def __getattr__(name: str):
    if name not in HOMES:
        raise AttributeError(f"module 'aecore' has no attribute '{name}'")
    return getattr(import_module(HOMES[name]), "load" if name == "load_dataset" else name)
