"""Nothing of a file but its upright pixels reaches an engine."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from idetex_plugin import Assessor
from idetex_plugin.cards.registry import get_card
from idetex_plugin.engines.pictures import png
from idetex_plugin.photo.load import Photo, load_photo
from idetex_plugin.views.show import make_views
from idetex_plugin.words.assessment import PhotoInfo
from idetex_plugin.words.request import Request, Views
from tests.hostile import encoded
from tests.photo.files import PICTURE, shown
from tests.standins import WindowEngine, nano_says

KINDS = {"PNG": {}, "JPEG": {"quality": 95}, "WEBP": {"lossless": True}, "TIFF": {}, "AVIF": {"quality": 90}}


def stored(upright: np.ndarray, orientation: int) -> Image.Image:
    """The picture as a camera stores it that was held so."""
    turned = {
        1: upright, 2: upright[:, ::-1], 3: upright[::-1, ::-1], 4: upright[::-1], 5: upright.transpose(1, 0, 2),
        6: np.rot90(upright), 7: np.rot90(upright[::-1]), 8: np.rot90(upright, -1),
    }[orientation]  # fmt: skip
    return Image.fromarray(np.ascontiguousarray(turned))


def tagged(kind: str, orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(kind, stored(PICTURE, orientation), exif=exif, **KINDS[kind])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_tag_turns_the_pixels_once_and_is_gone(kind: str, orientation: int) -> None:
    photo = load_photo(tagged(kind, orientation))
    assert photo.image.size == (PICTURE.shape[1], PICTURE.shape[0])
    assert np.abs(np.asarray(photo.image).astype(int) - PICTURE).mean() < (6 if kind in {"JPEG", "AVIF"} else 1e-9)
    assert photo.image.info == {} and not photo.image.getexif() and type(photo.image) is Image.Image


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_every_request_holds_the_same_bare_pixels_whatever_the_tag(kind: str) -> None:
    seen: dict[int, list[bytes]] = {}
    for orientation in range(1, 9):
        images: list[Image.Image] = []

        def answer(request: Request, images: list[Image.Image] = images) -> object:
            images.extend(request.images)
            return nano_says(request)

        with Assessor("nano", WindowEngine(answer=answer)) as assessor:
            assert assessor.assess(tagged(kind, orientation)).failure is None
        assert images and all(image.info == {} and not image.getexif() for image in images)
        seen[orientation] = [image.tobytes() for image in images]
    assert all(pixels == seen[1] for pixels in seen.values())


def full_of_tags() -> Image.Image:
    """An opened file with everything that Pillow keeps of one."""
    exif = Image.Exif()
    exif[0x0112] = 6
    words = PngImagePlugin.PngInfo()
    words.add_itxt("XML:com.adobe.xmp", '<x tiff:Orientation="6"/>')
    data = encoded("PNG", Image.fromarray(PICTURE), exif=exif, pnginfo=words, icc_profile=b"x", dpi=(9, 9))
    image = Image.open(io.BytesIO(data))
    image.load()
    assert image.getexif()[0x0112] == 6 and image.info
    return image


def test_an_image_with_tags_cannot_be_put_into_a_photo_views_or_a_request() -> None:
    image = full_of_tags()
    held = [
        Photo(image, PhotoInfo(name="made elsewhere")).image,
        *Views((image,), 1, 1).images, *Request("prompt", (image,)).images,
        *make_views(get_card("nano"), image).images,
    ]  # fmt: skip
    for one in held:
        assert one.info == {} and not one.getexif() and one.mode == "RGB" and type(one) is Image.Image
    assert np.array_equal(np.asarray(held[0]), PICTURE)
    assert image.getexif()[0x0112] == 6


def test_bare_images_are_not_copied() -> None:
    image = load_photo(PICTURE).image
    assert Request("prompt", Views((image,), 1, 1).images).images[0] is image


def test_a_palette_with_tags_keeps_its_colours() -> None:
    image = Image.fromarray(PICTURE).quantize(64)
    [view] = Views((image,), 1, 1).images
    assert np.array_equal(np.asarray(view), np.asarray(image.convert("RGB")))


def test_what_a_server_gets_is_a_png_of_pixels_alone() -> None:
    [image] = Request("prompt", (full_of_tags(),)).images
    data = png(image)
    kinds = [data[at - 4 : at] for at in range(8, 60) if data[at - 4 : at].isalpha()]
    assert kinds[0] == b"IHDR" and not {b"eXIf", b"iCCP", b"iTXt", b"pHYs", b"tEXt"} & {
        data[at : at + 4] for at in range(len(data))
    }


def test_xmp_does_not_turn_a_photo_as_browsers_do_not_either() -> None:
    words = PngImagePlugin.PngInfo()
    words.add_itxt("XML:com.adobe.xmp", '<x tiff:Orientation="6"/>')
    assert np.array_equal(shown(encoded("PNG", Image.fromarray(PICTURE), pnginfo=words)), PICTURE)
