"""Every situation, with a checkpoint that sees severe noise in every photo, so that every pass is the gate's own."""

from __future__ import annotations

import re

import pytest
from situations import Situation, situations
from standins import WindowEngine, nano_says

from idetex_plugin import Assessor, gate
from idetex_plugin.gating.policies import policy_named
from idetex_plugin.plugins.manager import Hooks
from idetex_plugin.words.verdict import Outcome


@pytest.mark.parametrize("case", situations(), ids=lambda case: case.what)
def test_the_verdict_and_its_reason_are_about_what_happened(case: Situation) -> None:
    assessor = Assessor(engine=WindowEngine(answer=nano_says), hooks=Hooks())
    policy = policy_named(case.policy).model_copy(update=case.keys)
    verdict = gate(case.original, case.copy, policy, assessor)
    told = (str(verdict.outcome), verdict.reasons)
    assert verdict.outcome in case.outcomes, told
    if case.kind is None:
        assert verdict.differences == (), told
        return
    first = verdict.differences[0]
    assert first.kind is case.kind, told
    assert re.search(case.about, first.reason), told
    assert first.reason == verdict.reasons[0 if first.outcome is not Outcome.PASS else -1]
    if verdict.outcome is Outcome.PASS:
        assert not verdict.remedies
    elif verdict.decided_by == "diagnosis":
        assert verdict.remedies[0].action != "raise-quality", verdict.remedies
