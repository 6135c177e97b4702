"""Limits of failures."""

import pytest

from idetex_plugin.runs.limits import FailLimit


@pytest.mark.parametrize(
    ("text", "failed", "total", "reached"),
    [
        ("never", 9, 9, False),
        ("1", 1, 9, True),
        ("1", 0, 9, False),
        ("5", 4, 9, False),
        ("10%", 1, 10, True),
        ("10%", 1, 11, False),
        ("0.1", 1, 10, True),
        ("1.0", 9, 10, False),
        ("100%", 10, 10, True),
        ("100%", 0, 0, False),
        (" 0.001% ", 0, 10, False),
    ],
)
def test_reached(text: str, failed: int, total: int, reached: bool) -> None:
    assert FailLimit.parse(text).reached(failed, total) is reached


@pytest.mark.parametrize("text", ["", "0", "-1", "0%", "101%", "1.5", "nan", "nan%", "inf%", "five", "%", "1e-2"])
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="neither a count"):
        FailLimit.parse(text)
