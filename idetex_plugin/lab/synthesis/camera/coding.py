"""Files as phones write them and as messengers and web pages pass them on: JPEG, HEIC, AVIF and WebP.

Phones have written HEIC by default since 2017 (Apple, "Using HEIF or HEVC media on Apple devices") or offer it
(Android 10), in about half the bytes of JPEG (Hannuksela, Lainema and Malamal Vadakital 2015, "The High Efficiency
Image File Format Standard"); AVIF and WebP are what web pages pass on. How often each comes is a choice of this
project: few are HEIC or AVIF, which take ten and five times as long as JPEG.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, features

from idetex_plugin.lab.data.photos import Pixels
from idetex_plugin.lab.synthesis.degrade import jpeg

Range = tuple[int, int]
QUALITIES: dict[str, Range] = {"JPEG": (75, 97), "WebP": (75, 92), "AVIF": (62, 93), "HEIC": (45, 72)}
"""Each encoder's own scale. AVIF of 62, 79 and 93, and HEIC of 45, 53 and 72, at the speeds below, are about as good as
JPEG of 75, 88 and 97 by SSIMULACRA2 (77, 84 and 90), on 13 photographs of 640 pixels."""
QUALITIES_OF_GRAIN: dict[str, Range] = {"JPEG": (88, 97), "WebP": (88, 92), "AVIF": (80, 93), "HEIC": (68, 76)}
"""Where faint noise must survive: JPEG, AVIF and HEIC from these on keep .93 of the luma noise of 1-2 levels, WebP
.7-.8."""
TAKEN = {"JPEG": 0.86, "AVIF": 0.09, "HEIC": 0.05}
PASSED_ON = {"JPEG": 0.6, "WebP": 0.28, "AVIF": 0.12}
CODED, CODED_AGAIN = 0.85, 0.25
STAND_INS = {"HEIC": "AVIF", "AVIF": "WebP"}
"""What codes the photo where an encoder is not installed, at its own qualities."""
AVIF_SPEED = 10
HEIC_SETTINGS = {"preset": "ultrafast", "x265:pools": "none", "x265:frame-threads": "1"}


def coded(pixels: Pixels, rng: np.random.Generator, *, faint_noise: bool = False) -> Pixels:
    """Coded by the phone in 85 of 100, and a quarter of those again by a messenger or a web page, at good qualities.

    faint_noise: it must survive, so nothing is coded worse than JPEG of quality 88.
    """
    qualities = QUALITIES_OF_GRAIN if faint_noise else QUALITIES
    if rng.random() >= CODED:
        return pixels
    pixels = _coded(pixels, TAKEN, qualities, rng)
    return _coded(pixels, PASSED_ON, qualities, rng) if rng.random() < CODED_AGAIN else pixels


def _coded(
    pixels: Pixels, shares: Mapping[str, float], qualities: Mapping[str, Range], rng: np.random.Generator
) -> Pixels:  # fmt: skip
    # Drawn alike whatever is installed, so that what follows in the stream of a seed is the same.
    name, at = str(rng.choice(list(shares), p=list(shares.values()))), rng.random()
    while name not in encoders():
        name = STAND_INS[name]
    least, most = qualities[name]
    return ENCODE[name](pixels, round(least + at * (most - least)))


@lru_cache(maxsize=1)
def encoders() -> frozenset[str]:
    """The formats that can be written here: AVIF where Pillow was built with it, HEIC with the extra `formats`."""
    here = {"AVIF": features.check("avif"), "HEIC": _has_heic()}
    return frozenset(name for name in ENCODE if here.get(name, True))


def _has_heic() -> bool:
    try:
        import pillow_heif
    except ImportError:
        return False
    return bool(pillow_heif.libheif_info()["HEIF"])


def webp(pixels: Pixels, quality: int) -> Pixels:
    """Encode and decode as lossy WebP."""
    ok, data = cv2.imencode(".webp", pixels[..., ::-1], [cv2.IMWRITE_WEBP_QUALITY, quality])
    if not ok:
        raise ValueError(f"cannot encode pixels of shape {pixels.shape}")
    return np.ascontiguousarray(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)[..., ::-1])


def avif(pixels: Pixels, quality: int) -> Pixels:
    """Encode and decode as AVIF of 4:2:0 chroma in one thread, at the fastest of Pillow's speeds."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "AVIF", quality=quality, speed=AVIF_SPEED, max_threads=1)
    with Image.open(file, formats=["AVIF"]) as image:
        return np.array(image.convert("RGB"))


def heic(pixels: Pixels, quality: int) -> Pixels:
    """Encode and decode as HEIC of 4:2:0 chroma in one thread, by x265 at its fastest preset (libheif, "heif-enc")."""
    import pillow_heif

    file = io.BytesIO()
    pillow_heif.from_pillow(Image.fromarray(pixels)).save(file, quality=quality, enc_params=HEIC_SETTINGS)
    file.seek(0)
    return np.array(pillow_heif.open_heif(file).to_pillow().convert("RGB"))


ENCODE: dict[str, Callable[[Pixels, int], Pixels]] = {"JPEG": jpeg, "WebP": webp, "AVIF": avif, "HEIC": heic}
