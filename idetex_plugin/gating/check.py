"""The gate: two photos in, a verdict out. It asks a metric first, and a model only where that leaves a doubt."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from PIL import Image

from idetex_plugin.assessing.assessor import Assessor
from idetex_plugin.assessing.examiner import Case
from idetex_plugin.assessing.stream import Asking, Key, Ready
from idetex_plugin.gating.pairs import Pair
from idetex_plugin.gating.remedies import remedies_for
from idetex_plugin.gating.similarity import NAME, worst_similarity
from idetex_plugin.photo.load import Photo, PhotoError, load_photo
from idetex_plugin.plugins.calls import BUILT_IN
from idetex_plugin.plugins.events import Judging
from idetex_plugin.plugins.names import Hook
from idetex_plugin.plugins.problems import PluginError
from idetex_plugin.words.assessment import Assessment, PhotoInfo
from idetex_plugin.words.box import Box
from idetex_plugin.words.policy import Policy, Similarity
from idetex_plugin.words.request import Reply
from idetex_plugin.words.verdict import MODEL, Outcome, Remedy, Verdict

REMEMBERED = 64
SHAPE_TOLERANCE = 0.02
CLOSER = Remedy(distortion="", action="raise-quality", advice="Encode again from the original at a higher quality.")
ANIMATED = frozenset({"AVIF", "GIF", "PNG", "WEBP"})


class Gate:
    """Judges photos under one policy. Assessments of originals are remembered, the last 64 of them.

    Where a plugin judges assessments or sees photos first, it is asked, and so is the model, also about what the metric
    settles otherwise; where no plugin objects, the metric's verdict stands.

    Safe to use from several threads, which take turns.
    """

    def __init__(self, policy: Policy, assessor: Assessor) -> None:
        self.policy, self.assessor = policy, assessor
        self._originals: OrderedDict[str, Assessment] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, original: Any | None, compressed: Any, codec: str = "", name: str | None = None) -> Verdict:
        """The verdict on `compressed`; with an original, on what was added to it.

        Sources: paths, encoded bytes, PIL images, numpy arrays or `photo.load.Photo`s. codec: for remedies, such as
        "jpeg". name: how the verdict calls the photo; by default its path. What cannot be read or compared is a review.
        Raises EngineDeadError.
        """
        [(_, verdict)] = self.stream([(None, Pair(name, original, compressed, codec))])
        return verdict

    def stream(self, pairs: Iterable[tuple[Key, Pair]]) -> Iterator[tuple[Key, Verdict]]:
        """For (key, pair) pairs gives (key, verdict) pairs as they are known, in any order.

        Pairs are taken as the engine has room for them. Raises EngineDeadError.
        """
        yield from self.assessor.stream_prepared(pairs, self._prepare)

    def _prepare(self, pair: Pair) -> Asking[Verdict] | Ready[Verdict]:
        """What can be said of a pair without a model, or what to ask one. Called in decoding threads."""
        try:
            new = self._load(pair.compressed, "compressed photo", pair.name)
            old = None if pair.original is None else self._load(pair.original, "original", pair.name)
        except PhotoError as error:
            return Ready(Verdict.undecided(str(error)))
        similarity = settled = None
        if old is not None:
            fitted = self._fitted(old, new)
            if isinstance(fitted, Verdict):
                return Ready(fitted)
            if self.policy.similarity is not None:
                similarity, part = worst_similarity(fitted, new.image)
                settled = _settled(similarity, part, self.policy.similarity, new.info)
            if settled is not None and not self._has_plugins():
                return Ready(settled)
        examine = self.assessor.examiner.prepare
        after = examine(new)
        known = None if old is None else self._remembered(old)
        before = None if old is None or known is not None else examine(old)

        def conclude(replies: Sequence[Reply], engine: str) -> Verdict:
            count = len(after.requests) if isinstance(after, Case) else 0
            compressed = self._assessed(after, replies[:count], engine)
            original = known
            if old is not None and before is not None:
                original = self._assessed(before, replies[count:], engine)
                self._remember(old, original)
            verdict = self._judged(compressed, original, pair.codec, similarity)
            return settled if settled is not None and _by_model(verdict, new.info) else verdict

        requests = [request for case in (after, before) if isinstance(case, Case) for request in case.requests]
        return Asking(tuple(requests), conclude) if requests else Ready(conclude((), ""))

    def _assessed(self, case: Case | Assessment, replies: Sequence[Reply], engine: str) -> Assessment:
        assessment = self.assessor.examiner.conclude(case, replies, engine) if isinstance(case, Case) else case
        self.assessor.notify(assessment)
        return assessment

    def _load(self, source: Any, what: str, name: str | None) -> Photo:
        try:
            return load_photo(source, name=name, max_pixels=self.assessor.max_pixels)
        except PhotoError as error:
            failure = error.failure.model_copy(update={"message": f"the {what}: {error.failure.message}"})
            raise PhotoError(failure, error.info) from error

    def _fitted(self, old: Photo, new: Photo) -> Image.Image | Verdict:
        """The original at the size of the compressed photo, or why they cannot be compared."""
        unseen = [_unseen(photo.info, self.policy) for photo in (old, new)]
        if unseen[0] != unseen[1]:
            differ = " and ".join(words or "nothing of the kind" for words in unseen)
            return Verdict.undecided(f"original and compressed photo differ in more than pixels: {differ}")
        if old.image.size == new.image.size:
            return old.image
        shapes = [image.width / image.height for image in (old.image, new.image)]
        sizes = " and ".join(f"{image.width} x {image.height}" for image in (old.image, new.image))
        if not self.policy.resized:
            return Verdict.undecided(
                f"original and compressed photo differ in size: {sizes}; only a policy with resized = true takes that"
            )
        if abs(shapes[0] / shapes[1] - 1) > SHAPE_TOLERANCE:
            return Verdict.undecided(f"original and compressed photo differ in shape: {sizes}")
        return old.image.resize(new.image.size, Image.Resampling.LANCZOS)

    def _has_plugins(self) -> bool:
        hooks = self.assessor.hooks
        return bool(hooks.others(Hook.BEFORE_ASSESS) or hooks.others(Hook.JUDGE))

    def _remembered(self, photo: Photo) -> Assessment | None:
        with self._lock:
            return self._originals.get(photo.info.sha256 or "")

    def _remember(self, photo: Photo, assessment: Assessment) -> None:
        with self._lock:
            self._originals[photo.info.sha256 or ""] = assessment
            self._originals.move_to_end(photo.info.sha256 or "")
            while len(self._originals) > REMEMBERED:
                self._originals.popitem(last=False)

    def _judged(
        self, compressed: Assessment, original: Assessment | None, codec: str, similarity: float | None
    ) -> Verdict:
        hooks = self.assessor.hooks
        event = Judging(compressed, self.policy, original, self.assessor.vocabulary)
        try:
            found = hooks.decide(Hook.JUDGE, event, Verdict)
        except PluginError as error:
            return Verdict.undecided(str(error), f"plugin {error.plugin}")
        if found is None:
            return Verdict.undecided("no plugin gave a verdict")
        plugin, verdict = found
        if not plugin.startswith(BUILT_IN):
            return verdict.model_copy(update={"decided_by": f"plugin {plugin}"})
        remedies = remedies_for(verdict.regions, codec, hooks.gather(Hook.REMEDIES, Remedy))
        return verdict.model_copy(update={"remedies": remedies, "similarity": similarity})


def _settled(similarity: float, part: Box, bounds: Similarity, photo: PhotoInfo) -> Verdict | None:
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


def _unseen(photo: PhotoInfo, policy: Policy) -> str:
    """What pixels do not show: transparency, and the further frames of an animation, which a smaller copy may lack."""
    kinds = ["transparency"]
    if photo.format in ANIMATED and not policy.resized:
        kinds.append("first frame of")
    return ", ".join(note for note in photo.notes if note.startswith(tuple(kinds)))
