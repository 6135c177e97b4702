"""The photographs, their fixed split by photograph, and how a training source is cut from one."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Split = Literal["train", "validation", "test"]


def listed(split: Split, table: Path | None = None) -> list[str]:
    """Names, relative to the folder of photographs, of one part of a split by photograph.

    table: tab-separated with the columns split and photograph; None is the package's own fixed split.
    """
    return [row["photograph"] for row in _rows(table) if row["split"] == split]


def hashes(table: Path | None = None) -> dict[str, str]:
    """The `digest` of the file of every photograph of a split, by name; of the package's own if the table is None."""
    return {row["photograph"]: row["sha256"] for row in _rows(table)}


def _rows(table: Path | None) -> Iterator[dict[str, str]]:
    text = (table or files("idetex_plugin.lab.data") / "split.tsv").read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines(), delimiter="\t")


def read(path: Path) -> Pixels:
    """RGB uint8 (H, W, 3). Raises FileNotFoundError or ValueError naming the file."""
    if not path.is_file():
        raise FileNotFoundError(f"photograph {path} of the split is missing")
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if pixels is None:
        raise ValueError(f"{path} is not an image that can be read")
    return np.ascontiguousarray(np.asarray(pixels, np.uint8)[..., ::-1])


def cut(photo: Pixels, rng: np.random.Generator, sides: tuple[int, int], tiled_share: float = 0) -> Pixels:
    """A clean training source: a random crop of at least 60 % of each side, shrunk so that the JPEG coding of the
    photograph itself is gone or weak, longest side log-uniform in `sides` (never enlarged), flipped half the time.

    tiled_share: how many are first continued by their mirror image to 2-3 times each side and then shrunk only as much
    as needed, to stand for photographs of more pixels than these have."""
    height, width = photo.shape[:2]
    h, w = (round(side * rng.uniform(0.6, 1.0)) for side in (height, width))
    y, x = int(rng.integers(height - h + 1)), int(rng.integers(width - w + 1))
    crop = photo[y : y + h, x : x + w]
    if tiled_share and rng.random() < tiled_share:
        return _tiled(crop, rng)
    longest = max(h, w)
    goal = float(np.exp(rng.uniform(*np.log(sides))))
    ratio = min(goal / longest, rng.uniform(0.65, 1.0))
    size = (max(48, round(w * ratio)), max(48, round(h * ratio)))
    small = np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_AREA), np.uint8)
    return np.ascontiguousarray(small[:, ::-1] if rng.random() < 0.5 else small)


def _tiled(crop: Pixels, rng: np.random.Generator) -> Pixels:
    h, w = crop.shape[:2]
    ratio = rng.uniform(0.65, 0.8)
    small = cv2.resize(crop, (round(w * ratio), round(h * ratio)), interpolation=cv2.INTER_AREA)
    more = rng.uniform(1.0, 2.0)
    bottom, right = round(small.shape[0] * more), round(small.shape[1] * more)
    return np.asarray(cv2.copyMakeBorder(small, 0, bottom, 0, right, cv2.BORDER_REFLECT), np.uint8)
