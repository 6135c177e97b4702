"""Pillow's errors to named refusals."""

from __future__ import annotations

import io
import re

from PIL import Image, UnidentifiedImageError

from idetex_plugin.photo.frame import Refusal
from idetex_plugin.words.failure import Reason

CUT_SHORT = re.compile(r"truncated|unexpected end|not enough image data|premature|end of file", re.I)
SHORT = 1024


def opened(data: bytes, formats: tuple[str, ...], kind: str) -> Image.Image:
    """The image with its header read, by one of these formats of Pillow's. Raises Refusal."""
    try:
        return Image.open(io.BytesIO(data), formats=formats)
    except UnidentifiedImageError:
        reason = Reason.TRUNCATED if len(data) < SHORT else Reason.CORRUPT
        raise Refusal(reason, f"begins as {kind}, but its header cannot be read") from None
    except Exception as error:
        raise broken(error) from None


def load(image: Image.Image) -> Image.Image:
    """The same image with its pixels decoded. Raises Refusal."""
    try:
        image.load()
    except Exception as error:
        raise broken(error) from None
    return image


def seek(image: Image.Image, frame: int) -> None:
    """Go to another frame. Raises Refusal."""
    try:
        image.seek(frame)
    except Exception as error:
        raise broken(error) from None


def broken(error: Exception) -> Refusal:
    """The refusal for what Pillow raised while it decoded."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, MemoryError):
        return Refusal(Reason.TOO_LARGE, "has more pixels than fit into memory")
    if isinstance(error, Image.DecompressionBombError):
        said, taken = re.findall(r"\d+", str(error))
        return Refusal(Reason.TOO_LARGE, f"has {said} pixels, more than the {taken} that Pillow takes")
    text = re.sub(r"<[^>]*>|0x[0-9a-fA-F]+", "…", str(error)) or type(error).__name__
    if isinstance(error, EOFError) or CUT_SHORT.search(text):
        return Refusal(Reason.TRUNCATED, f"is cut short: {text}")
    return Refusal(Reason.CORRUPT, f"cannot be decoded: {text}")
