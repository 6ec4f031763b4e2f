"""What is said of a map's quality, against scikit-learn and by hand."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness
from sklearn.neighbors import NearestNeighbors

from aecore import map_misreadings, map_quality
from aecore.map_quality import agreement, measure, nearest


@pytest.fixture
def clouds():
    """Three clouds in ten dimensions: (150, 10), and their classes."""
    generator = np.random.default_rng(0)
    means = np.zeros((3, 10))
    means[1, 0], means[2, 0] = 6, 10
    labels = np.repeat(np.arange(3), 50)
    return (means[labels] + generator.standard_normal((150, 10))).astype(np.float32), labels


def test_trustworthiness_is_what_scikit_learn_says(clouds):
    codes, _ = clouds
    for places in (codes[:, :2], codes[:, 3:5], codes[:, :1] ** 2):
        theirs = trustworthiness(codes, places, n_neighbors=10)
        assert measure(codes, places).trustworthiness == pytest.approx(theirs, abs=1e-4)


def test_a_faithful_map_loses_nobody_and_a_random_one_nearly_all(clouds):
    codes, _ = clouds
    faithful = measure(codes, codes)
    assert (faithful.trustworthiness, faithful.kept, faithful.lost.max()) == (1, 1, 0)
    random = measure(codes, np.random.default_rng(1).standard_normal((150, 2)))
    assert random.kept < 0.2 and random.trustworthiness < 0.7


def test_lost_neighbours_are_those_that_are_not_beside_a_point_on_the_map(clouds):
    codes, _ = clouds
    places = codes[:, :2]
    found = measure(codes, places, k=7)

    def near(points):
        return NearestNeighbors(n_neighbors=8).fit(points).kneighbors(points)[1][:, 1:]

    by_hand = [len(set(a) - set(b)) for a, b in zip(near(codes), near(places), strict=True)]
    assert found.lost.tolist() == by_hand
    assert found.kept == pytest.approx(1 - np.mean(by_hand) / 7)


def test_some_rows_are_measured_as_all_are(clouds):
    codes, _ = clouds
    whole = measure(codes, codes[:, :2])
    rows = np.array([3, 70, 149])
    assert measure(codes, codes[:, :2], rows=rows).lost.tolist() == whole.lost[rows].tolist()


def test_blocks_change_nothing(clouds, monkeypatch):
    codes, _ = clouds
    whole = measure(codes, codes[:, :2])
    monkeypatch.setattr(map_quality, "ROWS", 17)
    pieces = measure(codes, codes[:, :2])
    assert pieces.lost.tolist() == whole.lost.tolist()
    assert pieces.trustworthiness == pytest.approx(whole.trustworthiness)
    assert pieces.torn == whole.torn


def test_the_torn_pair_are_neighbours_in_truth_and_furthest_apart_on_the_map():
    codes = np.array([[0.0], [0.1], [5.0], [5.1], [9.0]])
    places = np.array([[0.0, 0], [1, 0], [2, 0], [40, 0], [3, 0]])
    assert set(measure(codes, places, k=1).torn) == {2, 3}


def test_a_query_of_the_points_own_leaves_itself_out(clouds):
    codes, _ = clouds
    _, indices = nearest(codes, codes, 4, itself=True)
    assert indices.shape == (150, 4)
    assert (indices != np.arange(150)[:, None]).all()


def test_a_map_agrees_with_itself_turned_and_with_chance_hardly(clouds):
    codes, _ = clouds
    turned = codes[:, :2] @ np.array([[0.0, -1.0], [1.0, 0.0]])
    assert agreement(codes[:, :2], turned) == pytest.approx(1, abs=0.01)
    random = np.random.default_rng(1).standard_normal((150, 2))
    assert agreement(codes[:, :2], random) < 0.25


def test_sizes_that_a_map_distorts_are_found():
    generator = np.random.default_rng(0)
    tight, wide = 0.1 * generator.standard_normal((60, 3)), 3 * generator.standard_normal((60, 3))
    codes, labels = np.concatenate([tight, wide + 20]), np.repeat([4, 7], 60)
    places = np.concatenate([30 * tight[:, :2], wide[:, :2] + 20])
    found = map_misreadings.sizes(codes, places, labels)
    assert (found.large, found.small) == (4, 7)
    assert found.in_latent == pytest.approx(1 / 30, rel=0.3)
    assert found.on_map == pytest.approx(1, rel=0.3)


def test_distances_in_the_wrong_order_are_found_and_right_ones_are_not(clouds):
    codes, labels = clouds  # class 1 is nearer to 2 (4 away) than to 0 (6 away)
    assert map_misreadings.distances(codes, codes[:, :2], labels) is None
    wrong = codes[:, :2].copy()
    wrong[labels == 2, 0] += 30
    found = map_misreadings.distances(codes, wrong, labels)
    assert (found.label, found.near, found.far) == (1, 0, 2)
    assert found.on_map > 1 > found.in_latent


def test_one_class_alone_has_no_proportions():
    codes = np.zeros((5, 3))
    assert map_misreadings.sizes(codes, codes[:, :2], np.zeros(5)) is None
    assert map_misreadings.distances(codes, codes[:, :2], np.zeros(5)) is None
