"""A run as one file: the round trip is exact, and a hostile file is refused with its reason."""

import io
import json
import zipfile

import pytest
import torch
from safetensors.torch import load_file, save_file

from aecore import archive
from aecore.code_sample import sample_codes
from aecore.resuming import standing
from aecore.runs import RunError, save

FILES = [
    "codes.safetensors",
    "optimizer.safetensors",
    "run.json",
    "snapshots.safetensors",
    "weights.safetensors",
]


@pytest.fixture(scope="module")
def kept(fitted, few_digits, tmp_path_factory):
    """kept(model_id): the folder of a run with all its files."""

    def keep(model_id: str):
        fitting = fitted(model_id)
        run = fitting.finish(measure=False)
        run.optimizer = standing(fitting.training)
        run.codes = sample_codes(run.model, few_digits)
        return save(run, tmp_path_factory.mktemp("kept") / model_id)

    return keep


@pytest.fixture(scope="module")
def packed(kept):
    """A run as one file."""
    return archive.pack(kept("vae"))


def zipped(members: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for name, content in members:
            file.writestr(name, content)
    return buffer.getvalue()


def members(packed: bytes) -> dict[str, bytes]:
    """The members of a zip by name."""
    with zipfile.ZipFile(io.BytesIO(packed)) as file:
        return {name: file.read(name) for name in file.namelist()}


def with_json(packed: bytes, **changed) -> bytes:
    """The same file with some of run.json's entries changed."""
    parts = members(packed)
    content = {**json.loads(parts["run.json"]), **changed}
    parts["run.json"] = json.dumps(content).encode()
    return zipped(list(parts.items()))


def with_tensors(packed: bytes, name: str, folder, **changed) -> bytes:
    """The same file with some tensors of one member changed, or removed where None."""
    parts = members(packed)
    path = folder / "changed.safetensors"
    path.write_bytes(parts[name])
    tensors = {**load_file(path), **changed}
    save_file({key: value for key, value in tensors.items() if value is not None}, path)
    parts[name] = path.read_bytes()
    return zipped(list(parts.items()))


@pytest.mark.parametrize("model_id", ["vae", "conv_ae", "cvae", "vq_vae"])
def test_a_round_trip_changes_no_byte(model_id, kept, tmp_path, x, y):
    folder = kept(model_id)
    run = archive.unpack(archive.pack(folder), tmp_path / "again")
    assert sorted(path.name for path in run.folder.iterdir()) == FILES
    for name in FILES:
        assert (run.folder / name).read_bytes() == (folder / name).read_bytes()
    assert archive.pack(run.folder) == archive.pack(folder)
    before = archive.Run(run.info, folder=folder).model
    assert torch.equal(run.model.reconstruct(x, y), before.reconstruct(x, y))


def test_a_run_in_memory_packs_like_its_folder(trained_run, tmp_path):
    run = trained_run("ae")
    assert archive.pack_run(run) == archive.pack(save(run, tmp_path / "run"))


def test_nothing_is_left_of_a_refused_file(packed, tmp_path):
    with pytest.raises(RunError):
        archive.unpack(with_json(packed, format=99), tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_messages_name_no_folder_of_the_server(packed, tmp_path):
    with pytest.raises(RunError) as refusal:
        archive.unpack(with_json(packed, format=99), tmp_path / "run")
    assert str(tmp_path) not in str(refusal.value)
    assert str(refusal.value).startswith("run.json")


@pytest.mark.parametrize(
    "name",
    [
        "../run.json",
        "/etc/passwd",
        "..\\weights.safetensors",
        "run/run.json",
        "weights.pt",
        "run.json/",
        "RUN.JSON",
    ],
)
def test_members_outside_the_list_are_refused(name, packed, tmp_path):
    hostile = zipped([*members(packed).items(), (name, b"x")])
    with pytest.raises(RunError, match="has no place in a run's file"):
        archive.unpack(hostile, tmp_path / "run")
    assert list(tmp_path.parent.glob("*passwd*")) == []


def test_a_member_that_is_there_twice_is_refused(packed, tmp_path):
    parts = list(members(packed).items())
    with pytest.warns(UserWarning, match="Duplicate"):
        hostile = zipped([*parts, parts[0]])
    with pytest.raises(RunError, match="twice"):
        archive.unpack(hostile, tmp_path / "run")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(packed, tmp_path):
    parts = members(packed)
    parts["snapshots.safetensors"] = bytes(archive.MAX_UNPACKED)
    bomb = zipped(list(parts.items()))
    assert len(bomb) < 2_000_000
    with pytest.raises(RunError, match="unpacked, the file has over 200 MB"):
        archive.unpack(bomb, tmp_path / "run")


def test_a_bomb_that_lies_about_its_size_is_refused(packed, tmp_path):
    parts = members(packed)
    parts["codes.safetensors"] = bytes(30_000_000)
    bomb = zipped(list(parts.items()))
    true, false = (30_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little")
    with pytest.raises(RunError):
        archive.unpack(bomb.replace(true, false), tmp_path / "run")
    assert list(tmp_path.iterdir()) == []


def test_too_large_a_file_is_refused_with_both_sizes(packed, tmp_path):
    with pytest.raises(RunError, match=r"the file has \d MB; at most 0 MB"):
        archive.unpack(packed + bytes(1_000_000), tmp_path / "run", max_bytes=1_000)


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", b"no zip at all" * 100, b"\x89PNG\r\n\x1a\n" + bytes(500)],
)
def test_what_is_no_zip_is_refused(content, tmp_path):
    with pytest.raises(RunError, match="isn't a run's file"):
        archive.unpack(content, tmp_path / "run")


def test_a_file_cut_short_or_changed_on_its_way_is_refused(packed, tmp_path):
    with pytest.raises(RunError, match="cut short"):
        archive.unpack(packed[: len(packed) // 2], tmp_path / "run")
    damaged = bytearray(packed)
    damaged[len(packed) // 2] ^= 0xFF
    with pytest.raises(RunError):
        archive.unpack(bytes(damaged), tmp_path / "run")


def test_missing_weights_are_named(packed, tmp_path):
    parts = members(packed)
    del parts["weights.safetensors"]
    with pytest.raises(RunError, match="weights.safetensors is missing"):
        archive.unpack(zipped(list(parts.items())), tmp_path / "run")


def test_a_pickle_inside_is_refused(packed, tmp_path):
    parts = members(packed)
    parts["weights.safetensors"] = b"\x80\x04\x95" + bytes(100)
    with pytest.raises(RunError, match="pickle"):
        archive.unpack(zipped(list(parts.items())), tmp_path / "run")


def test_a_model_over_the_limit_is_refused_before_it_is_built(packed, tmp_path):
    recipe = json.loads(members(packed)["run.json"])["recipe"]
    recipe["config"]["widths"] = [1024, 1024, 1024, 1024]
    with pytest.raises(RunError, match="at most 1,000,000 are allowed"):
        archive.unpack(with_json(packed, recipe=recipe), tmp_path / "run", max_parameters=1_000_000)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"state": "running"}, "still training"),
        ({"history": [{"epoch": 1, "step": 5, "train": {"total": "<b>"}, "test": {}}]}, "history"),
        (
            {"history": [{"epoch": 1, "step": 5, "train": {"total": float("nan")}, "test": {}}]},
            "history",
        ),
        ({"history": [{"epoch": 1, "step": 5, "train": {}, "test": {}}] * 2}, "order of its steps"),
        ({"history": [{"epoch": 1, "step": 5, "train": {}, "test": {}}] * 2000}, "1,000 rows"),
        ({"reference": {"mse": []}}, "percentiles"),
        ({"name": "x" * 81}, "name"),
        ({"versions": {"torch": "x" * 5_000_000}}, "larger than 4 MB"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_what_pages_would_show_is_checked(changed, reason, packed, tmp_path):
    with pytest.raises(RunError, match=reason):
        archive.unpack(with_json(packed, **changed), tmp_path / "run")


@pytest.mark.parametrize(
    ("name", "changed", "reason"),
    [
        ("snapshots.safetensors", {"latents": None}, "'latents' is missing|frames of 0 numbers"),
        ("snapshots.safetensors", {"steps": torch.tensor([3, 1])}, "not"),
        ("snapshots.safetensors", {"map_labels": torch.full((160,), 77)}, "else than classes"),
        ("snapshots.safetensors", {"extra": torch.zeros(3)}, "no place there"),
        ("codes.safetensors", {"labels": torch.full((640,), 99, dtype=torch.uint8)}, "values"),
        ("codes.safetensors", {"labels": torch.tensor(3, dtype=torch.uint8)}, "doesn't fit"),
        ("codes.safetensors", {"mean": torch.zeros(640, 3).half()}, "doesn't fit"),
        ("codes.safetensors", {"mean": None}, "should hold"),
        ("optimizer.safetensors", {"state.0.exp_avg": torch.full((3,), torch.inf)}, "infinite"),
        ("weights.safetensors", {"to_mean.bias": torch.full((6,), torch.nan)}, "NaN"),
        ("weights.safetensors", {"to_mean.bias": torch.zeros(7)}, "shape"),
    ],
)
def test_tensors_that_dont_fit_are_refused(name, changed, reason, packed, tmp_path):
    with pytest.raises(RunError, match=reason):
        archive.unpack(with_tensors(packed, name, tmp_path, **changed), tmp_path / "run")


def test_indices_beyond_the_codebook_are_refused(kept, tmp_path):
    packed = archive.pack(kept("vq_vae"))
    indices = torch.full((640, 7, 7), 32, dtype=torch.int16)
    hostile = with_tensors(packed, "codes.safetensors", tmp_path, indices=indices)
    with pytest.raises(RunError, match="entries that the codebook lacks"):
        archive.unpack(hostile, tmp_path / "run")
