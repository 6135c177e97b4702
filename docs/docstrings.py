"""For the reference: lines of a docstring that begin with an argument's name and a colon become a list."""

from __future__ import annotations

import re
from typing import Any

import griffe

ITEM = re.compile(r"^(\w+(?:, \w+)*): (?=\S)")


def listed(text: str) -> str:
    """The docstring with those lines as items of a Markdown list, and what is indented below them as theirs."""
    lines: list[str] = []
    inside = False
    for line in text.splitlines():
        if match := ITEM.match(line):
            lines += ([] if inside else [""]) + [f"- **{match[1]}**: {line[match.end() :]}"]
            inside = True
        elif inside and line.strip() and not line.startswith(" "):
            lines += ["", line]
            inside = False
        else:
            lines.append(line)
    return "\n".join(lines)


class Lists(griffe.Extension):
    """Applies `listed` to everything that has a docstring."""

    def on_object(self, *, obj: Any, **_: Any) -> None:
        """Called by griffe for every module, class, function and attribute."""
        if obj.docstring is not None:
            obj.docstring.value = listed(obj.docstring.value)
