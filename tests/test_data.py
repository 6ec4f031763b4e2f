import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from aecore import data, mnist_files
from aecore.fetch import checksum
from aecore.torchvision_fix import import_torchvision
from tests.mnist import GIVEN, idx_file, needs_mnist, small_files, write


@pytest.fixture
def raw(tmp_path):
    """A folder MNIST/raw with small files in it; its root is tmp_path."""
    write(small_files(), tmp_path / "MNIST" / "raw")
    return tmp_path / "MNIST" / "raw"


def test_the_built_in_data_sets_need_no_folder(tmp_path):
    assert [name for name in data.DATASETS if data.available(name, tmp_path)] == [
        "digits",
        "shapes",
    ]


@pytest.mark.parametrize("name", ["digits", "shapes"])
def test_a_built_in_data_set_is_what_its_row_says(name):
    dataset, row = data.load(name), data.describe(name)
    assert (len(dataset.train), len(dataset.test)) == (row["train_images"], row["test_images"])
    assert dataset.count == len(dataset.train) + len(dataset.test)
    assert dataset.nbytes == row["memory_bytes"] == dataset.count * 784
    assert (row["builtin"], row["available"], row["download_bytes"]) == (True, True, 0)
    for split in (dataset.train, dataset.test):
        assert split.images.dtype == torch.uint8
        assert split.images.shape == (len(split), 1, 28, 28)
        assert split.labels.dtype == torch.int64
        assert split.labels.unique().tolist() == list(range(len(dataset.classes)))


def test_a_data_set_in_the_layout_of_mnist_is_loaded(raw, tmp_path):
    dataset = data.load("mnist", tmp_path)
    assert (dataset.name, dataset.title, dataset.classes[9]) == ("mnist", "MNIST", "9")
    assert dataset.train.images.shape == (7, 1, 28, 28)
    assert dataset.test.labels.tolist() == [0, 1, 2]
    random = np.random.RandomState(0)
    expected = random.randint(0, 256, (7, 28, 28)).astype(np.uint8)
    assert np.array_equal(dataset.train.images[:, 0].numpy(), expected)


def test_loading_leaves_the_folder_as_it_was(raw, tmp_path):
    raw.chmod(0o555)
    data.load("mnist", tmp_path)
    raw.chmod(0o755)
    assert sorted(os.listdir(raw)) == sorted(mnist_files.FILES)


def test_a_missing_data_set_says_what_to_do(tmp_path):
    with pytest.raises(data.DatasetMissing) as missing:
        data.load("kmnist", tmp_path)
    message = str(missing.value)
    for hint in (str(tmp_path / "KMNIST" / "raw"), *mnist_files.FILES, "fetch kmnist", "`digits`"):
        assert hint in message


def test_one_missing_file_is_enough_to_be_missing(raw, tmp_path):
    (raw / mnist_files.FILES[3]).unlink()
    assert not data.available("mnist", tmp_path)
    with pytest.raises(data.DatasetMissing, match="no t10k-labels-idx1-ubyte.gz in"):
        data.load("mnist", tmp_path)


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(data.DatasetMissing, match="«emnist».*mnist, fashion_mnist, kmnist, digits"):
        data.load("emnist")


IMAGES_FILE, LABELS_FILE = mnist_files.FILES[:2]
WHOLE = small_files()
DAMAGES = {
    "cut short": (IMAGES_FILE, WHOLE[IMAGES_FILE][:-500]),
    "empty": (IMAGES_FILE, b""),
    "not gzip": (LABELS_FILE, b"<html>Not found</html>"),
    "changed in the middle": (IMAGES_FILE, WHOLE[IMAGES_FILE][:900] + b"?" * 100),
    "not IDX": (LABELS_FILE, gzip.compress(b"hello")),
    "fewer bytes than announced": (
        LABELS_FILE,
        gzip.compress(gzip.decompress(WHOLE[LABELS_FILE])[:-1]),
    ),
    "another size": (IMAGES_FILE, idx_file(np.zeros((7, 32, 32), np.uint8))),
    "another number of labels": (LABELS_FILE, idx_file(np.zeros(8, np.uint8))),
    "an eleventh class": (LABELS_FILE, idx_file(np.full(7, 10, np.uint8))),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_named(raw, tmp_path, damage):
    name, content = DAMAGES[damage]
    (raw / name).write_bytes(content)
    with pytest.raises(data.DatasetDamaged) as damaged:
        data.load("mnist", tmp_path)
    assert str(raw / name) in str(damaged.value)
    assert "fetch mnist" in str(damaged.value)


def test_the_folder_is_taken_from_the_environment(raw, tmp_path, monkeypatch):
    monkeypatch.setenv("AECORE_DATA", str(tmp_path))
    assert data.available("mnist")
    assert data.load("mnist").count == 10
    monkeypatch.setenv("AECORE_DATA", "")
    assert data.data_folder().name == "bottleneck"
    assert data.data_folder().is_absolute()


def test_the_table_is_plain_data_with_a_licence_and_an_origin_each(tmp_path):
    rows = json.loads(json.dumps([data.describe(name, tmp_path) for name in data.DATASETS]))
    assert [row["name"] for row in rows] == list(data.DATASETS)
    for row in rows:
        assert row["licence"] and row["origin"] and row["summary"]
        assert (row["download_bytes"] > 0) == (not row["builtin"])


def test_the_table_names_classes_that_torchvision_has():
    datasets = import_torchvision().datasets
    for source in data.DATASETS.values():
        if source.builtin:
            continue
        torchvision_class = getattr(datasets, source.folder)
        names = [name.split(" - ")[0] for name in torchvision_class.classes]
        assert list(source.classes) == names
        assert sorted(name for name, _ in torchvision_class.resources) == sorted(mnist_files.FILES)


def test_floats_are_bytes_divided_by_255():
    images = torch.tensor([[0, 51, 255]], dtype=torch.uint8)
    assert torch.equal(data.to_float(images), torch.tensor([[0, 0.2, 1]]))
    assert data.to_float(images).dtype == torch.float32


def test_the_table_is_there_without_the_slow_imports():
    code = "import sys; from aecore import data; data.describe('mnist'); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torchvision", "sklearn"} & set(ran.stdout.split())


@needs_mnist
def test_mnist_is_what_torchvision_reads(tmp_path):
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in mnist_files.FILES:
        packed = Path(GIVEN, "MNIST", "raw", name).read_bytes()
        (raw / Path(name).stem).write_bytes(gzip.decompress(packed))
    dataset = data.load("mnist", GIVEN)
    for split, train in ((dataset.train, True), (dataset.test, False)):
        expected = import_torchvision().datasets.MNIST(tmp_path, train=train)
        assert torch.equal(split.images[:, 0], expected.data)
        assert torch.equal(split.labels, expected.targets)


@needs_mnist
def test_the_files_of_mnist_are_those_that_the_table_speaks_of():
    raw = Path(GIVEN, "MNIST", "raw")
    sums = import_torchvision().datasets.MNIST.resources
    assert all(checksum(raw / name) == md5 for name, md5 in sums)
    row = data.describe("mnist", GIVEN)
    assert sum((raw / name).stat().st_size for name in mnist_files.FILES) == row["download_bytes"]
    assert row["available"]
