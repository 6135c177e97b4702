"""Colour profiles made from their numbers: RGB by primaries and a gamma, CMYK by a table of its sixteen corners."""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np

Pair = tuple[float, float]
P3: tuple[Pair, Pair, Pair] = ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060))
D50 = np.array((0.9642, 1.0, 0.8249))
D65 = np.array((0.95047, 1.0, 1.08883))
BRADFORD = np.array(((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296)))


def rgb_profile(name: str = "P3", primaries: Sequence[Pair] = P3, gamma: float = 2.2) -> bytes:
    """An ICC 2.1 profile of a display with the white point D65."""
    xyz = np.array([(x / y, 1.0, (1 - x - y) / y) for x, y in primaries]).T
    matrix = xyz * np.linalg.solve(xyz, D65)
    to_d50 = np.linalg.inv(BRADFORD) @ np.diag((BRADFORD @ D50) / (BRADFORD @ D65)) @ BRADFORD
    columns = (to_d50 @ matrix).T
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))
    tags = {b"rXYZ": _xyz(columns[0]), b"gXYZ": _xyz(columns[1]), b"bXYZ": _xyz(columns[2])}
    return _profile(name, b"mntr", b"RGB ", b"XYZ ", tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve))


def gray_profile(name: str = "Gray", gamma: float = 2.2) -> bytes:
    """An ICC 2.1 profile of gray numbers."""
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256))
    return _profile(name, b"mntr", b"GRAY", b"XYZ ", {b"kTRC": curve})


def cmyk_profile(name: str = "Muted ink") -> bytes:
    """An ICC 2.1 profile of a press with dull inks, interpolated between the sixteen mixtures of full inks."""
    inks = {"c": (-30.0, -20.0, -45.0), "m": (-45.0, 60.0, 0.0), "y": (-8.0, -5.0, 75.0), "k": (-80.0, 0.0, 0.0)}
    table = bytearray()
    for corner in range(16):
        used = [ink for place, ink in zip((8, 4, 2, 1), inks.values(), strict=True) if corner & place]
        light, a, b = np.array((95.0, 0.0, 2.0)) + np.sum(used or [(0, 0, 0)], axis=0)
        dull = 0.35 if corner & 1 else 1.0
        table += bytes((round(np.clip(light, 8, 100) * 2.55), round(np.clip(a * dull, -100, 100) + 128),
                        round(np.clip(b * dull, -100, 100) + 128)))  # fmt: skip
    identity = struct.pack(">9i", *(0x10000 if place % 4 == 0 else 0 for place in range(9)))
    ramp = bytes(range(256))
    lut = b"mft1" + bytes(4) + bytes((4, 3, 2, 0)) + identity + ramp * 4 + bytes(table) + ramp * 3
    return _profile(name, b"prtr", b"CMYK", b"Lab ", {b"A2B0": lut})


def _profile(name: str, kind: bytes, space: bytes, pcs: bytes, tags: dict[bytes, bytes]) -> bytes:
    text = name.encode() + b"\0"
    description = b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78)
    tags = {b"desc": description, b"wtpt": _xyz(D50), b"cprt": b"text" + bytes(4) + b"CC0\0", **tags}
    directory, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for tag, data in tags.items():
        directory += tag + struct.pack(">II", start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    header = struct.pack(
        ">I4sI4s4s4s12s4s4sI8s16sI12s", start + len(body), b"none", 0x02100000, kind, space, pcs, bytes(12), b"acsp",
        b"none", 0, bytes(8), bytes(16), 0, struct.pack(">3i", *(round(value * 65536) for value in D50)),
    )  # fmt: skip
    return header + bytes(128 - len(header)) + directory + body


def _xyz(values: Sequence[float] | np.ndarray) -> bytes:
    return b"XYZ " + bytes(4) + struct.pack(">3i", *(round(float(value) * 65536) for value in values))
