import hashlib
import os
import subprocess
import sys

import pytest

from aecore import data, mnist_files
from aecore.torchvision_fix import import_torchvision
from tests import mirror
from tests.mnist import small_files

IMAGES_FILE = mnist_files.FILES[0]


@pytest.fixture
def server(monkeypatch):
    """A mirror that torchvision's MNIST class takes for its own."""
    monkeypatch.setenv("no_proxy", "*")
    files = small_files()
    sums = [(name, hashlib.md5(content).hexdigest()) for name, content in files.items()]
    torchvision_class = import_torchvision().datasets.MNIST
    with mirror.running(files) as server:
        monkeypatch.setattr(torchvision_class, "resources", sums)
        monkeypatch.setattr(torchvision_class, "mirrors", [server.url("none"), server.url("good")])
        yield server


def test_a_downloaded_data_set_can_be_loaded(server, tmp_path):
    seen = []
    data.download("mnist", tmp_path, progress=lambda *args: seen.append(args))
    assert data.available("mnist", tmp_path)
    assert data.load("mnist", tmp_path).count == 10
    done, totals, names = zip(*seen, strict=True)
    assert done[-1] == sum(map(len, server.files.values()))
    assert list(done) == sorted(done)
    assert set(names) == set(mnist_files.FILES)
    assert all(total >= part for part, total in zip(done, totals, strict=True))


def test_what_is_here_is_not_downloaded_again(server, tmp_path):
    data.download("mnist", tmp_path)
    server.asked.clear()
    data.download("mnist", tmp_path)
    assert server.asked == []


def test_a_damaged_file_is_downloaded_again_and_no_other(server, tmp_path):
    data.download("mnist", tmp_path)
    target = tmp_path / "MNIST" / "raw" / IMAGES_FILE
    target.write_bytes(target.read_bytes()[:-1])
    server.asked.clear()
    data.download("mnist", tmp_path)
    assert server.asked == [f"/none/{IMAGES_FILE}", f"/good/{IMAGES_FILE}"]
    assert data.load("mnist", tmp_path).count == 10


def test_a_failed_download_leaves_no_data_set_and_says_what_to_do(server, tmp_path, monkeypatch):
    torchvision_class = import_torchvision().datasets.MNIST
    monkeypatch.setattr(torchvision_class, "mirrors", [server.url("cut"), server.url("none")])
    with pytest.raises(data.DownloadFailed) as failed:
        data.download("mnist", tmp_path)
    assert not data.available("mnist", tmp_path)
    assert os.listdir(tmp_path / "MNIST" / "raw") == []
    for hint in ("404", "checksum", str(tmp_path / "MNIST" / "raw"), "`digits`"):
        assert hint in str(failed.value)


def test_a_stopped_download_is_taken_up_at_the_file_where_it_stopped(server, tmp_path):
    raw, seen = tmp_path / "MNIST" / "raw", []
    with pytest.raises(data.DownloadStopped):
        data.download(
            "mnist", tmp_path, progress=lambda *args: seen.append(args), stop=lambda: len(seen) > 2
        )
    arrived = os.listdir(raw)
    assert 0 < len(arrived) < 4
    server.asked.clear()
    data.download("mnist", tmp_path)
    assert len(server.asked) == 2 * (4 - len(arrived))
    assert data.available("mnist", tmp_path)


def test_a_built_in_data_set_is_not_downloaded(server, tmp_path):
    data.download("digits", tmp_path)
    assert (server.asked, os.listdir(tmp_path)) == ([], [])


def test_torchvision_is_imported_from_several_threads_at_once():
    code = """
from concurrent.futures import ThreadPoolExecutor
from aecore.torchvision_fix import import_torchvision
with ThreadPoolExecutor(4) as pool:
    found = list(pool.map(lambda _: import_torchvision(), range(4)))
import torchvision
from torchvision.transforms import ToTensor
from PIL import Image
print(all(one is torchvision for one in found), tuple(ToTensor()(Image.new("L", (3, 2))).shape))
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.split("\n")[0] == "True (1, 2, 3)"
