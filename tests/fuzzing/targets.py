"""What is fuzzed: each target takes any bytes, and raises only when a promise of the program is broken."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from idetex_plugin.cards.registry import get_card
from idetex_plugin.dialects.nano import NanoDialect
from idetex_plugin.photo.load import PhotoError, load_photo
from idetex_plugin.runs.rows import Stamp
from idetex_plugin.runs.schema import FILE_NAME, RunError
from idetex_plugin.runs.store import Run
from idetex_plugin.runs.summary import summarise
from idetex_plugin.words.box import Box
from idetex_plugin.words.failure import Failure
from idetex_plugin.words.question import Question
from idetex_plugin.words.request import Reply, Token, Views
from idetex_plugin.words.vocabulary import Level
from tests.hostile import bad, encoded, good
from tests.made_up import half_failed, judged, unreadable
from tests.photo.files import PICTURE, jpeg, plain_page, png, tiff
from tests.said import in_pixels, vida, zero_shot
from tests.standins import REGION

MOST_PIXELS = 1_000_000


def decoding(data: bytes) -> None:
    """Any bytes are a photo of bare RGB pixels or a PhotoError with a message."""
    try:
        photo = load_photo(data, max_pixels=MOST_PIXELS, mended="judge")
    except PhotoError as error:
        assert str(error).startswith("image: ") and "0x" not in str(error)
        return
    assert photo.image.mode == "RGB" and photo.image.info == {} and type(photo.image) is Image.Image
    assert photo.image.size == (photo.info.width, photo.info.height)


def parsing(data: bytes) -> None:
    """Any reply gives a dialect's results or a Failure; boxes lie in the photo."""
    text = data[1:].decode("utf-8", "replace")
    reply = Reply(text, "stop", tuple(Token(character, -0.5) for character in text[:400]))
    views = Views((Image.new("RGB", (64, 64)),), 640, 480)
    dialect = _dialects()[data[0] % len(_dialects()) if data else 0]
    question = Question(name="noise", text="Is there noise?", options=("Yes", "No"))
    for result in (
        dialect.read_detect(reply, views), dialect.read_describe(reply, views), dialect.read_locate(reply, views),
        dialect.read_affects(reply, views, Box(x1=0.1, y1=0.1, x2=0.9, y2=0.9)),
        dialect.read_ask(reply, question), dialect.read_level(reply),
    ):  # fmt: skip
        assert not isinstance(result, Failure) or result.message


def run_reading(data: bytes) -> None:
    """A run folder's file of any bytes is read, or refused with a RunError."""
    folder = Path(tempfile.mkdtemp(prefix="fuzzed-run-"))
    try:
        (folder / FILE_NAME).write_bytes(data)
        try:
            with Run(folder) as run:
                summarise(run)
                for row in run.rows():
                    assert row.assessment.photo.name is not None
        except RunError:
            pass
    finally:
        shutil.rmtree(folder, ignore_errors=True)


TARGETS: dict[str, Callable[[bytes], None]] = {"decoding": decoding, "parsing": parsing, "runs": run_reading}


def seeds(target: str) -> Iterator[bytes]:
    """Inputs to begin with."""
    if target == "decoding":
        yield from (data for _, data in good() if len(data) < 60_000)
        yield from (data for _, data, _ in bad() if len(data) < 60_000)
        small = np.ascontiguousarray(PICTURE[:48, :64])
        yield jpeg(small, progressive=True)
        wide = small.astype(np.uint16) * 257
        yield png(wide)
        for values in (wide, small.astype(np.float64) / 255, wide[..., 0], small[..., 0].astype(np.float16)):
            yield tiff([plain_page(np.ascontiguousarray(values))])
        yield tiff([plain_page(np.ascontiguousarray(wide), t284=2)])
        yield tiff([plain_page(small, t254=1), plain_page(small)], big_endian=False)
        for kind in ("HEIF", "JXL"):
            try:
                yield encoded(kind, Image.fromarray(small))
            except (KeyError, OSError):
                continue
    elif target == "parsing":
        for number, dialect in enumerate(_dialects()):
            for text in _texts(dialect):
                yield bytes([number]) + text.encode()
    else:
        with tempfile.TemporaryDirectory() as folder:
            with Run.writer(Path(folder) / "run", get_card("nano"), "f" * 16, {"a": "b"}) as run:
                for number, assessment in enumerate((judged("a.jpg"), half_failed("b.jpg"), unreadable("c.jpg"))):
                    run.write(f"/photos/{number}.jpg", Stamp(1, number), assessment)
            yield (Path(folder) / "run" / FILE_NAME).read_bytes()
    yield b""


@cache
def _dialects() -> tuple[Any, ...]:
    return NanoDialect(get_card("nano")), vida, zero_shot, in_pixels


def _texts(dialect: Any) -> Iterator[str]:
    """Whole replies of the dialect."""
    views = Views((Image.new("RGB", (64, 64)),), 640, 480)
    yield "No distortion."
    if isinstance(dialect, NanoDialect):
        yield dialect.render_regions([REGION])
        yield dialect.render_box(REGION.box)
        yield dialect.render_description("A photo.", [REGION], ["Noise"], Level.POOR)
        return
    yield dialect.render_regions([REGION, REGION], views)
    yield dialect.render_boxes([REGION.box], views)
    yield "[[1,2,3"
