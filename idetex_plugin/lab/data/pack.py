"""The photographs of a split in few bytes, to be carried to a machine with a GPU:

    python -m idetex_plugin.lab.data.pack PHOTOGRAPHS OUT --megabytes 40

Samples are made of crops that are shrunk to 320-1600 pixels, so a side of 1,400 and a good JPEG lose little.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
import typer

from idetex_plugin.lab.data import photos

STEPS = ((1600, 92), (1400, 92), (1400, 88), (1200, 88), (1024, 88), (1024, 84), (896, 84), (768, 84), (640, 80))
"""Longest sides in pixels and JPEG qualities, from the best on."""


def pack(folder: Path, out: Path, limit: int) -> tuple[int, int]:
    """Write the train and validation photographs below `out`, under their names, as JPEGs of at most `limit` bytes
    together; gives the longest side and quality that fit. Raises ValueError where none does."""
    names = [name for split in ("train", "validation") for name in photos.listed(split)]
    for side, quality in STEPS:
        coded: dict[str, bytes] = {}
        left = limit
        for name in names:
            coded[name] = small(folder / name, side, quality)
            left -= len(coded[name])
            if left < 0:
                break
        else:
            for name, data in coded.items():
                (out / name).parent.mkdir(parents=True, exist_ok=True)
                (out / name).write_bytes(data)
            return side, quality
    raise ValueError(f"{len(names)} photographs do not fit {limit} bytes, even with a side of {STEPS[-1][0]} pixels")


def small(path: Path, side: int, quality: int) -> bytes:
    """The photograph as a JPEG, shrunk where it is longer than `side`; its own bytes where they are fewer."""
    pixels = photos.read(path)
    ratio = side / max(pixels.shape[:2])
    if ratio < 1:
        size = (round(pixels.shape[1] * ratio), round(pixels.shape[0] * ratio))
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    ok, data = cv2.imencode(".jpg", pixels[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not ok:
        raise ValueError(f"{path} cannot be encoded")
    return min(path.read_bytes(), data.tobytes(), key=len)


def main(
    folder: Annotated[Path, typer.Argument(help="Folder that holds the photographs of the package's split.")],
    out: Annotated[Path, typer.Argument(help="Folder to write them to.")],
    megabytes: Annotated[float, typer.Option(min=0.1, help="The most that all of them together may have.")] = 40,
) -> None:
    """Pack the photographs of the split."""
    side, quality = pack(folder, out, round(megabytes * 1e6))
    typer.echo(f"packed: longest side {side}, JPEG quality {quality}")


if __name__ == "__main__":
    typer.run(main)
