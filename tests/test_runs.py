"""Runs on disk: what is saved comes back, and nothing that is there is lost."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from pydantic import ValidationError

import aecore
from aecore.config import ConfigError
from aecore.metrics import Measurement
from aecore.models.autoencoder import AutoencoderConfig
from aecore.models.catalog import CATALOG
from aecore.models.vae import VAEConfig
from aecore.run_info import Card, PublishedFigure, Recipe, Timing
from aecore.runs import (
    JSON_FILE,
    SNAPSHOTS_FILE,
    WEIGHTS_FILE,
    Run,
    RunError,
    check_place,
    list_runs,
    load,
    read_info,
    save,
)
from tests.small import small_recipe

ROOT = Path(__file__).resolve().parents[1]


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, with its bytes."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def retitled(run: Run, title: str, **changes) -> Run:
    """The same model with another card."""
    card = Card(title=title, summary="", conditions="")
    info = run.info.model_copy(update={"card": card, **changes})
    return Run(info, model=run.model, snapshots=run.snapshots)


# ---- recipes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("model_id", CATALOG)
def test_a_recipe_survives_the_round_trip_through_json(model_id):
    recipe = small_recipe(model_id, seed=7)
    again = Recipe.model_validate_json(recipe.model_dump_json())
    assert again == recipe
    assert type(again.config) is type(recipe.config)


def test_a_recipe_without_a_config_takes_the_catalogs():
    assert Recipe(model="conv_vae", dataset="digits").config == CATALOG["conv_vae"].config


def test_settings_by_name_are_changes_to_the_catalogs_config():
    recipe = Recipe(model="beta_vae", dataset="digits", config={"latent_dim": 3})
    assert recipe.config == CATALOG["beta_vae"].config.model_copy(update={"latent_dim": 3})


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"model": "gan"}, "there is no model 'gan'"),
        ({"model": None}, "there is no model"),
        ({"config": {"latent_dim": 0}}, "latent_dim"),
        ({"config": {"beta": 1}}, "no setting called 'beta'"),
        ({"config": [1]}, "not a list"),
        ({"config": VAEConfig()}, "wants a AutoencoderConfig"),
        ({"model": "gan", "config": AutoencoderConfig()}, "there is no model 'gan'"),
        ({"training": {"epochs": 0}}, "epochs"),
        ({"training": {"speed": 1}}, "speed"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**31}, "seed"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_recipe_that_cannot_be_followed_is_refused(fields, fault):
    with pytest.raises((ValidationError, ConfigError), match=re.escape(fault)):
        Recipe(**{"model": "ae", "dataset": "digits", **fields})


# ---- saving and loading ------------------------------------------------------------------------


def test_all_that_is_known_of_a_run_comes_back(trained_run, tmp_path):
    info = trained_run("vae").info.model_copy(
        update={
            "metrics": {"mse": Measurement(value=0.5, unit="nats", conditions="none")},
            "reference": {"mse": [0.0, 0.5, 1.0]},
            "card": Card(
                title="t",
                summary="s",
                conditions="c",
                published=(
                    PublishedFigure(
                        what="w", value=1.5, source="s", conditions="c", same_quantity=False
                    ),
                ),
            ),
            "timing": Timing(seconds=1.5, images_per_second=10, threads=3),
        }
    )
    run = Run(info, model=trained_run("vae").model, snapshots=trained_run("vae").snapshots)
    found = load(save(run, tmp_path / "run"))
    assert found.info == info
    assert found.recipe == info.recipe
    assert found.folder == tmp_path / "run"
    assert found.snapshots.keys() == run.snapshots.keys()
    assert all(torch.equal(found.snapshots[name], run.snapshots[name]) for name in run.snapshots)


def test_a_run_folder_holds_the_files_of_the_design(run_folder):
    folder = run_folder()
    assert {JSON_FILE, WEIGHTS_FILE, SNAPSHOTS_FILE} <= {path.name for path in folder.iterdir()}
    written = json.loads((folder / JSON_FILE).read_text(encoding="utf-8"))
    assert written["format"] == 1
    assert {"recipe", "versions", "history", "metrics", "state"} <= written.keys()
    assert written["versions"]["torch"] == torch.__version__


def test_the_same_functions_are_aecores_own(run_folder):
    folder = run_folder("vae")
    assert aecore.load(str(folder)).model.training is False
    assert [row.id for row in aecore.list_runs(folder.parent)] == ["vae-digits"]


def test_a_run_without_snapshots_has_none(trained_run, tmp_path):
    run = Run(trained_run("ae").info, model=trained_run("ae").model, snapshots={})
    assert load(save(run, tmp_path / "run")).snapshots == {}


def test_a_titles_comes_from_the_card_or_from_the_recipe(trained_run):
    run = trained_run("vae")
    assert run.info.title == "Variational autoencoder, digits"
    assert retitled(run, "Mine").info.title == "Mine"


# ---- replacing ---------------------------------------------------------------------------------


def test_a_run_that_is_there_is_not_overwritten(trained_run, run_folder):
    folder = run_folder("ae")
    before = contents(folder.parent)
    with pytest.raises(RunError, match="exists already"):
        save(trained_run("vae"), folder)
    assert contents(folder.parent) == before


def test_force_replaces_a_run_and_leaves_nothing_else_behind(trained_run, run_folder):
    folder = run_folder("ae")
    save(trained_run("vae"), folder, force=True)
    assert load(folder).recipe.model == "vae"
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_force_never_replaces_a_folder_with_other_things(trained_run, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    with pytest.raises(RunError, match="thesis: holds other things than a run"):
        save(trained_run("ae"), tmp_path / "thesis", force=True)
    assert contents(tmp_path) == {"thesis/chapter.txt": b"years of work"}


def test_force_never_replaces_a_file(trained_run, tmp_path):
    (tmp_path / "notes").write_text("mine")
    with pytest.raises(RunError, match="notes: is a file"):
        save(trained_run("ae"), tmp_path / "notes", force=True)
    assert contents(tmp_path) == {"notes": b"mine"}


def test_an_empty_folder_can_be_used_with_force(trained_run, tmp_path):
    (tmp_path / "empty").mkdir()
    check_place(tmp_path / "empty", force=True)
    assert load(save(trained_run("ae"), tmp_path / "empty", force=True))


def test_a_place_below_a_file_is_refused(trained_run, tmp_path):
    (tmp_path / "notes").write_text("mine")
    with pytest.raises(RunError, match="couldn't be saved"):
        save(trained_run("ae"), tmp_path / "notes" / "run")


# ---- listing -----------------------------------------------------------------------------------


def test_listing_reads_json_alone(trained_run, tmp_path):
    for name in ("b", "a"):
        save(retitled(trained_run("ae"), name.upper()), tmp_path / name)
        for file in (WEIGHTS_FILE, SNAPSHOTS_FILE):
            (tmp_path / name / file).unlink()
    rows = list_runs(tmp_path)
    assert [(row.id, row.info.title) for row in rows] == [("a", "A"), ("b", "B")]
    assert [row.fault for row in rows] == [None, None]


def test_a_broken_run_is_listed_with_its_fault_and_the_others_are_unharmed(trained_run, tmp_path):
    for name in ("broken", "whole"):
        save(trained_run("ae"), tmp_path / name)
    (tmp_path / "broken" / JSON_FILE).write_text("{")
    broken, whole = list_runs(tmp_path)
    assert broken.info is None
    assert str(tmp_path / "broken" / JSON_FILE) in broken.fault
    assert whole.fault is None


def test_other_folders_and_hidden_ones_are_not_listed(trained_run, tmp_path):
    save(trained_run("ae"), tmp_path / ".being-written")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "file").write_text("")
    assert list_runs(tmp_path) == []
    assert list_runs(tmp_path / "nowhere") == []


# ---- disks that fill, processes that die -------------------------------------------------------

SAVE_WITH_LIMITS = """
import resource, signal, sys
from aecore.runs import Run, RunError, load, save
from aecore.run_info import Card
folder, *limits = sys.argv[1:]
run = load(folder)
card = Card(title="new" * 400_000, summary="", conditions="")
info = run.info.model_copy(update={"card": card})
new = Run(info, model=run.model, snapshots=run.snapshots)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # so that a write beyond the limit is an OSError
for limit in limits:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))
    try:
        save(new, folder, force=True)
    except RunError as error:
        print(error)
"""


@pytest.mark.skipif(os.name != "posix", reason="limits on file sizes are POSIX's")
def test_a_disk_that_fills_while_saving_leaves_the_old_run_intact(run_folder):
    """Full at the first file, the weights, and then at the last, a JSON of 1.2 MB."""
    folder = run_folder("ae")
    before = contents(folder.parent)
    largest = max(path.stat().st_size for path in folder.iterdir())
    assert largest < 1_000_000
    command = [sys.executable, "-c", SAVE_WITH_LIMITS, folder, "1000", str(largest)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    messages = done.stdout.splitlines()
    assert len(messages) == 2, done.stderr
    for message in messages:
        assert message.startswith(f"{folder}: couldn't be saved")
        assert message.endswith("nothing was replaced")
    assert contents(folder.parent) == before
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


SAVE_FOR_EVER = """
import sys
from aecore.runs import load, save
run = load(sys.argv[1])
run.snapshots
print("begun", flush=True)
while True:
    save(run, sys.argv[2], force=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_a_process_killed_while_saving_leaves_only_whole_runs(run_folder, tmp_path):
    source, target = run_folder("ae"), tmp_path / "target" / "run"
    command = [sys.executable, "-c", SAVE_FOR_EVER, source, target]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as child:
        try:
            child.stdout.readline()
            while not target.exists():
                assert child.poll() is None
        finally:
            child.send_signal(signal.SIGKILL)
    for row in list_runs(target.parent):
        assert row.fault is None
        assert load(row.folder).info == read_info(source)
