"""Which checkpoints are known by name."""

from __future__ import annotations

import os
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from idetex_plugin.cards.files import read_card
from idetex_plugin.words.card import Card, CardError

DATA = Path(__file__).parent / "data"


@cache
def cards() -> tuple[Card, ...]:
    """The built-in cards, the embedded checkpoint's first."""
    return tuple(sorted((read_card(path) for path in sorted(DATA.glob("*.toml"))), key=lambda card: not card.embedded))


def get_card(which: str | os.PathLike[str], known: Iterable[Card] | None = None) -> Card:
    """The card of this name, in this TOML file, or in `idetex.toml` of this checkpoint's folder. Raises CardError.

    known: the cards that may be named, by default the built-in ones.
    """
    names = {card.name: card for card in (cards() if known is None else known)}
    if isinstance(which, str) and which in names:
        return names[which]
    path = Path(which).expanduser()
    if path.suffix == ".toml" or path.is_dir():
        return read_card(path)
    close = get_close_matches(str(which), names, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    raise CardError(
        f"no model is called {str(which)!r}, and it is no .toml file and no folder{hint}; known are {', '.join(names)}"
    )
