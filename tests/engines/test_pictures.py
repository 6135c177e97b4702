import base64
import json
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from idetex_plugin.engines.pictures import MOST_CODED, Picture, pack, picture, png
from tests.hostile import encoded, scene

PHOTO = Image.fromarray(scene())


def sent(one: Picture) -> tuple[str, bytes]:
    """The type of what a data URL holds, and its bytes."""
    head, data = one.data.split(b",")
    return head.decode(), base64.b64decode(data)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 9))
def test_png_is_lossless(width, height, seed) -> None:
    image = Image.fromarray(np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8))
    again = Image.open(BytesIO(png(image)))
    assert again.mode == "RGB" and np.array_equal(again, image)


def test_a_body_in_pieces_is_its_json() -> None:
    one, two = picture(Image.new("RGB", (3, 2), "red")), picture(Image.new("RGB", (2, 3), "blue"))
    body = {"a": [one.part, two.part, one.part], "b": "caf\u00e9"}
    found = json.loads(b"".join(pack(body, [one, two, one])))
    urls = [part["image_url"]["url"] for part in found["a"]]
    assert found["b"] == body["b"] and urls[0] == urls[2] != urls[1]
    head, data = urls[1].split(",")
    assert head == "data:image/png;base64"
    assert Image.open(BytesIO(base64.b64decode(data))).getpixel((0, 0)) == (0, 0, 255)


def test_a_picture_without_a_place_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no place"):
        pack({}, [Picture("@x@", b"")])


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("gray", [False, True])
def test_a_photo_goes_as_it_is_coded_where_that_decodes_to_its_pixels(kind: str, gray: bool) -> None:
    coded = encoded(kind, PHOTO.convert("L") if gray else PHOTO)
    image = Image.open(BytesIO(coded)).convert("RGB")
    assert sent(picture(image, coded)) == (f"data:image/{kind.lower()};base64", coded)


def one_pixel_off(image: Image.Image) -> Image.Image:
    red, green, blue = image.getpixel((5, 5))
    image.putpixel((5, 5), (red, green, blue ^ 1))
    return image


@pytest.mark.parametrize(
    ("change", "coded"),
    [
        (one_pixel_off, encoded("JPEG", PHOTO)),
        (lambda image: image.rotate(180), encoded("JPEG", PHOTO)),
        (lambda image: image.transpose(Image.Transpose.ROTATE_90), encoded("JPEG", PHOTO)),
        (lambda image: image.resize((48, 32)), encoded("PNG", PHOTO)),
        (lambda image: image, encoded("PNG", PHOTO.convert("RGBA"))),
        (lambda image: image, encoded("PNG", PHOTO.quantize(256))),
        (lambda image: image, encoded("WEBP", PHOTO, lossless=True, save_all=True, append_images=[PHOTO.rotate(9)])),
        (lambda image: image, encoded("GIF", PHOTO)),
        (lambda image: image, encoded("JPEG", PHOTO)[:400]),
        (lambda image: image, b"\xff\xd8\xff"),
        (lambda image: image, b""),
        (lambda image: image, encoded("PNG", PHOTO) + bytes(MOST_CODED * PHOTO.width * PHOTO.height)),
    ],
)  # fmt: skip
def test_pixels_that_are_not_just_the_coded_ones_go_as_png(change, coded) -> None:
    try:
        image = change(Image.open(BytesIO(coded)).convert("RGB"))
    except OSError:
        image = PHOTO
    kind, data = sent(picture(image, coded))
    assert kind == "data:image/png;base64" and data != coded
    assert np.array_equal(Image.open(BytesIO(data)), image)


def test_the_name_follows_the_coded_pixels() -> None:
    coded = encoded("PNG", PHOTO)
    assert picture(PHOTO, coded).name == picture(PHOTO, coded).name != picture(PHOTO).name
