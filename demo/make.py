"""Make the demo photographs from their originals: python demo/make.py ORIGINALS, a folder of the files named below."""

import io
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

HERE = Path(__file__).parent
LONGEST = 900
Area = tuple[float, float, float, float]
MIDDLE = (0, 0.2, 1, 0.75)


def pixels(image: Image.Image, area: Area) -> tuple[int, int, int, int]:
    """A relative area in pixels."""
    x1, y1, x2, y2 = area
    return int(x1 * image.width), int(y1 * image.height), int(x2 * image.width), int(y2 * image.height)


def noise(image: Image.Image, area: Area, sigma: float) -> Image.Image:
    """Gaussian noise of this standard deviation (of 255) in the area."""
    box = pixels(image, area)
    part = np.asarray(image.crop(box), np.float32)
    part = part + np.random.default_rng(1).normal(0, sigma, part.shape)
    image.paste(Image.fromarray(part.clip(0, 255).astype(np.uint8)), box)
    return image


def blur(image: Image.Image, area: Area, radius: float) -> Image.Image:
    """Gaussian blur of this radius (pixels) in the area."""
    box = pixels(image, area)
    image.paste(image.filter(ImageFilter.GaussianBlur(radius)).crop(box), box)
    return image


def brighten(image: Image.Image, area: Area, gain: float) -> Image.Image:
    """All values times this gain in the area, clipped."""
    box = pixels(image, area)
    image.paste(image.crop(box).point(lambda value: min(255, round(value * gain))), box)
    return image


def compress(image: Image.Image, quality: int) -> Image.Image:
    """Strong JPEG compression."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return Image.open(buffer).convert("RGB")


PHOTOS = {
    "bedside.jpg": ("benjamin-voros-310026-unsplash.jpg", lambda image: image),
    "camera.jpg": ("chuttersnap-324234-unsplash.jpg", lambda image: image),
    "orchid-blurred.jpg": ("zoltan-kovacs-642412-unsplash.jpg", lambda image: blur(image, (0.1, 0.15, 0.75, 0.5), 6)),
    "sneakers-compressed.jpg": ("xavier-teo-469050-unsplash.jpg", lambda image: compress(image, 6)),
    "sofa-noisy.jpg": ("paul-weaver-1120584-unsplash.jpg", lambda image: noise(image, (0.0, 0.4, 0.45, 0.9), 35)),
    "desk-overexposed.jpg": ("alexandru-acea-686569-unsplash.jpg", lambda image: brighten(image, MIDDLE, 2.2)),
}

if __name__ == "__main__":
    for name, (original, damage) in PHOTOS.items():
        image = Image.open(Path(sys.argv[1]) / original).convert("RGB")
        image.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
        damage(image).save(HERE / name, "JPEG", quality=85, subsampling=0)
