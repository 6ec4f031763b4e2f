"""Where things lie on disk."""

import os
from pathlib import Path


def checkpoints_folder() -> Path:
    """The shipped runs: $AECORE_CHECKPOINTS, or checkpoints/ beside the package."""
    default = Path(__file__).resolve().parent.parent / "checkpoints"
    return Path(os.environ.get("AECORE_CHECKPOINTS") or default)
