"""What ships for Generate and Denoise fits the runs that ship, and says what the pages say."""

import json

import pytest

from aecore import denoising, generation
from aecore.denoising_curves import FIGURES, LINEAR, MEDIAN, NOTHING, read_curves
from aecore.generation_figures import SAMPLES, read_features, read_figures
from aecore.models.catalog import CATALOG
from aecore.noise import NOISES
from aecore.shipped import SHIPPED

RUNS = {row.name: CATALOG[row.model].abilities for row in SHIPPED if row.dataset == "mnist"}


def figures():
    return {(row.run, row.source): row for row in read_figures("mnist")}


def curve(kind, name, figure="mse"):
    return read_curves("mnist")["curves"][kind][name][figure]


@pytest.mark.parametrize("name", RUNS)
def test_every_shipped_run_has_figures_from_each_of_its_sources(name):
    there = {source for run, source in figures() if run == name}
    assert there == set(generation.sources(RUNS[name]))


@pytest.mark.parametrize("name", [name for name, can in RUNS.items() if not can.samples])
def test_a_plain_autoencoder_fails_from_the_prior_and_a_mixture_mends_it(name):
    found = figures()
    normal, mixture = found[name, "normal"], found[name, "mixture"]
    assert mixture.recognised > normal.recognised + 0.2
    assert mixture.precision > normal.precision + 0.3


def test_a_learned_prior_writes_better_than_chance():
    found = figures()
    prior, others = found["vq_vae-mnist", "prior"], ("frequent", "random")
    for other in others:
        assert prior.precision > found["vq_vae-mnist", other].precision + 0.2


def test_real_digits_set_the_bar():
    real = figures()["", "real"]
    assert real.samples == SAMPLES and real.recognised > 0.95
    assert all(row.recall <= real.recall for row in figures().values())
    assert read_features("mnist").shape == (SAMPLES, 64)


@pytest.mark.parametrize("kind", NOISES)
def test_there_is_a_curve_for_every_shipped_run_and_baseline(kind):
    known = read_curves("mnist")["curves"][kind]
    assert set(known) >= {*RUNS, NOTHING, LINEAR, MEDIAN}
    for each in known.values():
        assert set(each) == set(FIGURES)
        assert all(len(values) == len(NOISES[kind].amounts) for values in each.values())


def test_the_denoiser_beats_the_best_linear_one_where_it_was_trained():
    at = NOISES["gaussian"].amounts.index(0.5)
    ours, linear = curve("gaussian", "denoising_ae-mnist"), curve("gaussian", LINEAR)
    assert ours[at] < 0.8 * linear[at]


def test_nobody_beats_the_best_linear_denoiser_at_a_blur_that_it_was_told():
    at = NOISES["blur"].amounts.index(2.0)
    assert all(curve("blur", LINEAR)[at] < 0.5 * curve("blur", name)[at] for name in RUNS)


def test_what_ships_for_the_two_pages_stays_under_2_megabytes():
    folder = denoising.folder("mnist").parent
    files = [
        path
        for name in ("denoisers-mnist", "generation-mnist")
        for path in (folder / name).iterdir()
    ]
    assert sum(path.stat().st_size for path in files) < 2_000_000
    text = (folder / "generation-mnist" / "figures.json").read_text(encoding="utf-8")
    assert json.loads(text)["samples"] == SAMPLES
