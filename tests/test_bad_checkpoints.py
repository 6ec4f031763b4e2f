"""Files that are broken or hostile: each is a message that names the file and the fault."""

import copy
import json
import pickle
import random
import struct
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from aecore.runs import (
    JSON_FILE,
    SNAPSHOTS_FILE,
    WEIGHTS_FILE,
    RunError,
    list_runs,
    load,
    read_info,
)
from aecore.tensor_files import MAX_BYTES


def refused(folder: Path, file: str) -> str:
    """What `load` says of a broken run, once it has named the file; always one short line."""
    with pytest.raises(RunError) as caught:
        load(folder)
    message = str(caught.value)
    assert message.startswith(f"{folder / file}: ")
    assert "\n" not in message
    assert len(message) < 600
    return message.removeprefix(f"{folder / file}: ")


def change_json(folder: Path, **changes) -> None:
    """Puts other values into run.json; a name with a double underscore goes a level deeper."""
    path = folder / JSON_FILE
    content = json.loads(path.read_text(encoding="utf-8"))
    for name, value in changes.items():
        *parents, last = name.split("__")
        place = content
        for parent in parents:
            place = place[parent]
        place[last] = value
    path.write_text(json.dumps(content), encoding="utf-8")


def change_weights(folder: Path, change) -> None:
    """Lets `change` alter the tensors of the weights, a dict by name."""
    tensors = load_file(folder / WEIGHTS_FILE)
    change(tensors)
    save_file(tensors, folder / WEIGHTS_FILE)


class Exploding:
    """Unpickling this makes a file: proof that code was run."""

    def __init__(self, trace: Path):
        self.trace = trace

    def __reduce__(self):
        return Path.touch, (self.trace,)


# ---- weights -----------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.99])
def test_truncated_weights(run_folder, share):
    folder = run_folder()
    whole = (folder / WEIGHTS_FILE).read_bytes()
    (folder / WEIGHTS_FILE).write_bytes(whole[: int(share * len(whole))])
    assert refused(folder, WEIGHTS_FILE).startswith("truncated, or not a safetensors file")


def test_missing_weights(run_folder):
    folder = run_folder()
    (folder / WEIGHTS_FILE).unlink()
    assert refused(folder, WEIGHTS_FILE) == "is missing"


def test_weights_that_are_a_folder(run_folder):
    folder = run_folder()
    (folder / WEIGHTS_FILE).unlink()
    (folder / WEIGHTS_FILE).mkdir()
    assert refused(folder, WEIGHTS_FILE).startswith("can't be read")


def test_weights_that_are_too_large_are_not_read(run_folder):
    folder = run_folder()
    with (folder / WEIGHTS_FILE).open("r+b") as file:
        file.truncate(MAX_BYTES + 1)  # sparse: takes no room
    assert refused(folder, WEIGHTS_FILE).startswith("larger than 200 MB")


@pytest.mark.parametrize("how", ["torch", *range(2, pickle.HIGHEST_PROTOCOL + 1)])
def test_a_pickle_is_refused_and_not_run(run_folder, tmp_path, how):
    folder, trace = run_folder(), tmp_path / "exploded"
    path = folder / WEIGHTS_FILE
    if how == "torch":
        torch.save({"to_code.weight": Exploding(trace)}, path)
    else:
        path.write_bytes(pickle.dumps(Exploding(trace), protocol=how))
    assert refused(folder, WEIGHTS_FILE).startswith("holds a pickle or an archive")
    assert not trace.exists()
    with path.open("rb") as file:  # the bomb is real: whoever unpickles the file sets it off
        torch.load(file, weights_only=False) if how == "torch" else pickle.load(file)
    assert trace.exists()


@pytest.mark.parametrize("protocol", [0, 1])
def test_pickles_of_old_protocols_are_not_run_either(run_folder, tmp_path, protocol):
    folder, trace = run_folder(), tmp_path / "exploded"
    (folder / WEIGHTS_FILE).write_bytes(pickle.dumps(Exploding(trace), protocol=protocol))
    assert "not a safetensors file" in refused(folder, WEIGHTS_FILE)
    assert not trace.exists()


def test_a_pickle_in_place_of_the_json(run_folder, tmp_path):
    folder, trace = run_folder(), tmp_path / "exploded"
    (folder / JSON_FILE).write_bytes(pickle.dumps(Exploding(trace)))
    assert "not JSON" in refused(folder, JSON_FILE)
    assert not trace.exists()


def test_a_tensor_of_the_wrong_shape(run_folder):
    folder = run_folder()
    change_weights(folder, lambda t: t.update({"to_code.bias": torch.zeros(7)}))
    expected = "'to_code.bias' has shape (7,), but this model needs (6,)"
    assert refused(folder, WEIGHTS_FILE) == expected


def test_a_tensor_that_is_missing(run_folder):
    folder = run_folder()
    change_weights(folder, lambda t: t.pop("to_code.bias"))
    assert refused(folder, WEIGHTS_FILE) == "the tensor 'to_code.bias' is missing"


def test_a_tensor_too_many(run_folder):
    folder = run_folder()
    change_weights(folder, lambda t: t.update(extra=torch.zeros(3)))
    assert refused(folder, WEIGHTS_FILE) == "the tensor 'extra' doesn't belong to this model"


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.int32])
def test_a_tensor_of_the_wrong_type(run_folder, dtype):
    folder = run_folder()
    change_weights(folder, lambda t: t.update({"to_code.bias": torch.zeros(6, dtype=dtype)}))
    assert refused(folder, WEIGHTS_FILE) == f"'to_code.bias' is {dtype}, not torch.float32"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_weights_that_are_no_numbers(run_folder, value):
    folder = run_folder()

    def spoil(tensors):
        tensors["to_code.weight"][2, 3] = value

    change_weights(folder, spoil)
    assert refused(folder, WEIGHTS_FILE) == "'to_code.weight' holds NaN or infinite values"


def test_a_spoilt_buffer_is_noticed_like_a_weight(run_folder):
    folder = run_folder("vq_vae")
    change_weights(folder, lambda t: t["codebook"].fill_(float("nan")))
    assert refused(folder, WEIGHTS_FILE) == "'codebook' holds NaN or infinite values"


def test_weights_of_another_model(run_folder):
    folder = run_folder("vae")
    (folder / WEIGHTS_FILE).write_bytes((run_folder("conv_vae") / WEIGHTS_FILE).read_bytes())
    assert "has shape" in refused(folder, WEIGHTS_FILE)


def test_broken_snapshots_are_reported_and_the_model_still_works(run_folder, x):
    folder = run_folder()
    (folder / SNAPSHOTS_FILE).write_bytes(b"\x80\x04 anything")
    run = load(folder)
    assert run.model.reconstruct(x).isfinite().all()
    with pytest.raises(RunError, match=f"{SNAPSHOTS_FILE}: holds a pickle"):
        _ = run.snapshots


# ---- run.json ----------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.0, 0.1, 0.9])
def test_truncated_json(run_folder, share):
    folder = run_folder()
    whole = (folder / JSON_FILE).read_bytes()
    (folder / JSON_FILE).write_bytes(whole[: int(share * len(whole))])
    assert refused(folder, JSON_FILE).startswith("truncated, or not JSON")


def test_missing_json(tmp_path):
    assert "is missing" in refused(tmp_path, JSON_FILE)
    assert "is missing" in refused(tmp_path / "nowhere", JSON_FILE)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (b"\xff\xfe\x00", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"1" * 10_000, "not JSON"),
        (b"null", "no format number"),
        (b"[]", "no format number"),
        (b"{}", "no format number"),
        (b'{"format": "1"}', "no format number"),
        (b'{"format": -1}', "no format number"),
        (b'{"format": 1}', "recipe: Field required"),
    ],
)
def test_json_that_is_no_run(tmp_path, text, fault):
    (tmp_path / JSON_FILE).write_bytes(text)
    assert fault in refused(tmp_path, JSON_FILE)


def test_giant_json_is_not_read(run_folder):
    folder = run_folder()
    with (folder / JSON_FILE).open("r+b") as file:
        file.truncate(20_000_001)
    assert refused(folder, JSON_FILE).startswith("larger than 20 MB")


def test_a_newer_format(run_folder):
    folder = run_folder()
    change_json(folder, format=2, something_new=1)
    assert refused(folder, JSON_FILE).startswith("is of format 2, newer than this version reads")


def test_an_unknown_model(run_folder):
    folder = run_folder()
    change_json(folder, recipe__model="diffusion")
    assert refused(folder, JSON_FILE).startswith("recipe: there is no model 'diffusion'; choose")


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"recipe__config__latent_dim": 10**9}, "latent_dim"),
        ({"recipe__config__latent_dim": 10**4000}, "latent_dim"),
        ({"recipe__config__latent_dim": -1}, "latent_dim"),
        ({"recipe__config__widths": [1] * 10_000}, "widths"),
        ({"recipe__config__widths": [10**9]}, "widths"),
        ({"recipe__config__depth": 3}, "no setting called 'depth'"),
        ({"recipe__config": [1, 2]}, "not a list"),
        ({"recipe__config": "__import__('os')"}, "not a str"),
        ({"recipe__training__epochs": 10**9}, "epochs"),
        ({"recipe__training__learning_rate": float("nan")}, "learning_rate"),
        ({"recipe__model": "x" * 10_000_000}, "there is no model"),
        ({"state": "winning"}, "state"),
        ({"metrics": {"mse": {"value": float("inf")}}}, "metrics.mse.value"),
        ({"reference": {"mse": "high"}}, "reference.mse"),
        ({"card": {"title": 3}}, "card.title"),
    ],
)
def test_absurd_values_in_json(run_folder, changes, fault):
    folder = run_folder()
    change_json(folder, **changes)
    assert fault in refused(folder, JSON_FILE)


# ---- anything else -----------------------------------------------------------------------------


def test_the_runs_beside_a_broken_one_are_listed(run_folder):
    broken, whole = run_folder("ae"), run_folder("vae")
    change_json(broken, recipe__config=[])
    rows = {row.id: row for row in list_runs(whole.parent)}
    assert rows["ae-digits"].fault.startswith(str(broken / JSON_FILE))
    assert rows["vae-digits"].info.recipe.model == "vae"


NASTY = [None, True, -1, 10**400, 1e308, "", "x" * 5_000, "../../etc", [], [[[]]], {}, {"a": {}}]


def places(content, path=()):
    """The path of every value in a JSON document."""
    pairs = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in pairs:
        yield (*path, key)
        if isinstance(value, dict | list):
            yield from places(value, (*path, key))


def test_whatever_stands_in_the_json_it_is_read_or_refused(run_folder):
    """Every value of a real run.json in turn replaced by each of a dozen nasty ones."""
    folder = run_folder("vae")
    content = json.loads((folder / JSON_FILE).read_text(encoding="utf-8"))
    content["history"] = content["history"][:1]
    found = {True: 0, False: 0}
    for path in places(content):
        for value in NASTY:
            changed = copy.deepcopy(content)
            place = changed
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = value
            (folder / JSON_FILE).write_text(json.dumps(changed), encoding="utf-8")
            try:
                info = read_info(folder)
                assert info.title
                found[True] += 1
            except RunError as error:
                assert str(error).startswith(f"{folder / JSON_FILE}: ")
                found[False] += 1
    assert min(found.values()) > 50


def test_whatever_stands_in_the_weights_they_are_read_or_refused(run_folder):
    """Random bytes of the header changed, 300 times; and headers that lie about their length."""
    folder, chance = run_folder("ae"), random.Random(0)
    whole = (folder / WEIGHTS_FILE).read_bytes()
    header = 8 + struct.unpack("<Q", whole[:8])[0]
    broken = []
    for _ in range(300):
        changed = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            changed[chance.randrange(header)] = chance.randrange(256)
        broken.append(bytes(changed))
    broken += [struct.pack("<Q", length) + whole[8:] for length in (0, 1, 2**31, 2**63, 2**64 - 1)]
    refusals = 0
    for content in broken:
        (folder / WEIGHTS_FILE).write_bytes(content)
        try:
            load(folder)
        except RunError as error:
            assert str(folder / WEIGHTS_FILE) in str(error)
            refusals += 1
    assert refusals > 250
