"""The sentences of a dialect: its own, or the card's in their place."""

from __future__ import annotations

import re
from collections.abc import Mapping

from idetex_plugin.words.card import Card

HOLE = re.compile(r"\{([a-z_]+)\}")


def wording_of(card: Card, own: Mapping[str, str]) -> dict[str, str]:
    """The dialect's own sentences by name, with the card's replacing those of the same name.

    Raises ValueError when the card words something that the dialect does not say, or leaves out one of the {holes}
    that the dialect fills.
    """
    for name, sentence in card.wording.items():
        if name not in own:
            raise ValueError(f"card {card.name!r}: wording.{name} is none of {', '.join(own)}")
        needed, present = set(HOLE.findall(own[name])), set(HOLE.findall(sentence))
        if missing := needed - present:
            raise ValueError(f"card {card.name!r}: wording.{name} lacks {{{'}, {'.join(sorted(missing))}}}")
    return {**own, **card.wording}


def fill(sentence: str, **values: str) -> str:
    """The sentence with its holes filled in one pass; other braces are left alone."""
    return HOLE.sub(lambda hole: values.get(hole[1], hole[0]), sentence)
