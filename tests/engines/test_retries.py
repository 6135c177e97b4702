from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from idetex_plugin.engines.retries import Backoff, retry_after


def test_waits_grow_and_stay_bounded() -> None:
    backoff = Backoff(base=1.0, longest=6.0)
    for tried in range(1, 12):
        waits = [backoff.wait(tried) for _ in range(200)]
        whole = min(2.0**tried, 6.0)
        assert min(waits) >= whole / 2 and max(waits) <= whole


def test_the_servers_wish_is_honoured() -> None:
    assert Backoff(longest=5).wait(1, 3600) == 3600


@pytest.mark.parametrize(("header", "seconds"), [(None, None), ("7", 7), ("-1", 0), ("soon", None), ("", None)])
def test_retry_after(header, seconds) -> None:
    assert retry_after(header) == seconds


def test_retry_after_a_date() -> None:
    soon = retry_after(format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True))
    assert soon == pytest.approx(20, abs=2)
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0
