"""What could not be read while scoring: listed and counted, so that nothing disappears without a word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from idetex_plugin.words.record import Record


class Refusal(Record):
    """An item, or a part of one, that could not be read as it should: in which file, which one, and what is wrong."""

    file: str
    item: str
    problem: str


@dataclass
class Ledger:
    """Collects refusals in the order in which they are met."""

    refusals: list[Refusal] = field(default_factory=list)

    def refuse(self, file: str, item: object, problem: str) -> None:
        """Note one."""
        self.refusals.append(Refusal(file=file, item=str(item), problem=problem))

    def __iter__(self) -> Iterator[Refusal]:
        return iter(self.refusals)

    def __len__(self) -> int:
        return len(self.refusals)
