"""May this photo ship? A verdict on what a pipeline made of one: pass, review or reject, with reasons and places."""

from idetex_plugin.gate.check import Gate, gate
from idetex_plugin.gate.judge import judge
from idetex_plugin.gate.policies import policy_named
from idetex_plugin.gate.remedies import remedies_for
from idetex_plugin.words.policy import Policy, PolicyError
from idetex_plugin.words.verdict import Outcome, Remedy, Verdict

__all__ = [
    "Gate", "Outcome", "Policy", "PolicyError", "Remedy", "Verdict", "gate", "judge", "policy_named", "remedies_for",
]  # fmt: skip
