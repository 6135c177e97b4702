"""Which checkpoints are known by name, how to speak with one, and what to show it of a photo."""

from __future__ import annotations

import os
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import cast

from PIL import Image

from idetex_plugin.models.card_files import CardError, read_card
from idetex_plugin.models.cards import Card
from idetex_plugin.models.dialects.base import Dialect, Look
from idetex_plugin.models.resize import fit
from idetex_plugin.taxonomy import VIDA, Vocabulary

DATA = Path(__file__).parent / "data"
DIALECTS = {"nano": "NanoDialect", "vida": "VidaDialect", "json": "JsonDialect"}


def cards(extra: Iterable[Card] = ()) -> list[Card]:
    """Every card known by name: the built-in ones, the embedded first, then `extra`. CardError for a repeated name."""
    known = {card.name: card for card in _built_in()}
    for card in extra:
        if card.name in known:
            first = known[card.name].checkpoint
            raise CardError(f"two cards are called {card.name!r}: of {first} and of {card.checkpoint}")
        known[card.name] = card
    return list(known.values())


def get_card(which: str | os.PathLike[str], extra: Iterable[Card] = ()) -> Card:
    """The card of this name, in this TOML file, or in `idetex.toml` of this checkpoint's folder. Raises CardError."""
    known = {card.name: card for card in cards(extra)}
    if isinstance(which, str) and which in known:
        return known[which]
    path = Path(which).expanduser()
    if path.suffix == ".toml" or path.is_dir():
        return read_card(path)
    close = get_close_matches(str(which), known, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    raise CardError(
        f"no model is called {str(which)!r}, and it is no .toml file and no folder{hint}; known are {', '.join(known)}"
    )


def make_dialect(card: Card, vocabulary: Vocabulary = VIDA) -> Dialect:
    """The dialect that the card names. Raises CardError when there is none, or when the card does not suit it."""
    if card.dialect not in DIALECTS:
        raise CardError(f"card {card.name!r}: dialect {card.dialect!r} is none of {', '.join(DIALECTS)}")
    module = import_module(f"idetex_plugin.models.dialects.{card.dialect}")
    try:
        return cast(Dialect, getattr(module, DIALECTS[card.dialect])(card, vocabulary))
    except ValueError as error:
        raise CardError(str(error)) from error


def show(card: Card, image: Image.Image) -> Look:
    """What the checkpoint is shown of an RGB photo."""
    if card.views == "global_detail":
        from idetex_plugin.models.views import global_detail

        assert card.view_size is not None
        return Look(global_detail(image, card.view_size), image.width, image.height)
    return Look((fit(image, card),), image.width, image.height)


@cache
def _built_in() -> tuple[Card, ...]:
    return tuple(sorted((read_card(path) for path in sorted(DATA.glob("*.toml"))), key=lambda card: not card.embedded))
