"""TIFF: the page that is the photo, with the right meaning of its numbers, or the name of what is not read.

Pillow decodes what it is known to get right, in every compression that it has; tifffile what it scrambles or refuses
(planes of more than 8 bits, 64-bit floats, floats in colour).
"""

from __future__ import annotations

import io
import logging
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops

from idetex_plugin.photo import ifd
from idetex_plugin.photo.depth import eight_bits, gray_of_numbers, gray_of_sixteen, sixteen
from idetex_plugin.photo.frame import ORIENTATION_TAG, CheckSize, Frame, Refusal, unsupported
from idetex_plugin.photo.ifd import Page, read_pages
from idetex_plugin.photo.reading import load, opened, seek
from idetex_plugin.words.failure import Reason

CAMERA_RAW = "a camera raw photo"
RAW_PHOTOMETRIC = frozenset({32803, 34892})
RAW_COMPRESSION = frozenset({32767, 32769, 34713, 65000, 65535})
CODED = {33003: "JPEG 2000", 33004: "JPEG 2000", 33005: "JPEG 2000", 34712: "JPEG 2000", 50002: "JPEG XL",
         52546: "JPEG XL", 34925: "LZMA", 50000: "Zstandard", 34926: "Zstandard", 50001: "WebP", 34887: "LERC",
         34933: "PNG", 34934: "JPEG XR", 22610: "JPEG XR", 34892: "lossy JPEG"}  # fmt: skip
WHITE_IS_ZERO, BLACK_IS_ZERO, RGB = 0, 1, 2
UNSIGNED, SIGNED, FLOAT = 1, 2, 3
TURNS = range(2, 9)
TIFFFILE_LOG = logging.getLogger("tifffile")
MOST_BYTES_A_PIXEL = 32


def read_tiff(data: bytes, check_size: CheckSize) -> Frame:
    """The first page that is neither a reduced version nor a mask of another."""
    pages = read_pages(data)
    if any(map(_is_raw, pages)):
        raise unsupported(CAMERA_RAW)
    notes: list[str] = []
    whole = [page for page in pages if 0 not in page.size and not page.is_mask and not page.is_reduced]
    page = whole[0] if whole else next((page for page in pages if 0 not in page.size), None)
    if page is None:
        image = opened(data, ("TIFF",), "TIFF")
        check_size(image.size)
        return Frame(load(image), "TIFF")
    check_size(page.size)
    top_level = [other for other in whole if len(other.place) == 1]
    if page is not pages[0]:
        notes.append("the first page is a reduced version of the photo and was passed over")
    elif len(top_level) > 1:
        notes.append(f"first frame of {len(top_level)}")
    image, turned = _pixels(data, page, notes)
    profile, orientation = page.tags.get(ifd.PROFILE), page.number(ifd.ORIENTATION, 1)
    if turned and orientation in TURNS:
        notes.append(f"EXIF orientation {orientation} applied")
    return Frame(
        image, "TIFF", 1 if turned else orientation, profile if isinstance(profile, bytes) else None, notes=notes
    )


def _is_raw(page: Page) -> bool:
    return (
        ifd.DNG_VERSION in page.tags
        or page.number(ifd.PHOTOMETRIC) in RAW_PHOTOMETRIC
        or page.number(ifd.COMPRESSION) in RAW_COMPRESSION
    )


def _pixels(data: bytes, page: Page, notes: list[str]) -> tuple[Image.Image, bool]:
    """The page's pixels, and whether they are turned already: Pillow turns a TIFF as it loads it."""
    bits = max(page.numbers(ifd.BITS) or (1,))
    kind, meaning = page.number(ifd.SAMPLE_FORMAT, UNSIGNED), page.number(ifd.PHOTOMETRIC, BLACK_IS_ZERO)
    samples = page.number(ifd.SAMPLES, 1)
    planar = page.number(ifd.PLANAR, 1) == 2 and samples > 1
    by_pillow = len(page.place) == 1 and (
        (bits <= 8 and not (planar and samples > 4))
        or (bits in {12, 16} and kind == UNSIGNED and not planar)
        or (bits == 32 and kind == FLOAT and samples == 1)
    )
    if not by_pillow:
        return _by_tifffile(data, page, notes), False
    try:
        image = opened(data, ("TIFF",), "TIFF")
        if page.place[0]:
            seek(image, page.place[0])
        load(image)
    except (Refusal, EOFError) as error:
        if _is_kind(error) or page.number(ifd.COMPRESSION) in CODED:
            return _by_tifffile(data, page, notes), False
        raise
    turned = image.getexif().get(ORIENTATION_TAG, 1) == 1
    return _meant(image, page, meaning, bits, notes), turned


def _is_kind(error: Exception) -> bool:
    """Whether Pillow refuses the kind of page, and not this file's bytes."""
    return "header cannot be read" in str(error) or "unknown" in str(error) or isinstance(error, EOFError)


def _meant(image: Image.Image, page: Page, meaning: int, bits: int, notes: list[str]) -> Image.Image:
    """Pillow's pixels with the meaning that it does not look at: white is zero, the highest number, no data."""
    if image.mode.startswith("I;16"):
        top = _top(page, bits)
        empty = _no_data(page)
        if meaning == WHITE_IS_ZERO:
            return ImageChops.invert(gray_of_sixteen(image, notes, top, None))
        whole = empty is not None and 0 <= empty <= 65535 and empty == int(empty)
        return gray_of_sixteen(image, notes, top, int(empty) if whole and empty is not None else None)
    if image.mode in {"I", "F"}:
        gray = gray_of_numbers(image, notes, _no_data(page))
        return ImageChops.invert(gray) if meaning == WHITE_IS_ZERO else gray
    return image


def _top(page: Page, bits: int) -> int:
    """The number that is white: MaxSampleValue where the file says it, else that of all bits."""
    said = page.number(ifd.MAX_SAMPLE)
    return said if 255 < said < (1 << bits) - 1 else (1 << bits) - 1


def _no_data(page: Page) -> float | None:
    try:
        return float(page.text(ifd.NO_DATA))
    except ValueError:
        return None


def _by_tifffile(data: bytes, page: Page, notes: list[str]) -> Image.Image:
    values = _decoded(data, page)
    meaning = page.number(ifd.PHOTOMETRIC, BLACK_IS_ZERO)
    if values.ndim == 3 and page.number(ifd.PLANAR, 1) == 2 and values.shape[0] == page.number(ifd.SAMPLES, 1):
        values = np.moveaxis(values, 0, -1)
    channels = 1 if values.ndim == 2 else values.shape[-1]
    if values.dtype.kind not in "uif":
        raise unsupported(f"a TIFF of {values.dtype} numbers")
    if values.ndim not in {2, 3} or meaning not in {WHITE_IS_ZERO, BLACK_IS_ZERO, RGB} or channels > 4:
        raise unsupported(f"a TIFF of {channels} channels with the photometric meaning {meaning}")
    if values.ndim == 3 and channels in {1, 2}:
        values = values[..., 0]
    alpha = None
    if values.ndim == 3 and channels == 4:
        if page.numbers(ifd.EXTRA_SAMPLES)[:1] == (2,):
            alpha = eight_bits(np.ascontiguousarray(values[..., 3]), [])
        values = values[..., :3]
    if values.dtype == np.uint16 and _top(page, 16) != 65535:
        shown = sixteen(_top(page, 16))[values]
        notes.append(f"{_top(page, 16).bit_length()} bits a channel scaled to 8")
    else:
        shown = eight_bits(np.ascontiguousarray(values), notes, _no_data(page))
    if meaning == WHITE_IS_ZERO:
        shown = 255 - shown
    image = Image.fromarray(shown)
    if alpha is not None:
        image.putalpha(Image.fromarray(alpha))
    return image


def _decoded(data: bytes, page: Page) -> NDArray[Any]:
    """The page's numbers by tifffile. Raises Refusal."""
    import tifffile

    # Its account of damaged tags is in the refusal; a program that has no logging set up should not print it.
    if not any(isinstance(handler, logging.NullHandler) for handler in TIFFFILE_LOG.handlers):
        TIFFFILE_LOG.addHandler(logging.NullHandler())
    compression = page.number(ifd.COMPRESSION, 1)
    try:
        with tifffile.TiffFile(io.BytesIO(data)) as file:
            found: Any = file.pages[page.place[0]]
            for inner in page.place[1:]:
                found = found.pages[inner]
            width, height = page.size
            if found.nbytes > MOST_BYTES_A_PIXEL * max(width * height, 1):
                raise unsupported(f"a TIFF of {found.nbytes // max(width * height, 1)} bytes a pixel")
            return np.asarray(found.asarray(maxworkers=1))
    except Refusal:
        raise
    except MemoryError:
        raise Refusal(Reason.TOO_LARGE, "does not fit into memory") from None
    except Exception as error:
        coded = CODED.get(compression)
        if coded is not None or "imagecodecs" in str(error) or isinstance(error, NotImplementedError):
            raise unsupported(f"a TIFF coded as {coded or f'compression {compression}'}") from None
        raise Refusal(Reason.CORRUPT, f"cannot be decoded: {type(error).__name__}") from None

