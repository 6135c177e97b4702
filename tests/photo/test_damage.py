"""Damaged JPEGs that still decode are told from whole ones."""

from __future__ import annotations

import re
import zlib

import numpy as np
import pytest
from PIL import Image

from idetex_plugin import Assessor
from idetex_plugin.photo.jpeg import MENDED, examine, missing_scans
from idetex_plugin.words.failure import Reason, State
from tests.hostile import encoded, scene
from tests.photo.files import PICTURE, chunk, jpeg, judged, off, refused, with_app
from tests.standins import WindowEngine, nano_says

NOISY = np.clip(scene(480, 320) + np.random.default_rng(3).normal(0, 9, (320, 480, 3)), 0, 255).astype(np.uint8)


def coded_part(data: bytes) -> int:
    """Where the coded data begin."""
    at = data.index(b"\xff\xda")
    return at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")


def half_then_end() -> bytes:
    data = jpeg(NOISY)
    return data[: coded_part(data) + (len(data) - coded_part(data)) // 2] + b"\xff\xd9"


def zeros_in_the_second_half() -> bytes:
    data = jpeg(NOISY)
    half = (len(data) + coded_part(data)) // 2
    return data[:half] + bytes(len(data) - half - 2) + b"\xff\xd9"


def block_missing() -> bytes:
    data = jpeg(NOISY)
    at = coded_part(data) + 4096
    return data[:at] + data[at + 4096 :]


def restarts_lost() -> bytes:
    data = jpeg(NOISY, restart_marker_rows=1)
    marks = [match.start() for match in re.finditer(rb"\xff[\xd0-\xd7]", data)]
    return data[: marks[4]] + data[marks[7] :]


def too_tall() -> bytes:
    data = jpeg(NOISY)
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + (640).to_bytes(2, "big") + data[at + 2 :]


def too_short() -> bytes:
    data = jpeg(NOISY)
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + (160).to_bytes(2, "big") + data[at + 2 :]


def spliced() -> bytes:
    one, other = jpeg(NOISY), jpeg(NOISY[::-1])
    return one[: (coded_part(one) + len(one)) // 2] + other[(coded_part(other) + len(other)) // 2 :]


def scans(keep: int) -> bytes:
    data = jpeg(NOISY, progressive=True)
    starts = [match.start() for match in re.finditer(rb"\xff\xda", data)]
    assert len(starts) > keep
    return data[: starts[keep]] + b"\xff\xd9"


def end_missing() -> bytes:
    return jpeg(NOISY)[:-2]


DAMAGED = {
    "half, then the end": half_then_end(), "zeros": zeros_in_the_second_half(), "4 KiB missing": block_missing(),
    "restart segments lost": restarts_lost(), "height too large": too_tall(), "height too small": too_short(),
    "two files in one": spliced(), "first scan only": scans(1), "last scan missing": scans(9),
}  # fmt: skip


@pytest.mark.parametrize("kind", DAMAGED)
def test_a_mended_photo_fails_with_a_reason_of_its_own_or_is_judged_with_a_note(kind: str) -> None:
    reason, message = refused(DAMAGED[kind])
    assert reason is Reason.DAMAGED and MENDED in message
    [note] = judged(DAMAGED[kind], mended="judge").info.notes
    assert note.startswith(MENDED)


def whole() -> dict[str, bytes]:
    image = Image.fromarray(NOISY)
    files = {
        f"{sampling}, {'progressive' if progressive else 'baseline'}, q{quality}": encoded(
            "JPEG", image, subsampling=sampling, progressive=progressive, quality=quality
        )
        for sampling in ("4:4:4", "4:2:2", "4:2:0")
        for progressive in (False, True)
        for quality in (5, 75, 100)
    }
    files |= {
        "gray": encoded("JPEG", image.convert("L")),
        "gray progressive": encoded("JPEG", image.convert("L"), progressive=True),
        "CMYK": encoded("JPEG", image.convert("CMYK")), "restarts": jpeg(NOISY, restart_marker_blocks=3),
        "rubbish after the end": jpeg(NOISY) + bytes(999),
        "fill bytes": jpeg(NOISY)[:2] + b"\xff\xff" + jpeg(NOISY)[2:],
        "bad profile": with_app(jpeg(NOISY), 0xE2, b"ICC_PROFILE\0\x02\x03x"), "optimized": jpeg(NOISY, optimize=True),
        "odd size": jpeg(NOISY[:301, :467]), "RGB": encoded("JPEG", image, keep_rgb=True),
    }  # fmt: skip
    return files


@pytest.mark.parametrize("kind", whole())
def test_whole_photos_are_not_refused_and_show_what_pillow_shows(kind: str) -> None:
    import io

    data = whole()[kind]
    wanted = np.asarray(Image.open(io.BytesIO(data)).convert("RGB")).astype(float)
    assert off(data, wanted) < 0.02


def test_the_progressive_script_of_another_encoder_is_complete() -> None:
    head = examine(jpeg(PICTURE, progressive=True))
    assert missing_scans(head) == "" and len(head.components) == 3
    assert missing_scans(examine(scans(2))).endswith("are not sent in full")


def test_a_damaged_photo_without_its_end_is_cut_short() -> None:
    assert refused(end_missing())[0] in {Reason.TRUNCATED, Reason.DAMAGED}


def test_the_assessor_says_the_same() -> None:
    with Assessor("nano", WindowEngine(answer=nano_says)) as assessor:
        failed = assessor.assess(half_then_end())
    assert failed.state is State.FAILED and failed.failure is not None and failed.failure.reason is Reason.DAMAGED
    with Assessor("nano", WindowEngine(answer=nano_says), mended="judge") as assessor:
        mended = assessor.assess(half_then_end())
    assert mended.state is State.OK and mended.photo.notes[0].startswith(MENDED)
    with pytest.raises(ValueError, match="choose from fail, judge"):
        Assessor("nano", mended="maybe")


def test_a_jpeg_of_12_bits_is_valid_and_not_read() -> None:
    data = jpeg()
    at = data.index(b"\xff\xc0") + 4
    reason, message = refused(data[:at] + b"\x0c" + data[at + 1 :])
    assert reason is Reason.UNSUPPORTED_FORMAT and "12 bits" in message


def flat_png(*idats: bytes) -> bytes:
    head = (320).to_bytes(4, "big") + (240).to_bytes(4, "big") + b"\x08\x02\0\0\0"
    parts = [chunk(b"IHDR", head), *(chunk(b"IDAT", idat) for idat in idats), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def test_png_that_pillow_shows_in_part_is_refused() -> None:
    values = np.ascontiguousarray(NOISY[:240, :320])
    rows = b"".join(b"\0" + row.tobytes() for row in values)
    assert off(flat_png(zlib.compress(rows)), values) == 0
    reason, message = refused(flat_png(zlib.compress(rows[: len(rows) // 2])))
    assert reason is Reason.TRUNCATED and "fewer rows" in message
    packed = zlib.compress(rows)
    whole = flat_png(*(packed[at : at + 65536] for at in range(0, len(packed), 65536)))
    zeroed = whole[: len(whole) - 20_000] + bytes(20_000)
    assert refused(zeroed)[0] is Reason.CORRUPT
    assert refused(whole[:-5000] + b"xyz" + whole[-4997:])[0] is Reason.CORRUPT


def test_a_png_that_ends_in_black_is_whole() -> None:
    values = np.ascontiguousarray(NOISY[:240, :320])
    values[-50:] = 0
    assert off(encoded("PNG", Image.fromarray(values)), values) == 0


@pytest.mark.parametrize("kind", ["WEBP", "AVIF"])
def test_coded_data_that_were_never_written_are_damage(kind: str) -> None:
    data = encoded(kind, Image.fromarray(NOISY), quality=90)
    half = data[: len(data) // 2] + bytes(len(data) - len(data) // 2)
    reason, message = refused(half)
    assert reason is Reason.DAMAGED and "are zeros" in message
    assert judged(half, mended="judge").info.notes[-1].startswith(MENDED)
    assert judged(data).info.notes == ()
