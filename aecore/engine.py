"""The engine of this machine: `python -m aecore.engine` hosts a small Dask cluster.

It is a process of its own, says its address, and ends when its standard input closes: whatever
ends the server closes that, so that nothing outlives it. Not inside the server, because every way
to start a worker from there imports the pages' script again; and this process never imports torch.
On Linux its workers are forked from one process that has all they need (see forked.py): one in a
lost worker's place is there in no time.
"""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import dask
from distributed import LocalCluster
from distributed.utils import get_mp_context

from aecore.settings import Settings, read_settings

HOST = "127.0.0.1"
START_SECONDS = 120  # to say its address: a busy machine is slow to import
END_SECONDS = 10  # to end by itself


def launch(settings: Settings) -> tuple[subprocess.Popen, str]:
    """Starts the engine as a child of this process; the child, and its address ("": it failed)."""
    package = str(Path(__file__).resolve().parent.parent)
    paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
    child = subprocess.Popen(
        [sys.executable, "-m", "aecore.engine"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(paths),
            "AECORE_WORKERS": str(settings.workers),
            "AECORE_WORKER_MEGABYTES": str(settings.worker_megabytes),
        },
        start_new_session=True,  # a Ctrl-C in the server's terminal is the server's
        text=True,
    )
    late = threading.Timer(START_SECONDS, child.kill)
    late.start()
    address = child.stdout.readline().strip()
    late.cancel()
    return child, address


def end(child: subprocess.Popen) -> None:
    """Ends an engine, as the end of this process would."""
    child.stdin.close()
    child.stdout.close()
    try:
        child.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def main() -> None:
    """Hosts a cluster on this machine until standard input closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settings = read_settings()
    # Reports are large, and read once: the scheduler need not remember a thousand of them.
    dask.config.set({"distributed.admin.low-level-log-length": 10})
    dask.config.set({"distributed.worker.profile.enabled": False})  # it looks 100 times a second
    if sys.platform == "linux":  # elsewhere torch doesn't bear being forked
        dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"})
        get_mp_context().set_forkserver_preload(["distributed", "aecore.forked"])
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
