"""Choosing among options: exact probabilities from the tokens at which the options part.

The options' token sequences form a tree. P(option) is the product, over the forks on its way, of the model's
probability of its branch renormalised over the branches of that fork. That is what constrained decoding samples from.
Options that all differ in their first token have one fork, so one step of the model answers the request; the reply is
the most probable option. Where one option is the beginning of another, ending the turn is a branch too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, log

from idetex_plugin.words.request import Token

Ids = tuple[int, ...]
END = -1


@dataclass(frozen=True, slots=True)
class Fork:
    """A place where options part: the tokens that lead to it, and the tokens whose probabilities decide there."""

    path: Ids
    scored: Ids


class Choice:
    """The tree of one set of options. `end`: the ids that end a turn.

    Raises ValueError for no options, an empty one, two of the same tokens, or an option that begins another when
    `end` is empty.
    """

    def __init__(self, options: Mapping[str, Ids], end: Ids) -> None:
        if not options or not all(options.values()):
            raise ValueError(f"cannot choose among {list(options)}")
        if len(set(options.values())) < len(options):
            raise ValueError(f"two of the options {list(options)} are spelt with the same tokens")
        self.options, self.end = dict(options), end
        self._branches: dict[Ids, dict[int, None]] = defaultdict(dict)
        for ids in options.values():
            for depth, token in enumerate(ids):
                self._branches[ids[:depth]][token] = None
        for ids in options.values():
            if ids in self._branches:
                self._branches[ids][END] = None
                if not end:
                    raise ValueError(f"an option of {list(options)} begins another, and the end of a turn is unknown")

    @property
    def forks(self) -> tuple[Fork, ...]:
        """All forks, the first one first. None when there is a single option."""
        return tuple(
            Fork(path, tuple(id for branch in branches for id in self._ids(branch)))
            for path, branches in self._branches.items()
            if len(branches) > 1
        )

    def probabilities(self, scores: Sequence[Mapping[int, float]]) -> dict[str, float]:
        """Every option's probability from the log-probabilities of each fork's scored tokens, in order of forks.

        Raises KeyError when a scored token is missing.
        """
        steps = self._steps(scores)
        return {option: exp(sum(steps.get(step, 0.0) for step in _walk(ids))) for option, ids in self.options.items()}

    def spell(self, option: str, texts: Iterable[str], scores: Sequence[Mapping[int, float]]) -> tuple[Token, ...]:
        """The option's tokens, whose texts are given, each with its log-probability under the constraint."""
        steps, walk = self._steps(scores), _walk(self.options[option])[:-1]
        return tuple(Token(text, steps.get(step, 0.0)) for step, text in zip(walk, texts, strict=True))

    def _ids(self, branch: int) -> Ids:
        return self.end if branch == END else (branch,)

    def _steps(self, scores: Sequence[Mapping[int, float]]) -> dict[tuple[Ids, int], float]:
        """Log-probability of each branch (path, token) of each fork, renormalised over the fork."""
        steps = {}
        for fork, found in zip(self.forks, scores, strict=True):
            raw = {branch: _log_sum([found[id] for id in self._ids(branch)]) for branch in self._branches[fork.path]}
            total = _log_sum(list(raw.values()))
            steps.update({(fork.path, branch): value - total for branch, value in raw.items()})
        return steps


def _walk(ids: Ids) -> list[tuple[Ids, int]]:
    return [(ids[:depth], token) for depth, token in enumerate((*ids, END))]


def _log_sum(values: Sequence[float]) -> float:
    top = max(values)
    return top + log(sum(exp(value - top) for value in values))
