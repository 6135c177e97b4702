"""ICC profiles made of primaries and a tone curve, for files that describe their colours in other ways.

Sources: ICC.1:2001-04 (the profile's layout); ITU-T H.273 (the numbers of primaries and transfer characteristics, as
used by PNG's cICP and AVIF's nclx); ITU-R BT.2100 (PQ, HLG); BT.2390-10, 5.4.1 (the roll-off of highlights); BT.2408
(203 cd/m2 as the white of paper).
"""

from __future__ import annotations

import struct
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Primaries = tuple[float, float, float, float, float, float, float, float]
"""x and y of white, red, green and blue."""

D65, D50_XYZ = (0.3127, 0.3290), (0.9642, 1.0, 0.8249)
SRGB: Primaries = (*D65, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
ADOBE: Primaries = (*D65, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
NAMED_PRIMARIES: dict[int, Primaries] = {
    1: SRGB,
    4: (0.310, 0.316, 0.67, 0.33, 0.21, 0.71, 0.14, 0.08),
    5: (*D65, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06),
    6: (*D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    7: (*D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070),
    9: (*D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    11: (0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    12: (*D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
}
POWERS = {4: 2.2, 5: 2.8, 8: 1.0}
"""Transfers that are a plain power. The camera curves of television (1, 6, 14, 15) are shown with that of sRGB."""

PQ, HLG = 16, 18
HDR_NAMES = {PQ: "PQ", HLG: "HLG"}
PAPER_WHITE, PEAK = 203.0, 1000.0
STEPS = 4096


def srgb_curve(values: Floats) -> Floats:
    """Linear light of sRGB's numbers, 0..1."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


@cache
def coded_profile(primaries: int, transfer: int) -> bytes | None:
    """The profile of a pair of H.273 numbers; None when they say sRGB, or nothing (2), or what is not known."""
    chosen = NAMED_PRIMARIES.get(primaries, SRGB)
    ramp = np.linspace(0, 1, STEPS)
    if transfer in POWERS:
        return matrix_profile(chosen, ramp ** POWERS[transfer])
    if transfer == PQ:
        return matrix_profile(chosen, _rolled_off(_pq_light(ramp)))
    if transfer == HLG:
        return matrix_profile(chosen, _rolled_off(_hlg_light(ramp)))
    return None if chosen == SRGB else matrix_profile(chosen, srgb_curve(ramp))


def gamma_profile(gamma: float, primaries: Primaries) -> bytes:
    """The profile of PNG's gAMA and cHRM. gamma: the exponent that turns numbers into light, such as 2.2."""
    return matrix_profile(primaries, np.linspace(0, 1, STEPS) ** gamma)


@cache
def adobe_rgb() -> bytes:
    """Adobe RGB (1998): its primaries, and a gamma of 563/256."""
    return gamma_profile(563 / 256, ADOBE)


def matrix_profile(primaries: Primaries, curve: Floats) -> bytes:
    """A display profile, version 2, of three primaries and one tone curve (samples of linear light in 0..1).

    Raises ValueError for primaries that span no colours.
    """
    columns = to_xyz_d50(primaries)
    curved = b"curv" + struct.pack(">4xI", len(curve)) + np.rint(curve * 65535).astype(">u2").tobytes()
    name = b"made from the file's tags\0"
    text = b"desc" + struct.pack(">4xI", len(name)) + name + bytes(12 + 67)
    tags = [
        (b"desc", text), (b"cprt", b"text" + bytes(4) + b"CC0\0"), (b"wtpt", _xyz(D50_XYZ)),
        (b"rXYZ", _xyz(columns[:, 0])), (b"gXYZ", _xyz(columns[:, 1])), (b"bXYZ", _xyz(columns[:, 2])),
        (b"rTRC", curved), (b"gTRC", curved), (b"bTRC", curved),
    ]  # fmt: skip
    table, body, places = b"", b"", dict[bytes, int]()
    start = 128 + 4 + 12 * len(tags)
    for signature, content in tags:
        if content not in places:
            places[content] = start + len(body)
            body += content + bytes(-len(content) % 4)
        table += signature + struct.pack(">II", places[content], len(content))
    size = start + len(body)
    header = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    header += struct.pack(">6H4s", 2000, 1, 1, 0, 0, 0, b"acsp") + bytes(28)
    header += _fixed(D50_XYZ) + bytes(128 - len(header) - 12)
    return header + struct.pack(">I", len(tags)) + table + body


def to_xyz_d50(primaries: Primaries) -> Floats:
    """The 3 x 3 matrix from linear RGB to XYZ under D50, adapted by Bradford's method."""
    if min(primaries[1::2]) <= 0:
        raise ValueError("the primaries span no colours")
    white, *colours = (np.array([x, y, 1 - x - y]) / y for x, y in zip(primaries[::2], primaries[1::2], strict=True))
    unscaled = np.stack(colours, 1)
    if not np.isfinite(unscaled).all() or abs(np.linalg.det(unscaled)) < 1e-6:
        raise ValueError("the primaries span no colours")
    matrix = unscaled * np.linalg.solve(unscaled, white)
    scale = (BRADFORD @ np.array(D50_XYZ)) / (BRADFORD @ white)
    return np.asarray(np.linalg.inv(BRADFORD) @ (scale[:, None] * BRADFORD) @ matrix)


def _pq_light(values: Floats) -> Floats:
    """cd/m2 of PQ's numbers."""
    power = values ** (32 / 2523)
    return np.asarray(10_000 * (np.maximum(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)) ** (16384 / 2610))


def _pq_number(light: Floats) -> Floats:
    power = (light / 10_000) ** (2610 / 16384)
    return np.asarray(((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** (2523 / 32))


def _hlg_light(values: Floats) -> Floats:
    """cd/m2 of HLG's numbers on a display of 1000 cd/m2, channel by channel."""
    scene = np.where(values <= 0.5, values**2 / 3, (np.exp((values - 0.55991073) / 0.17883277) + 0.28466892) / 12)
    return np.asarray(PEAK * np.clip(scene, 0, 1) ** 1.2)


def _rolled_off(light: Floats) -> Floats:
    """Light relative to paper white, highlights up to 1000 cd/m2 rolled off below it."""
    top = float(_pq_number(np.array(PEAK)))
    limit = float(_pq_number(np.array(PAPER_WHITE))) / top
    value = np.clip(_pq_number(light) / top, 0, 1)
    knee = 1.5 * limit - 0.5
    t = np.clip((value - knee) / (1 - knee), 0, 1)
    spline = (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (3 * t**2 - 2 * t**3) * limit
    return np.clip(_pq_light(np.where(value < knee, value, spline) * top) / PAPER_WHITE, 0, 1)


def _xyz(values: object) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(values)


def _fixed(values: object) -> bytes:
    return bytes(np.rint(np.asarray(values) * 65536).astype(">i4").tobytes())
