"""What two photos show side by side before a model is asked: what differs, how similar they are, and what that settles.

Needs no assessor and no engine, so that it can be done in another process.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any

from idetex_plugin.gating.diagnose import Side, comparable, diagnose
from idetex_plugin.gating.pairs import Pair
from idetex_plugin.gating.similarity import NAME, worst_similarity
from idetex_plugin.photo.load import DEFAULT_MAX_PIXELS, Photo, PhotoError, contents, load_photo
from idetex_plugin.words.assessment import PhotoInfo
from idetex_plugin.words.box import Box
from idetex_plugin.words.policy import Policy, Similarity
from idetex_plugin.words.verdict import DIAGNOSIS, Difference, Kind, Outcome, Remedy, Verdict

Measured = tuple[float, Box]
"""The similarity and where it was measured."""
CLOSER = Remedy(distortion="", action="raise-quality", advice="Encode again from the original at a higher quality.")


@dataclass(frozen=True, slots=True)
class PairComparison:
    """problem: why there is nothing to judge, else "". settled: the verdict, where no model is needed for it.

    info: of the compressed photo, if it can be read. new, old: its pixels and the original's; what comes from another
    process has left them there.
    """

    problem: str = ""
    differences: tuple[Difference, ...] = ()
    measured: Measured | None = None
    settled: Verdict | None = None
    info: PhotoInfo | None = None
    new: Photo | None = None
    old: Photo | None = None

    def without_pixels(self) -> PairComparison:
        """Small enough for the way between processes."""
        return replace(self, new=None, old=None)

    def with_pixels(self, pair: Pair, max_pixels: int) -> PairComparison:
        """Read again where they were left behind. Raises PhotoError."""
        if self.new is not None:
            return self
        new = _load(pair.compressed, COPY, pair.name, max_pixels)
        old = None
        if isinstance(pair.original, Side):
            old = pair.original.photo
        elif pair.original is not None:
            old = _load(pair.original, ORIGINAL, pair.original_name, max_pixels)
        return replace(self, new=new, old=old)


Comparer = Callable[[Pair, Policy, int], PairComparison]
COPY, ORIGINAL = "compressed photo", "original"


def compare(pair: Pair, policy: Policy, max_pixels: int) -> PairComparison:
    """Read both photos, find what differs, and measure how similar they are where that is needed."""
    try:
        new, old = _side(pair.compressed, COPY, pair.name, max_pixels), None
        differences: tuple[Difference, ...] = ()
        if pair.original is not None:
            old = _side(pair.original, ORIGINAL, pair.original_name, max_pixels)
            differences = diagnose(old, new, policy)
        elif new.fault is not None:
            raise new.fault
    except PhotoError as error:
        return PairComparison(str(error))
    measured, settled = None, _diagnosed(differences, new.photo)
    if old is not None and settled is None and policy.similarity is not None:
        compared = [worst_similarity(*both) for both in comparable(old, new, policy, differences)]
        measured = min(compared, key=itemgetter(0))
        settled = _settled(*measured, policy.similarity, new.photo)
    info = new.photo.info if new.photo else None
    return PairComparison("", differences, measured, settled, info, new.photo, old.photo if old else None)


def _load(source: Any, what: str, name: str | None, max_pixels: int) -> Photo:
    try:
        return load_photo(source, name=name, max_pixels=max_pixels)
    except PhotoError as error:
        failure = error.failure.model_copy(update={"message": f"the {what}: {error.failure.message}"})
        raise PhotoError(failure, error.info) from error


def read_side(source: Any, name: str | None = None, max_pixels: int = DEFAULT_MAX_PIXELS) -> Side:
    """A photo to give as the original of several pairs, which is then read and decoded once. Raises PhotoError."""
    name, source = name or _name_of(source), contents(source)
    return Side.of(source, load_photo(source, name=name, max_pixels=max_pixels))


def _side(source: Any, what: str, name: str | None, max_pixels: int) -> Side:
    """The source with its photo, or with why there is none."""
    if isinstance(source, Side):
        return source
    name, source = name or _name_of(source), contents(source)
    try:
        return Side.of(source, _load(source, what, name, max_pixels))
    except PhotoError as error:
        return Side.of(source, None, error)


def _name_of(source: Any) -> str | None:
    """An open file's own name, which its bytes do not have."""
    name = getattr(source, "name", None) if hasattr(source, "read") else None
    return name if isinstance(name, str) else None


def _settled(similarity: float, part: Box, bounds: Similarity, photo: Photo | None) -> Verdict | None:
    """The verdict by the metric alone, or None where it leaves a doubt."""
    info = photo.info if photo else None
    if similarity >= bounds.passes:
        return Verdict(outcome=Outcome.PASS, decided_by=NAME, similarity=similarity, worst=part, photo=info)
    if similarity >= bounds.rejects:
        return None
    words = f"reject: similarity to the original is {similarity:.1f} of 100, below {bounds.rejects:g}"
    if part.position != "whole image":
        words += f", worst at the {part.position}"
    return Verdict(
        outcome=Outcome.REJECT, reasons=(words,), remedies=(CLOSER,), decided_by=NAME, similarity=similarity,
        worst=part, photo=info,
    )  # fmt: skip


def _diagnosed(differences: tuple[Difference, ...], photo: Photo | None) -> Verdict | None:
    """The verdict where the differences alone decide: nothing was changed, or what was explains all the rest."""
    same = any(each.kind is Kind.IDENTICAL for each in differences)
    explained = any(each.settles and each.outcome is not Outcome.PASS for each in differences)
    if not (same or explained or any(each.outcome is Outcome.REJECT for each in differences)):
        return None
    info = photo.info if photo else None
    return Verdict(outcome=Outcome.PASS, decided_by=DIAGNOSIS, similarity=100 if same else None, photo=info)
