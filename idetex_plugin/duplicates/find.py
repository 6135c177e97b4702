"""The near duplicates of a run: its photos hashed, compared and grouped around the best ones."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from idetex_plugin.assessing.prefetch import prefetch
from idetex_plugin.duplicates.grouping import grouped
from idetex_plugin.duplicates.hashing import BITS, BYTES, DISTANCE, METHOD, perceptual_hash, require_hashing
from idetex_plugin.duplicates.kept import KeptHashes
from idetex_plugin.duplicates.stored import ORDERS, StoredPhoto, stored_photos
from idetex_plugin.photo.load import DEFAULT_MAX_PIXELS, PhotoError, load_photo
from idetex_plugin.runs.rows import Stamp
from idetex_plugin.runs.store import Run

TOGETHER = 200
"""So many hashes are written at once."""


@dataclass(frozen=True, slots=True)
class NearPhoto:
    """One photo of a group. distance: the bits by which its hash differs from that of the group's first.

    The other values are those of the run; level and score are None where the photo has none.
    """

    path: Path
    name: str
    sha256: str
    level: str | None
    score: float | None
    width: int | None
    height: int | None
    file_bytes: int | None
    distance: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A photo of the run that could not be compared, and why."""

    path: Path
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class NearDuplicates:
    """What was found. groups: each of two photos or more, the best first, the largest groups first.

    compared: how many photos have a hash; read: how many of them were opened for it. left_out: all others. problem: why
    hashes could not be kept, or empty.
    """

    distance: int
    compared: int
    read: int
    groups: tuple[tuple[NearPhoto, ...], ...]
    left_out: tuple[LeftOut, ...]
    problem: str = ""

    @property
    def spare(self) -> int:
        """How many photos are in groups and not the best of theirs."""
        return sum(len(group) - 1 for group in self.groups)


def near_duplicates(
    run: Run | str | os.PathLike[str],
    *,
    distance: int = DISTANCE,
    prefer: str = "score",
    jobs: int | None = None,
    on_photo: Callable[[bool], None] = lambda left_out: None,
) -> NearDuplicates:
    """Photos of a run that look nearly the same, in groups of which the first is the one to keep.

    Every photo of a group differs from its first by at most `distance` bits of 256, and the firsts of no two groups are
    that near to each other. The files are read where the run folder has no hash of their content yet.

    run: an open run, or its folder. distance: 0 to 127; 0 finds what looks the same to the hash. prefer: "score", the
    best score first, of equal ones the photo with more pixels; or "pixels", the other way round. jobs: threads that
    read photos, by default as many as the machine has cores. on_photo: called for every photo of the run with whether
    it is left out. Raises MissingExtraError without the extra `duplicates`, RunError, and ValueError for a distance, a
    preference or a number of jobs that cannot be.
    """
    require_hashing()
    if not 0 <= distance < BITS // 2:
        raise ValueError(f"distance {distance}: choose 0 to {BITS // 2 - 1}")
    if prefer not in ORDERS:
        raise ValueError(f"prefer {prefer!r}: choose from {', '.join(ORDERS)}")
    if jobs is not None and jobs < 1:
        raise ValueError(f"jobs {jobs}: at least one is needed")
    with nullcontext(run) if isinstance(run, Run) else Run(run) as opened:
        photos, folder = stored_photos(opened, prefer), opened.folder
    kept = KeptHashes(folder, METHOD, BYTES)
    hashed: list[tuple[StoredPhoto, bytes]] = []
    left_out: list[LeftOut] = []
    read = 0
    for photo, found, fresh in _hashes(photos, kept, jobs or os.cpu_count() or 1):
        if isinstance(found, bytes):
            hashed.append((photo, found))
            read += fresh
        else:
            left_out.append(LeftOut(photo.path, photo.name, found.removeprefix(f"{photo.name}: ")))
        on_photo(not isinstance(found, bytes))
    return NearDuplicates(distance, len(hashed), read, _groups(hashed, distance), tuple(left_out), kept.problem)


def _groups(hashed: list[tuple[StoredPhoto, bytes]], distance: int) -> tuple[tuple[NearPhoto, ...], ...]:
    hashes = np.frombuffer(b"".join(held for _, held in hashed), np.uint8).reshape(-1, BYTES)
    firsts, apart = grouped(hashes, distance)
    members: defaultdict[int, list[NearPhoto]] = defaultdict(list)
    for (photo, _), first, bits in zip(hashed, firsts.tolist(), apart.tolist(), strict=True):
        members[first].append(
            NearPhoto(
                photo.path, photo.name, photo.sha256 or "", photo.level, photo.score, photo.width, photo.height,
                photo.file_bytes, bits,
            )
        )  # fmt: skip
    groups = (tuple(group) for group in members.values() if len(group) > 1)
    return tuple(sorted(groups, key=len, reverse=True))


def _hashes(
    photos: list[StoredPhoto], kept: KeptHashes, jobs: int
) -> Iterator[tuple[StoredPhoto, bytes | str, bool]]:
    """Each photo in order, its hash or why it has none, and whether the file was read for it."""
    known = kept.read()
    fresh: list[tuple[str, bytes]] = []

    def look(photo: StoredPhoto) -> tuple[StoredPhoto, bytes | str, bool]:
        return photo, *_hash(photo, known)

    try:
        with ThreadPoolExecutor(jobs) as pool:
            for photo, found, read in prefetch(look, photos, pool, 4 * jobs):
                if read and isinstance(found, bytes) and photo.sha256 is not None:
                    fresh.append((photo.sha256, found))
                    if len(fresh) >= TOGETHER:
                        kept.add(fresh)
                        fresh = []
                yield photo, found, read
    finally:
        if fresh:
            kept.add(fresh)


def _hash(photo: StoredPhoto, known: dict[str, bytes]) -> tuple[bytes | str, bool]:
    """The hash of the pixels that were judged, or why there is none, and whether the file was read."""
    if photo.failure is not None or photo.sha256 is None:
        return photo.failure or "was not judged", False
    stamp = Stamp.of(photo.path)
    if stamp == Stamp(None, None):
        return "is not there, or may not be read", False
    if stamp == photo.stamp and photo.sha256 in known:
        return known[photo.sha256], False
    limit = max(DEFAULT_MAX_PIXELS, (photo.width or 0) * (photo.height or 0))
    try:
        loaded = load_photo(photo.path, name=photo.name, max_pixels=limit, mended="judge")
    except PhotoError as error:
        return str(error), True
    if loaded.info.sha256 != photo.sha256:
        return "has changed since it was assessed", True
    return perceptual_hash(loaded.image), True
