"""What reviewers say of regions, kept as label tags in the dataset, and how it is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from idetex_fiftyone.counts import ACCEPTED, REJECTED, REVIEWED

FORMER = "relabelled_from"
"""The attribute of a region that keeps the distortion it was found as."""


@dataclass(frozen=True)
class Decision:
    """One step back: the regions that were waiting before it, and the name that a relabelled one had."""

    regions: Sequence[str]
    label: str = ""

    def state(self) -> dict[str, Any]:
        """For the panel's state."""
        return asdict(self)


def accept(samples: Any, run: str = "idetex", ids: Sequence[str] | None = None) -> int:
    """The regions of a view, or those with these label ids, are right. Returns how many there are."""
    return say(_meant(samples, run, ids), run, ACCEPTED)


def reject(samples: Any, run: str = "idetex", ids: Sequence[str] | None = None) -> int:
    """The regions of a view, or those with these label ids, are wrong. Returns how many there are."""
    return say(_meant(samples, run, ids), run, REJECTED)


def reset(samples: Any, run: str = "idetex", ids: Sequence[str] | None = None) -> None:
    """Let the regions of a view, or those with these label ids, wait for a reviewer again. Names stay."""
    _meant(samples, run, ids).untag_labels(list(REVIEWED), label_fields=f"{run}_regions")


def say(view: Any, run: str, tag: str) -> int:
    """Accept or reject every region of a view, whatever was said of it before. Returns how many there are."""
    field = f"{run}_regions"
    view.untag_labels([other for other in REVIEWED if other != tag], label_fields=field)
    view.tag_labels(tag, label_fields=field)
    return int(view.count(f"{field}.detections"))


def relabel(dataset: Any, run: str, region: str, label: str) -> Decision:
    """Call a region another distortion, which accepts it."""
    field = f"{run}_regions"
    chosen = dataset.select_labels(ids=region, fields=field)
    [former] = chosen.values(f"{field}.detections.label", unwind=True)
    dataset.set_label_values(f"{field}.detections.label", {region: label})
    dataset.set_label_values(f"{field}.detections.{FORMER}", {region: former})
    say(chosen, run, ACCEPTED)
    return Decision([region], former)


def undo(dataset: Any, run: str, decision: Decision) -> None:
    """Let the regions wait again, under their former name."""
    field = f"{run}_regions"
    dataset.select_labels(ids=list(decision.regions), fields=field).untag_labels(list(REVIEWED), label_fields=field)
    if decision.label:
        [region] = decision.regions
        dataset.set_label_values(f"{field}.detections.label", {region: decision.label})
        dataset.set_label_values(f"{field}.detections.{FORMER}", {region: None})


def _meant(samples: Any, run: str, ids: Sequence[str] | None) -> Any:
    return samples if ids is None else samples.select_labels(ids=list(ids), fields=f"{run}_regions")
