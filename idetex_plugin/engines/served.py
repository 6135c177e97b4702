"""What a server serves, and whether it is the checkpoint of a card."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import PurePosixPath
from typing import Any

from idetex_plugin.words.card import EMBEDDED_FOLDER, Card

REMEMBERS = (0, 32)
"""From this version of vLLM on, a name that its caches have lost fails one request and nothing else."""


@dataclass(frozen=True, slots=True)
class Served:
    """A model of a server. root: the checkpoint it was loaded from, where the server tells; version: the server's own.

    `vouched` is true when a user named it, and not its root, as the card's.
    """

    name: str
    root: str | None = None
    max_model_len: int | None = None
    version: str | None = None
    vouched: bool = False

    @property
    def identity(self) -> tuple[str, str | None, int | None]:
        """What may not change while a run goes on."""
        return self.name, self.root, self.max_model_len

    @property
    def words(self) -> str:
        """For messages."""
        about = [f"from {self.root}" if self.root and self.root != self.name else ""]
        about.append(f"{self.max_model_len} tokens" if self.max_model_len else "")
        rest = ", ".join(filter(None, about))
        return f"{self.name} ({rest})" if rest else self.name

    @property
    def remembers_pictures(self) -> bool:
        """Whether the server is a vLLM that can be asked about a picture by its name, and says so when it cannot."""
        found = re.match(r"(\d+)\.(\d+)", self.version or "")
        return found is not None and (int(found[1]), int(found[2])) >= REMEMBERS

    def plain(self) -> dict[str, Any]:
        """The same as JSON."""
        return asdict(self)


def models(answer: Mapping[str, Any], version: str | None = None) -> tuple[Served, ...]:
    """The models in an answer of /v1/models, without the adapters of others."""
    data = answer.get("data")
    entries = [entry for entry in data if isinstance(entry, dict)] if isinstance(data, list) else []
    return tuple(
        Served(
            str(entry["id"]), str(entry["root"]) if entry.get("root") else None,
            entry["max_model_len"] if isinstance(entry.get("max_model_len"), int) else None, version,
        )
        for entry in entries
        if entry.get("id")
    )  # fmt: skip


def choose(served: tuple[Served, ...], card: Card, wanted: str | None, where: str) -> Served:
    """The model to ask: the one that is named, or the one that evidently is the card's checkpoint.

    Raises ValueError naming what is served, when there is none or it cannot be told.
    """
    offer = ", ".join(one.words for one in served) or "nothing"
    if wanted is not None:
        for one in served:
            if one.name == wanted:
                return one if is_of(one, card) else Served(*one.identity, one.version, vouched=True)
        raise ValueError(f"{where} serves {offer}, not {wanted!r}")
    for one in served:
        if is_of(one, card):
            return one
    raise ValueError(
        f"{where} serves {offer}, which is not evidently the checkpoint of the card {card.name!r} ({card.checkpoint}): "
        "if it is, say so with --served-model NAME"
    )


def is_of(served: Served, card: Card) -> bool:
    """Whether the server names the card's checkpoint: the same folder or hub id, or the same last part of one."""
    checkpoint = str(EMBEDDED_FOLDER) if card.embedded else card.checkpoint
    folder = os.path.isdir(os.path.expanduser(checkpoint))
    for told in filter(None, (served.root, served.name)):
        if told == checkpoint or (folder and os.path.realpath(told) == os.path.realpath(checkpoint)):
            return True
        parts = 3 if card.embedded else 1
        hub = not folder and not os.path.isabs(checkpoint)
        if (card.embedded or hub) and _tail(told, parts) == _tail(checkpoint, parts):
            return True
    return False


def _tail(path: str, parts: int) -> tuple[str, ...]:
    return PurePosixPath(path.replace(os.sep, "/")).parts[-parts:]
