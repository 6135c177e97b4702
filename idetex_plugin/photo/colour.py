"""Colours to sRGB by LittleCMS. What a profile does decides, never what it is called."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image, ImageCms

from idetex_plugin.photo.frame import Frame, Refusal
from idetex_plugin.words.failure import Reason

UNSEEN = 3
"""Levels of 255. A profile that moves no colour by more than this is taken as sRGB: its makers round differently."""

SPACES = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}
PROBE_STEPS = 9


def to_srgb(image: Image.Image, frame: Frame) -> Image.Image:
    """RGB in sRGB. The image has mode L, RGB, CMYK, LAB or one that Pillow converts to RGB; notes go to the frame."""
    if image.mode == "1":
        image = image.convert("L")
    if image.mode == "LAB":
        frame.notes.append("CIELAB converted to sRGB")
        return _converted(image, ImageCms.createProfile("LAB"))
    if frame.profile is not None:
        try:
            return _profiled(image, frame.profile, frame)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            frame.notes.append("the colour profile cannot be used and was ignored")
    if image.mode == "CMYK":
        frame.notes.append("CMYK without a usable profile converted by the plain formula")
    return image if image.mode == "RGB" else image.convert("RGB")


def mode_of(profile: bytes) -> str:
    """The mode of the pixels that an ICC profile is for: RGB, L or CMYK; "" for others and for what is no profile."""
    try:
        return SPACES.get(ImageCms.getOpenProfile(io.BytesIO(profile)).profile.xcolor_space, "")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return ""


def _profiled(image: Image.Image, data: bytes, frame: Frame) -> Image.Image:
    space, name, is_srgb = _examined(data)
    mode = SPACES.get(space)
    if mode is None:
        frame.notes.append(f"the colour profile {name!r} is for {space.strip()} data and was ignored")
        return image.convert("RGB")
    if mode == "RGB" and image.mode not in {"RGB", "CMYK"}:
        image = image.convert("RGB")
    if image.mode != mode:
        frame.notes.append(f"the colour profile {name!r} is for {space.strip()} data, not {image.mode}: ignored")
        return image.convert("RGB")
    if is_srgb:
        return image.convert("RGB") if image.mode == "L" else image
    converted = _converted(image, ImageCms.getOpenProfile(io.BytesIO(data)))
    frame.notes.append(frame.profile_from or f"colour profile {name!r} applied")
    return converted


@lru_cache(maxsize=16)
def _examined(data: bytes) -> tuple[str, str, bool]:
    """Colour space, name, and whether it means what sRGB means, tried on a grid of colours."""
    profile = ImageCms.getOpenProfile(io.BytesIO(data))
    space, name = profile.profile.xcolor_space, (profile.profile.profile_description or "").strip()
    mode = SPACES.get(space)
    if mode not in {"RGB", "L"}:
        return space, name, False
    steps = np.linspace(0, 255, PROBE_STEPS).round().astype(np.uint8)
    grid = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(1, -1, 3)
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, 2)
    probe = np.concatenate([grid, ramp], 1) if mode == "RGB" else ramp
    given = Image.fromarray(probe if mode == "RGB" else np.ascontiguousarray(probe[..., 0]))
    moved = np.abs(np.asarray(_converted(given, profile)).astype(int) - probe).max()
    return space, name, bool(moved <= UNSEEN)


def _converted(image: Image.Image, source: Any) -> Image.Image:
    # LittleCMS shortens a gray curve to few points, which crushes the shadows of a linear one.
    exact = ImageCms.Flags.NOOPTIMIZE if image.mode == "L" else ImageCms.Flags.NONE
    converted = ImageCms.profileToProfile(
        image, source, ImageCms.createProfile("sRGB"), outputMode="RGB", flags=exact
    )
    if converted is None:
        raise Refusal(Reason.CORRUPT, "cannot be converted to sRGB")
    return converted
