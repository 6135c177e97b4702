"""How long to wait before a server is asked again."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential back-off with jitter: after try n a random wait of half to all of base * 2**n seconds.

    tries: how often one request is sent at most while the server is healthy. longest: the longest own wait in seconds.
    """

    tries: int = 5
    base: float = 0.5
    longest: float = 15.0

    def wait(self, tried: int, asked: float | None = None) -> float:
        """Seconds to wait after this many tries. `asked` is what the server asks for, and always honoured."""
        if asked is not None:
            return asked
        whole = min(self.base * 2.0 ** min(tried, 32), self.longest)
        return random.uniform(whole / 2, whole)


def retry_after(header: str | None) -> float | None:
    """Seconds from now that a Retry-After header asks for, never negative; None without one or for nonsense."""
    if header is None:
        return None
    try:
        return max(0.0, float(int(header)))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
