"""A pipeline's side of the hooks: ask about what it has just made, and get a verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from types import MappingProxyType
from typing import Any, Self

from idetex_plugin.assessing.assessor import Assessor
from idetex_plugin.assessing.stream import Key
from idetex_plugin.gating.check import Gate
from idetex_plugin.gating.compare import Comparer, compare
from idetex_plugin.gating.pairs import Pair
from idetex_plugin.gating.policies import policy_named
from idetex_plugin.plugins.calls import BUILT_IN
from idetex_plugin.plugins.events import AfterCompression
from idetex_plugin.plugins.names import Hook
from idetex_plugin.plugins.problems import PluginError
from idetex_plugin.words.assessment import Assessment
from idetex_plugin.words.policy import Policy
from idetex_plugin.words.verdict import Verdict


class Pipeline:
    """One pipeline with its policy and its assessor. Safe to use from several threads, which take turns.

    name: what plugins know the pipeline by. policy: a name, a TOML file, or a `Policy`.
    assessor: by default one with the embedded checkpoint, which is closed with the pipeline. Its engine starts with the
        first photo that needs it.
    about: anything that the plugins of this pipeline should know. comparer: see `Gate`.
    Raises PolicyError.
    """

    def __init__(
        self, name: str, *, policy: str | Policy = "web", assessor: Assessor | None = None,
        about: Mapping[str, Any] | None = None, comparer: Comparer = compare,
    ) -> None:
        self.name, self.about = name, MappingProxyType(dict(about or {}))
        self._own = assessor is None
        self.assessor = Assessor() if assessor is None else assessor
        self.policy = policy if isinstance(policy, Policy) else policy_named(policy, self.assessor.vocabulary)
        self.gate = Gate(self.policy, self.assessor, comparer)

    def assess(self, source: Any) -> Assessment:
        """See `Assessor.assess`."""
        return self.assessor.assess(source)

    def after_compression(
        self, original: Any | None, compressed: Any, codec: str = "", settings: Mapping[str, Any] | None = None
    ) -> Verdict:
        """The verdict on what was made from the original, if there is one: the first of the plugins', or the gate's.

        original, compressed: paths, encoded bytes, PIL images or numpy arrays. codec, settings: what made it, such as
        "webp" and {"quality": 70}. A plugin that answers wrongly or late makes the verdict a review.
        """
        pair = Pair(None, original, compressed, codec)
        return self._decided(pair, settings or {}, lambda: self.gate.check(original, compressed, codec))

    def stream(self, pairs: Iterable[tuple[Key, Pair]]) -> Iterator[tuple[Key, Verdict]]:
        """The same for (key, pair) pairs, as they are known, in any order: the gate judges, then plugins are asked."""
        for (key, pair), verdict in self.gate.stream(((key, pair), pair) for key, pair in pairs):
            yield key, self.decided(pair, verdict)

    def decided(self, pair: Pair, verdict: Verdict) -> Verdict:
        """What the plugins make of the gate's verdict on a pair."""
        return self._decided(pair, {}, partial(_given, verdict))

    def _decided(self, pair: Pair, settings: Mapping[str, Any], check: Callable[[], Verdict]) -> Verdict:
        checked = cache(check)
        event = AfterCompression(
            pair.original, pair.compressed, pair.codec, MappingProxyType(dict(settings)), self.name, self.policy,
            checked, self.about,
        )  # fmt: skip
        try:
            found = self.assessor.hooks.decide(Hook.AFTER_COMPRESSION, event, Verdict)
        except PluginError as error:
            return Verdict.undecided(str(error), f"plugin {error.plugin}")
        if found is None:
            return Verdict.undecided("no plugin gave a verdict")
        plugin, verdict = found
        if plugin.startswith(BUILT_IN) or (checked.cache_info().currsize and verdict is checked()):
            return verdict
        return verdict.model_copy(update={"decided_by": f"plugin {plugin}"})

    def close(self) -> None:
        """Free the assessor if it is the pipeline's own. Idempotent."""
        if self._own:
            self.assessor.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def gate(
    original: Any | None, compressed: Any, policy: str | Policy = "web", assessor: Assessor | None = None,
    codec: str = "",
) -> Verdict:
    """The verdict on one photo; see `Pipeline.after_compression`. To judge several, make one `Pipeline` or `Gate`."""
    with Pipeline("gate", policy=policy, assessor=assessor) as pipeline:
        return pipeline.after_compression(original, compressed, codec)


def _given(verdict: Verdict) -> Verdict:
    return verdict
