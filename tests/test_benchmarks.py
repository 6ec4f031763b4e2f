"""The benchmarks' parts on small data: what is counted, compared and printed is right."""

import gzip
import json
import struct
from itertools import islice

import pytest
import torch

from aecore.data import DatasetMissing, to_float
from aecore.models import catalog
from benchmarks import bare, formats, gemm, textbook
from benchmarks.__main__ import benchmarks, main, print_report, show, table
from benchmarks.timing import in_turns, ratio, spread


@pytest.fixture
def mnist_folder(few_digits, tmp_path, monkeypatch):
    """Digits written as MNIST's four packed files are, under $AECORE_DATA."""
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for prefix, split in (("train", few_digits.train), ("t10k", few_digits.test)):
        n = len(split)
        images = struct.pack(">4i", 2051, n, 28, 28) + split.images.numpy().tobytes()
        labels = struct.pack(">2i", 2049, n) + split.labels.to(torch.uint8).numpy().tobytes()
        (raw / f"{prefix}-images-idx3-ubyte.gz").write_bytes(gzip.compress(images))
        (raw / f"{prefix}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(labels))
    monkeypatch.setenv("AECORE_DATA", str(tmp_path))
    return tmp_path


def test_every_benchmark_is_listed_with_what_it_measures(capsys):
    assert {"training", "formats", "decoder"} <= set(benchmarks())
    assert main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(benchmarks())
    assert all(len(line.split()) > 4 for line in lines)


def test_an_unknown_benchmark_is_answered_with_those_there_are(capsys):
    assert main(["nonsense"]) == 2
    assert "training" in capsys.readouterr().err


def test_a_benchmark_without_its_data_says_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("AECORE_DATA", str(tmp_path))
    assert main(["formats", "--threads", str(torch.get_num_threads())]) == 2
    assert "fetch mnist" in capsys.readouterr().err


def test_calls_take_turns():
    order = []
    seconds = in_turns({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, rounds=3)
    assert order == list("ababab")
    assert [len(times) for times in seconds.values()] == [3, 3]


def test_a_ratio_is_the_median_of_the_rounds_own_ratios():
    # A round in which the machine was busy for both slows neither down against the other.
    assert ratio([2.0, 20.0, 2.2], [1.0, 10.0, 1.0]) == pytest.approx(2.0)
    assert spread([2.0, 20.0, 3.0], [1.0, 10.0, 1.0]) == "2.00 to 3.00"


def test_a_table_aligns_numbers_to_the_right_and_leaves_gaps_blank():
    lines = table([{"model": "vae", "ratio": 3.25}, {"model": "conv_vae"}]).splitlines()
    assert lines == ["model     ratio", "vae        3.25", "conv_vae"]


@pytest.mark.parametrize(
    ("value", "text"), [(True, "yes"), (12345.6, "12,346"), (0.72513, "0.725"), (60_000, "60,000")]
)
def test_values_have_as_many_digits_as_they_deserve(value, text):
    assert show(value) == text


def test_a_report_prints_its_conditions(capsys):
    report = {"title": "T", "rows": [{"a": 1}], "notes": ["a note"], "conditions": {"cores": 2}}
    print_report(json.loads(json.dumps(report)))
    assert capsys.readouterr().out.splitlines() == ["T", "a", "1", "a note", "cores: 2"]


def test_the_products_of_a_step_count_three_per_weight_but_for_the_first_layers_input():
    model = catalog.build("vae")
    weights = [p.numel() for p in model.parameters() if p.dim() == 2]
    first = 784 * 256
    expected = 2 * 128 * (3 * sum(weights) - first)
    assert gemm.flops(gemm.step_shapes(model, images=128)) == expected


def test_the_products_of_a_step_are_those_that_torch_runs(x):
    model = catalog.build("vae")
    model.loss(x, None, None).total.backward()  # the first call sets torch up
    with torch.profiler.profile(record_shapes=True) as profile:
        model.loss(x, None, None).total.backward()
    ran = 0
    for event in profile.events():
        if event.name in ("aten::mm", "aten::addmm"):
            (m, k), (_, n) = (
                event.input_shapes[-2:]
                if event.name == "aten::mm"
                else (
                    event.input_shapes[1],
                    event.input_shapes[2],
                )
            )
            ran += 2 * m * k * n
    assert ran == gemm.flops(gemm.step_shapes(model, images=len(x)))


def test_the_textbook_loop_learns(mnist_folder, tmp_path):
    batches = textbook.loader(textbook.unpack(tmp_path / "unpacked"))
    assert len(batches) == 640 // textbook.BATCH
    losses = list(islice(textbook.steps(catalog.build("vae"), batches), 40))
    assert losses[-1] < 0.6 * losses[0]


def test_the_barest_loop_learns(few_digits):
    model, split = catalog.build("vae"), few_digits.train
    before = model.loss(to_float(split.images), split.labels, None).total.item()
    assert len(list(islice(bare.steps(model, split, "float32"), 40))) == 40
    assert model.loss(to_float(split.images), split.labels, None).total.item() < 0.6 * before


def test_the_textbook_loop_needs_mnist(tmp_path, monkeypatch):
    monkeypatch.setenv("AECORE_DATA", str(tmp_path))
    with pytest.raises(DatasetMissing, match="fetch mnist"):
        textbook.unpack(tmp_path / "unpacked")


def test_formats_are_tried_in_every_layout_that_fits(few_digits, monkeypatch):
    monkeypatch.setattr(formats, "STEPS", 1)
    monkeypatch.setattr(formats, "ROUNDS", 1)
    dense, conv = formats.rows_of("ae", few_digits), formats.rows_of("conv_ae", few_digits)
    assert [row["format"] for row in dense] == ["float32", "bfloat16"]
    assert {(row["format"], row["layout"]) for row in conv} == {
        (precision, layout) for precision in formats.PRECISIONS for layout in formats.LAYOUTS
    }
    assert [sum(row["chosen"] for row in rows) for rows in (dense, conv)] == [1, 1]
