"""How good samples are: each figure on good, bad and tricky sets."""

import json

import pytest
import torch

from aecore import classifier, fidelity
from aecore.data import to_float
from aecore.generation_figures import Figures, measure, read_figures
from aecore.tensor_files import RunError

N = 300


@pytest.fixture(scope="module")
def clouds():
    """Points around the origin, and around two far places; 8 numbers each."""
    chance = torch.Generator().manual_seed(0)

    def cloud(middle, n=N):
        return middle + torch.randn(n, 8, generator=chance)

    return cloud


@pytest.fixture(scope="module")
def judge():
    """The classifier that ships."""
    return classifier.load("mnist")


def test_the_same_distribution_has_high_precision_and_recall(clouds):
    precision, recall = fidelity.precision_recall(clouds(0), clouds(0))
    assert precision > 0.8 and recall > 0.8


def test_another_place_has_neither(clouds):
    assert fidelity.precision_recall(clouds(0), clouds(40)) == (0, 0)


def test_one_good_sample_again_and_again_is_precise_and_recalls_little(clouds):
    real = clouds(0)
    precision, recall = fidelity.precision_recall(real, real[:1].repeat(N, 1) + 1e-3 * clouds(0))
    assert precision == 1 and recall < 0.05


def test_half_of_the_modes_is_precise_and_recalls_half(clouds):
    real = torch.cat([clouds(0), clouds(40)])
    precision, recall = fidelity.precision_recall(real, clouds(0, 2 * N))
    assert precision > 0.8 and recall == pytest.approx(0.5, abs=0.1)


def test_a_radius_is_the_distance_to_the_kth_other_point():
    line = torch.tensor([[0.0], [1.0], [3.0], [7.0]])
    assert fidelity.radii(line, k=2).tolist() == [3, 2, 3, 6]


def test_the_nearest_digit_of_a_copy_is_the_original(digits):
    known = to_float(digits.train.images[:200, 0])
    errors, which = fidelity.nearest_digits(known[[5, 77]] * 0.98, known)
    assert which.tolist() == [5, 77]
    expected = (known[5] * 0.02).square().mean()
    assert errors[0] == pytest.approx(float(expected), rel=0.05, abs=1e-5)


def test_real_digits_are_recognised(digits, judge):
    real = fidelity.judge(judge, to_float(digits.test.images[:, 0]))
    assert real.recognised > 0.8 and real.classes > 9.5
    assert (real.labels == digits.test.labels).float().mean() > 0.85
    same = fidelity.judge(judge, to_float(digits.test.images[:1, 0]).repeat(50, 1, 1))
    assert same.classes == pytest.approx(1) and fidelity.diversity(same.features) < 1e-3
    assert fidelity.diversity(real.features) > 1


def test_figures_of_real_digits_are_those_of_a_perfect_model(digits, judge):
    train, test = (to_float(part.images[:300, 0]) for part in (digits.train, digits.test))
    real = fidelity.judge(judge, train).features
    good = measure("", "real", test, real, judge, train)
    bad = measure("", "noise", torch.rand(300, 28, 28), real, judge, train)
    assert good.precision > 0.7 > bad.precision and good.recall > 0.7 > bad.recall
    assert good.nearest < bad.nearest


def test_a_judge_is_sure_of_pure_noise_and_precision_is_not_fooled(digits, judge):
    """Why recognition alone proves little, as the page says."""
    noise = torch.rand(300, 28, 28, generator=torch.Generator().manual_seed(0))
    real = fidelity.judge(judge, to_float(digits.train.images[:300, 0])).features
    found = measure("", "noise", noise, real, judge)
    assert found.recognised > 0.9 and found.precision < 0.05


def test_figures_that_are_not_there_are_none_and_broken_ones_are_a_fault(tmp_path, monkeypatch):
    monkeypatch.setenv("AECORE_CHECKPOINTS", str(tmp_path))
    assert read_figures("mnist") == []
    (tmp_path / "generation-mnist").mkdir()
    path = tmp_path / "generation-mnist" / "figures.json"
    path.write_text('{"rows": [{"run": "x"}]}')
    with pytest.raises(RunError, match="figures"):
        read_figures("mnist")
    row = Figures("a", "prior", 10, 0.9, 9.0, 5.0, 0.8, 0.7)
    path.write_text(json.dumps({"rows": [vars(row)]}))
    assert read_figures("mnist") == [row]
