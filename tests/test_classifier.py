"""The classifier that judges samples: trained apart, saved, loaded, and never unpickled."""

import json
import pickle

import pytest
import torch

from aecore import classifier
from aecore.data import to_float
from aecore.models.catalog import CATALOG
from aecore.runs import RunError


def test_it_recognises_nine_in_ten_digits_it_has_never_seen(judge, digits):
    assert classifier.accuracy(judge, digits) > 0.9


def test_it_answers_logits_of_ten_classes_from_64_features(judge, x):
    assert judge(x).shape == (len(x), 10)
    assert judge.features(x).shape == (len(x), 64)


def test_it_is_no_model_of_the_catalog():
    assert not any("classif" in name for name in CATALOG)


def test_accuracy_is_the_share_of_right_answers(judge, few_digits):
    predicted = judge(to_float(few_digits.test.images)).argmax(1)
    right = (predicted == few_digits.test.labels).float().mean().item()
    assert classifier.accuracy(judge, few_digits) == pytest.approx(right)


def test_its_seed_decides_it_and_the_global_generator_is_left_as_it_was(few_digits):
    before = torch.random.get_rng_state()
    first, again, other = (
        next(classifier.train(few_digits, seed))[0].state_dict() for seed in (1, 1, 2)
    )
    assert torch.equal(torch.random.get_rng_state(), before)
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not torch.equal(first["output.weight"], other["output.weight"])


def test_it_is_saved_with_what_it_is_and_answers_the_same_when_loaded(judge, judged_digits, x):
    dataset, folder = judged_digits
    loaded = classifier.load(dataset.name)
    assert not loaded.training
    torch.testing.assert_close(loaded(x), judge(x))
    card = json.loads((folder / "classifier-digits" / "classifier.json").read_text())
    assert card["test_images"] == len(dataset.test.labels)
    assert card["test_accuracy"] > 0.9


def test_there_is_none_for_a_data_set_it_was_not_trained_on(judged_digits):
    assert classifier.exists("digits")
    assert not classifier.exists("kmnist")


def test_a_broken_file_is_refused_by_name(judged_digits):
    _, folder = judged_digits
    path = folder / "classifier-digits" / "weights.safetensors"
    path.write_bytes(pickle.dumps({"a": 1}))
    with pytest.raises(RunError, match=f"{path}: holds a pickle"):
        classifier.load("digits")


def test_a_batch_is_shifted_as_a_whole_by_at_most_two_pixels_each_way():
    dot = torch.zeros(3, 1, 28, 28)
    dot[:, 0, 14, 14] = 1
    found = set()
    for seed in range(200):
        moved = classifier.shift(dot, torch.Generator().manual_seed(seed))
        places = moved[:, 0].nonzero()[:, 1:].unique(dim=0)
        assert len(places) == 1
        found.add(tuple(places[0].tolist()))
    assert found == {(row, column) for row in range(12, 17) for column in range(12, 17)}
