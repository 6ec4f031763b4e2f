"""What the tests share: real digits (scikit-learn's, no network), and small trained runs."""

from functools import cache

import pytest
import torch

from aecore import classifier, data
from aecore.runs import save
from tests.small import few, fit, small_recipe

torch.set_num_threads(1)  # small models; several threads on busy cores are many times slower


@pytest.fixture(scope="session")
def digits():
    """The `digits` data set, whole."""
    return data.load("digits")


@pytest.fixture(scope="session")
def few_digits(digits):
    """640 of the digits to train on and 160 to test on."""
    return few(digits, train=640, test=160)


@pytest.fixture(scope="session")
def x(few_digits):
    """12 test images (12, 1, 28, 28) in [0, 1]."""
    return data.to_float(few_digits.test.images[:12])


@pytest.fixture(scope="session")
def y(few_digits):
    """Their classes (12,)."""
    return few_digits.test.labels[:12]


@pytest.fixture(scope="session")
def fitted(few_digits):
    """fitted(model_id): a small model of the catalog, trained once for all tests."""
    return cache(lambda model_id: fit(small_recipe(model_id), few_digits))


@pytest.fixture(scope="session")
def trained_run(fitted):
    """trained_run(model_id): the run of that training, without metrics."""
    return cache(lambda model_id: fitted(model_id).finish(measure=False))


@pytest.fixture
def run_folder(trained_run, tmp_path):
    """run_folder(model_id): a fresh copy of that run on disk, one a test may break."""
    return lambda model_id="ae": save(trained_run(model_id), tmp_path / f"{model_id}-digits")


@pytest.fixture(scope="session")
def judge(digits):
    """A classifier of the digits, trained."""
    *_, (model, _) = classifier.train(digits)
    return model


@pytest.fixture
def judged_digits(judge, digits, tmp_path, monkeypatch):
    """The digits, and a folder of checkpoints that holds their classifier and nothing else."""
    monkeypatch.setenv("AECORE_CHECKPOINTS", str(tmp_path))
    classifier.save(judge, digits, classifier.accuracy(judge, digits))
    return digits, tmp_path
