"""A pipeline's side of the hooks: ask about what it has just made, and get a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from idetex_plugin.assess.assessor import Assessor
from idetex_plugin.gate import Gate, Policy, Verdict, policy_named
from idetex_plugin.plugins.events import Context
from idetex_plugin.plugins.problems import PluginError
from idetex_plugin.words.assessment import Assessment

HOOK = "idetex_after_compression"


class Pipeline:
    """One pipeline with its policy and its assessor. Safe to use from several threads, which take turns.

    name: what plugins know the pipeline by. policy: a name, a TOML file, or a `gate.Policy`.
    assessor: by default one with the embedded checkpoint, which is closed with the pipeline. Its engine starts with the
        first photo that needs it.
    about: anything that the plugins of this pipeline should know.
    Raises PolicyError.
    """

    def __init__(
        self, name: str, *, policy: str | Policy = "web", assessor: Assessor | None = None,
        about: Mapping[str, Any] | None = None,
    ) -> None:
        self._own = assessor is None
        self.assessor = Assessor() if assessor is None else assessor
        rules = policy if isinstance(policy, Policy) else policy_named(policy, self.assessor.vocabulary)
        self._context = Context(name, Gate(rules, self.assessor), dict(about or {}))

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
        arguments = {"original": original, "compressed": compressed, "codec": codec, "settings": settings or {}}
        try:
            found = self.assessor.hooks.first(HOOK, Verdict, **arguments, context=self._context)
        except PluginError as error:
            return Verdict.undecided(str(error), f"plugin {error.plugin}")
        assert found is not None, "the built-in gate always has a verdict"
        return found[1]

    def close(self) -> None:
        """Free the assessor if it is the pipeline's own. Idempotent."""
        if self._own:
            self.assessor.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
