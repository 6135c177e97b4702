"""What the panel shows in the grid: a choice made by clicking histograms and moving the threshold."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from fiftyone import ViewField as F
from fiftyone.core.expressions import ViewExpression

from idetex_fiftyone.counts import SCORE_STEP, said_of
from idetex_fiftyone.truth.fields import TruthFields

NOT_REVIEWED = "not"


@dataclass(frozen=True)
class Filters:
    """The choice. Empty strings and None choose everything; `score` is the lower end of a step of `SCORE_STEP`.

    said: "waiting", "accepted" and so on (see `counts.Figures`). reviewed: "fully", "partly" or "not". state: "ok" or
    "failed".
    """

    distortion: str = ""
    severity: str = ""
    level: str = ""
    score: float | None = None
    confidence: float = 0.0
    said: str = ""
    reviewed: str = ""
    state: str = ""

    @classmethod
    def of(cls, state: dict[str, Any] | None) -> Filters:
        """From the panel's state."""
        return cls(**(state or {}))

    def document(self) -> dict[str, Any]:
        """For the panel's state."""
        return asdict(self)

    def toggled(self, **choice: Any) -> Filters:
        """With this choice; without it, if it had been made already."""
        chosen = replace(self, **choice)
        return replace(self, **{name: getattr(Filters(), name) for name in choice}) if chosen == self else chosen

    def region(self, name: str) -> Any:
        """The expression that a chosen region meets, or None if all do."""
        parts = []
        if self.distortion:
            parts.append(F("label") == self.distortion)
        if self.severity:
            parts.append(F("severity") == self.severity)
        if self.confidence:
            parts.append(F("confidence") >= self.confidence)
        if self.said:
            said = said_of("$$this", f"${TruthFields(name).review}")
            parts.append(ViewExpression({"$eq": [said, self.said]}))
        return F.all(parts) if parts else None

    def photos(self, view: Any, run: str, name: str) -> Any:
        """The photos of the chosen level, score, and states."""
        if self.level:
            view = view.match(F(f"{run}_level.label") == self.level)
        if self.score is not None:
            score = F(f"{run}_score")
            view = view.match((score >= self.score) & (score < self.score + SCORE_STEP))
        if self.state:
            view = view.match(F(f"{run}_status.state") == self.state)
        if self.reviewed:
            state = None if self.reviewed == NOT_REVIEWED else self.reviewed
            view = view.match(F(f"{TruthFields(name).review}.state") == state)
        return view

    def view(self, view: Any, run: str, name: str) -> Any:
        """The chosen photos with the chosen regions; photos without a chosen region only if no region was chosen."""
        chosen, region = self.photos(view, run, name), self.region(name)
        return chosen if region is None else chosen.filter_labels(f"{run}_regions", region)

    def __str__(self) -> str:
        parts = [self.said, self.severity, self.distortion, self.level and f"level {self.level}"]
        if self.score is not None:
            parts.append(f"score {self.score:g} to {self.score + SCORE_STEP:g}")
        if self.confidence:
            parts.append(f"confidence from {self.confidence:.2f}")
        parts += [self.reviewed and f"{self.reviewed} reviewed", self.state]
        return ", ".join(filter(None, parts)) or "all"
