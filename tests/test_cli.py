"""The command line: what it prints, what it refuses, and what Ctrl-C leaves behind."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from aecore import commands, data
from aecore.cli import main
from aecore.metrics import evaluate
from aecore.models.catalog import CATALOG, build, parameter_count
from aecore.runs import load
from aecore.training import TrainConfig
from tests.test_runs import contents

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 600  # seconds, on a machine that is busy with other things
SMALL = ["--set", "latent_dim=3", "--set", "widths=16"]


def train_small(folder: Path, *more: str) -> int:
    return main(["train", "ae", "--dataset", "digits", "--out", str(folder), *SMALL, *more])


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A run of one epoch, made by the command line."""
    folder = tmp_path_factory.mktemp("cli") / "mine"
    assert train_small(folder, "--epochs", "1", "--seed", "4") == 0
    return folder


@pytest.fixture
def never_trains(monkeypatch):
    """Fails the test if any training begins."""

    def refuse(*arguments):
        raise AssertionError("a training has begun")

    monkeypatch.setattr(commands, "begin", refuse)


def fault_of(capsys, *arguments) -> str:
    """The message of a command that fails as a person's mistake does: status 2, no traceback."""
    assert main([str(argument) for argument in arguments]) == 2
    printed = capsys.readouterr().err
    assert printed.count("error: ") == 1
    assert "Traceback" not in printed
    return printed.partition("error: ")[2]


# ---- models and datasets -----------------------------------------------------------------------


def test_models_as_json_is_the_catalog(capsys):
    assert main(["models", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in rows] == list(CATALOG)
    for row in rows:
        entry = CATALOG[row["id"]]
        assert row["title"] == entry.title
        assert row["parameters"] == parameter_count(build(entry.id))
        assert set(row["abilities"]) == {name for name, on in vars(entry.abilities).items() if on}
        settings = {setting["name"]: setting for setting in row["settings"]}
        assert settings.keys() == type(entry.config).model_fields.keys()
        for setting in settings.values():
            assert setting["description"] and setting["allowed"]
            assert setting["default"] is not None


def test_models_in_words_name_every_model_with_its_settings(capsys):
    assert main(["models"]) == 0
    text = capsys.readouterr().out
    for model_id, entry in CATALOG.items():
        assert f"{model_id}: {entry.title}" in text
    assert "1 to 256" in text


def test_datasets_say_what_is_here_and_what_can_be_fetched(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("AECORE_DATA", str(tmp_path))
    assert main(["datasets", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert list(rows) == list(data.DATASETS)
    assert rows["digits"]["available"] and not rows["digits"]["download_bytes"]
    assert not rows["mnist"]["available"] and rows["mnist"]["download_bytes"] > 1_000_000
    assert main(["datasets"]) == 0
    assert "python -m aecore fetch mnist" in capsys.readouterr().out


# ---- train -------------------------------------------------------------------------------------


def test_train_makes_a_run_that_loads(trained):
    run = load(trained)
    assert run.info.state == "finished"
    assert len(run.info.history) == run.recipe.training.epochs == 1
    assert (run.recipe.model, run.recipe.dataset, run.recipe.seed) == ("ae", "digits", 4)
    assert (run.recipe.config.latent_dim, run.recipe.config.widths) == (3, (16,))
    assert "mse" in run.info.metrics


def test_what_is_not_set_is_what_the_catalog_and_the_training_say(trained):
    recipe = load(trained).recipe
    assert recipe.config.activation == CATALOG["ae"].config.activation
    expected = {**TrainConfig().model_dump(), **CATALOG["ae"].training, "epochs": 1}
    assert recipe.training.model_dump() == expected


def test_settings_of_the_training_are_set_by_the_same_option(tmp_path):
    more = ["--set", "learning_rate=0.01", "--set", "batch_size=256", "--set", "epochs=2"]
    assert train_small(tmp_path / "run", *more) == 0
    training = load(tmp_path / "run").recipe.training
    assert (training.learning_rate, training.batch_size, training.epochs) == (0.01, 256, 2)


def test_the_same_command_gives_the_same_history(trained, tmp_path):
    assert train_small(tmp_path / "again", "--epochs", "1", "--seed", "4") == 0
    assert load(tmp_path / "again").info.history == load(trained).info.history


@pytest.mark.parametrize(
    ("options", "faults"),
    [
        (["--set", "depth=3"], ["no setting called 'depth'", "latent_dim", "learning_rate"]),
        (["--set", "latent_dim=0"], ["latent_dim", "from 1 to 256", "learning_rate"]),
        (["--set", "latent_dim=1e9"], ["latent_dim", "from 1 to 256"]),
        (["--set", "widths=16,0"], ["widths", "1 to 4 whole numbers from 1 to 1024"]),
        (["--set", "body=transformer"], ["body", "dense or conv"]),
        (["--set", "learning_rate=2"], ["learning_rate", "above 0, up to 1"]),
        (["--set", "learning_rate=fast"], ["learning_rate"]),
        (["--set", "epochs=0"], ["epochs", "from 1 to 500"]),
        (["--epochs", "many"], ["epochs", "from 1 to 500"]),
        (["--set", "copy=1"], ["no setting called 'copy'"]),
        (["--set", "latent_dim"], ["KEY=VALUE"]),
    ],
)
def test_a_bad_setting_is_refused_with_the_valid_names_and_ranges(
    capsys, tmp_path, never_trains, options, faults
):
    command = ["train", "ae", "--dataset", "digits", "--out", tmp_path / "run", *options]
    message = fault_of(capsys, *command)
    for fault in faults:
        assert fault in message
    assert not (tmp_path / "run").exists()


def test_an_unknown_model_is_refused_with_those_there_are(capsys, never_trains):
    message = fault_of(capsys, "train", "gan", "--dataset", "digits")
    assert all(model_id in message for model_id in CATALOG)


@pytest.mark.parametrize("seed", ["-1", "2147483648", "1.5", "lucky"])
def test_a_bad_seed_is_refused(capsys, never_trains, seed):
    with pytest.raises(SystemExit) as left:
        main(["train", "ae", "--dataset", "digits", f"--seed={seed}"])
    assert left.value.code == 2
    assert "a whole number from 0 to 2147483647" in capsys.readouterr().err


def test_a_data_set_that_is_not_here_is_a_message(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("AECORE_DATA", str(tmp_path))
    message = fault_of(capsys, "train", "ae", "--dataset", "mnist", "--out", tmp_path / "run")
    assert "python -m aecore fetch mnist" in message


def test_a_run_that_is_there_is_refused_before_any_training(capsys, trained, never_trains):
    before = contents(trained)
    message = fault_of(capsys, "train", "ae", "--dataset", "digits", "--out", trained)
    assert f"{trained}: exists already" in message
    assert "--force" in message
    assert contents(trained) == before


def test_other_things_are_refused_before_any_training_even_by_force(capsys, tmp_path, never_trains):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    command = ["train", "ae", "--dataset", "digits", "--force", "--out", tmp_path / "thesis"]
    assert "holds other things than a run" in fault_of(capsys, *command)
    assert contents(tmp_path) == {"thesis/chapter.txt": b"years of work"}


def test_force_replaces_a_run(tmp_path):
    for seed in ("1", "2"):
        assert train_small(tmp_path / "run", "--epochs", "1", "--seed", seed, "--force") == 0
    assert load(tmp_path / "run").recipe.seed == 2
    assert os.listdir(tmp_path) == ["run"]


def test_without_out_a_run_is_named_after_model_and_data_set(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["train", "ae", "--dataset", "digits", "--epochs", "1", *SMALL]) == 0
    assert load(tmp_path / "runs" / "ae-digits").recipe.model == "ae"


def test_a_training_that_diverges_is_a_message_and_leaves_nothing(capsys, tmp_path):
    settings = ["schedule=constant", "learning_rate=1", "widths=32,32", "batch_size=64"]
    options = [option for setting in settings for option in ("--set", setting)]
    command = ["train", "vae", "--dataset", "digits", "--epochs", "2", *options]
    message = fault_of(capsys, *command, "--out", tmp_path / "run")
    assert "stopped being a number at step" in message
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT, as Ctrl-C does on POSIX")
def test_ctrl_c_saves_what_was_learnt_marked_as_stopped(tmp_path):
    command = [sys.executable, "-m", "aecore", "train", "ae", "--dataset", "digits"]
    command += ["--epochs", "500", "--out", tmp_path / "run", *SMALL]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    # A shell's background job ignores SIGINT and hands that on; a person's Ctrl-C is not ignored.
    heeding = {"preexec_fn": lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)}
    with subprocess.Popen(command, cwd=ROOT, **pipes, **heeding) as child:
        seen = b""
        while b"total=" not in seen:  # the progress bar shows losses: training is under way
            piece = child.stderr.read1()
            assert piece, seen
            seen += piece
        child.send_signal(signal.SIGINT)
        printed, errors = child.communicate(timeout=PATIENCE)
    assert child.returncode == 130, errors
    assert b"Traceback" not in errors
    assert b"stopped: saving" in errors
    assert b"stopped after" in printed
    run = load(tmp_path / "run")
    assert run.info.state == "stopped"
    assert len(run.info.history) < 500
    assert run.snapshots["steps"][0] == 0


def test_ctrl_c_while_the_figures_are_measured_keeps_the_finished_run(tmp_path, monkeypatch):
    def interrupt(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("aecore.fitting.measured", interrupt)
    assert train_small(tmp_path / "run", "--epochs", "1") == 130
    run = load(tmp_path / "run")
    assert run.info.state == "finished"
    assert len(run.info.history) == 1
    assert run.info.metrics == {}


# ---- evaluate ----------------------------------------------------------------------------------


def test_evaluate_as_json_gives_the_figures_with_unit_and_conditions(capsys, trained, digits):
    assert main(["evaluate", str(trained), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    expected = evaluate(load(trained).model, digits)
    assert found == {name: measurement.model_dump() for name, measurement in expected.items()}
    assert found["mse"]["conditions"].startswith("355 test images")


def test_evaluate_in_words_has_a_line_for_each_figure(capsys, trained, digits):
    assert main(["evaluate", str(trained)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(evaluate(load(trained).model, digits))


def test_evaluate_can_keep_the_figures_with_the_run(tmp_path, digits):
    train_small(tmp_path / "run", "--epochs", "1")
    run = load(tmp_path / "run")
    before = run.info
    stripped = before.model_copy(update={"metrics": {}})
    (tmp_path / "run" / "run.json").write_text(stripped.model_dump_json())
    assert main(["evaluate", str(tmp_path / "run"), "--save"]) == 0
    after = load(tmp_path / "run")
    assert after.info == before
    assert after.snapshots.keys() == run.snapshots.keys()


def test_evaluate_on_another_data_set(capsys, trained):
    assert main(["evaluate", str(trained), "--dataset", "digits", "--json"]) == 0
    capsys.readouterr()
    message = fault_of(capsys, "evaluate", trained, "--dataset", "shapes", "--save")
    assert "leave out --dataset" in message


def test_evaluating_what_is_no_run_is_a_message(capsys, tmp_path):
    assert "is missing" in fault_of(capsys, "evaluate", tmp_path / "nowhere")


# ---- as a person runs it -----------------------------------------------------------------------


def test_the_command_works_as_python_m_aecore(tmp_path):
    command = [sys.executable, "-m", "aecore", "evaluate", tmp_path / "nowhere"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ") and "Traceback" not in done.stderr


def test_ship_refuses_names_that_are_not_in_its_table(capsys):
    assert "no shipped run is called gan-mnist" in fault_of(capsys, "ship", "gan-mnist")
