"""Maps, by what they mean: classes stay together, the same seed gives the same, news lands well."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsClassifier

from aecore.projection import (
    MapSettings,
    by_neighbours,
    mean_places,
    narrowed,
    pca,
    project,
    weights,
)

COUNT = 350


@pytest.fixture(scope="module")
def codes(digits):
    """The images themselves, as codes of 64 numbers, and their classes."""
    images = digits.test.images[:COUNT, 0].float().numpy()
    small = images.reshape(len(images), 14, 2, 14, 2).mean((2, 4)).reshape(len(images), -1)
    return narrowed(small), digits.test.labels[:COUNT].numpy()


@pytest.fixture(scope="module")
def maps(codes):
    """A map by each method."""
    return {name: project(codes[0], MapSettings(method=name)) for name in ("pca", "tsne", "umap")}


def accuracy(places, labels):
    """How often a point's neighbours among one half are of its class."""
    half = len(places) // 2
    voters = KNeighborsClassifier(5).fit(places[:half], labels[:half])
    return voters.score(places[half:], labels[half:])


@pytest.mark.parametrize("method", ["tsne", "umap"])
def test_a_map_keeps_the_classes_together_nearly_as_well_as_the_codes_do(codes, maps, method):
    in_codes, on_map = accuracy(*codes), accuracy(maps[method], codes[1])
    assert in_codes > 0.85
    assert on_map > in_codes - 0.12
    assert on_map > accuracy(maps["pca"], codes[1]) + 0.1


@pytest.mark.parametrize("method", ["pca", "tsne", "umap"])
def test_the_same_seed_gives_the_same_map(codes, maps, method):
    again = project(codes[0], MapSettings(method=method))
    assert np.array_equal(again, maps[method])
    assert again.shape == (COUNT, 2) and again.dtype == np.float32


def test_another_seed_begun_at_random_gives_another_map(codes, maps):
    other = project(codes[0], MapSettings(method="tsne", start="random", seed=1))
    assert np.abs(other - maps["tsne"]).max() > 1


def test_there_are_maps_of_three_dimensions(codes):
    assert project(codes[0][:60], MapSettings(method="tsne", dims=3)).shape == (60, 3)


@pytest.mark.parametrize("method", ["tsne", "umap"])
def test_a_projection_says_how_far_it_is_and_ends_where_it_is_told_to(codes, method):
    class Enough(Exception):
        pass

    shares = []

    def tell(share, places):
        shares.append(share)
        assert places is None or places.shape == (120, 2)
        if share > 0.5:
            raise Enough

    with pytest.raises(Enough):
        project(codes[0][:120], MapSettings(method=method), tell)
    assert shares == sorted(shares) and len(shares) > 1


def test_pca_is_what_scikit_learn_says_up_to_the_signs(codes):
    found, theirs = pca(codes[0], 3), PCA(3).fit(codes[0])
    places, other = found.place(codes[0]), theirs.transform(codes[0])
    assert np.allclose(np.abs(places), np.abs(other), atol=1e-3)
    assert np.allclose(found.share, theirs.explained_variance_ratio_, atol=1e-5)
    largest = np.abs(found.axes).argmax(1)
    assert (found.axes[[0, 1, 2], largest] > 0).all()


def test_a_new_digit_lands_among_its_class(codes, maps):
    """Places half of the digits on the map of the other half, each by its latent neighbours."""
    features, labels = codes
    known, new = slice(0, 240), slice(240, None)
    places = maps["tsne"][known]
    voters = KNeighborsClassifier(5).fit(places, labels[known])
    distances = np.linalg.norm(features[new, None] - features[None, known], axis=2)
    landed = np.stack([by_neighbours(row, places)[0] for row in distances])
    assert voters.score(landed, labels[new]) > 0.8


def test_neighbours_count_by_how_near_they_are():
    found = weights(np.array([[1.0, 1.0, 3.0], [0.0, 5.0, 50.0]]))
    assert np.allclose(found.sum(1), 1)
    assert found[0, 0] == found[0, 1] > found[0, 2]
    assert found[1, 0] > 0.5 > found[1, 1] > found[1, 2]


def test_a_code_of_the_map_itself_stays_nearly_where_it_is(codes, maps):
    distances = np.linalg.norm(codes[0] - codes[0][7], axis=1)
    place, near = by_neighbours(distances, maps["tsne"])
    assert near[0] == 7
    spread = np.linalg.norm(maps["tsne"], axis=1).mean()
    assert np.linalg.norm(place - maps["tsne"][7]) < 0.25 * spread


def test_the_mean_place_lies_within_the_neighbours():
    places = np.array([[0.0, 0.0], [2.0, 0.0], [9.0, 9.0]])
    found = mean_places(np.array([[1.0, 1.0]]), np.array([[0, 1]]), places)
    assert np.allclose(found, [[1.0, 0.0]])
