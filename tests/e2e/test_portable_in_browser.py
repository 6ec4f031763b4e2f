"""decoder.js in a real browser: it draws what torch draws."""

from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import Error
from torch import nn

from aecore.models.catalog import CATALOG
from aecore.portable import Portable, pack
from tests.decoders import (
    Inputs,
    as_if_trained,
    catalog_model,
    extreme_inputs,
    random_inputs,
    torch_pictures,
)

TOLERANCE = 1e-4  # a pixel; pages promise ten times that
PAD = Path(__file__).parents[2] / "ui" / "components" / "latent_pad"
DECODER = "\n".join((PAD / name).read_text() for name in ("half.js", "decoder.js"))
SITE = "http://decoder.test"


@pytest.fixture
def lab(page):
    """A page without an app, which has decoder.js and, at /weights, the bytes last served."""
    page.route(f"{SITE}/", lambda route: route.fulfill(body="", content_type="text/html"))
    page.route(
        f"{SITE}/decoder.js",
        lambda route: route.fulfill(body=DECODER, content_type="text/javascript"),
    )
    page.goto(f"{SITE}/")
    page.evaluate("async () => { window.decoder = await import('/decoder.js'); }")
    return page


def load(lab, portable: Portable) -> None:
    """Leave the plan, the bytes and the decoder in the page: plan, bytes, decode."""
    lab.route(f"{SITE}/weights", lambda route: route.fulfill(body=portable.weights))
    lab.evaluate(
        """async (plan) => {
            window.plan = plan;
            window.bytes = new Uint8Array(await (await fetch('/weights')).arrayBuffer());
            window.decode = decoder.load(plan, bytes);
        }""",
        portable.plan,
    )
    lab.unroute(f"{SITE}/weights")


def pictures(lab, inputs: Inputs) -> np.ndarray:
    """What the loaded decoder draws, (B, 784)."""
    values = inputs.values.flatten(1).tolist()
    classes = None if inputs.y is None else inputs.y.tolist()
    drawn = lab.evaluate(
        """([values, classes]) => values.map(
            (row, i) => Array.from(decode(Float32Array.from(row), classes?.[i])))""",
        [values, classes],
    )
    return np.array(drawn)


@pytest.mark.parametrize("model_id", CATALOG)
def test_every_catalog_entry_draws_what_torch_draws(lab, model_id):
    model = catalog_model(model_id)
    load(lab, pack(model))
    for inputs in (random_inputs(model), extreme_inputs(model)):
        expected = torch_pictures(model, inputs).numpy()
        assert np.abs(pictures(lab, inputs) - expected).max() <= TOLERANCE


def test_weights_that_came_as_float16_draw_what_torch_draws(lab):
    model = catalog_model("vae")
    rounded = {name: tensor.half().float() for name, tensor in model.state_dict().items()}
    rounded["decoder.0.bias"][:3] = torch.tensor([0.0, 2.0**-20, -(2.0**-24)])  # below 2**-14
    model.load_state_dict(rounded)
    packed = pack(model)
    assert packed.plan["numbers"] == "float16"
    load(lab, packed)
    inputs = random_inputs(model)
    assert np.abs(pictures(lab, inputs) - torch_pictures(model, inputs).numpy()).max() <= TOLERANCE


def test_batch_norm_that_cannot_be_folded_and_every_activation_draw_as_torch_does(lab):
    decoder = every_layer()
    x = torch.randn(5, 3, 4, 4, generator=torch.Generator().manual_seed(0))
    load(lab, pack(decoder, shape=(3, 4, 4)))
    drawn = pictures(lab, Inputs(x.movedim(1, -1)))
    expected = torch.sigmoid(decoder(x)).flatten(1).detach().numpy()
    assert expected.std() > 0.01
    assert np.abs(drawn - expected).max() <= TOLERANCE


def every_layer() -> nn.Sequential:
    torch.manual_seed(0)
    return as_if_trained(
        nn.Sequential(
            nn.BatchNorm2d(3),
            nn.ConvTranspose2d(3, 4, 4, stride=3, padding=1, output_padding=1),
            nn.LeakyReLU(0.1),
            nn.BatchNorm2d(4),
            nn.ConvTranspose2d(4, 2, 3, bias=False),
            nn.Tanh(),
            nn.Flatten(),
            nn.Linear(2 * 14 * 14, 30),
            nn.ReLU(),
            nn.Linear(30, 20),
            nn.Sigmoid(),
        )
    )


def test_a_picture_depends_on_its_own_input_alone(lab):
    model = catalog_model("conv_vae")
    load(lab, pack(model))
    inputs = random_inputs(model, 2)
    there_and_back = Inputs(inputs.values[[0, 1, 0]])
    first, second, again = pictures(lab, there_and_back)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, second)


def test_decoding_leaves_the_input_as_it_was(lab):
    load(lab, pack(catalog_model("ae")))
    z = lab.evaluate("() => { const z = new Float32Array(32).fill(-2); decode(z); return [...z]; }")
    assert z == [-2] * 32


def test_two_decoders_of_one_plan_do_not_draw_over_each_other(lab):
    load(lab, pack(catalog_model("vae")))
    kept = lab.evaluate(
        """() => {
            const one = decoder.load(plan, bytes), other = decoder.load(plan, bytes);
            const picture = one(new Float32Array(20).fill(1));
            const before = picture.slice();
            other(new Float32Array(20).fill(-1));
            return picture.every((pixel, i) => pixel === before[i]);
        }"""
    )
    assert kept is True


def test_bytes_may_lie_anywhere_in_a_message_and_be_sent_once(lab):
    load(lab, pack(catalog_model("vae")))
    same = lab.evaluate(
        """() => {
            const message = new Uint8Array(bytes.length + 3);
            message.set(bytes, 3);
            const z = new Float32Array(20).fill(1);
            const expected = decode(z);
            const moved = decoder.load({...plan, digest: 'moved'}, message.subarray(3))(z);
            message.fill(0);
            const remembered = decoder.load({...plan, digest: 'moved'})(z);
            return [moved, remembered].map(
                (picture) => picture.every((pixel, i) => pixel === expected[i]));
        }"""
    )
    assert same == [True, True]


def test_the_oldest_weights_are_forgotten(lab):
    load(lab, pack(catalog_model("beta_vae")))
    for digest in range(50):
        lab.evaluate("(digest) => { decoder.load({...plan, digest}, bytes); }", digest)
    lab.evaluate("() => { decoder.load({...plan, digest: 49}); }")
    with pytest.raises(Error, match="weights are not here"):
        lab.evaluate("() => { decoder.load({...plan, digest: 0}); }")


@pytest.mark.parametrize("given", ["bytes.subarray(4)", "new ArrayBuffer(8)", "{}", "'b'", "null"])
def test_weights_that_are_not_whole_are_refused(lab, given):
    load(lab, pack(catalog_model("beta_vae")))
    with pytest.raises(Error, match="weights are not here"):
        lab.evaluate(f"() => {{ decoder.load({{...plan, digest: 'new'}}, {given}); }}")


@pytest.mark.parametrize("given", ["bytes", "bytes.buffer", "new Float32Array(bytes.buffer)"])
def test_weights_may_come_as_any_kind_of_bytes(lab, given):
    load(lab, pack(catalog_model("beta_vae")))
    same = lab.evaluate(
        f"""() => {{
            const z = new Float32Array(10).fill(1), expected = decode(z);
            const picture = decoder.load({{...plan, digest: 'new'}}, {given})(z);
            return picture.every((pixel, i) => pixel === expected[i]);
        }}"""
    )
    assert same is True


@pytest.mark.parametrize(
    ("model_id", "call", "message"),
    [
        ("vae", "decode(new Float32Array(19))", "takes 20 numbers"),
        ("vae", "decode()", "takes 20 numbers"),
        ("cvae", "decode(new Float32Array(20))", "whole number from 0 to 9, not undefined"),
        ("cvae", "decode(new Float32Array(20), 10)", "whole number from 0 to 9, not 10"),
        ("cvae", "decode(new Float32Array(20), '3')", "whole number from 0 to 9"),
        ("vq_vae", "decode(new Int32Array(48))", "takes 49 numbers"),
        ("vq_vae", "decode(new Int32Array(49).fill(512))", "whole number from 0 to 511"),
        ("vq_vae", "decode(new Int32Array(49).fill(-1))", "whole number from 0 to 511"),
    ],
)
def test_an_input_that_does_not_fit_is_refused(lab, model_id, call, message):
    load(lab, pack(catalog_model(model_id)))
    with pytest.raises(Error, match=message):
        lab.evaluate(f"() => {{ {call}; }}")
