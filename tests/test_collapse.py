"""The collapse doctor: what it finds in collapsed, healthy and roomy codes, and what it advises."""

import pytest

from aecore.collapse import diagnose, examine
from aecore.config import with_changes
from aecore.run_info import Recipe, RunInfo
from aecore.runs import RunError

ALIVE, DEAD = (2.0, 0.9), (0.001, 0.0002)  # KL and variance of means


def info(rates=(5.0, 6.0), model="beta_vae", **changes) -> RunInfo:
    """A run of 20 epochs whose code held `rates` nats after the first and the last."""
    made = Recipe(model=model, dataset="digits")
    entry = made.entry.config
    history = [
        {"epoch": n, "step": n, "train": {}, "test": {"kl_nats": r}} for n, r in enumerate(rates, 1)
    ]
    config = with_changes(entry, {"latent_dim": 4, **changes})
    training = with_changes(made.training, {"epochs": 20})
    recipe = made.model_copy(update={"config": config, "training": training})
    return RunInfo(recipe=recipe, history=history)


def diagnosis(units, found: RunInfo):
    return diagnose([kl for kl, _ in units], [v for _, v in units], found)


def test_a_code_that_is_all_in_use_is_healthy_and_needs_no_cure():
    found = diagnosis([ALIVE] * 4, info())
    assert (found.verdict, found.dead, found.cures) == ("healthy", (), ())
    assert found.alive == 4


def test_a_code_that_says_nothing_is_wholly_collapsed():
    found = diagnosis([DEAD] * 4, info(beta=16))
    assert (found.verdict, found.alive) == ("wholly", 0)


def test_dead_coordinates_under_a_high_beta_are_a_collapse_and_beta_is_to_blame():
    found = diagnosis([ALIVE, ALIVE, ALIVE, DEAD], info(beta=8))
    assert (found.verdict, found.dead) == ("partly", (3,))
    assert [suspect.name for suspect in found.suspects if suspect.guilty] == ["β"]
    assert "8 nats" in found.suspects[0].evidence


def test_spare_coordinates_at_beta_one_are_no_illness():
    found = diagnosis([ALIVE, ALIVE, ALIVE, DEAD], info(beta=1))
    assert found.verdict == "spare"
    assert [suspect.name for suspect in found.suspects if suspect.guilty] == [
        "More coordinates than needed"
    ]


def test_a_code_that_was_empty_at_first_points_to_the_start():
    found = diagnosis([ALIVE, DEAD, DEAD, DEAD], info(rates=(0.05, 4.0), beta=1))
    start = next(suspect for suspect in found.suspects if suspect.name == "The start")
    assert start.guilty and "0.05 nats" in start.evidence


def test_a_warm_up_clears_the_start_of_suspicion():
    found = diagnosis([ALIVE, DEAD], info(rates=(0.0, 4.0), latent_dim=2, kl_warmup_epochs=10))
    start = next(suspect for suspect in found.suspects if suspect.name == "The start")
    assert not start.guilty and "10 epochs" in start.evidence


def test_each_cure_changes_the_recipe_and_is_valid():
    found = info(beta=16)
    cures = {cure.name: cure for cure in diagnosis([DEAD] * 4, found).cures}
    assert cures.keys() == {"Warm-up", "Free bits", "β = 1"}
    for cure in cures.values():
        changed = with_changes(found.recipe.config, dict(cure.changes))
        assert changed != found.recipe.config


def test_a_cure_that_was_taken_already_is_not_offered_again():
    found = info(beta=1, kl_warmup_epochs=10, free_bits=0.5)
    assert diagnosis([DEAD] * 4, found).cures == ()


def test_a_trained_run_is_examined_by_the_codes_it_keeps(fitted):
    run = fitted("vae").finish()
    found = examine(run)
    assert len(found.kl) == run.model.latent_dim
    assert found.alive + len(found.dead) == run.model.latent_dim
    assert max(found.kl) > 0.1


@pytest.mark.parametrize(("model", "words"), [("ae", "no posterior"), ("vae", "no codes")])
def test_what_cannot_be_examined_says_why(trained_run, model, words):
    with pytest.raises(RunError, match=words):
        examine(trained_run(model))
