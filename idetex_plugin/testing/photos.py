"""One small scene, clean and damaged in known ways, drawn so that no file has to be shipped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

SIZE = (192, 128)


def scene() -> Image.Image:
    """A picture with edges, texture and a flat part, 192 x 128 RGB; the same at every call."""
    width, height = SIZE
    y, x = np.mgrid[:height, :width]
    waves = [120 + 80 * np.sin(x / (6 + k)) * np.cos(y / (9 - k)) for k in range(3)]
    pixels = np.clip(np.stack(waves, -1), 0, 255)
    pixels[:40] = (150, 180, 220)
    pixels[60:100, 40:90] = (200, 60, 40)
    return Image.fromarray(pixels.astype(np.uint8))


def write_samples(folder: Path) -> dict[str, Path]:
    """Write the scene in each of its states; the files by the name of the state."""
    folder.mkdir(parents=True, exist_ok=True)
    clean = scene()
    grain = np.random.default_rng(0).normal(0, 40, (*clean.size[::-1], 3))
    noisy = Image.fromarray(np.clip(np.asarray(clean) + grain, 0, 255).astype(np.uint8))
    states = {
        "clean": clean,
        "noisy": noisy,
        "blurred": clean.filter(ImageFilter.GaussianBlur(4)),
        "dark": ImageEnhance.Brightness(clean).enhance(0.15),
    }
    paths = {name: folder / f"{name}.png" for name in states}
    for name, image in states.items():
        image.save(paths[name])
    paths["compressed"] = folder / "compressed.jpg"
    clean.save(paths["compressed"], quality=5)
    paths["truncated"] = folder / "truncated.jpg"
    paths["truncated"].write_bytes(paths["compressed"].read_bytes()[:-400])
    return paths
