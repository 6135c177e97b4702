"""Which checkpoints are known by name, how to speak with one, and what to show it of a photo."""

from __future__ import annotations

import os
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import cast

from PIL import Image

from idetex_plugin.models.card_files import CardError, read_card
from idetex_plugin.models.cards import Card
from idetex_plugin.models.dialects.base import Dialect, DialectMaker, Look
from idetex_plugin.models.resize import fit
from idetex_plugin.taxonomy import VIDA, Vocabulary

DATA = Path(__file__).parent / "data"
DIALECTS = {"nano": "NanoDialect", "vida": "VidaDialect", "json": "JsonDialect"}


@cache
def cards() -> tuple[Card, ...]:
    """The built-in cards, the embedded checkpoint's first."""
    return tuple(sorted((read_card(path) for path in sorted(DATA.glob("*.toml"))), key=lambda card: not card.embedded))


def dialects() -> tuple[DialectMaker, ...]:
    """The built-in dialects, each imported when a card names it."""
    return tuple(DialectMaker(name, partial(_built_in, name)) for name in DIALECTS)


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


def show(card: Card, image: Image.Image) -> Look:
    """What the checkpoint is shown of an RGB photo."""
    if card.view_size is None:
        return Look((fit(image, card),), image.width, image.height)
    from idetex_plugin.models.views import squares

    return Look(squares(image, card.view_size, card.view_count), image.width, image.height)


def _built_in(name: str, card: Card, vocabulary: Vocabulary) -> Dialect:
    module = import_module(f"idetex_plugin.models.dialects.{name}")
    return cast(Dialect, getattr(module, DIALECTS[name])(card, vocabulary))
