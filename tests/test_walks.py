"""Walks between two digits, and sums of codes."""

import pytest
import torch

from aecore import latent_space as spaces
from aecore import walks
from aecore.walks import Digit, SumError


@pytest.fixture(scope="module")
def ends(few_digits, trained_run):
    """ends(model_id): the model and two digits of different classes in it."""

    def found(model_id):
        model = trained_run(model_id).model
        labels = few_digits.test.labels
        rows = [int((labels == label).nonzero()[0]) for label in (1, 0)]
        x = few_digits.test.images[rows].float() / 255
        with torch.no_grad():
            code = model.encode(x, labels[rows])
        codes = code.z if code.indices is None else code.indices
        return model, *(
            Digit(codes[i], x[i, 0], f"end {i}", int(labels[rows[i]])) for i in range(2)
        )

    return found


@pytest.mark.parametrize("path", ["straight", "spherical"])
@pytest.mark.parametrize("model_id", ["ae", "vae", "cvae", "vq_vae"])
def test_a_walk_joins_the_two_reconstructions_and_the_two_pictures(ends, model_id, path):
    model, start, end = ends(model_id)
    found = walks.walk(model, start, end, 9, path)
    assert found.frames.shape == found.pixels.shape == (9, 28, 28)
    for step, digit in [(0, start), (-1, end)]:
        y = torch.tensor([digit.y])
        rebuilt = spaces.pictures(model, digit.z[None], y)[0]
        assert torch.allclose(found.frames[step], rebuilt, atol=1e-4)
        assert torch.equal(found.pixels[step], digit.image)
    assert torch.allclose(found.pixels[4], (start.image + end.image) / 2, atol=1e-6)


def test_a_walk_through_a_codebook_is_made_of_its_entries(ends):
    model, start, end = ends("vq_vae")
    codes = walks.walk(model, start, end, 9, "straight").codes
    assert codes.shape == (9, 7, 7) and not codes.is_floating_point()
    assert codes.max() < len(model.codebook)


def test_a_sum_is_read_term_by_term():
    assert walks.read_sum("7 - 1 + 4") == [(1, "7"), (-1, "1"), (1, "4")]
    assert walks.read_sum("-1+ME −#12") == [(-1, "1"), (1, "me"), (-1, "#12")]


@pytest.mark.parametrize(
    "text", ["", "7 -", "7 4", "77", "hello", "7 * 4", "-3", "#", "1+" * 9 + "1"]
)
def test_what_is_no_sum_is_refused(text):
    with pytest.raises(SumError):
        walks.read_sum(text)


@pytest.mark.parametrize("model_id", ["vae", "vq_vae"])
def test_a_digit_less_itself_plus_another_is_the_other(ends, model_id):
    model, start, end = ends(model_id)
    one, other = (walks.embedded(model, digit.z[None])[0] for digit in (start, end))
    found = walks.add(model, [(1, one), (-1, one), (1, other)])
    expected = spaces.pictures(model, end.z[None])
    assert torch.allclose(spaces.pictures(model, found[None]), expected, atol=1e-3)


@pytest.mark.parametrize("model_id", ["vae", "vq_vae"])
def test_the_nearest_training_digit_to_one_of_them_is_itself(fitted, model_id):
    space = spaces.latent_space(fitted(model_id).finish())
    distances, which = walks.neighbours(space, space.code.z[17], 5)
    assert distances[0] < 1e-2 and (distances.diff() >= 0).all()
    assert torch.equal(space.code.z[which[0]], space.code.z[17])


def test_a_mean_of_a_class_without_codes_is_refused(trained_run):
    run = trained_run("vae")
    with pytest.raises(SumError, match="no codes of real 3s"):
        walks.class_mean(run.model, spaces.latent_space(run), 3)
