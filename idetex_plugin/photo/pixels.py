"""Pixels of any mode to 8-bit RGB, converted so that the conversion itself never looks like a distortion.

16-bit and float data are scaled, not cut; transparency is laid over middle gray, since black or white would be read as
a wrong exposure; embedded colour profiles are applied. Each conversion leaves a note.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

from idetex_plugin.photo.decode import Refusal
from idetex_plugin.words.failure import Reason

ORIENTATIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip
ORIENTATION_TAG = 0x0112
BACKDROP = (128, 128, 128)
DEPTHS = (10, 12, 14, 16)
Notes = tuple[str, ...]


def to_rgb(image: Image.Image) -> tuple[Image.Image, Notes]:
    """RGB after EXIF orientation, and what was done. The image itself is not changed. Raises Refusal."""
    notes: list[str] = []
    try:
        upright = _upright(image, notes)
        if upright.mode.startswith(("I", "F")):
            upright = Image.fromarray(_scaled(np.asarray(upright), notes))
        elif upright.mode in {"P", "PA", "LA", "La", "RGBA", "RGBa"} or "transparency" in upright.info:
            upright = _opaque(upright, notes)
        return _managed(upright, image.info.get("icc_profile"), notes), tuple(notes)
    except MemoryError:
        raise Refusal(Reason.TOO_LARGE, "does not fit into memory") from None
    except (OSError, ValueError, SyntaxError, KeyError) as error:
        raise Refusal(Reason.CORRUPT, f"cannot be converted to RGB from {image.mode}: {error}") from None


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
        values, notes = (values // 257).astype(np.uint8), ["16 bits a channel divided by 257"]
    elif np.issubdtype(values.dtype, np.floating):
        if not np.isfinite(values).all() or values.min() < 0 or values.max() > 1:
            raise Refusal(Reason.CORRUPT, "holds floats outside 0..1")
        values = np.rint(values * 255).astype(np.uint8)
    elif values.dtype != np.uint8:
        raise Refusal(Reason.UNSUPPORTED_FORMAT, f"holds {values.dtype}; give bool, uint8, uint16 or float")
    image, more = to_rgb(Image.fromarray(np.ascontiguousarray(values)))
    return image, (*notes, *more)


def _upright(image: Image.Image, notes: list[str]) -> Image.Image:
    try:
        orientation = image.getexif().get(ORIENTATION_TAG, 1)
    except Exception:
        notes.append("EXIF data cannot be read and was ignored")
        return image
    if orientation not in ORIENTATIONS:
        return image
    notes.append(f"EXIF orientation {orientation} applied")
    return image.transpose(ORIENTATIONS[orientation])


def _scaled(values: NDArray[Any], notes: list[str]) -> NDArray[np.uint8]:
    """One channel of more than 8 bits, or of floats, to 8 bits.

    Integers are taken to have the smallest of 10, 12, 14 and 16 bits that holds them: cameras and scanners store 10- or
    12-bit data in 16, which divided by 257 would be a photo that looks underexposed. Floats in 0..1, 0..255 or 0..65535
    are taken to use that range; any other range is stretched.
    """
    data = values.astype(np.float64)
    if not np.isfinite(data).all():
        raise Refusal(Reason.CORRUPT, "holds values that are not finite")
    low, high = float(data.min()), float(data.max())
    if values.dtype.kind in "iu" and low >= 0 and high < 1 << DEPTHS[-1]:
        bits = next(depth for depth in DEPTHS if high < 1 << depth)
        notes.append(f"gray of {bits} bits scaled to 8")
        return np.rint(data * (255 / ((1 << bits) - 1))).astype(np.uint8)
    top = next((top for top in (1, 255, 65535) if high <= top), None)
    if values.dtype.kind == "f" and low >= 0 and top is not None:
        notes.append(f"float gray in 0..{top} scaled to 8 bits")
        return np.rint(data * (255 / top)).astype(np.uint8)
    notes.append(f"gray in {low:g}..{high:g} stretched to 8 bits")
    return np.rint((data - low) * (255 / max(high - low, 1e-12))).astype(np.uint8)


def _opaque(image: Image.Image, notes: list[str]) -> Image.Image:
    if image.mode == "P" and "transparency" not in image.info:
        return image.convert("RGB")
    layered = image.convert("RGBA")
    if layered.getchannel("A").getextrema() == (255, 255):
        return layered.convert("RGB")
    notes.append("transparency laid over middle gray")
    backdrop = Image.new("RGBA", layered.size, (*BACKDROP, 255))
    return Image.alpha_composite(backdrop, layered).convert("RGB")


def _managed(image: Image.Image, profile: bytes | None, notes: list[str]) -> Image.Image:
    """RGB in sRGB. Profiles of gray photos are left alone: they only bend the tone curve a little."""
    if image.mode == "LAB":
        lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
        notes.append("CIELAB converted to sRGB")
        return _converted(image, lab, srgb)
    if profile and image.mode in {"RGB", "CMYK"}:
        try:
            embedded = ImageCms.getOpenProfile(io.BytesIO(profile))
            name = ImageCms.getProfileDescription(embedded).strip()
            if "srgb" not in name.lower():
                managed = _converted(image, embedded, ImageCms.createProfile("sRGB"))
                notes.append(f"colour profile {name!r} applied")
                return managed
        except (ImageCms.PyCMSError, OSError, ValueError):
            notes.append("the colour profile cannot be used and was ignored")
    return image if image.mode == "RGB" and not image.info else image.convert("RGB").copy()


def _converted(image: Image.Image, source: Any, target: Any) -> Image.Image:
    converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
    if converted is None:
        raise ValueError("the colour profile gave no image")
    return converted
