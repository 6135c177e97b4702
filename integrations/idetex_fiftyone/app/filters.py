"""What the panel shows in the grid: a choice made by clicking histograms and moving the threshold."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from fiftyone import ViewField as F

from idetex_fiftyone.counts import REVIEWED, SCORE_STEP


@dataclass(frozen=True)
class Filters:
    """The choice. Empty strings and None choose everything; `score` is the lower end of a step of `SCORE_STEP`."""

    distortion: str = ""
    severity: str = ""
    level: str = ""
    score: float | None = None
    confidence: float = 0.0

    @classmethod
    def of(cls, state: dict[str, Any] | None) -> Filters:
        """From the panel's state."""
        return cls(**(state or {}))

    def state(self) -> dict[str, Any]:
        """For the panel's state."""
        return asdict(self)

    def toggled(self, **choice: Any) -> Filters:
        """With this choice; without it, if it had been made already."""
        chosen = replace(self, **choice)
        return replace(self, **{name: getattr(Filters(), name) for name in choice}) if chosen == self else chosen

    def region(self, waiting: bool = False) -> Any:
        """The expression that a chosen region meets, or None if all do. waiting: not yet accepted or rejected."""
        parts = []
        if self.distortion:
            parts.append(F("label") == self.distortion)
        if self.severity:
            parts.append(F("severity") == self.severity)
        if self.confidence:
            parts.append(F("confidence") >= self.confidence)
        if waiting:
            parts += [~F("tags").contains(tag) for tag in REVIEWED]
        return F.all(parts) if parts else None

    def photos(self, dataset: Any, run: str) -> Any:
        """The photos of the chosen level and score."""
        view = dataset.view()
        if self.level:
            view = view.match(F(f"{run}_level.label") == self.level)
        if self.score is not None:
            score = F(f"{run}_score")
            view = view.match((score >= self.score) & (score < self.score + SCORE_STEP))
        return view

    def view(self, dataset: Any, run: str, waiting: bool = False) -> Any:
        """The chosen photos with the chosen regions; photos without a chosen region only if no region was chosen."""
        view, region = self.photos(dataset, run), self.region(waiting)
        return view if region is None else view.filter_labels(f"{run}_regions", region)

    def __str__(self) -> str:
        parts = [self.severity, self.distortion, self.level and f"level {self.level}"]
        if self.score is not None:
            parts.append(f"score {self.score:g} to {self.score + SCORE_STEP:g}")
        if self.confidence:
            parts.append(f"confidence from {self.confidence:.2f}")
        return ", ".join(filter(None, parts)) or "all"
