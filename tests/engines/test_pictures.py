import base64
import json
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from idetex_plugin.engines.pictures import Picture, pack, picture, png


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
