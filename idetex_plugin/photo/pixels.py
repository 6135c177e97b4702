"""Pixels of any mode to 8-bit sRGB, converted so that the conversion itself never looks like a distortion.

Deep data are scaled, not cut; transparency is laid over middle gray, since black or white would be read as a wrong
exposure; colour profiles are applied. Each conversion leaves a note.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from idetex_plugin.photo.colour import to_srgb
from idetex_plugin.photo.depth import eight_bits, gray_of_numbers, gray_of_sixteen
from idetex_plugin.photo.frame import Frame, Refusal, exif_orientation
from idetex_plugin.photo.icc import SRGB
from idetex_plugin.photo.png import profile_by_gamma
from idetex_plugin.words.failure import Reason
from idetex_plugin.words.request import bare

ORIENTATIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip
BACKDROP = (128, 128, 128)
CLEAR_MODES = frozenset({"P", "PA", "LA", "La", "RGBA", "RGBa"})
Notes = tuple[str, ...]


def to_rgb(frame: Frame) -> tuple[Image.Image, Notes]:
    """Upright sRGB pixels and nothing else of the file, and what was done. Raises Refusal."""
    mode = frame.image.mode
    try:
        image, alpha = _parted(_eight_bits(frame))
        image = to_srgb(image, frame)
        if alpha is not None:
            frame.notes.append("transparency laid over middle gray")
            image = Image.composite(image, Image.new("RGB", image.size, BACKDROP), alpha)
        return bare(_upright(image, frame)), tuple(frame.notes)
    except MemoryError:
        raise Refusal(Reason.TOO_LARGE, "does not fit into memory") from None
    except (OSError, ValueError, SyntaxError, KeyError) as error:
        raise Refusal(Reason.CORRUPT, f"cannot be converted to RGB from {mode}: {error}") from None


def from_image(image: Image.Image, kind: str | None) -> tuple[Image.Image, Notes]:
    """The same of an image that somebody opened or made, which is not changed.

    kind: the format of the file that it came from, if any. Raises Refusal.
    """
    notes: list[str] = []
    try:
        orientation = image.getexif().get(0x0112, 1)
    except Exception:
        orientation = exif_orientation(b"unreadable", notes)
    profile, profile_from = image.info.get("icc_profile"), ""
    if kind == "PNG" and profile is None and "srgb" not in image.info and "gamma" in image.info:
        primaries = image.info.get("chromaticity", SRGB)
        profile, profile_from = profile_by_gamma(round(100_000 * image.info["gamma"]), primaries, notes)
    frame = Frame(image, kind or "", orientation, profile, profile_from, notes=notes)
    return to_rgb(frame)


def from_array(array: Any) -> tuple[Image.Image, Notes]:
    """RGB of an array (H, W), (H, W, 1), (H, W, 3) or (H, W, 4): bool, uint8, uint16, or float in 0..1.

    Raises Refusal.
    """
    values: NDArray[Any] = np.asarray(array)
    if values.ndim == 3 and values.shape[2] == 1:
        values = values[..., 0]
    if values.ndim not in {2, 3} or (values.ndim == 3 and values.shape[2] not in {3, 4}) or 0 in values.shape:
        raise Refusal(Reason.NOT_AN_IMAGE, f"has shape {values.shape}; give (H, W), (H, W, 1), (H, W, 3) or (H, W, 4)")
    notes: list[str] = []
    if values.dtype == bool:
        values = values.astype(np.uint8) * 255
    elif values.dtype == np.uint16:
        values = eight_bits(values, notes)
    elif np.issubdtype(values.dtype, np.floating):
        if not np.isfinite(values).all() or values.min() < 0 or values.max() > 1:
            raise Refusal(Reason.CORRUPT, "holds floats outside 0..1")
        values = np.rint(values * 255).astype(np.uint8)
    elif values.dtype != np.uint8:
        raise Refusal(Reason.UNSUPPORTED_FORMAT, f"holds {values.dtype}; give bool, uint8, uint16 or float")
    return to_rgb(Frame(Image.fromarray(np.ascontiguousarray(values)), "", notes=notes))


def _eight_bits(frame: Frame) -> Image.Image:
    """The frame's image with 8 bits a channel or less."""
    image = frame.image
    if image.mode.startswith("I;16") or (image.mode == "I" and frame.format == "PPM"):
        return gray_of_sixteen(image, frame.notes, 65535, frame.transparent)
    if image.mode in {"I", "F"}:
        return gray_of_numbers(image, frame.notes)
    return image


def _upright(image: Image.Image, frame: Frame) -> Image.Image:
    turn = ORIENTATIONS.get(frame.orientation)
    if turn is None:
        return image
    frame.notes.append(f"EXIF orientation {frame.orientation} applied")
    return image.transpose(turn)


def _parted(image: Image.Image) -> tuple[Image.Image, Image.Image | None]:
    """Colours without transparency, and how opaque they are where that is less than everywhere."""
    if image.mode not in CLEAR_MODES and "transparency" not in image.info:
        return image, None
    if image.mode == "P" and "transparency" not in image.info:
        return image.convert("RGB"), None
    gray = image.mode in {"1", "L", "LA", "La"}
    layered = image.convert("RGBA")
    alpha = layered.getchannel("A")
    colours = layered.getchannel("R") if gray else layered.convert("RGB")
    return colours, None if alpha.getextrema() == (255, 255) else alpha
