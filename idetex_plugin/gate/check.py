"""The gate: two photos in, a verdict out. It asks a metric first, and a model only where that leaves a doubt."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from idetex_plugin.assess.assessor import Assessor
from idetex_plugin.gate.diagnose import Side, comparable, diagnose
from idetex_plugin.gate.remedies import remedies_for
from idetex_plugin.gate.similarity import NAME, worst_similarity
from idetex_plugin.photo.load import Photo, PhotoError, load_photo
from idetex_plugin.plugins.calls import BUILT_IN
from idetex_plugin.plugins.problems import PluginError
from idetex_plugin.words.assessment import Assessment, PhotoInfo
from idetex_plugin.words.box import Box
from idetex_plugin.words.policy import Policy, Similarity
from idetex_plugin.words.verdict import DIAGNOSIS, MODEL, Difference, Kind, Outcome, Remedy, Verdict

REMEMBERED = 64
CLOSER = Remedy(distortion="", action="raise-quality", advice="Encode again from the original at a higher quality.")


class Gate:
    """Judges photos under one policy. Assessments of originals are remembered, the last 64 of them.

    Where a plugin judges assessments or sees photos first, it is asked, and so is the model, also about what the metric
    settles otherwise; where no plugin objects, the metric's verdict stands.

    Safe to use from several threads, one photo at a time.
    """

    def __init__(self, policy: Policy, assessor: Assessor) -> None:
        self.policy, self.assessor = policy, assessor
        self._originals: OrderedDict[str, Assessment] = OrderedDict()

    def check(self, original: Any | None, compressed: Any, codec: str = "", name: str | None = None) -> Verdict:
        """The verdict on `compressed`; with an original, on what was added to it.

        Sources: paths, encoded bytes, PIL images, numpy arrays or `photo.Photo`s. codec: for remedies, such as "jpeg".
        name: how the verdict calls the photo; by default its path. What cannot be read or compared is a review.
        Raises EngineDeadError.
        """
        try:
            new, old = self._side(compressed, "compressed photo", name), None
            differences: tuple[Difference, ...] = ()
            if original is not None:
                old = self._side(original, "original", name)
                differences = diagnose(old, new, self.policy)
            elif new.fault is not None:
                raise new.fault
        except PhotoError as error:
            return Verdict.undecided(str(error))
        similarity, settled = None, _diagnosed(differences, new.photo)
        if old is not None and settled is None and self.policy.similarity is not None:
            similarity, part = min(
                (worst_similarity(*pair) for pair in comparable(old, new, self.policy, differences)),
                key=lambda found: found[0],
            )
            settled = _settled(similarity, part, self.policy.similarity, new.photo.info if new.photo else None)
        if settled is not None and (new.photo is None or not self._has_plugins()):
            return _with(settled, differences)
        assert new.photo is not None
        before = None if old is None or old.photo is None else self._original(old.photo)
        verdict = self._judged(self.assessor.assess(new.photo), before, codec, similarity)
        if settled is not None and _by_model(verdict, new.photo.info):
            verdict = settled
        return _with(verdict, differences)

    def _side(self, source: Any, what: str, name: str | None) -> Side:
        """The source with its photo, or with why there is none."""
        try:
            return Side.of(source, self._load(source, what, name))
        except PhotoError as error:
            return Side.of(source, None, error)

    def _load(self, source: Any, what: str, name: str | None) -> Photo:
        try:
            return load_photo(source, name=name, max_pixels=self.assessor.max_pixels)
        except PhotoError as error:
            failure = error.failure.model_copy(update={"message": f"the {what}: {error.failure.message}"})
            raise PhotoError(failure, error.info) from error

    def _has_plugins(self) -> bool:
        hooks = self.assessor.hooks
        return bool(hooks.having("idetex_before_assess")) or len(hooks.having("idetex_judge")) > 1

    def _original(self, photo: Photo) -> Assessment:
        key = photo.info.sha256 or ""
        if key not in self._originals:
            self._originals[key] = self.assessor.assess(photo)
            while len(self._originals) > REMEMBERED:
                self._originals.popitem(last=False)
        self._originals.move_to_end(key)
        return self._originals[key]

    def _judged(
        self, compressed: Assessment, original: Assessment | None, codec: str, similarity: float | None
    ) -> Verdict:
        hooks = self.assessor.hooks
        try:
            found = hooks.first("idetex_judge", Verdict, assessment=compressed, policy=self.policy, original=original)
        except PluginError as error:
            return Verdict.undecided(str(error), f"plugin {error.plugin}")
        if found is None:
            return Verdict.undecided("no plugin gave a verdict")
        name, verdict = found
        if name != BUILT_IN:
            return verdict.model_copy(update={"decided_by": f"plugin {name}"})
        table = hooks.gather("idetex_remedies", Remedy)
        remedies = remedies_for(verdict.regions, codec, table)
        return verdict.model_copy(update={"remedies": remedies, "similarity": similarity})


def _settled(similarity: float, part: Box, bounds: Similarity, photo: PhotoInfo | None) -> Verdict | None:
    """The verdict by the metric alone, or None where it leaves a doubt."""
    if similarity >= bounds.passes:
        return Verdict(outcome=Outcome.PASS, decided_by=NAME, similarity=similarity, photo=photo)
    if similarity >= bounds.rejects:
        return None
    words = f"reject: similarity to the original is {similarity:.1f} of 100, below {bounds.rejects:g}"
    if part.position != "whole image":
        words += f", worst at the {part.position}"
    return Verdict(
        outcome=Outcome.REJECT, reasons=(words,), remedies=(CLOSER,), decided_by=NAME, similarity=similarity,
        photo=photo,
    )  # fmt: skip


def _by_model(verdict: Verdict, photo: PhotoInfo) -> bool:
    """Whether no plugin had a say: neither in the verdict nor in the pixels."""
    return verdict.decided_by == MODEL and verdict.photo == photo


def _diagnosed(differences: tuple[Difference, ...], photo: Photo | None) -> Verdict | None:
    """The verdict where the differences alone decide: nothing was changed, or what was explains all the rest."""
    same = any(each.kind is Kind.IDENTICAL for each in differences)
    explained = any(each.settles and each.outcome is not Outcome.PASS for each in differences)
    if not (same or explained or any(each.outcome is Outcome.REJECT for each in differences)):
        return None
    info = photo.info if photo else None
    return Verdict(outcome=Outcome.PASS, decided_by=DIAGNOSIS, similarity=100 if same else None, photo=info)


def _with(verdict: Verdict, differences: tuple[Difference, ...]) -> Verdict:
    """The verdict made no milder than the differences ask, with their reasons and remedies first."""
    if not differences:
        return verdict
    worst = max((each.outcome for each in differences), key=lambda outcome: outcome.rank)
    remedies = [each.remedy for each in differences if each.remedy is not None]
    update: dict[str, Any] = {
        "differences": differences, "reasons": (*(each.reason for each in differences), *verdict.reasons),
        "remedies": tuple(dict.fromkeys([*remedies, *verdict.remedies])),
    }  # fmt: skip
    if worst.rank > verdict.outcome.rank:
        update |= {"outcome": worst, "decided_by": DIAGNOSIS}
    return verdict.model_copy(update=update)


def gate(original: Any | None, compressed: Any, policy: Policy, assessor: Assessor, codec: str = "") -> Verdict:
    """One verdict; see `Gate.check`. To judge several photos, make one `Gate`."""
    return Gate(policy, assessor).check(original, compressed, codec)
