from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from idetex_plugin.lab.data import photos
from idetex_plugin.lab.data.gather import LONGEST, as_photograph, gather
from idetex_plugin.words.digest import digest


def coded(size: tuple[int, int], kind: str, mode: str = "RGB", **options: object) -> bytes:
    rng = np.random.default_rng(size[0])
    pixels = Image.fromarray(rng.integers(0, 255, (size[1] // 40, size[0] // 40, 3), np.uint8)).resize(size)
    file = io.BytesIO()
    pixels.convert(mode).save(file, kind, **options)
    return file.getvalue()


def test_photographs_are_found_by_what_they_are_wherever_they_lie(tmp_path: Path) -> None:
    small, large, bundled = coded((400, 280), "JPEG"), coded((2400, 1200), "PNG"), coded((440, 320), "WEBP")
    unpacked = tmp_path / "unpacked"
    (unpacked / "one" / "deep").mkdir(parents=True)
    (unpacked / "one" / "deep" / "small.jpg").write_bytes(small)
    (unpacked / "large.png").write_bytes(large)
    (unpacked / "other.png").write_bytes(coded((480, 320), "PNG"))
    (unpacked / "half.jpg").write_bytes(small[:200])
    noise = b"\xff\xd8\xff" + bytes(60) + b"RIFF0000WEBP"
    (unpacked / "all.rcc").write_bytes(noise + len(bundled).to_bytes(4, "big") + bundled + noise)
    wanted = {"a/small.jpg": small, "large.jpg": as_photograph(large), "b/bundled.jpg": as_photograph(bundled)}
    rows = [f"train\t{name}\t{digest(data)}" for name, data in wanted.items()]
    table = tmp_path / "split.tsv"
    table.write_text("\n".join(["split\tphotograph\tsha256", *rows, "test\tgone.jpg\t0123456789abcdef"]) + "\n")
    assert gather(unpacked, tmp_path / "out", table) == ["gone.jpg"]
    assert {name: (tmp_path / "out" / name).read_bytes() for name in wanted} == wanted
    assert Image.open(tmp_path / "out" / "large.jpg").size == (LONGEST, LONGEST // 2)
    assert len(list((tmp_path / "out").rglob("*.jpg"))) == len(wanted)


def test_a_photograph_is_upright_and_on_white() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = Image.open(io.BytesIO(as_photograph(coded((2400, 1200), "JPEG", exif=exif))))
    assert turned.size == (LONGEST // 2, LONGEST)
    file = io.BytesIO()
    Image.new("RGBA", (64, 48)).save(file, "PNG")
    clear = Image.open(io.BytesIO(as_photograph(file.getvalue())))
    assert (clear.mode, clear.getpixel((9, 9))) == ("RGB", (255, 255, 255))


CUT = coded((400, 280), "PNG")


@pytest.mark.parametrize("data", [b"", b"not a picture", CUT[:90], CUT[:-300]])
def test_what_is_no_picture_is_passed_over(data: bytes) -> None:
    assert as_photograph(data) == b""


def test_the_split_names_every_photograph_once() -> None:
    table = photos.hashes()
    names = [name for split in ("train", "validation", "test") for name in photos.listed(split)]
    assert sorted(names) == sorted(table) and len(set(table.values())) == len(names)
