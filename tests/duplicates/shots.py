"""A folder of photos, some of them nearly the same, and the run that judged them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from made_up import judged, unreadable
from PIL import Image

from idetex_plugin import Run, load_photo
from idetex_plugin.runs.rows import Stamp
from idetex_plugin.words.assessment import Assessment
from idetex_plugin.words.card import Card

CARD = Card(name="nano", title="Nano", checkpoint="embedded", dialect="nano")


def view(seed: int, size: tuple[int, int] = (320, 240)) -> Image.Image:
    """A made-up photo: soft structure of all sizes, other for each seed."""
    draw = np.random.default_rng(seed)
    spots = [Image.fromarray(draw.integers(0, 256, (side, side, 3), np.uint8)) for side in (3, 6, 12, 24)]
    layers = [np.asarray(each.resize(size, Image.Resampling.BICUBIC)) for each in spots]
    return Image.fromarray(np.mean(layers, axis=0).astype(np.uint8))


def write_shots(folder: Path) -> dict[str, float | None]:
    """Two photos with near copies, one alone, and one without a score; the score of each by its name."""
    folder.mkdir(parents=True)
    lake, hill = view(1), view(2)
    lake.save(folder / "lake.jpg", quality=95)
    lake.resize((160, 120)).save(folder / "lake-small.jpg", quality=80)
    lake.save(folder / "lake.webp", quality=70)
    turned = Image.Exif()
    turned[0x112] = 8
    lake.transpose(Image.Transpose.ROTATE_270).save(folder / "lake-turned.jpg", quality=90, exif=turned)
    hill.save(folder / "hill.png")
    hill.point(lambda value: min(255, round(value * 1.1))).save(folder / "hill-bright.jpg", quality=90)
    view(3).save(folder / "alone.jpg")
    return {
        "lake.jpg": 3.5, "lake-small.jpg": 2.0, "lake.webp": 4.25, "lake-turned.jpg": None, "hill.png": 3.0,
        "hill-bright.jpg": 3.0, "alone.jpg": 5.0,
    }  # fmt: skip


def assessed(path: Path, score: float | None) -> Assessment:
    """A made-up assessment of a real file."""
    said = judged(path.name, size=load_photo(path).image.size)
    content = path.read_bytes()
    info = said.photo.model_copy(update={"sha256": hashlib.sha256(content).hexdigest(), "file_bytes": len(content)})
    quality = said.quality and said.quality.model_copy(update={"score": score}) if score is not None else None
    return said.model_copy(update={"photo": info, "quality": quality})


def write_run(folder: Path, photos: Path, scores: dict[str, float | None]) -> Path:
    """The run folder of these photos, and of one that could not be read."""
    with Run.writer(folder, CARD, "f", {}) as run:
        run.set_root(photos)
        for name, score in scores.items():
            run.write(photos / name, Stamp.of(photos / name), assessed(photos / name, score))
        run.write(photos / "broken.jpg", Stamp(1, 1), unreadable("broken.jpg"))
    return folder
