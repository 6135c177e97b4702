"""What people do: accept, reject and correct predictions, draw regions, judge photos, and take it back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from idetex_fiftyone.fields import Fields
from idetex_fiftyone.truth import regions
from idetex_fiftyone.truth.fields import DEFAULT, TruthFields
from idetex_fiftyone.truth.meant import meant, photos
from idetex_fiftyone.truth.sheet import ACCEPTED, COMPLETE, CORRECTED, LEVEL, REJECTED, WHOLE, Doc, Sheet, Stamp
from idetex_fiftyone.truth.store import change, found_by_action, latest_action
from idetex_plugin.words.counted import counted
from idetex_plugin.words.vocabulary import Level


@dataclass(frozen=True)
class Action:
    """What was done. `id` undoes it; `left` are regions or photos that were left as they are, since they had been
    decided already, or changed by others. touched: of an undoing, the photos that it was about."""

    id: str
    what: str
    regions: int = 0
    photos: int = 0
    left: int = 0
    touched: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = [counted(self.regions, "region") if self.regions else "", counted(self.photos, "photo")]
        left = f"; {self.left:,} left as they are" if self.left else ""
        return f"{self.what}: {' of '.join(filter(None, parts))}{left}"


class Review:
    """One reviewer at one truth of a dataset.

    name: the truth, kept in fields `<name>_truth` and `<name>_review`, which are declared when they are missing.
    by: who reviews; None for the user of this process. Raises ValueError when the fields' names are taken.
    """

    def __init__(self, samples: Any, name: str = DEFAULT, by: str | None = None) -> None:
        self.dataset = samples._root_dataset
        self.fields = TruthFields(name)
        self.fields.declare(self.dataset)
        self.by = Stamp.of("", by).by

    def say(
        self, wanted: Mapping[str, Sequence[str]], run: str, verdict: str, *, again: bool = False, **new: Any
    ) -> Action:
        """Say this of predictions, given by sample. again: also of those that somebody has decided."""
        what, field = verdict, Fields(run).regions
        stamp = Stamp(what, self.by)

        def edit(sheet: Sheet, doc: Doc, chosen: Sequence[str]) -> Counter[str]:
            counts: Counter[str] = Counter()
            names = set(chosen)
            for prediction in (doc.get(field) or {}).get("detections") or ():
                name = str(prediction["_id"])
                if name in names and (again or not sheet.decided(name)):
                    if verdict == REJECTED:
                        news = regions.reject(sheet, prediction, run, stamp)
                    elif verdict == CORRECTED:
                        news = regions.correct(sheet, prediction, run, stamp, new)
                    else:
                        news = regions.accept(sheet, prediction, run, stamp)
                    counts["regions"] += news
            counts["left"] = len(names) - counts["regions"]
            return counts

        return self._done(stamp, change(self.dataset, self.fields, wanted, edit, also=[field]))

    def reset(self, wanted: Mapping[str, Sequence[str]]) -> Action:
        """Let predictions wait again."""
        stamp = Stamp("reset", self.by)

        def edit(sheet: Sheet, doc: Doc, chosen: Sequence[str]) -> dict[str, int]:
            decided = [name for name in chosen if name in sheet.decisions]
            for name in decided:
                regions.reset(sheet, name, stamp)
            return {"regions": len(decided), "left": len(chosen) - len(decided)}

        return self._done(stamp, change(self.dataset, self.fields, wanted, edit))

    def draw(self, sample: str, region: Mapping[str, Any]) -> Action:
        """Add a region that nothing predicted."""
        stamp = Stamp("drawn", self.by)

        def edit(sheet: Sheet, doc: Doc, new: Mapping[str, Any]) -> dict[str, int]:
            regions.draw(sheet, new, stamp)
            return {"regions": 1}

        return self._done(stamp, change(self.dataset, self.fields, {sample: region}, edit))

    def finish(self, samples: Sequence[str], run: str | None = None, *, reject_rest: bool = False) -> Action:
        """Nothing (more) is wrong in these photos. Those with waiting predictions of the run are left, or these are
        rejected."""
        stamp = Stamp("fully reviewed", self.by)
        field = None if run is None else Fields(run).regions

        def edit(sheet: Sheet, doc: Doc, _: None) -> dict[str, int]:
            found = ((doc.get(field) or {}).get("detections") or ()) if field else ()
            waiting = [each for each in found if not sheet.decided(str(each["_id"]))]
            if waiting and not reject_rest:
                return {"left": 1}
            for prediction in waiting:
                regions.reject(sheet, prediction, str(run), stamp)
            sheet.do(stamp, [(WHOLE, COMPLETE, True)])
            return {"regions": len(waiting)}

        also = [field] if field else []
        return self._done(stamp, change(self.dataset, self.fields, dict.fromkeys(samples), edit, also=also))

    def reopen(self, samples: Sequence[str]) -> Action:
        """These photos are not fully reviewed after all."""
        stamp = Stamp("opened again", self.by)

        def edit(sheet: Sheet, doc: Doc, _: None) -> None:
            sheet.do(stamp, [(WHOLE, COMPLETE, None)])

        return self._done(stamp, change(self.dataset, self.fields, dict.fromkeys(samples), edit))

    def level(self, samples: Sequence[str], level: str | None) -> Action:
        """How good these photos are; None for nothing said. ValueError for what is no level."""
        word = None if level is None else str(Level(level))
        stamp = Stamp(f"level {word}" if word else "level taken away", self.by)

        def edit(sheet: Sheet, doc: Doc, _: None) -> None:
            sheet.do(stamp, [(WHOLE, LEVEL, word)])

        return self._done(stamp, change(self.dataset, self.fields, dict.fromkeys(samples), edit))

    def undo(self, action: str | None = None) -> Action | None:
        """Take an action back, or the reviewer's last one; None if there is none."""
        action = action or latest_action(self.dataset, self.fields, self.by)
        touched = found_by_action(self.dataset, self.fields, action) if action else []
        if not action or not touched:
            return None
        what = ""

        def edit(sheet: Sheet, doc: Doc, _: None) -> dict[str, int]:
            nonlocal what
            entry = next((each for each in sheet.history if each["action"] == action), None)
            if entry is None:
                return {}
            what = str(entry["what"])
            undone, kept = sheet.undo(action)
            return {"regions": undone, "left": kept}

        counts = change(self.dataset, self.fields, dict.fromkeys(touched), edit)
        numbers = counts["regions"], counts["photos"], counts["left"]
        return Action(action, f"undone ({what})", *numbers, touched=tuple(sorted(touched)))

    def _done(self, stamp: Stamp, counts: Counter[str]) -> Action:
        return Action(stamp.action, stamp.what, counts["regions"], counts["photos"], counts["left"])


def accept(
    samples: Any, run: str = "idetex", ids: Sequence[str] | None = None, *, name: str = DEFAULT, by: str | None = None
) -> Action:
    """The predictions that a view shows, or those with these ids, are right, as far as they wait for a decision."""
    return Review(samples, name, by).say(meant(samples, run, ids), run, ACCEPTED, again=ids is not None)


def reject(
    samples: Any, run: str = "idetex", ids: Sequence[str] | None = None, *, name: str = DEFAULT, by: str | None = None
) -> Action:
    """The predictions that a view shows, or those with these ids, are wrong, as far as they wait for a decision."""
    return Review(samples, name, by).say(meant(samples, run, ids), run, REJECTED, again=ids is not None)


def correct(
    samples: Any,
    ids: Sequence[str],
    run: str = "idetex",
    *,
    label: str | None = None,
    severity: str | None = None,
    box: Sequence[float] | None = None,
    name: str = DEFAULT,
    by: str | None = None,
) -> Action:
    """The predictions with these ids are right, but for the label, the severity or the box (relative x, y, width,
    height). ValueError for what none of these can be."""
    new = regions.checked(label, severity, box)
    return Review(samples, name, by).say(meant(samples, run, ids), run, CORRECTED, again=True, **new)


def draw(
    samples: Any,
    sample: str,
    label: str,
    box: Sequence[float],
    severity: str | None = None,
    *,
    name: str = DEFAULT,
    by: str | None = None,
) -> Action:
    """A sample has damage that nothing predicted; box: relative x, y, width, height. ValueError as for `correct`."""
    return Review(samples, name, by).draw(sample, regions.checked(label, severity, box))


def finish(
    samples: Any, run: str | None = "idetex", *, reject_rest: bool = False, name: str = DEFAULT, by: str | None = None
) -> Action:
    """Nothing (more) is wrong in the photos of a view: they are fully reviewed.

    Photos with predictions of the run that still wait are left as they are, or these are rejected. run: None if there
    is none."""
    return Review(samples, name, by).finish(photos(samples), run, reject_rest=reject_rest)


def judge(samples: Any, level: str | None, *, name: str = DEFAULT, by: str | None = None) -> Action:
    """The photos of a view are of this level, from "bad" to "excellent"; None for nothing said."""
    return Review(samples, name, by).level(photos(samples), level)


def reset(
    samples: Any, run: str = "idetex", ids: Sequence[str] | None = None, *, name: str = DEFAULT, by: str | None = None
) -> Action:
    """Let the predictions that a view shows, or those with these ids, wait again."""
    return Review(samples, name, by).reset(meant(samples, run, ids))


def undo(samples: Any, action: str | None = None, *, name: str = DEFAULT, by: str | None = None) -> Action | None:
    """Take back an action by its id, or the reviewer's last; None where there is none. What somebody has changed since
    stays as it is, and is counted."""
    return Review(samples, name, by).undo(action)
