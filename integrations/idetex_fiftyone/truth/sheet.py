"""What people said of one photo, as documents of the database, and changes of it that can be taken back."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from getpass import getuser
from typing import Any, Self

from bson import ObjectId

ACCEPTED, REJECTED, CORRECTED, DRAWN = "accepted", "rejected", "corrected", "drawn"
VERDICTS = ACCEPTED, REJECTED, CORRECTED
PARTLY, FULLY = "partly", "fully"
DECISIONS, REGIONS, WHOLE = "decisions", "regions", "whole"
COMPLETE, LEVEL = "complete", "level"
KEPT_ACTIONS = 100
"""So many actions on one photo can be taken back."""
Doc = dict[str, Any]
Change = tuple[str, str, Any]
"""What is changed (`DECISIONS`, `REGIONS` or `WHOLE`), its id or name, and its new value; None takes it away."""


def _user() -> str:
    try:
        return getuser()
    except (KeyError, OSError):  # a process without an account
        return "unknown"


def _moment() -> datetime:
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@dataclass(frozen=True)
class Stamp:
    """Who did what, and when. `action` is the id by which it is undone."""

    what: str
    by: str = field(default_factory=_user)
    action: str = field(default_factory=lambda: str(ObjectId()))
    at: datetime = field(default_factory=_moment)

    @classmethod
    def of(cls, what: str, by: str | None = None) -> Self:
        """Of this person, or of the user of this process."""
        return cls(what) if by is None else cls(what, by)

    @property
    def document(self) -> Doc:
        """For what it leaves behind."""
        return {"by": self.by, "at": self.at, "action": self.action}


def _holds(value: Any, now: Any) -> bool:
    """Whether a value is still what an action made of it. Attributes that others added, as evaluations do, may stay."""
    if isinstance(value, dict) and isinstance(now, dict):
        return all(value.get(key) == each for key, each in now.items())
    return bool(value == now)


class Sheet:
    """One photo's decisions by prediction, truth regions by id, and what was said of the whole of it.

    review, truth: the documents of the two fields, None where there are none. They are left as they are.
    """

    def __init__(self, review: Doc | None, truth: Doc | None) -> None:
        review = deepcopy(review or {})
        details = review.get("details") or {}
        self._had_truth = truth is not None
        self.history: list[Doc] = details.get("history") or []
        self.parts: dict[str, dict[str, Any]] = {
            DECISIONS: {each["prediction"]: each for each in details.get("decisions") or ()},
            REGIONS: {str(each["_id"]): each for each in deepcopy((truth or {}).get("detections") or ())},
            WHOLE: {COMPLETE: review.get("state") == FULLY or None, LEVEL: review.get("level")},
        }
        self._last = {"by": review.get("by"), "at": review.get("at")}
        self.changed = False

    @property
    def decisions(self) -> dict[str, Doc]:
        """By the prediction's id."""
        return self.parts[DECISIONS]

    def decided(self, prediction: str) -> bool:
        """Whether somebody has accepted, rejected or corrected it."""
        return self.decisions.get(prediction, {}).get("verdict") in VERDICTS

    @property
    def regions(self) -> dict[str, Doc]:
        """By the region's own id."""
        return self.parts[REGIONS]

    @property
    def actions(self) -> set[str]:
        """The ids of the actions that can be undone."""
        return {entry["action"] for entry in self.history}

    @property
    def level(self) -> str | None:
        """The quality as a reviewer sees it."""
        level: str | None = self.parts[WHOLE][LEVEL]
        return level

    @property
    def state(self) -> str | None:
        """`FULLY`, `PARTLY`, or None for nothing said."""
        if self.parts[WHOLE][COMPLETE]:
            return FULLY
        return PARTLY if any(map(self.decided, self.decisions)) or self.regions or self.level else None

    def do(self, stamp: Stamp, changes: Iterable[Change]) -> None:
        """Make changes that belong together: they are undone together."""
        steps = [[kind, key, deepcopy(self.parts[kind].get(key)), value] for kind, key, value in changes]
        steps = [step for step in steps if step[2] != step[3]]
        if not steps:
            return
        for kind, key, _, value in steps:
            self._put(kind, key, value)
        if not self.history or self.history[-1]["action"] != stamp.action:
            self.history.append({**stamp.document, "what": stamp.what, "steps": []})
            del self.history[:-KEPT_ACTIONS]
        self.history[-1]["steps"].append(deepcopy(steps))
        self._last, self.changed = {"by": stamp.by, "at": stamp.at}, True

    def undo(self, action: str) -> tuple[int, int]:
        """Take an action back, last step first. Steps that somebody has changed since stay. Returns both numbers."""
        undone = kept = 0
        [entry] = [each for each in self.history if each["action"] == action]
        for steps in reversed(entry["steps"]):
            if all(_holds(self.parts[kind].get(key), now) for kind, key, _, now in steps):
                for kind, key, was, _ in steps:
                    self._put(kind, key, was)
                undone += 1
            else:
                kept += 1
        self.history.remove(entry)
        last = self.history[-1] if self.history else {}
        self._last, self.changed = {"by": last.get("by"), "at": last.get("at")}, True
        return undone, kept

    def documents(self) -> tuple[Doc | None, Doc | None]:
        """The two fields' documents."""
        review: Doc | None = {
            "_cls": "DynamicEmbeddedDocument",
            "state": self.state,
            "level": self.level,
            **self._last,
            "details": {"decisions": list(self.decisions.values()), "history": self.history},
        }
        if self.state is None and not self.history:
            review = None
        if not (self.regions or self._had_truth or self.state == FULLY):
            return review, None
        return review, {"_cls": "Detections", "detections": list(self.regions.values())}

    def _put(self, kind: str, key: str, value: Any) -> None:
        if value is None and kind != WHOLE:
            self.parts[kind].pop(key, None)
        else:
            self.parts[kind][key] = deepcopy(value)
