"""Photos that a git range adds or changes, each beside what it was."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from idetex_plugin.gating.originals import Originals
from idetex_plugin.gating.pairs import Pair
from idetex_plugin.photo.sources import SUFFIXES
from idetex_plugin.words.record import FaultsError

STAGED = "--cached"
A_FILE = "100"


@dataclass(frozen=True, slots=True)
class _Change:
    """One line of `git diff --raw`; name: in bytes, as it is after the change."""

    status: str
    modes: tuple[str, str]
    before: str
    after: str
    name: bytes

    @property
    def shown(self) -> str:
        return self.name.decode(errors="replace")

    @property
    def is_photo(self) -> bool:
        mode = self.modes[0] if self.status == "D" else self.modes[1]
        return mode.startswith(A_FILE) and PurePosixPath(self.shown).suffix.lower() in SUFFIXES


def changed_in(span: str, folder: Path = Path()) -> Iterator[Pair]:
    """Photos added or changed in a git range such as "main...HEAD" or "HEAD~3", each beside what it was before.

    span: as of `git diff`, or `STAGED` for what is staged. A renamed photo is beside its former self. An added one is
    beside the original that its name tells (see `originals`): one that the range removes, such as `hero.jpg` for
    `hero.webp`, or one that is there, such as for `hero-320w.webp`; else it is judged by itself. Links are passed over.
    Raises ValueError with git's own words.
    """
    root = Path(os.fsdecode(_git(folder, "rev-parse", "--show-toplevel").rstrip(b"\n")))
    changes = [change for change in _changes(root, span) if change.is_photo]
    gone = {change.shown: change for change in changes if change.status == "D"}
    removed, kept = Originals(gone), Originals(_others(root, changes))
    for change in changes:
        if change.status == "D":
            continue
        now = _blob(root, change.after, change.name)
        if change.status != "A":
            was = f"{change.shown} before the change"
            yield Pair.named(change.shown, _blob(root, change.before, change.name), now, original_name=was)
        elif found := removed.of(change.shown):
            yield _beside(change.shown, now, found, lambda path: _blob(root, gone[path].before, gone[path].name))
        else:
            there = kept.of(change.shown)
            yield _beside(change.shown, now, there, lambda path: _git(root, "cat-file", "--filters", f":{path}"))


def _beside(name: str, now: bytes, found: list[str], read: Callable[[str], bytes]) -> Pair:
    if len(found) > 1:
        return Pair.named(name, None, now, f"{' and '.join(found)} could both be its original")
    if not found:
        return Pair.named(name, None, now)
    return Pair.named(name, read(found[0]), now, original_name=found[0])


def _changes(root: Path, span: str) -> Iterator[_Change]:
    options = ("--raw", "-z", "--abbrev=40", "--find-renames", "--diff-filter=ADMR")
    fields = iter(_git(root, "diff", *options, span, "--").split(b"\0"))
    for head in fields:
        if not head:
            continue
        was, mode, before, after, status = head.decode().lstrip(":").split()
        name = next(fields)
        if status.startswith("R"):
            name = next(fields)
        yield _Change(status[0], (was, mode), before, after, name)


def _others(root: Path, changes: list[_Change]) -> Iterator[str]:
    """Photos in the index that the range does not touch."""
    touched = {change.name for change in changes}
    for name in _git(root, "ls-files", "-z").split(b"\0"):
        shown = name.decode(errors="replace")
        if name and name not in touched and PurePosixPath(shown).suffix.lower() in SUFFIXES:
            yield shown


def _blob(root: Path, sha: str, name: bytes) -> bytes:
    """The content as checked out, by Git LFS where it is used; git writes zeros for what is only checked out."""
    if not sha.strip("0"):
        return (root / os.fsdecode(name)).read_bytes()
    return _git(root, "cat-file", "--filters", f"--path={os.fsdecode(name)}", sha)


def _git(folder: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, check=True)
    except FileNotFoundError as error:
        raise ValueError("git is not installed") from error
    except subprocess.CalledProcessError as error:
        words = error.stderr.decode(errors="replace").strip() or f"git {arguments[0]} failed"
        raise FaultsError(*words.splitlines()) from error
    return done.stdout
