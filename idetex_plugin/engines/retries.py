"""When to ask a server again, and how long to wait before."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

AGAIN = frozenset({408, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential back-off with full jitter: before try n a random wait of up to base * 2**n seconds.

    tries: how often a request is sent at most. longest: the longest wait in seconds, also of a server's own wish.
    """

    tries: int = 5
    base: float = 0.5
    longest: float = 30.0

    def wait(self, tried: int, wish: str | None = None) -> float:
        """Seconds to wait after this many tries. `wish` is the server's Retry-After header: seconds or a date."""
        asked = retry_after(wish)
        if asked is not None:
            return min(asked, self.longest)
        return random.uniform(0, min(self.base * 2.0**tried, self.longest))


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
