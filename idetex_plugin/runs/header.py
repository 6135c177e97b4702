"""What a run says of itself: model, fingerprint, what was served, and the root of its paths. One row of a table."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from idetex_plugin import __version__
from idetex_plugin.runs.database import Database
from idetex_plugin.runs.rows import below
from idetex_plugin.runs.schema import RunError
from idetex_plugin.words.card import Card


class RunHeader:
    """The header of one run folder; see `Run` for what its methods mean. root: as it is stored, or None."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder, self._database = folder, database
        known = self.description()
        self.root: bytes | None = known.get("root") if known else None

    def description(self) -> dict[str, Any] | None:
        """See `Run.description`."""
        found = self._database.columns("SELECT * FROM run")
        return found[0] if found else None

    def describe(self, card: Card, fingerprint: str, parts: Mapping[str, str]) -> None:
        """Say what a writer asks, or raise RunError where the run holds rows that were asked otherwise."""
        known = self.description()
        if known is not None and known["fingerprint"] != fingerprint and self._holds_nothing():
            self._database.execute("DELETE FROM run")
            self.root = known = None
        if known is None:
            self._database.execute(
                "INSERT INTO run (id, fingerprint, fingerprint_parts, model, card, version, started_at) "
                "VALUES (1, ?, ?, ?, ?, ?, ?)",
                (fingerprint, json.dumps(dict(parts)), card.name, card.model_dump_json(), __version__, now()),
            )
        elif known["fingerprint"] != fingerprint:
            before = json.loads(known["fingerprint_parts"])
            changed = [name for name in sorted({*before, *parts}) if before.get(name) != parts.get(name)]
            raise RunError(
                f"{self.folder} holds assessments by {known['model']} that cannot be continued by {card.name} "
                f"as asked now (different: {', '.join(changed)}): choose another --out"
            )

    def set_root(self, root: str | os.PathLike[str]) -> None:
        """See `Run.set_root`."""
        with self._database.together():
            if self.root is None and (shared := self._shared_folder()) is not None:
                self._make_relative(shared)
            self.root = os.fsencode(os.path.abspath(root))
            self._database.execute("UPDATE run SET root = ?", (self.root,))
            self._make_relative(self.root)

    def _holds_nothing(self) -> bool:
        [(some,)] = self._database.execute("SELECT EXISTS (SELECT 1 FROM photos)")
        return not some

    def _shared_folder(self) -> bytes | None:
        [(first, last)] = self._database.execute("SELECT min(path), max(path) FROM photos")
        return None if first is None else os.path.commonpath([os.path.dirname(first), os.path.dirname(last)])

    def _make_relative(self, folder: bytes) -> None:
        above = below(folder)
        inside = "substr(path, 1, ?) = ?"
        self._database.execute(
            f"UPDATE OR IGNORE photos SET path = substr(path, ?) WHERE {inside}", (len(above) + 1, len(above), above)
        )
        self._database.execute(f"DELETE FROM photos WHERE {inside}", (len(above), above))

    def note_served(self, served: Mapping[str, Any]) -> None:
        """See `Run.note_served`. Raises RunError."""
        [(text,)] = self._database.execute("SELECT served FROM run")
        known: list[dict[str, Any]] = json.loads(text)
        others = [one for one in known if served["vouched"] and one["vouched"] and one["root"] != served["root"]]
        if others:
            raise RunError(
                f"{self.folder} holds answers of {others[0]['name']} from {others[0]['root']}, now served "
                f"from {served['root']}: choose another --out"
            )
        if dict(served) not in known:
            self._database.execute("UPDATE run SET served = ?", (json.dumps([*known, dict(served)]),))


def now() -> str:
    """The time in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
