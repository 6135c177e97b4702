"""The gate: two photos in, a verdict out. It asks a metric first, and a model only where that leaves a doubt."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from idetex_plugin.assessing.assessor import Assessor
from idetex_plugin.assessing.examiner import Case
from idetex_plugin.assessing.stream import Awaiting, Key, Ready
from idetex_plugin.gating.compare import CLOSER, Comparer, Measured, PairComparison, compare
from idetex_plugin.gating.judge import is_sure
from idetex_plugin.gating.pairs import Pair
from idetex_plugin.gating.remedies import remedies_for
from idetex_plugin.photo.load import Photo, PhotoError
from idetex_plugin.plugins.calls import BUILT_IN
from idetex_plugin.plugins.events import Judging
from idetex_plugin.plugins.names import Hook
from idetex_plugin.plugins.problems import PluginError
from idetex_plugin.words.assessment import Assessment, PhotoInfo
from idetex_plugin.words.policy import Policy
from idetex_plugin.words.request import Reply
from idetex_plugin.words.verdict import DIAGNOSIS, MODEL, Difference, Outcome, Remedy, Verdict

REMEMBERED = 64


class Gate:
    """Judges photos under one policy. Assessments of originals are remembered, the last 64 of them.

    Where a plugin judges assessments or sees photos first, it is asked, and so is the model, also about what the metric
    settles otherwise; where no plugin objects, the metric's verdict stands.

    comparer: how two photos are compared before a model is asked; `workers.GateWorkers` do so in other processes.

    Safe to use from several threads, which take turns.
    """

    def __init__(self, policy: Policy, assessor: Assessor, comparer: Comparer = compare) -> None:
        self.policy, self.assessor, self._comparer = policy, assessor, comparer
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
        yield from self.assessor.stream_prepared(pairs, self.prepare)

    def prepare(self, pair: Pair) -> Awaiting[Verdict] | Ready[Verdict]:
        """What can be said of a pair without a model, or what to ask one. Called in decoding threads."""
        if pair.problem:
            return Ready(Verdict.undecided(pair.problem))
        compared = self._comparer(pair, self.policy, self.assessor.max_pixels)
        if compared.problem:
            return Ready(Verdict.undecided(compared.problem))
        if compared.settled is not None and (compared.info is None or not self._has_plugins()):
            return Ready(_with(compared.settled, compared.differences))
        try:
            return self._asking(compared.with_pixels(pair, self.assessor.max_pixels), pair.codec)
        except PhotoError as error:
            return Ready(Verdict.undecided(str(error)))

    def _asking(self, compared: PairComparison, codec: str) -> Awaiting[Verdict] | Ready[Verdict]:
        """What the model is asked of one photo or both, and how its answers become the verdict."""
        new, old, measured = compared.new, compared.old, compared.measured
        settled, differences = compared.settled, compared.differences
        assert new is not None
        examine = self.assessor.examiner.prepare
        after = examine(new)
        known = None if old is None else self._remembered(old)
        before = None if old is None or known is not None else examine(old)

        def conclude(replies: Sequence[Reply], engine: str) -> Verdict:
            count = 0 if isinstance(after, Assessment) else len(after.requests)
            compressed = self._assessed(after, replies[:count], engine)
            original = known
            if old is not None and before is not None:
                original = self._assessed(before, replies[count:], engine)
                self._remember(old, original)
            verdict = self._judged(compressed, original, codec, measured)
            if _by_model(verdict, new.info):
                if measured is not None and settled is None and original is not None:
                    verdict = self._in_doubt(verdict, measured[0], original, compressed)
                return _with(settled or verdict, differences)
            return verdict.model_copy(update={"differences": differences})

        cases = [case for case in (after, before) if case is not None and not isinstance(case, Assessment)]
        requests = [request for case in cases for request in case.requests]
        return Awaiting(tuple(requests), conclude) if requests else Ready(conclude((), ""))

    def _in_doubt(self, verdict: Verdict, similarity: float, original: Assessment, compressed: Assessment) -> Verdict:
        """Where the metric leaves a doubt: a pass of the model's, if it is sure, and else a review."""
        bounds = self.policy.similarity
        if bounds is None or verdict.outcome is not Outcome.PASS:
            return verdict
        if is_sure(original, compressed, bounds.sure, self.assessor.vocabulary):
            return verdict
        words = (
            f"review: similarity to the original is {similarity:.1f} of 100, between {bounds.rejects:g} and "
            f"{bounds.passes:g}, and the model is not sure that nothing was lost"
        )
        return verdict.model_copy(update={"outcome": Outcome.REVIEW, "reasons": (words,), "remedies": (CLOSER,)})

    def _assessed(self, case: Case | Assessment, replies: Sequence[Reply], engine: str) -> Assessment:
        examiner = self.assessor.examiner
        assessment = case if isinstance(case, Assessment) else examiner.conclude(case, replies, engine)
        self.assessor.notify(assessment)
        return assessment

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
        self, compressed: Assessment, original: Assessment | None, codec: str, measured: Measured | None
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
        similarity, worst = measured or (None, None)
        return verdict.model_copy(update={"remedies": remedies, "similarity": similarity, "worst": worst})


def _by_model(verdict: Verdict, photo: PhotoInfo) -> bool:
    """Whether no plugin had a say: neither in the verdict nor in the pixels."""
    return verdict.decided_by == MODEL and verdict.photo == photo


def _with(verdict: Verdict, differences: tuple[Difference, ...]) -> Verdict:
    """The verdict made no milder than the differences ask, with their reasons and remedies first and notes last."""
    if not differences:
        return verdict
    flagged = [each for each in differences if each.outcome is not Outcome.PASS]
    notes = [each.reason for each in differences if each.outcome is Outcome.PASS]
    remedies = [each.remedy for each in flagged if each.remedy is not None]
    worst = max((each.outcome for each in differences), key=lambda outcome: outcome.rank)
    update: dict[str, Any] = {
        "differences": differences, "reasons": (*(each.reason for each in flagged), *verdict.reasons, *notes),
        "remedies": tuple(dict.fromkeys([*remedies, *verdict.remedies])),
    }  # fmt: skip
    if worst.rank > verdict.outcome.rank:
        update |= {"outcome": worst, "decided_by": DIAGNOSIS}
    return verdict.model_copy(update=update)
