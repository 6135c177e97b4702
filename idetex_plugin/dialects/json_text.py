"""The one JSON value of a reply, with prose or a code fence around it."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from idetex_plugin.dialects.frame import Corners
from idetex_plugin.dialects.reading import unreadable

OPENING = re.compile(r"[\[{]")
SPACE = re.compile(r"\s*")
COMMA = re.compile(r"\s*,")


def only_value(text: str) -> Any:
    """The value that begins at the first bracket. Raises UnreadableError.

    Refused, since any choice would be a guess: a value that is broken or cut off, a second one after it, a key given
    twice, NaN and Infinity. Takes time linear in the length of the text.
    """
    start = OPENING.search(text)
    if start is None:
        raise unreadable("no JSON", text)
    try:
        value, end = DECODER.raw_decode(text, start.start())
    except (ValueError, RecursionError) as error:
        raise unreadable(f"broken JSON ({str(error)[:80]})", text[start.start() :]) from error
    if second := OPENING.search(text, end):
        raise unreadable("a second JSON value", text[second.start() :])
    return value


def complete_entries(text: str) -> int:
    """Where the last complete object of a list that breaks off ends; 0 without a complete one."""
    start = OPENING.search(text)
    at = end = 0 if start is None or start[0] != "[" else start.end()
    while at:
        try:
            _, at = DECODER.raw_decode(text, SPACE.match(text, at).end())  # type: ignore[union-attr]
        except (ValueError, RecursionError):
            break
        end, comma = at, COMMA.match(text, at)
        at = comma.end() if comma else 0
    return 0 if start is None or end == start.end() else end


def corners_of(value: Any) -> Corners:
    """Four whole numbers. Raises UnreadableError."""
    if isinstance(value, list) and len(value) == 4 and all(type(number) is int for number in value):
        return value[0], value[1], value[2], value[3]
    raise unreadable("a box without four whole coordinates", _short(value))


def part(value: Any, key: str, kind: type) -> Any:
    """The value of a key that has to be there and of this kind. Raises UnreadableError."""
    if not isinstance(value, dict) or not isinstance(value.get(key), kind):
        raise unreadable(f"no {key!r} of the kind asked for", _short(value))
    return value[key]


def _short(value: Any) -> str:
    """Enough of a value to recognise it, without spelling out a giant one."""
    if isinstance(value, dict):
        return "{" + ", ".join(str(key)[:20] for key in list(value)[:8]) + "}"
    return f"list of {len(value)}" if isinstance(value, list) and len(value) > 8 else str(value)[:100]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ValueError("a key is given twice")
    return values


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


# Grammars of servers let a string hold a tab as it is.
DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_refuse, strict=False)
