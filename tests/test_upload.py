import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from aecore import upload
from aecore.drawing import DrawingError, normalise
from aecore.upload import from_upload


def stroke(height=200, width=160):
    """A hook of ink, uint8, 255 on 0, away from the border."""
    ink = np.zeros((height, width), np.uint8)
    ink[20:150, 30:45] = 255
    ink[135:150, 30:120] = 255
    return ink


def encoded(picture, kind="PNG", **options):
    file = io.BytesIO()
    picture = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    picture.save(file, kind, **options)
    return file.getvalue()


def same(one, other, within=0.02):
    return one.shape == other.shape and np.abs(one - other).mean() < within


INK = stroke() / np.float32(255)


def test_light_on_dark_is_read_as_it_is():
    ink = from_upload(encoded(stroke()))
    assert ink.dtype == np.float32
    assert np.array_equal(ink, INK)


def test_dark_on_light_is_inverted():
    assert np.array_equal(from_upload(encoded(255 - stroke())), INK)


def test_jpeg_is_read_too():
    assert same(from_upload(encoded(255 - stroke(), "JPEG", quality=90)), INK)


@pytest.mark.parametrize("colour", [(200, 30, 30), (0, 0, 128), (20, 120, 20)])
def test_ink_of_any_colour_on_paper_is_ink(colour):
    page = np.full((200, 160, 3), (250, 245, 230), np.uint8)
    page[stroke() > 0] = colour
    assert same(from_upload(encoded(page)), INK)


@pytest.mark.parametrize("grey", [0, 255])
def test_strokes_on_a_see_through_background_are_ink(grey):
    layers = np.dstack([np.full_like(stroke(), grey)] * 3 + [stroke()])
    assert same(from_upload(encoded(layers)), INK)


def test_what_is_under_full_transparency_does_not_count():
    noise = np.random.RandomState(0).randint(0, 256, (200, 160, 3)).astype(np.uint8)
    noise[stroke() > 0] = 0
    assert same(from_upload(encoded(np.dstack([noise, stroke()]))), INK)


def test_a_palette_with_a_see_through_colour_is_read():
    picture = Image.fromarray((stroke() > 0).astype(np.uint8))
    picture.putpalette([255, 255, 255, 0, 0, 0])
    assert same(from_upload(encoded(picture, transparency=0)), INK)


def test_sixteen_bits_a_pixel_are_read():
    assert same(from_upload(encoded(stroke().astype(np.uint16) * 257)), INK)


def test_black_and_white_of_one_bit_are_read():
    assert np.array_equal(from_upload(encoded(Image.fromarray(stroke()).convert("1"))), INK)


def test_the_grain_of_paper_is_removed():
    random = np.random.RandomState(0)
    page = 215 - stroke() * 0.7 + random.randint(-12, 13, stroke().shape)
    ink = from_upload(encoded(page.astype(np.uint8)))
    assert np.median(ink) == 0
    clean, grainy = normalise(INK).image, normalise(ink).image
    assert np.abs(clean - grainy).mean() < 0.03


def test_a_photograph_is_turned_as_its_camera_says():
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright: to be turned clockwise by a quarter
    data = encoded(255 - stroke(), "JPEG", quality=95, exif=exif)
    assert same(from_upload(data), np.rot90(INK, -1))


def test_a_large_picture_is_reduced():
    large = np.kron(255 - stroke(), np.ones((15, 15), np.uint8))  # 3000 x 2400
    for kind in ("PNG", "JPEG"):
        ink = from_upload(encoded(large, kind))
        assert ink.shape == (560, 448)
        assert np.abs(normalise(ink).image - normalise(INK).image).mean() < 0.02


def test_a_picture_of_one_colour_is_empty():
    for grey in (0, 128, 255):
        assert normalise(from_upload(encoded(np.full((50, 50), grey, np.uint8)))).empty
    assert normalise(from_upload(encoded(np.zeros((50, 50, 4), np.uint8)))).empty


def test_a_single_pixel_is_a_picture():
    assert from_upload(encoded(np.zeros((1, 1), np.uint8))).shape == (1, 1)


PNG, JPEG = encoded(stroke()), encoded(stroke(), "JPEG")
BROKEN = {
    "nothing": b"",
    "text": b"hello",
    "a web page": b"<!doctype html><title>7</title>",
    "half a PNG": PNG[: len(PNG) // 2],
    "a PNG's head": PNG[:20],
    "half a JPEG": JPEG[: len(JPEG) // 2],
    "a GIF": encoded(stroke(), "GIF"),
    "a TIFF": encoded(stroke(), "TIFF"),
    "a PNG with a wrong checksum": PNG[:60] + b"\0\0\0\0" + PNG[64:],
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_whole_png_or_jpeg_is_refused(name):
    with pytest.raises(DrawingError, match="not a PNG or JPEG picture, or it is damaged"):
        from_upload(BROKEN[name])


@pytest.mark.parametrize("whole", [PNG, JPEG], ids=["PNG", "JPEG"])
def test_no_garbled_file_raises_anything_else(whole):
    random = np.random.RandomState(0)
    refused = 0
    for _ in range(300):
        garbled = np.frombuffer(whole, np.uint8).copy()
        garbled[random.randint(0, len(whole), 4)] = random.randint(0, 256, 4)
        try:
            ink = from_upload(garbled.tobytes())
        except DrawingError:
            refused += 1
        else:
            assert np.isfinite(ink).all()
    assert refused > 20


def test_a_file_that_is_too_large_is_refused_unread():
    with pytest.raises(DrawingError, match=r"10\.\d MB; at most 10 MB"):
        from_upload(PNG + bytes(upload.MAX_BYTES))


def png_that_claims(width, height):
    """A PNG whose head announces a size, with hardly any data behind it."""

    def chunk(kind, content):
        sum_ = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", sum_)

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [5_000, 12_000, 60_000])
def test_a_picture_that_would_unpack_to_too_many_pixels_is_refused(side):
    with pytest.raises(DrawingError, match="pixels"):
        from_upload(png_that_claims(side, side))


def test_a_photograph_of_48_megapixels_is_read():
    page = Image.new("L", (8000, 6000), 255)
    page.paste(0, (2000, 1500, 2500, 4500))
    ink = from_upload(encoded(page, "JPEG"))
    assert max(ink.shape) == 560
    assert ink.mean() == pytest.approx(500 * 3000 / 48e6, rel=0.1)
