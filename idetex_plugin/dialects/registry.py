"""Which dialects there are, and the one that a card names."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from importlib import import_module
from typing import cast

from idetex_plugin.dialects.base import Dialect, DialectMaker
from idetex_plugin.words.card import Card, CardError
from idetex_plugin.words.vocabulary import VIDA, Vocabulary

DIALECTS = {"nano": "NanoDialect", "vida": "VidaDialect", "json": "JsonDialect", "rating": "RatingDialect"}


def dialects() -> tuple[DialectMaker, ...]:
    """The built-in dialects, each imported when a card names it."""
    return tuple(DialectMaker(name, partial(_built_in, name)) for name in DIALECTS)


def make_dialect(card: Card, vocabulary: Vocabulary = VIDA, known: Iterable[DialectMaker] | None = None) -> Dialect:
    """The dialect that the card names. Raises CardError when there is none, or when the card does not suit it.

    known: the dialects that may be named, by default the built-in ones.
    """
    makers = {maker.name: maker for maker in (dialects() if known is None else known)}
    if card.dialect not in makers:
        raise CardError(f"card {card.name!r}: dialect {card.dialect!r} is none of {', '.join(makers)}")
    try:
        return makers[card.dialect].make(card, vocabulary)
    except ValueError as error:
        raise CardError(str(error)) from error


def _built_in(name: str, card: Card, vocabulary: Vocabulary) -> Dialect:
    module = import_module(f"idetex_plugin.dialects.{name}")
    return cast(Dialect, getattr(module, DIALECTS[name])(card, vocabulary))
