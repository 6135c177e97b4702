"""A pipeline's side of the hooks: ask about what it has just made, and get a verdict."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from idetex_plugin.hooks.events import Context
from idetex_plugin.hooks.problems import PluginError

if TYPE_CHECKING:
    from idetex_plugin.assessment import Assessment
    from idetex_plugin.assessor import Assessor
    from idetex_plugin.gate import Policy, Verdict

HOOK = "idetex_after_compression"


class Pipeline:
    """One pipeline with its policy and its assessor. Safe to use from several threads, which take turns.

    name: what plugins know the pipeline by. policy: a name, or a policy of its own, see `gate.Policy`.
    assessor: by default one with the embedded checkpoint, made at the first use and closed with the pipeline.
    about: anything that the plugins of this pipeline should know.
    Raises ValueError for a policy that there is not.
    """

    def __init__(
        self, name: str, *, policy: str | Policy = "web", assessor: Assessor | None = None,
        about: Mapping[str, Any] | None = None,
    ) -> None:
        from idetex_plugin.gate import policy_named

        self.name = name
        self.policy = policy_named(policy) if isinstance(policy, str) else policy
        self._assessor, self._own = assessor, assessor is None
        self._about = dict(about or {})
        self._making = threading.Lock()

    @property
    def assessor(self) -> Assessor:
        """The assessor, made now if there was none. Its engine starts with the first photo."""
        with self._making:
            if self._assessor is None:
                from idetex_plugin.assessor import Assessor

                self._assessor = Assessor()
            return self._assessor

    def assess(self, source: Any) -> Assessment:
        """See `Assessor.assess`."""
        return self.assessor.assess(source)

    def after_compression(
        self, original: Any, compressed: Any, codec: str = "", settings: Mapping[str, Any] | None = None
    ) -> Verdict:
        """The verdict on what was made from the original, which may be None: the first of the plugins', or the gate's.

        original, compressed: paths, encoded bytes, PIL images or numpy arrays. codec, settings: what made it, such as
        "webp" and {"quality": 70}. A plugin that answers wrongly or late makes the verdict a review.
        """
        from idetex_plugin.gate import Outcome, Verdict

        context = Context(self.name, self.policy, self.assessor, self._about)
        arguments = {"original": original, "compressed": compressed, "codec": codec, "settings": settings or {}}
        try:
            found = self.assessor.hooks.first(HOOK, Verdict, **arguments, context=context)
        except PluginError as error:
            return Verdict(outcome=Outcome.REVIEW, reasons=(str(error),), decided_by=f"plugin {error.plugin}")
        assert found is not None, "the built-in gate always has a verdict"
        return found[1]

    def close(self) -> None:
        """Free the assessor if it is the pipeline's own. Idempotent."""
        if self._own and self._assessor is not None:
            self._assessor.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
