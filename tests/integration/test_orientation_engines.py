"""EXIF's eight orientations in five formats: every engine says of a turned file what it says of its upright pixels."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from idetex_plugin import Assessor
from idetex_plugin.photo.pixels import ORIENTATIONS
from idetex_plugin.words.assessment import Assessment

pytestmark = pytest.mark.integration

DEMO = sorted((Path(__file__).parents[2] / "demo").glob("*.jpg"))[0]
KINDS = {"JPEG": {"quality": 92}, "PNG": {}, "WEBP": {"lossless": True}, "TIFF": {}, "AVIF": {"quality": 80}}
LOSSLESS = ("PNG", "WEBP", "TIFF")
INVERSE = {6: 8, 8: 6}


def tagged(upright: Image.Image, kind: str, orientation: int) -> bytes:
    """The file of a camera that was held so: stored pixels that the tag turns upright."""
    turn = ORIENTATIONS.get(INVERSE.get(orientation, orientation))
    exif = Image.Exif()
    exif[0x0112] = orientation
    buffer = io.BytesIO()
    (upright if turn is None else upright.transpose(turn)).save(buffer, kind, exif=exif, **KINDS[kind])
    return buffer.getvalue()


def upright_png(data: bytes) -> bytes:
    """The same pixels, turned, in a file without any tag."""
    image = Image.open(io.BytesIO(data))
    image.load()
    buffer = io.BytesIO()
    Image.fromarray(np.asarray(ImageOps.exif_transpose(image).convert("RGB"))).save(buffer, "PNG")
    return buffer.getvalue()


def told(assessment: Assessment) -> dict[str, object]:
    assert assessment.failure is None and assessment.quality is not None
    return assessment.model_dump(include={"regions", "answers", "quality", "description"}) | {
        "size": (assessment.photo.width, assessment.photo.height)
    }


def close(one: object, other: object) -> bool:
    """Equal but for the rounding of probabilities, which depends on what else is in the engine."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(close(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(close, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) < 2e-3
    return one == other


@pytest.mark.parametrize("engine", ["vllm", "transformers"])
def test_a_turned_file_is_assessed_as_its_upright_pixels(engine: str) -> None:
    if engine == "vllm":
        pytest.importorskip("vllm")
    photo = Image.open(DEMO).convert("RGB")
    photo = photo.resize((600, round(600 * photo.height / photo.width)))
    files = {(kind, tag): tagged(photo, kind, tag) for kind in KINDS for tag in range(1, 9)}
    plain = {key: upright_png(data) for key, data in files.items()}
    with Assessor("nano", engine) as assessor:
        turned = {key: told(result) for key, result in assessor.stream(files.items())}
        different = {data: told(result) for data, result in assessor.stream((data, data) for data in {*plain.values()})}
    assert [key for key in files if not close(turned[key], different[plain[key]])] == []
    assert all(close(turned[kind, tag], turned["PNG", 1]) for kind in LOSSLESS for tag in range(1, 9))
