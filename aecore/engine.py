"""The engine of this machine: `python -m aecore.engine` hosts a small Dask cluster.

It is a process of its own, says its address, and ends when its standard input closes: whatever
ends the server closes that, so that nothing outlives it. Not inside the server, because every way
to start a worker from there imports the pages' script again; and this process never imports torch.
"""

import signal
import sys

import dask
from distributed import LocalCluster

from aecore.settings import read_settings

HOST = "127.0.0.1"


def main() -> None:
    """Hosts a cluster on this machine until standard input closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settings = read_settings()
    dask.config.set(
        {
            "distributed.scheduler.allowed-failures": 1,  # a second death is no accident
            "distributed.admin.low-level-log-length": 10,  # reports are large, and read once
        }
    )
    with LocalCluster(
        n_workers=settings.workers,
        threads_per_worker=1,
        memory_limit=f"{settings.worker_megabytes}MB",
        host=HOST,
        dashboard_address=None,
    ) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
