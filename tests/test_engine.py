"""The engine's processes: nothing outlives its server; a cluster of separate machines' processes.

Here every machine is this one, but the processes share nothing except the network.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from aecore.jobs import Jobs
from aecore.settings import Settings
from aecore.training import TrainConfig
from tests.small import small_recipe
from tests.test_jobs import PATIENCE, settled, until

ROOT = Path(__file__).parent.parent
SERVER = """
import signal
import time
signal.signal(signal.SIGINT, signal.default_int_handler)  # some shells start us deaf to it
from aecore.engine import launch
from aecore.settings import Settings
child, address = launch(Settings(workers=1))
print(child.pid if address else "", flush=True)
time.sleep(1000)
"""


@pytest.fixture(scope="module")
def servers():
    """Three servers with an engine each, and the processes of each engine, by signal."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
    command = [sys.executable, "-c", SERVER]
    started = {
        number: subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
        for number in signals
    }
    found = {}
    for number, server in started.items():
        engine = psutil.Process(int(server.stdout.readline()))
        found[number] = server, [engine, *engine.children(recursive=True)]
    yield found
    for server, processes in found.values():
        for process in (server, *processes):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        server.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_whatever_ends_the_server_its_engine_ends_too(servers, number):
    server, processes = servers[number]
    assert len(processes) >= 2, "an engine and its worker"
    server.send_signal(number)
    server.wait(PATIENCE)
    _, alive = psutil.wait_procs(processes, timeout=60)
    assert alive == []


class Lab:
    """A scheduler and workers, each a process group of its own, as on machines of a lab."""

    def __init__(self, folder: Path):
        self.folder, self.processes = folder, []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        self.start("scheduler", "--host", "127.0.0.1", "--port", str(port))

    def start(self, what: str, *options: str, path: Path = ROOT) -> subprocess.Popen:
        """`dask scheduler` or `dask worker`, with aecore from `path`."""
        dask = [sys.executable, "-m", "dask", what, "--no-dashboard"]
        log = (self.folder / f"{what}-{len(self.processes)}.log").open("w")
        with log:
            process = subprocess.Popen(
                [*dask, *options],
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": str(path)},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def worker(self, name: str, path: Path = ROOT) -> subprocess.Popen:
        """`dask worker ADDRESS --nthreads 1`."""
        own = ["--nthreads", "1", "--local-directory", str(self.folder / name), "--name", name]
        return self.start("worker", self.address, *own, path=path)

    def close(self) -> None:
        """Ends every process."""
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A scheduler; tests add workers."""
    lab = Lab(tmp_path_factory.mktemp("lab"))
    yield lab
    lab.close()


@pytest.fixture(scope="module")
def jobs(lab, tmp_path_factory):
    """A server that trains on the lab's machines."""
    jobs = Jobs(Settings(runs=tmp_path_factory.mktemp("runs"), scheduler=lab.address))
    yield jobs
    jobs.close()


def package(folder: Path, text: str) -> Path:
    """A folder that holds an `aecore` of another kind."""
    (folder / "aecore").mkdir(parents=True)
    (folder / "aecore" / "__init__.py").write_text(text)
    return folder


def test_a_cluster_without_workers_says_how_to_add_one(lab, jobs):
    until(lambda: f"`dask worker {lab.address} --nthreads 1`" in jobs.notice, lambda: jobs.notice)


def test_workers_of_another_version_or_without_the_package_are_refused(lab, jobs, tmp_path):
    other = lab.worker("other", package(tmp_path / "other", '__version__ = "0.0.9"'))
    lacking = "raise ModuleNotFoundError(\"No module named 'aecore'\")"
    without = lab.worker("without", package(tmp_path / "without", lacking))
    until(lambda: len(jobs.refused_workers) == 2, lambda: jobs.notice)
    texts = sorted(text.partition("has ")[2] for text in jobs.refused_workers)
    assert texts[0].startswith("aecore 0.0.9, but this server has aecore ")
    assert texts[1].startswith("no Bottleneck. On that machine")
    assert all("pip install ." in text for text in jobs.refused_workers)
    assert jobs.workers == 0
    for process in (other, without):
        os.killpg(process.pid, signal.SIGKILL)
    until(lambda: jobs.refused_workers == [])


def test_eight_runs_on_two_machines_all_finish_though_one_machine_is_lost(lab, jobs):
    machines = [lab.worker(name) for name in ("one", "two")]
    until(lambda: jobs.workers == 2, lambda: jobs.notice)
    training = TrainConfig(epochs=3, batch_size=16)
    run_ids = [
        jobs.submit(small_recipe("ae", seed=seed, training=training), f"visitor {seed}")
        for seed in range(8)
    ]
    until(lambda: sum(jobs.status(run_id).state == "finished" for run_id in run_ids) >= 2)
    until(lambda: sum(jobs.status(run_id).state == "running" for run_id in run_ids) == 2)
    os.killpg(machines[0].pid, signal.SIGKILL)
    for run_id in run_ids:
        status = settled(jobs, run_id)
        assert status.state == "finished", status.message
        assert len(jobs.load(run_id).info.history) == 3
    assert len({jobs.load(run_id).info.history[-1]["test"]["total"] for run_id in run_ids}) == 8


def test_a_scheduler_that_isnt_there_is_named_with_what_to_do(tmp_path):
    settings = Settings(runs=tmp_path, scheduler="tcp://127.0.0.1:9")
    nowhere = Jobs(settings)
    until(lambda: "tcp://127.0.0.1:9 doesn't answer" in nowhere.notice, lambda: nowhere.notice)
    run_id = nowhere.submit(small_recipe("ae"), "anna")
    assert nowhere.status(run_id).place == 1
    nowhere.close()


def test_a_worker_out_of_memory_says_so_and_what_to_try(tmp_path):
    jobs = Jobs(Settings(runs=tmp_path, workers=1, worker_megabytes=900))
    until(lambda: jobs.workers == 1, lambda: jobs.notice)
    training = TrainConfig(epochs=50, batch_size=1024)
    hungry = small_recipe("conv_ae", training=training, widths=(1024, 8))
    run_id = jobs.submit(hungry, "anna")
    status = settled(jobs, run_id)
    assert status.state == "failed"
    assert "ran out of memory" in status.message
    assert "smaller batch" in status.message
    small = jobs.submit(small_recipe("ae", training=TrainConfig(epochs=1)), "anna")
    assert settled(jobs, small).state == "finished"
    jobs.close()
