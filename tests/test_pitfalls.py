"""The pitfalls: pairs that differ in one thing, results on disk, and symptoms that truly show."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from aecore import pitfalls, pitfalls_shift, pitfalls_tsne
from aecore.fitting import begin
from aecore.pitfalls import Chart, Figure, Result, Strip, Verdict, line
from aecore.pitfalls_judge import drawn, first_images, judge
from aecore.pitfalls_make import PITFALLS
from aecore.pitfalls_pairs import LIVE_DATASET, PAIRS
from aecore.tensor_files import RunError
from tests.small import few

MEGABYTES = 3

# What has to show in the shipped figures: pitfall, figure, the broken one over the cured one.
SYMPTOMS = [
    ("too_large", "−ELBO", "more", 1.05),
    ("too_small", "squared error, test images", "more", 2.0),
    ("kl_collapse", "KL: what the code says", "less", 0.6),
    ("kl_collapse", "coordinates in use", "less", 0.5),
    ("beta_high", "KL: what the code says", "less", 0.1),
    ("mean_kl", "KL: what the code says", "more", 2.0),
    ("mean_kl", "squared error, test images", "less", 1.0),
    ("mean_kl", "pictures from noise taken for a digit", "less", 0.75),
    ("squared_error", "squared error, test images", "more", 1.2),
    ("squared_error", "KL: what the code says", "less", 0.7),
    ("raw_pixels", "squared error, test images", "more", 5.0),
    ("relu_logvar", "sharpest coordinate, σ", "more", 3.0),
    ("relu_logvar", "−ELBO", "more", 1.1),
    ("ae_samples", "length of a code over that of noise", "more", 1.5),
    ("ae_samples", "pictures from noise taken for a digit", "less", 0.8),
    ("codebook", "codebook entries in use", "less", 0.5),
    ("learning_rate", "squared error, test images", "more", 3.0),
    ("off_centre", "squared error a pixel", "more", 3.0),
    ("off_centre", "class told by the nearest codes", "less", 0.5),
]


@pytest.fixture
def result():
    """A small result."""
    verdict = Verdict(
        id="sample",
        broken="wrong",
        cured="right",
        conditions="two points",
        charts=[Chart(title="t", x="x", y="y", lines=[line("a", "broken", [0, 1], [1 / 3, 2])])],
        figures=[Figure(what="error", broken=2, cured=1)],
        strips=[Strip(title="digits", role="truth", pictures="originals")],
    )
    return Result(verdict, {"originals": torch.arange(1568, dtype=torch.uint8).view(2, 28, 28)})


def test_a_result_comes_back_as_it_was_saved(result, tmp_path):
    pitfalls.save(result, tmp_path)
    found = pitfalls.read("sample", tmp_path)
    assert found.verdict == result.verdict
    assert torch.equal(found.pictures["originals"], result.pictures["originals"])
    assert found.verdict.charts[0].lines[0].y == (0.33333, 2.0)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda folder: (folder / "result.json").unlink(), "python -m aecore pitfalls sample"),
        (lambda folder: (folder / "result.json").write_text("{"), "result.json"),
        (lambda folder: (folder / "result.json").write_text('{"id": "sample"}'), "broken"),
        (lambda folder: (folder / "pictures.safetensors").unlink(), "is missing"),
        (lambda folder: (folder / "pictures.safetensors").write_bytes(b"xx"), "safetensors"),
    ],
)
def test_a_result_that_cannot_be_read_names_the_file_and_the_fault(result, tmp_path, spoil, words):
    spoil(pitfalls.save(result, tmp_path))
    with pytest.raises(RunError, match=words):
        pitfalls.read("sample", tmp_path)


def test_a_strip_without_its_pictures_is_refused(result, tmp_path):
    folder = pitfalls.save(result, tmp_path)
    content = json.loads((folder / "result.json").read_text())
    content["strips"][0]["pictures"] = "others"
    (folder / "result.json").write_text(json.dumps(content))
    with pytest.raises(RunError, match="'others' is missing"):
        pitfalls.read("sample", tmp_path)


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("dataset", ["mnist", LIVE_DATASET])
def test_the_two_of_a_pair_differ_in_one_thing(name, dataset):
    broken, cured = (PAIRS[name].recipe(role, dataset) for role in ("broken", "cured"))
    ours, theirs = broken.model_dump(), cured.model_dump()
    different = {
        (part, key)
        for part in ("config", "training")
        for key in ours[part].keys() & theirs[part].keys()
        if ours[part][key] != theirs[part][key]
    }
    if broken.model != cured.model:
        different.add(("model", ""))
    assert len(different) == 1
    assert broken.seed == cured.seed and broken.dataset == cured.dataset == dataset


def test_a_pair_that_is_trained_is_judged(digits):
    pair = replace(
        PAIRS["mean_kl"],
        config={"widths": (24,), "latent_dim": 4},
        live={"epochs": 2, "batch_size": 64},
    )
    dataset = first_images(few(digits, 640, 160), 300)
    runs = []
    for role in ("broken", "cured"):
        fitting = begin(pair.recipe(role, LIVE_DATASET), dataset)
        for _ in fitting.progress():
            pass
        runs.append(fitting.finish(measure=False))
    found = judge(pair, *runs, dataset)
    chart = found.verdict.charts[0]
    assert [each.role for each in chart.lines] == ["broken", "cured"]
    for each, run in zip(chart.lines, runs, strict=True):
        assert each.x == (1, 2)
        values = [row["test"]["kl_nats"] for row in run.info.history]
        assert each.y == pytest.approx(values, rel=1e-4)
    assert {strip.pictures for strip in found.verdict.strips} == found.pictures.keys()
    assert all(pictures.shape == (10, 28, 28) for pictures in found.pictures.values())
    for words in ("300 training images of Digits", "2 epochs", "64 images", "160 test images"):
        assert words in found.verdict.conditions


def test_a_decoder_without_a_prior_is_given_noise_all_the_same(trained_run):
    model = trained_run("ae").model
    noise = torch.empty(10, 6).normal_(generator=torch.Generator().manual_seed(0))
    assert torch.equal(drawn(model), torch.sigmoid(model.decode(noise)))


# ---- t-SNE and shifts, on what is known -------------------------------------------------------


def test_evenness_is_1_for_points_by_chance_and_less_for_clumps():
    random = np.random.default_rng(0)
    strewn = random.uniform(size=(2_000, 2))
    clumped = strewn[:50].repeat(40, axis=0) + 0.002 * random.standard_normal((2_000, 2))
    assert pitfalls_tsne.evenness(strewn) == pytest.approx(1, abs=0.05)
    assert pitfalls_tsne.evenness(clumped) < 0.3


def test_the_groups_are_as_far_and_as_wide_as_the_page_says():
    points, number = pitfalls_tsne.groups()
    assert pitfalls_tsne.gaps(points, number) == pytest.approx(10, rel=0.05)
    assert pitfalls_tsne.widths(pitfalls_tsne.two_sizes()) == pytest.approx(10, rel=0.05)
    assert pitfalls_tsne.gaps(pitfalls_tsne.pca(points), number) == pytest.approx(10, rel=0.05)


def test_a_digit_moved_aside_is_brought_back_by_centring(x):
    moved = pitfalls_shift.moved(x, 4)
    assert torch.equal(moved[..., 4:], x[..., :-4]) and not moved[..., :4].any()
    assert torch.equal(pitfalls_shift.moved(x, 0), x)
    back = pitfalls_shift.centred(moved)
    assert (back - x).abs().mean() < 0.25 * (moved - x).abs().mean()


# ---- what ships --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PITFALLS)
def test_every_pitfall_ships_whole(name):
    found = pitfalls.read(name)
    assert found.verdict.id == name and found.verdict.conditions
    assert found.verdict.charts and found.verdict.figures
    for chart in found.verdict.charts:
        assert all(len(each.x) == len(each.y) > 1 for each in chart.lines)


@pytest.mark.parametrize(("name", "what", "side", "ratio"), SYMPTOMS)
def test_the_symptom_shows_in_the_shipped_figures(name, what, side, ratio):
    figure = next(each for each in pitfalls.read(name).verdict.figures if each.what == what)
    if side == "more":
        assert figure.broken > ratio * figure.cured
    else:
        assert figure.broken < ratio * figure.cured


def test_t_sne_shows_clumps_in_noise_and_no_distances_in_the_shipped_maps():
    even, far, wide = pitfalls.read("tsne").verdict.figures
    assert even.broken < 0.75 < 0.95 < even.cured
    assert far.broken < 2 < 9 < far.cured
    assert wide.broken < 2 < 9 < wide.cured


def test_the_shipped_pairs_stay_small():
    files = (path for path in pitfalls.folder().rglob("*") if path.is_file())
    assert sum(path.stat().st_size for path in files) < MEGABYTES * 1_000_000
