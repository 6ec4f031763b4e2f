"""The sweeps that ship: whole, small, and with the figures that the page speaks of."""

import numpy as np
import pytest
import torch

from aecore import data, sweep_probes
from aecore.places import checkpoints_folder
from aecore.portable import pack
from aecore.runs import load
from aecore.sweep import read
from aecore.sweep_figures import figures

FOLDER = checkpoints_folder() / "sweeps"
BETAS = {"mnist": (0.1, 0.25, 0.5, 1, 2, 4, 8, 16), "shapes": (1, 2, 4, 8, 16)}
MEGABYTES = 15

every = pytest.mark.parametrize("name", BETAS)


def means(found, name):
    return [found.mean(beta, name) for beta in found.betas]


@every
def test_every_beta_was_measured_with_three_seeds_and_one_was_kept(name):
    found = read(FOLDER / name)
    assert found.betas == BETAS[name]
    assert not found.missing()
    for beta in found.betas:
        assert [point.seed for point in found.at(beta)] == [0, 1, 2]
        assert [bool(point.run) for point in found.at(beta)] == [True, False, False]


@every
def test_the_kept_runs_were_made_by_the_sweeps_recipes(name):
    found = read(FOLDER / name)
    for point in found.points:
        if point.run:
            run = load(FOLDER / name / point.run)
            assert run.recipe == found.recipe(point.beta, point.seed)
            assert run.info.state == "finished"
            assert run.info.metrics["kl_nats"].value == point.rate


@every
def test_rate_falls_and_distortion_rises_with_beta(name):
    found = read(FOLDER / name)
    assert np.all(np.diff(means(found, "rate")) < 0)
    assert np.all(np.diff(means(found, "distortion")) > 0)


def test_the_sum_is_least_at_beta_one_on_mnist():
    found = read(FOLDER / "mnist")
    assert found.betas[int(np.argmin(means(found, "negative_elbo")))] == 1


def test_a_higher_beta_disentangles_shapes_better():
    found = read(FOLDER / "shapes")
    mig = {b: np.mean([point.factors.mig for point in found.at(b)]) for b in found.betas}
    assert max(mig[beta] for beta in found.betas if beta > 1) >= mig[1] + 0.1


def test_the_figures_of_a_kept_run_can_be_measured_again():
    found = read(FOLDER / "shapes")
    point = found.at(4)[0]
    again = figures(
        load(FOLDER / "shapes" / point.run).model, data.load("shapes"), found.recipe(4, point.seed)
    )
    assert again.rate == pytest.approx(point.rate, abs=0.02)  # the weights were rounded
    assert again.distortion == pytest.approx(point.distortion, abs=0.05)
    assert again.factors.mig == pytest.approx(point.factors.mig, abs=0.02)


@every
def test_the_probes_are_there_and_the_decoders_can_be_sent(name):
    probes = sweep_probes.read(FOLDER / name)
    assert probes["images"].shape == (8, 28, 28) and probes["images"].dtype == torch.uint8
    run = load(FOLDER / name / read(FOLDER / name).at(4)[0].run)
    assert pack(run.model).plan["numbers"] == "float16"  # so they travel at half the size


def test_the_sweeps_are_small():
    size = sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file())
    assert size < MEGABYTES * 1_000_000
