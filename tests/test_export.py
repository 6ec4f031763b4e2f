"""What a visitor takes home can be read again, and is what was on the screen."""

import io
import json

import numpy as np
from PIL import Image

from aecore import export

RAMP = np.linspace(0, 1, 28 * 28).reshape(28, 28)


def opened(data):
    return Image.open(io.BytesIO(data))


def test_a_png_is_ink_on_paper_enlarged_without_blur():
    picture = np.asarray(opened(export.png(RAMP, scale=5)))
    assert picture.shape == (140, 140)
    assert picture[0, 0] == 255 and picture[-1, -1] == 0
    assert np.array_equal(picture[::5, ::5], picture[4::5, 4::5])


def test_a_gif_walks_there_and_back_for_ever():
    frames = np.stack([np.full((28, 28), level) for level in (0, 0.5, 1)])
    film = opened(export.gif(frames, seconds=0.3, scale=1))
    assert film.n_frames == 4 and film.info["loop"] == 0
    levels = []
    for index in range(film.n_frames):
        film.seek(index)
        levels.append(film.convert("L").getpixel((14, 14)))
    assert levels[0] == 255 and levels[2] == 0 and levels[1] == levels[3]


def test_a_sheet_holds_every_picture_in_its_place():
    pictures = np.arange(6).reshape(2, 3, 1, 1) / 10 * np.ones((2, 3, 28, 28))
    sheet = export.sheet(pictures, gap=2)
    assert sheet.shape == (58, 88)
    assert sheet[0, 0] == 0 and np.isclose(sheet[30, 60], 0.5)


def test_coordinates_and_walks_are_json_with_plain_numbers():
    z = np.array([0.1, -2], np.float32)
    found = json.loads(export.coordinates_json("vae", z, 7, [1.5, 0.25], "nats", "http://x"))
    assert found["z"] == [0.1, -2] and found["class"] == 7
    assert found["usage"] == {"unit": "nats", "values": [1.5, 0.25]}
    walk = json.loads(export.walk_json("vq", np.ones((2, 7, 7), int), {"path": "straight"}))
    assert np.shape(walk["codes"]) == (2, 7, 7) and walk["path"] == "straight"
