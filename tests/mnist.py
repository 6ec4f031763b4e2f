"""MNIST where it is at hand, small files in its form, and what its form is."""

import gzip
import os
import struct

import numpy as np
import pytest

from aecore import data, mnist_files

GIVEN = os.environ.get("AECORE_DATA", "")
needs_mnist = pytest.mark.skipif(
    not (GIVEN and data.available("mnist", GIVEN)),
    reason="needs MNIST's files: set AECORE_DATA to the folder that holds MNIST/raw",
)
COUNTS = {"train": 7, "t10k": 3}


def idx_file(array):
    """A uint8 array as a gzipped IDX file."""
    header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return gzip.compress(header + array.tobytes(), mtime=0)


def small_files(seed=0):
    """Four files like MNIST's, with 7 and 3 images of noise."""
    random = np.random.RandomState(seed)
    files = {}
    for part, count in COUNTS.items():
        images = random.randint(0, 256, (count, 28, 28)).astype(np.uint8)
        files[mnist_files.IMAGES.format(part)] = idx_file(images)
        files[mnist_files.LABELS.format(part)] = idx_file(np.arange(count, dtype=np.uint8))
    return files


def write(files, folder):
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def middle_of(image):
    index = np.arange(28)
    return image.sum(1) @ index / image.sum(), image.sum(0) @ index / image.sum()


def longer_side(image):
    places = np.argwhere(image > 0.1)
    return max(np.ptp(places, axis=0)) + 1


def difference(one, other):
    return np.abs(one - other).mean()
