"""Graphics are told from photographs, and photographs with every kind of damage from graphics."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from idetex_plugin import Assessor
from idetex_plugin.assessing.examiner import NO_PHOTOGRAPH
from idetex_plugin.photo.graphic import GRAPHIC, PHOTO, kind_of_picture
from idetex_plugin.photo.load import load_photo
from idetex_plugin.words.failure import State
from tests.standins import WindowEngine, nano_says


def page(ink: str = "black", paper: str = "white", size: int = 16) -> Image.Image:
    image = Image.new("RGB", (640, 480), paper)
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(size)
    for line in range(460 // (size + 6)):
        draw.text((12, 8 + line * (size + 6)), "Where a photograph is damaged, and what it does to it. " * 3, ink, font)
    return image


def plot() -> Image.Image:
    image = Image.new("RGB", (640, 480), "white")
    draw = ImageDraw.Draw(image)
    for number in range(24):
        draw.rectangle((20 + 25 * number, 460 - 18 * number, 38 + 25 * number, 460), "steelblue", "black")
    for number in range(40):
        draw.line((20, 12 * number, 620, 12 * number), "lightgray")
    return image


def screenshot() -> Image.Image:
    image = page("#222222", "#f5f5f5", 13)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 640, 40), "#3b6ea5")
    for number in range(6):
        draw.rounded_rectangle((20 + 100 * number, 60, 100 + 100 * number, 92), 6, "#e0e0e0", "#555555")
    return image


def scanned() -> Image.Image:
    values = np.asarray(page()).astype(float) * 0.9 + 12 + np.random.default_rng(1).normal(0, 3, (480, 640, 1))
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.6))


def again(image: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(io.BytesIO(buffer.getvalue())).convert("RGB")


GRAPHICS = {
    "text": page(), "light on dark": page("#dddddd", "#1e1e1e"), "large text": page(size=28), "plot": plot(),
    "screenshot": screenshot(), "scan": scanned(), "text as JPEG": again(page(), 85), "plot as JPEG": again(plot(), 85),
    "screenshot as JPEG": again(screenshot(), 75),
}  # fmt: skip


@pytest.mark.parametrize("name", GRAPHICS)
def test_graphics_are_told(name: str) -> None:
    assert kind_of_picture(GRAPHICS[name]) == GRAPHIC


def photographs() -> dict[str, Image.Image]:
    data = pytest.importorskip("skimage.data")
    found = {name: Image.fromarray(getattr(data, name)()).convert("RGB") for name in ("astronaut", "coffee", "chelsea")}
    found["camera"] = Image.fromarray(data.camera()).convert("RGB")
    return found


DAMAGES = {
    "none": lambda image: image,
    "coarse JPEG": lambda image: again(image, 3),
    "JPEG": lambda image: again(image, 10),
    "blur": lambda image: image.filter(ImageFilter.GaussianBlur(8)),
    "dark": lambda image: image.point(lambda value: value // 8),
    "light": lambda image: image.point(lambda value: min(255, value * 2)),
    "pixelated": lambda image: image.resize((image.width // 8, image.height // 8)).resize(image.size, 0),
    "noise": lambda image: Image.fromarray(np.clip(np.asarray(image) + np.random.default_rng(2).normal(
        0, 25, (image.height, image.width, 3)), 0, 255).astype(np.uint8)),
    "gray": lambda image: image.convert("L").convert("RGB"),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_photographs_are_no_graphics(damage: str) -> None:
    for name, image in photographs().items():
        assert kind_of_picture(DAMAGES[damage](image)) == PHOTO, name


@pytest.mark.parametrize("size", [(16, 16), (17, 300), (4000, 20)])
def test_any_size_has_a_kind(size: tuple[int, int]) -> None:
    assert kind_of_picture(Image.new("RGB", size, "teal")) in {GRAPHIC, PHOTO}


def test_a_run_judges_marks_or_skips_graphics() -> None:
    engine = WindowEngine(answer=nano_says)
    said = {}
    for choice in ("judge", "mark", "skip"):
        with Assessor("nano", engine, graphics=choice) as assessor:
            said[choice] = assessor.assess(page())
            assert assessor.assess(photographs()["coffee"]).state is State.OK
    assert {assessment.photo.kind for assessment in said.values()} == {"graphic"}
    assert said["judge"].state is State.OK and said["judge"].photo.notes == ()
    assert said["mark"].state is State.OK and said["mark"].photo.notes == (NO_PHOTOGRAPH,)
    skipped = said["skip"]
    assert skipped.state is State.SKIPPED and skipped.quality is None and skipped.failure is None
    assert {status.message for status in skipped.tasks.values()} == {NO_PHOTOGRAPH}
    with pytest.raises(ValueError, match="choose from judge, mark, skip"):
        Assessor("nano", graphics="drop")


def test_the_kind_is_known_of_every_photo() -> None:
    assert load_photo(page()).info.kind == "graphic"
    assert load_photo(photographs()["astronaut"]).info.kind == "photo"
