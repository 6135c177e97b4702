"""Confidence from the engine's log-probabilities."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from math import exp

from idetex_plugin.words.request import Reply


class Spelling:
    """Where each token of a reply begins, and how probable each was."""

    def __init__(self, reply: Reply) -> None:
        self._tokens = reply.tokens
        self._starts = [0, *accumulate(len(token.text) for token in reply.tokens)]
        self._known = bool(reply.tokens) and self._starts[-1] == len(reply.text)

    def probability(self, start: int, end: int) -> float | None:
        """Product of the probabilities of the tokens that spell reply.text[start:end], None where unknown.

        For the name of a type, that is the probability that this type is named here, given all that was said before.
        """
        if not self._known or not 0 <= start < end <= self._starts[-1]:
            return None
        first, last = bisect_right(self._starts, start) - 1, bisect_left(self._starts, end)
        total = 0.0
        for token in self._tokens[first:last]:
            if token.logprob is None:
                return None
            total += token.logprob
        return exp(min(total, 0.0))
