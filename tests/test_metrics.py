"""Each metric on input whose figure is known: good, bad and tricky."""

import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.distributions import Normal, kl_divergence

from aecore import classifier, metrics
from aecore.data import Split, to_float
from aecore.evaluation import Evaluation, encode_split
from aecore.metrics import METRICS, evaluate
from aecore.models.base import CLASSES, Abilities, Code
from aecore.models.catalog import CATALOG
from aecore.scores import reference, scores, share_above
from tests import planted
from tests.small import few


def measure(name: str, model, dataset) -> float:
    return METRICS[name].compute(Evaluation(model, dataset))


@pytest.fixture
def pixels(few_digits):
    """The test images (160, 784) as NumPy floats."""
    return few_digits.test.images.flatten(1).numpy() / 255


# ---- which metrics -----------------------------------------------------------------------------

EXPECTED = {
    "posterior": {"reconstruction_nats", "kl_nats", "negative_elbo_nats", "active_units"},
    "denoises": {"denoised_mse", "noisy_mse"},
    "discrete": {"mse_over_variance", "code_perplexity", "codes_used"},
}


@pytest.mark.parametrize("model_id", CATALOG)
def test_a_model_is_judged_by_exactly_the_metrics_that_fit_its_abilities(
    trained_run, few_digits, model_id
):
    able = vars(CATALOG[model_id].abilities)
    expected = {"mse", "knn_accuracy"}.union(*(EXPECTED[name] for name in EXPECTED if able[name]))
    if not able["discrete"]:
        expected |= {"pca_mse"} if able["posterior"] else {"pca_mse", "inactive_share"}
    found = evaluate(trained_run(model_id).model, few_digits)
    assert set(found) == expected
    assert list(found) == [name for name in METRICS if name in found]  # in the table's order
    for name, measurement in found.items():
        assert math.isfinite(measurement.value), name
        assert measurement.conditions, name


def test_conditions_name_the_images_that_were_really_used(trained_run, few_digits):
    found = evaluate(trained_run("vae").model, few_digits)
    assert found["mse"].conditions == f"160 test images of {few_digits.title}"
    assert "160 test images" in found["negative_elbo_nats"].conditions
    assert "one posterior sample" in found["negative_elbo_nats"].conditions
    assert "640 training images" in found["knn_accuracy"].conditions


def test_every_metric_says_what_it_means_and_which_way_is_better():
    for name, metric in METRICS.items():
        assert metric.meaning.endswith((".", ";", ":")), name
        assert metric.better in ("lower", "higher", ""), name
    nats = {name for name, metric in METRICS.items() if metric.unit == "nats"}
    assert nats == {name for name in METRICS if name.endswith("_nats")}


def test_judging_twice_gives_the_same_figures(trained_run, few_digits):
    for model_id in ("vae", "denoising_ae"):
        model = trained_run(model_id).model
        assert evaluate(model, few_digits) == evaluate(model, few_digits)


def test_codes_come_in_the_order_of_the_images(digits):
    """More images than one batch of an evaluation holds."""
    total = lambda x: x.sum((1, 2, 3))  # noqa: E731
    model = planted.Planted(lambda x, y: Code(torch.stack([total(x), y.float()], 1)))
    code = encode_split(model, digits.train, 1_300)
    assert len(code.z) == 1_300 and code.mean is None
    assert torch.equal(code.z[:, 1].long(), digits.train.labels[:1_300])
    torch.testing.assert_close(code.z[:, 0], total(to_float(digits.train.images[:1_300])))


# ---- errors ------------------------------------------------------------------------------------


def test_the_error_of_a_perfect_model_is_zero(few_digits):
    assert measure("mse", planted.perfect(), few_digits) < 1e-12


@pytest.mark.parametrize("grey", [0.0, 0.25, 1.0])
def test_the_error_of_a_constant_answer_is_computed_by_hand(few_digits, pixels, grey):
    expected = np.square(pixels - grey).mean()
    assert measure("mse", planted.constant(grey), few_digits) == pytest.approx(expected, rel=1e-5)


def test_answering_the_mean_pixel_has_an_error_of_one_variance(few_digits, pixels):
    model = planted.constant(float(pixels.mean()))
    assert measure("mse_over_variance", model, few_digits) == pytest.approx(1, rel=1e-4)
    assert measure("mse_over_variance", planted.perfect(), few_digits) < 1e-12


def test_a_denoiser_that_repeats_what_it_sees_scores_the_noise(few_digits):
    model = planted.perfect()
    model.corrupt = lambda x, generator: (x + 0.1).clamp(0, 1)
    noisy = measure("noisy_mse", model, few_digits)
    assert 0 < noisy <= 0.01 + 1e-6
    assert measure("denoised_mse", model, few_digits) == pytest.approx(noisy, rel=1e-5)


def test_a_denoiser_is_held_against_the_clean_image(few_digits, pixels):
    model = planted.constant(0.0)
    model.corrupt = lambda x, generator: torch.zeros_like(x)
    for name in ("noisy_mse", "denoised_mse"):
        expected = np.square(pixels).mean()
        assert measure(name, model, few_digits) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("dims", [1, 4, 40])
def test_pca_error_is_that_of_a_singular_value_decomposition(few_digits, pixels, dims):
    train = few_digits.train.images.flatten(1).numpy() / 255
    directions = np.linalg.svd(train - train.mean(0), full_matrices=False)[2][:dims]
    centred = pixels - train.mean(0)
    expected = np.square(centred - centred @ directions.T @ directions).mean()
    model = planted.Planted(lambda x, y: Code(x), latent_shape=(dims,))
    assert measure("pca_mse", model, few_digits) == pytest.approx(expected, rel=1e-3)


def test_pca_with_more_numbers_than_images_still_answers(digits):
    tiny = few(digits, train=30, test=20)
    model = planted.Planted(lambda x, y: Code(x), latent_shape=(784,))
    assert 0 < measure("pca_mse", model, tiny) < 0.1


# ---- nats --------------------------------------------------------------------------------------


def test_elbo_of_a_vae_matches_an_independent_computation(trained_run, few_digits):
    model = trained_run("vae").model
    x = to_float(few_digits.test.images)
    with torch.no_grad():
        code = model.encode(x)
        posterior = Normal(code.mean.double(), (0.5 * code.logvar.double()).exp())
        eps = torch.empty_like(code.mean).normal_(generator=torch.Generator().manual_seed(0))
        z = posterior.mean + posterior.stddev * eps
        p = model.decode(z.float()).double().sigmoid()
    cross_entropy = -(x * p.log() + (1 - x) * (1 - p).log()).sum((1, 2, 3)).mean().item()
    kl = kl_divergence(posterior, Normal(0.0, 1.0)).sum(1).mean().item()
    assert measure("reconstruction_nats", model, few_digits) == pytest.approx(
        cross_entropy, rel=1e-4
    )
    assert measure("kl_nats", model, few_digits) == pytest.approx(kl, rel=1e-4)
    elbo = measure("negative_elbo_nats", model, few_digits)
    assert elbo == pytest.approx(cross_entropy + kl, rel=1e-4)


def test_elbo_of_a_conditional_model_is_told_the_true_classes(few_digits):
    """A model that knows nothing of an image but its class, and paints the mean of that class."""
    test = few_digits.test
    means = torch.stack(
        [to_float(test.images[test.labels == label]).mean(0) for label in range(CLASSES)]
    ).clamp(0.01, 0.99)
    model = planted.PlantedConditionalPosterior(nothing, lambda z, y: means[y])
    wrong = replace(few_digits, test=Split(test.images, (test.labels + 1) % CLASSES))
    right = measure("negative_elbo_nats", model, few_digits)
    assert right < measure("negative_elbo_nats", model, wrong) - 10


def nothing(x, y):
    """The code of an encoder that always answers the prior."""
    return Code(*(torch.zeros(len(x), 4) for _ in range(3)))


def test_a_posterior_equal_to_the_prior_costs_nothing(few_digits):
    model = planted.PlantedPosterior(nothing)
    assert measure("kl_nats", model, few_digits) == 0
    nats = measure("reconstruction_nats", model, few_digits)
    assert nats == pytest.approx(784 * math.log(2), rel=1e-5)  # of an even grey


# ---- codes -------------------------------------------------------------------------------------


def test_active_units_counts_the_coordinates_that_were_planted(few_digits):
    """Variances of the means around the threshold of 0.01; constants far from zero; noise alone."""
    variances = torch.tensor([0.0, 0.009, 0.011, 1.0, 0.0, 50.0])

    def code_of(x, y):
        ink = x.sum((1, 2, 3))
        ink = (ink - spread[0]) / spread[1]
        mean = ink[:, None] * variances.sqrt() + torch.tensor([0, 3, 3, 3, 100, 0.0])
        return Code(mean, mean, torch.zeros_like(mean))

    ink = to_float(few_digits.test.images).sum((1, 2, 3))
    spread = ink.mean(), ink.std()
    model = planted.PlantedPosterior(code_of, latent_shape=(6,))
    assert measure("active_units", model, few_digits) == 3


@pytest.mark.parametrize(
    ("row", "share"),
    [
        ([1.0, 0, 0, 0], 0.75),
        ([1.0, 0.051, 0.049, 0], 0.5),
        ([-1.0, 0.04, -0.04, 0.06], 0.5),
        ([1.0, 1, 1, 1], 0.0),
        ([0.0, 0, 0, 0], 1.0),
    ],
)
def test_inactive_share_counts_small_activations(few_digits, row, share):
    model = planted.Planted(lambda x, y: Code(torch.tensor(row).repeat(len(x), 1)))
    assert measure("inactive_share", model, few_digits) == pytest.approx(share)


def test_neighbours_of_codes_that_are_the_class_are_always_right(few_digits):
    assert measure("knn_accuracy", planted.knows_the_class(), few_digits) == 1


def test_neighbours_of_random_codes_are_right_by_chance(few_digits):
    assert measure("knn_accuracy", planted.guesses(), few_digits) < 0.2


def test_neighbours_vote_by_the_training_set_and_not_by_the_test_set(few_digits):
    """Codes that separate the classes, but of training labels that are all moved by one."""
    train = few_digits.train
    moved = replace(few_digits, train=Split(train.images, (train.labels + 1) % CLASSES))
    images, labels = images_and_labels(few_digits)
    truth = {image.numpy().tobytes(): int(y) for image, y in zip(images, labels, strict=True)}
    model = planted.Planted(
        lambda x, y: Code(torch.eye(CLASSES)[[truth[as_bytes(image)] for image in x]]),
        latent_shape=(CLASSES,),
    )
    assert measure("knn_accuracy", model, few_digits) == 1
    assert measure("knn_accuracy", model, moved) == 0


def images_and_labels(dataset):
    splits = (dataset.train, dataset.test)
    return torch.cat([s.images for s in splits]), torch.cat([s.labels for s in splits])


def as_bytes(image: torch.Tensor) -> bytes:
    return (image * 255).round().to(torch.uint8).numpy().tobytes()


def test_a_trained_autoencoder_keeps_classes_together(trained_run, few_digits):
    assert measure("knn_accuracy", trained_run("conv_ae").model, few_digits) > 0.7


def test_codes_used_and_perplexity_are_those_of_the_planted_counts(few_digits):
    """Every cell of an image's grid names the image's class: 10 of 16 codes."""
    grid = lambda x, y: y.view(-1, 1, 1).expand(-1, 2, 2)  # noqa: E731
    model = planted.PlantedDiscrete(lambda x, y: Code(x, indices=grid(x, y)), codes=16)
    labels = few_digits.test.labels.tolist()
    shares = [count / len(labels) for count in Counter(labels).values()]
    entropy = -sum(share * math.log(share) for share in shares)
    assert measure("codes_used", model, few_digits) == pytest.approx(10 / 16)
    assert measure("code_perplexity", model, few_digits) == pytest.approx(math.exp(entropy))


def test_a_collapsed_codebook_has_one_code_in_use(few_digits):
    zeros = lambda x, y: Code(x, indices=torch.zeros(len(x), 2, 2, dtype=torch.long))  # noqa: E731
    model = planted.PlantedDiscrete(zeros, codes=512)
    assert measure("code_perplexity", model, few_digits) == pytest.approx(1)
    assert measure("codes_used", model, few_digits) == pytest.approx(1 / 512)


# ---- samples and their judge -------------------------------------------------------------------


@torch.no_grad()
def test_asked_for_digits_are_recognised_by_the_classifier_of_their_data_set(
    judge, judged_digits, monkeypatch
):
    monkeypatch.setattr(metrics, "ASKED_FOR", 20)  # of each class
    dataset, _ = judged_digits
    x = to_float(dataset.train.images)
    clearest = x[judge(x).argmax(0)]  # (10, 1, 28, 28), one of each class

    def share(paint) -> float:
        return measure("recognised", planted.PlantedConditional(nothing, paint), dataset)

    assert share(lambda z, y: clearest[y]) == 1
    assert share(lambda z, y: clearest[(y + 1) % CLASSES]) == 0
    assert share(lambda z, y: clearest[3].expand(len(z), 1, 28, 28)) == pytest.approx(0.1)


def test_recognition_is_asked_of_conditional_models_and_only_where_there_is_a_judge(judged_digits):
    dataset, folder = judged_digits
    applies = METRICS["recognised"].applies
    assert classifier.exists(dataset.name)
    assert applies(Abilities(samples=True, conditional=True), dataset)
    assert not applies(Abilities(samples=True), dataset)
    (folder / f"classifier-{dataset.name}").rename(folder / "elsewhere")
    assert not applies(Abilities(samples=True, conditional=True), dataset)


# ---- scores of single images -------------------------------------------------------------------


@pytest.mark.parametrize("model_id", ["ae", "vae", "cvae", "vq_vae"])
def test_scores_are_of_each_image_and_the_same_every_time(trained_run, x, y, model_id):
    model = trained_run(model_id).model
    together, again = scores(model, x, y), scores(model, x, y)
    assert ("negative_elbo_nats" in together) == model.abilities.posterior
    for name, values in together.items():
        assert values.shape == (len(x),)
        assert torch.equal(values, again[name])
        alone = scores(model, x[2:3], y[2:3])[name]
        torch.testing.assert_close(alone, values[2:3], rtol=1e-3, atol=1e-5)


def test_reference_holds_the_percentiles_of_the_test_images(trained_run, few_digits):
    model = trained_run("vae").model
    found = reference(model, few_digits)
    values = scores(model, to_float(few_digits.test.images), few_digits.test.labels)
    assert found.keys() == values.keys()
    for name, percentiles in found.items():
        assert len(percentiles) == 101
        assert percentiles == sorted(percentiles)
        assert percentiles[0] == pytest.approx(values[name].min().item(), rel=1e-5)
        assert percentiles[50] == pytest.approx(values[name].median().item(), rel=0.05)
        assert percentiles[100] == pytest.approx(values[name].max().item(), rel=1e-5)
        shares = [share_above(value, percentiles) for value in values[name].tolist()]
        assert np.mean(shares) == pytest.approx(0.5, abs=0.02)


PERCENTILES = [float(value) for value in range(101)]


@pytest.mark.parametrize(
    ("value", "share"),
    [(-1e9, 1), (0, 1), (25, 0.75), (99.5, 0.005), (100, 0), (1e9, 0), (float("inf"), 0)],
)
def test_share_above_is_one_below_all_and_zero_above_all(value, share):
    assert share_above(value, PERCENTILES) == pytest.approx(share)


def test_share_above_falls_as_the_value_rises():
    shares = [share_above(value / 7, PERCENTILES) for value in range(-10, 800)]
    assert shares == sorted(shares, reverse=True)


def test_of_equal_scores_none_is_above_another():
    assert share_above(5.0, [5.0] * 101) == 0
    assert share_above(4.9, [5.0] * 101) == 1
    half = [0.0] * 50 + [float(value) for value in range(51)]
    assert share_above(0.0, half) == pytest.approx(0.5, abs=0.011)
