"""What a server is sent of a photo, by its file: as it is coded, or as PNG, and always just what the card shows."""

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from engines.fake_server import FakeServer, completion, serving
from PIL import Image, ImageCms, ImageOps

from idetex_plugin import Assessor, hookimpl
from idetex_plugin.engines.server import ServerEngine
from idetex_plugin.photo.load import load_photo
from idetex_plugin.plugins.events import BeforeAssess, Replacement
from idetex_plugin.plugins.manager import Hooks
from idetex_plugin.views.show import make_views
from idetex_plugin.words.card import Card
from tests.hostile import encoded, scene, write_hostile

WHOLE = Card(name="whole", title="Whole", checkpoint="tiny", dialect="json", min_pixels=256)
SHRINKING = WHOLE.model_copy(update={"max_pixels": 2000})
STEPS = WHOLE.model_copy(update={"pixel_multiple": 28})
SQUARES = WHOLE.model_copy(update={"views": "global_detail", "view_size": 64})
PHOTO = Image.fromarray(scene(96, 64))


def sent(source: Any, card: Card = WHOLE, *plugins: Any) -> list[tuple[str, bytes]]:
    """The types and bytes of the pictures of the first question about a photo."""
    hooks = Hooks()
    for number, plugin in enumerate(plugins):
        hooks.register(plugin, f"p{number}")
    fake = FakeServer(lambda body, number: completion("x"))
    with serving(fake):
        engine = ServerEngine(card, fake.url)
        with Assessor(card, engine, tasks=["grounding"], hooks=hooks) as assessor:
            assessor.assess(source)
        engine.close()
    if not fake.bodies:
        return []
    parts = fake.bodies[0]["messages"][-1]["content"]
    urls = [part["image_url"]["url"].partition(";base64,") for part in parts if part["type"] == "image_url"]
    return [(kind.removeprefix("data:image/"), base64.b64decode(data)) for kind, _, data in urls]


def turned(kind: str, number: int, **options: object) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = number
    return encoded(kind, PHOTO, exif=exif, **options)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_that_is_shown_as_it_is_stored_is_sent_as_it_is_coded(kind: str) -> None:
    data = encoded(kind, PHOTO)
    assert sent(data) == [(kind.lower(), data)]
    assert sent(turned(kind, 1)) == sent(data)


def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def xmp_turned() -> bytes:
    return encoded("JPEG", PHOTO, xmp=b'<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>')


@pytest.mark.parametrize("data", [xmp_turned(), encoded("JPEG", PHOTO, icc_profile=profile())], ids=["XMP", "sRGB"])
def test_what_a_server_might_turn_or_recolour_by_is_left_out(data: bytes) -> None:
    [(kind, found)] = sent(data)
    assert kind == "jpeg" and len(found) < len(data)
    with Image.open(io.BytesIO(found)) as image:
        assert np.array_equal(ImageOps.exif_transpose(image), load_photo(data).image)
        assert "icc_profile" not in image.info


class Before:
    """Does this with every photo."""

    def __init__(self, does: Callable[[BeforeAssess], Any]) -> None:
        self.does = does

    @hookimpl
    def idetex_before_assess(self, event: BeforeAssess) -> Any:
        return self.does(event)


def darker(event: BeforeAssess) -> Replacement:
    return Replacement(event.image().point(lambda value: value // 2))


@pytest.mark.parametrize(
    ("source", "card", "plugins"),
    [
        (turned("JPEG", 3), WHOLE, ()),
        (turned("JPEG", 6), WHOLE, ()),
        (turned("WEBP", 2), WHOLE, ()),
        (encoded("JPEG", PHOTO.convert("CMYK")), WHOLE, ()),
        (encoded("PNG", PHOTO.convert("RGBA").rotate(9)), WHOLE, ()),
        (encoded("PNG", PHOTO.quantize(16)), WHOLE, ()),
        (encoded("GIF", PHOTO), WHOLE, ()),
        (PHOTO, WHOLE, ()),
        (encoded("JPEG", PHOTO), SHRINKING, ()),
        (encoded("JPEG", PHOTO), STEPS, ()),
        (encoded("JPEG", PHOTO), SQUARES, ()),
        (encoded("JPEG", PHOTO), WHOLE, (Before(darker),)),
    ],
)  # fmt: skip
def test_anything_else_goes_as_png(source: Any, card: Card, plugins: tuple[Any, ...]) -> None:
    pictures = sent(source, card, *plugins)
    assert {kind for kind, _ in pictures} == {"png"}
    image = load_photo(source).image
    shown = make_views(card, image.point(lambda value: value // 2) if plugins else image).images
    assert [np.asarray(Image.open(io.BytesIO(data))).tolist() for _, data in pictures] == [
        np.asarray(each).tolist() for each in shown
    ]


def test_a_photo_that_was_drawn_on_is_sent_as_it_is() -> None:
    photo = load_photo(encoded("JPEG", PHOTO))
    photo.image.paste("red", (0, 0, 9, 9))
    [(kind, data)] = sent(photo)
    assert kind == "png" and np.array_equal(Image.open(io.BytesIO(data)), photo.image)


def test_of_every_hostile_file_the_server_sees_what_the_card_shows(tmp_path: Path) -> None:
    kinds: set[str] = set()
    for case in write_hostile(tmp_path / "h"):
        for kind, data in sent(case.path):
            [shown] = make_views(WHOLE, load_photo(case.path).image).images
            with Image.open(io.BytesIO(data)) as image:
                seen = ImageOps.exif_transpose(image).convert("RGB")
                assert np.array_equal(seen, shown), case.path
                assert not {"icc_profile", "gamma", "exif", "xmp"} & image.info.keys(), case.path
            kinds.add(kind)
    assert kinds == {"jpeg", "png", "webp"}
