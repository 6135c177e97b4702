"""How many failed photos a run may have before its command ends with an error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class FailLimit:
    """Reached when at least `count` photos, or at least `share` (0..1) of all photos, have failed."""

    count: int | None = None
    share: float | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """From "never", a count such as "5", or a share such as "0.1" or "10%". Raises ValueError."""
        word = text.strip().lower()
        if word == "never":
            return cls()
        try:
            if word.isdigit() and int(word) > 0:
                return cls(count=int(word))
            share = float(word[:-1]) / 100 if word.endswith("%") else float(word) if "." in word else 0
        except ValueError:
            share = 0
        if not 0 < share <= 1:
            raise ValueError(f"fail limit {text!r} is neither a count (5), a share (0.1 or 10%) nor never")
        return cls(share=share)

    def reached(self, failed: int, total: int) -> bool:
        """Whether this many failed photos of this many are too many."""
        if self.count is not None:
            return failed >= self.count
        return self.share is not None and failed > 0 and failed >= self.share * total
