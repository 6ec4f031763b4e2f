"""The disentanglement metrics on codes that are perfect, bad, random and tricky."""

import numpy as np
import pytest
from scipy.stats import entropy
from sklearn.metrics import mutual_info_score

from aecore import disentanglement as d

FACTORS = 4
VALUES = 6
CATEGORICAL = (False,) * FACTORS


@pytest.fixture(scope="module")
def factors():
    """6 values of 4 factors, independent: (6000, 4)."""
    return np.random.RandomState(0).randint(VALUES, size=(6_000, FACTORS))


def rotated(factors: np.ndarray) -> np.ndarray:
    """Each coordinate an even mixture of all factors (a Hadamard matrix), and nothing lost."""
    half = np.array([[1, 1], [1, -1]])
    return factors @ np.kron(half, half) / 2


def codes(factors: np.ndarray, kind: str) -> np.ndarray:
    noise = np.random.RandomState(2).normal(size=factors.shape)
    return {
        "perfect": factors + 0.01 * noise,
        "permuted": (3.0 - 2.0 * factors)[:, [2, 0, 3, 1]] + 0.01 * noise,
        "with idle coordinates": np.hstack([factors + 0.01 * noise, noise]),
        "rotated": rotated(factors),
        "duplicated": np.hstack([factors, factors]) + 0.01 * np.hstack([noise, noise[::-1]]),
        "random": noise,
    }[kind]


def scores(factors: np.ndarray, kind: str) -> dict[str, float]:
    z = codes(factors, kind)
    found = d.dci(z, factors)
    return {
        "mig": d.mig(z, factors),
        "dci": found.disentanglement,
        "completeness": found.completeness,
        "informativeness": found.informativeness,
        "sap": d.sap(z, factors, CATEGORICAL),
    }


@pytest.mark.parametrize("kind", ["perfect", "permuted", "with idle coordinates"])
def test_a_code_with_a_coordinate_for_each_factor_scores_near_one(factors, kind):
    found = scores(factors, kind)
    assert min(found.values()) > 0.95, found


def test_a_random_code_scores_near_nothing(factors):
    found = scores(factors, "random")
    assert found["mig"] < 0.02 and found["sap"] < 0.02
    assert found["dci"] < 0.1 and found["completeness"] < 0.1
    assert found["informativeness"] < 1.5 / VALUES


def test_a_rotated_code_knows_everything_and_scores_low(factors):
    found = scores(factors, "rotated")
    assert found["mig"] < 0.1 and found["sap"] < 0.1
    assert found["dci"] < 0.2 and found["completeness"] < 0.2
    assert found["informativeness"] > 3 / VALUES


def test_a_duplicated_code_is_disentangled_but_not_complete(factors):
    found = scores(factors, "duplicated")
    assert found["mig"] < 0.02 and found["sap"] < 0.02
    assert found["dci"] > 0.9
    assert found["completeness"] < 0.85


def test_a_coordinate_that_never_moves_says_nothing(factors):
    z = np.hstack([factors, np.zeros((len(factors), 1))])
    assert np.allclose(d.mutual_information(z, factors)[-1], 0)
    assert d.mig(z, factors) > 0.95
    assert d.sap(z, factors, (True,) * FACTORS) > 0.1
    assert d.dci(z, factors).importance[-1].sum() == 0


def test_factors_without_an_order_are_scored_by_classification(factors):
    two = factors[:, :2] % 2
    good = two + 0.01 * np.random.RandomState(3).normal(size=two.shape)
    assert d.sap(good, two, (True, True)) == pytest.approx(0.5, abs=0.03)  # right against chance
    noise = np.random.RandomState(4).normal(size=two.shape)
    assert d.sap(noise, two, (True, True)) < 0.03


def test_scale_shift_and_sign_of_coordinates_change_nothing(factors):
    z = codes(factors, "rotated")
    other = 7 - 3 * z
    assert d.sap(other, factors, CATEGORICAL) == pytest.approx(d.sap(z, factors, CATEGORICAL))
    assert d.mig(1000 * z + 5, factors) == pytest.approx(d.mig(z, factors), abs=1e-3)


# ---- against an independent computation, on a small table ----------------------------------------

TABLE = np.array([[0, 0], [0, 1], [1, 0], [1, 1], [2, 0], [2, 1], [0, 1], [2, 1]])
CODE = np.array([[0.1, 5], [0.2, 6], [1.1, 5], [1.2, 5], [2.1, 5], [2.2, 6], [0.1, 5], [2.9, 6]])


def test_mutual_information_agrees_with_scikit_learn():
    found = d.mutual_information(CODE, TABLE, bins=3)
    columns = d.binned(CODE, 3)
    assert columns.tolist() == [[0, 0], [0, 2], [1, 0], [1, 0], [2, 0], [2, 2], [0, 0], [2, 2]]
    for j in range(2):
        for k in range(2):
            expected = mutual_info_score(columns[:, j], TABLE[:, k])
            assert found[j, k] == pytest.approx(expected, abs=1e-12)


def test_entropies_agree_with_scipy():
    expected = [entropy([3, 2, 3]), entropy([3, 5])]
    assert d.entropies(TABLE) == pytest.approx(expected)


def test_mig_agrees_with_sums_by_hand():
    columns = d.binned(CODE, 3)
    expected = []
    for k in range(2):
        known = sorted(mutual_info_score(columns[:, j], TABLE[:, k]) for j in range(2))
        expected.append((known[1] - known[0]) / entropy(np.bincount(TABLE[:, k])))
    assert d.mig(CODE, TABLE, bins=3) == pytest.approx(np.mean(expected))


def test_dci_agrees_with_scipy_on_a_small_table():
    r = np.array([[0.7, 0.1, 0.0], [0.2, 0.8, 0.5], [0.1, 0.1, 0.5], [0.0, 0.0, 0.0]])
    of_codes = [1 - entropy(row, base=3) for row in r[:3]]
    of_factors = [1 - entropy(column, base=4) for column in r.T]
    weights = r[:3].sum(1) / r.sum()
    found = d.spread(r)
    assert found[0] == pytest.approx(np.dot(weights, of_codes))
    assert found[1] == pytest.approx(np.mean(of_factors))  # each factor's column sums to 1


def test_importances_of_nothing_are_worth_nothing():
    assert d.spread(np.zeros((3, 2))) == (0.0, 0.0)


def test_one_coordinate_alone_has_the_whole_gap(factors):
    assert d.gaps([[0.4, 0.1]]).tolist() == [0.4, 0.1]
