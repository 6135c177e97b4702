"""The gate's part of what this package gives through its hooks."""

from __future__ import annotations

from collections.abc import Iterable

from idetex_plugin.gating.judge import judge
from idetex_plugin.gating.remedies import TABLE
from idetex_plugin.plugins.events import AfterCompression, Judging
from idetex_plugin.plugins.specs import hookimpl
from idetex_plugin.words.verdict import Remedy, Verdict


@hookimpl(tryfirst=True)
def idetex_remedies() -> Iterable[Remedy]:
    """The table in `gating.remedies`."""
    return TABLE


@hookimpl(trylast=True)
def idetex_after_compression(event: AfterCompression) -> Verdict:
    """The verdict of the pipeline's gate."""
    return event.check()


@hookimpl(trylast=True)
def idetex_judge(event: Judging) -> Verdict:
    """The built-in rules of the policy."""
    return judge(event.original, event.assessment, event.policy, event.vocabulary)
