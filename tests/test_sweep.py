"""A sweep over beta: planned, followed, broken off and resumed, read back."""

import json

import pytest
import torch
from safetensors.torch import load_file

from aecore import sweep_probes
from aecore.cli import main
from aecore.config import ConfigError
from aecore.metrics import evaluate
from aecore.runs import RunError, list_runs, load, save
from aecore.sweep import JSON_FILE, follow, in_process, plan, read, resume
from aecore.sweep_command import on_engine
from aecore.sweep_figures import figures

SMALL = {"latent_dim": 4, "widths": (16,)}
QUICK = {"epochs": 1, "batch_size": 64}
LONGER = {"epochs": 6, "batch_size": 32, "learning_rate": 1e-2}


def small_plan(betas=(0.5, 8.0), seeds=1, training=QUICK, **changes):
    return plan("beta_vae", "digits", betas, seeds, {**SMALL, **changes}, training)


def nothing(done):
    """A report that nobody reads."""


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """A sweep of two beta and two seeds, and its folder."""
    folder = tmp_path_factory.mktemp("sweep")
    wanted = small_plan(seeds=2, training=LONGER)
    return follow(wanted, folder, in_process, nothing, small=True), folder


def test_a_plan_has_a_recipe_for_each_beta_and_seed():
    recipes = small_plan(betas=(4, 0.5), seeds=3).recipes()
    assert [(each.seed, each.config.beta) for each in recipes] == [
        (seed, beta) for seed in range(3) for beta in (0.5, 4)
    ]
    assert {each.config.latent_dim for each in recipes} == {4}


@pytest.mark.parametrize("beta", [-1, 101])
def test_a_beta_out_of_range_is_refused_before_anything_is_trained(beta):
    with pytest.raises(ConfigError, match="0 to 100"):
        small_plan(betas=(1, beta))


def test_a_model_without_a_beta_is_refused():
    with pytest.raises(ConfigError, match="no beta"):
        plan("ae", "digits", (1,), 1)


def test_every_point_is_measured_and_the_first_seed_is_kept(followed):
    found, folder = followed
    assert {(p.beta, p.seed) for p in found.points} == {(b, s) for b in (0.5, 8) for s in (0, 1)}
    kept = {p.run for p in found.points if p.run}
    assert kept == {"beta-0.5-seed-0", "beta-8-seed-0"}
    assert {listed.id for listed in list_runs(folder)} == kept
    assert read(folder) == found


def test_the_figures_are_those_of_the_metrics(followed, digits):
    found, folder = followed
    for point in found.points:
        if not point.run:
            continue
        run = load(folder / point.run)
        metrics = evaluate(run.model, digits)
        assert metrics["kl_nats"].value == pytest.approx(point.rate, abs=0.05)  # float16 weights
        assert metrics["reconstruction_nats"].value == pytest.approx(point.distortion, abs=0.2)
        assert run.info.metrics["kl_nats"].value == point.rate
        assert sum(point.kl) == pytest.approx(point.rate, abs=1e-3)
        assert metrics["active_units"].value == sum(point.active)


def test_a_higher_beta_gives_a_lower_rate(followed):
    found, _ = followed
    assert found.mean(8.0, "rate") < found.mean(0.5, "rate")
    assert found.mean(8.0, "distortion") > found.mean(0.5, "distortion")


def test_a_kept_run_has_half_the_size_and_nearly_the_same_weights(followed, tmp_path):
    found, folder = followed
    run = load(folder / "beta-8-seed-0")
    assert {tensor.dtype for tensor in run.model.parameters()} == {torch.float32}
    stored = load_file(folder / "beta-8-seed-0" / "weights.safetensors")
    assert {tensor.dtype for tensor in stored.values()} == {torch.float16}
    again = next(iter(in_process([found.recipe(8.0, 0)], nothing)))
    for name, tensor in again.model.state_dict().items():
        assert torch.allclose(tensor, run.model.state_dict()[name], rtol=1e-3, atol=1e-5)
    save(again, tmp_path / "whole")
    whole = (tmp_path / "whole" / "weights.safetensors").stat().st_size
    assert (folder / "beta-8-seed-0" / "weights.safetensors").stat().st_size < 0.6 * whole


def test_a_sweep_that_was_broken_off_goes_on_where_it_stood(tmp_path):
    wanted, trained = small_plan(seeds=2), []

    def breaks_off(recipes, report):
        for run in in_process(recipes, report):
            if len(trained) == 3:
                raise KeyboardInterrupt
            trained.append(run.recipe)
            yield run

    with pytest.raises(KeyboardInterrupt):
        follow(wanted, tmp_path, breaks_off, nothing)
    rest = resume(wanted, tmp_path).missing()
    assert rest == wanted.recipes()[3:]
    done = follow(resume(wanted, tmp_path), tmp_path, in_process, nothing)
    assert not done.missing()
    assert [(p.beta, p.seed) for p in done.points[:3]] == [(r.config.beta, r.seed) for r in trained]


def test_a_folder_with_another_sweep_is_left_alone(followed):
    _, folder = followed
    with pytest.raises(ConfigError, match="other settings"):
        resume(small_plan(latent_dim=5, training=LONGER), folder)


def test_more_seeds_and_more_beta_are_added_to_a_sweep(followed):
    found, folder = followed
    wider = resume(small_plan(betas=(0.5, 2, 8), seeds=3, training=LONGER), folder)
    assert len(wider.points) == len(found.points)
    assert len(wider.missing()) == 9 - 4


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "not JSON"),
        ("[1]", "format"),
        ('{"format": 99}', "format"),
        ('{"format": 1}', "base"),
    ],
)
def test_a_broken_sweep_is_named_with_its_fault(tmp_path, content, words):
    (tmp_path / JSON_FILE).write_text(content)
    with pytest.raises(RunError, match=words) as error:
        read(tmp_path)
    assert str(tmp_path / JSON_FILE) in str(error.value)


def test_a_point_cannot_name_a_run_outside_its_folder(followed, tmp_path):
    _, folder = followed
    content = json.loads((folder / JSON_FILE).read_text())
    content["points"][0]["run"] = "../../elsewhere"
    (tmp_path / JSON_FILE).write_text(json.dumps(content))
    with pytest.raises(RunError, match="run"):
        read(tmp_path)


def test_the_probes_of_digits_are_eight_classes(followed, digits):
    _, folder = followed
    probes = sweep_probes.read(folder)
    assert probes["labels"].tolist() == list(range(2, 10))
    first = digits.test.images[int((digits.test.labels == 2).nonzero()[0]), 0]
    assert torch.equal(probes["images"][0], first)


def test_broken_probes_are_refused(tmp_path):
    from safetensors.torch import save_file

    save_file(
        {"images": torch.zeros(3, 5, 5, dtype=torch.uint8), "labels": torch.zeros(3)},
        tmp_path / sweep_probes.FILE,
    )
    with pytest.raises(RunError, match="its images are"):
        sweep_probes.read(tmp_path)


def test_shapes_get_their_scores_and_digits_none(followed):
    found, _ = followed
    assert all(point.factors is None for point in found.points)
    from aecore import data
    from aecore.models import catalog

    recipe = plan("beta_vae", "shapes", (4,), 1, SMALL).recipes()[0]
    model = catalog.build(recipe.model, recipe.config)
    scored = figures(model, data.load("shapes"), recipe).factors
    assert len(scored.information) == 4 and len(scored.information[0]) == 5
    assert scored.mig < 0.1 and scored.sap < 0.3  # untrained


# ---- the command ---------------------------------------------------------------------------------

COMMAND = ["sweep", "--dataset", "digits", "--beta", "1,16", "--seeds", "1", "--epochs", "1"]
NARROW = ["--set", "widths=16", "--set", "latent_dim=3"]


def test_the_command_trains_and_prints_a_line_for_each_beta(tmp_path, capsys):
    arguments = [*COMMAND, *NARROW, "--out", str(tmp_path / "s"), "--in-process"]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert "-ELBO" in printed and "2 runs measured" in printed
    assert main(arguments) == 0  # nothing is left to do
    assert len(read(tmp_path / "s").points) == 2


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (["--beta", "1,x"], "numbers with commas"),
        (["--set", "beta=3"], "give --beta"),
        (["--seeds", "0"], "at least 1"),
        (["--set", "width=3"], "no setting called"),
    ],
)
def test_a_wrong_option_is_one_message(tmp_path, capsys, wrong, words):
    try:
        assert main([*COMMAND, "--out", str(tmp_path / "s"), *wrong]) == 2
    except SystemExit as end:
        assert end.code == 2
    assert words in capsys.readouterr().err


def test_the_engine_trains_the_same_models_as_this_process(tmp_path):
    wanted = small_plan(betas=(1.0,))
    here = follow(wanted, tmp_path / "here", in_process, nothing, keep=0)
    seen = []
    there = follow(wanted, tmp_path / "there", on_engine(tmp_path / "there"), seen.append, keep=0)
    assert there.points == here.points
    assert seen[-1] == 1.0
