"""The plugins that installed packages offer, and which of them are wanted."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from packaging.utils import canonicalize_name

log = logging.getLogger(__name__)
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


def offers(allow: Iterable[str] | None = None, block: Iterable[str] | None = None) -> Iterator[Offer]:
    """Every entry point by name. `allow` and `block`: names of plugins or of distributions, None for the environment's.

    The environment has them in IDETEX_PLUGINS and IDETEX_BLOCK, separated by commas. An allow-list that is set and
    empty allows nothing. A name that nothing has is logged.
    """
    allowed, blocked = _listed(allow, ALLOW), _listed(block, BLOCK) or set()
    entries = sorted(entry_points(group=GROUP), key=lambda entry: entry.name)
    for name in ((allowed or set()) | blocked).difference(*map(_names, entries)):
        log.warning("plugin %s is listed to be loaded or not, but no installed package offers it", name)
    for entry in entries:
        if _names(entry) & blocked:
            yield Offer(entry, "on the block-list")
        elif allowed is not None and not _names(entry) & allowed:
            yield Offer(entry, "not on the allow-list")
        else:
            yield Offer(entry)


def _names(entry: EntryPoint) -> set[str]:
    names = entry.name, entry.dist.name if entry.dist else None
    return {str(canonicalize_name(name)) for name in names if name}


def _listed(names: Iterable[str] | None, variable: str) -> set[str] | None:
    if names is None and variable in os.environ:
        names = os.environ[variable].split(",")
    return None if names is None else {str(canonicalize_name(name.strip())) for name in names} - {""}
