"""The plugins that installed packages offer, and which of them are wanted."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import Any

GROUP = "idetex"
ALLOW, BLOCK = "IDETEX_PLUGINS", "IDETEX_BLOCK"


@dataclass(frozen=True, slots=True)
class Offer:
    """One entry point. `refused` says why it is not to be loaded, or is empty."""

    entry: EntryPoint
    refused: str = ""

    @property
    def distribution(self) -> str:
        """The package that brings it, with its version."""
        dist = self.entry.dist
        return f"{dist.name} {dist.version}" if dist else "an unknown distribution"

    def load(self) -> Any:
        """Import it. Raises whatever its package raises."""
        return self.entry.load()


def offers(allow: Iterable[str] | None = None, block: Iterable[str] | None = None) -> Iterator[Offer]:
    """Every entry point by name. `allow` and `block`: names of plugins or of distributions, None for the environment's.

    The environment has them in IDETEX_PLUGINS and IDETEX_BLOCK, separated by commas. An allow-list that is set and
    empty allows nothing.
    """
    allowed = _from_environment(ALLOW) if allow is None else set(allow)
    blocked = _from_environment(BLOCK) if block is None else set(block)
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        names = {entry.name, entry.dist.name} if entry.dist else {entry.name}
        if blocked and names & blocked:
            yield Offer(entry, "on the block-list")
        elif allowed is not None and not names & allowed:
            yield Offer(entry, "not on the allow-list")
        else:
            yield Offer(entry)


def _from_environment(name: str) -> set[str] | None:
    setting = os.environ.get(name)
    return None if setting is None else {each.strip() for each in setting.split(",")} - {""}
