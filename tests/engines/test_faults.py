import pytest

from idetex_plugin.engines.faults import (
    Trouble,
    TroubleError,
    UnansweredError,
    UnclearError,
    error_message,
    read_refusal,
)
from idetex_plugin.words.failure import Reason


@pytest.mark.parametrize(
    ("status", "message", "kind", "reason"),
    [
        (400, "This model's maximum context length is 512 tokens.", UnansweredError, Reason.PROMPT_TOO_LONG),
        (400, "bad schema", UnansweredError, Reason.REJECTED),
        (413, "too large", UnansweredError, Reason.REJECTED),
        (504, "too slow", UnclearError, Reason.TIMEOUT),
        (500, "it broke", UnclearError, Reason.ENGINE_ERROR),
        (502, "<html>", UnclearError, Reason.ENGINE_ERROR),
        (401, "who are you", Trouble.NOT_ALLOWED, Reason.REFUSED),
        (403, "no", Trouble.NOT_ALLOWED, Reason.REFUSED),
        (404, "no such model", Trouble.OTHER_MODEL, Reason.REFUSED),
        (402, "pay", Trouble.QUOTA, Reason.REFUSED),
        (429, "slow down", Trouble.BUSY, Reason.REFUSED),
        (429, '{"error": {"code": "insufficient_quota"}}', Trouble.QUOTA, Reason.REFUSED),
        (503, "loading", Trouble.BUSY, Reason.REFUSED),
        (307, "", Trouble.REDIRECT, Reason.REFUSED),
    ],
)
def test_refusals_are_named(status, message, kind, reason) -> None:
    error = read_refusal(status, message)
    assert error.failure.reason is reason and error.status == status
    if isinstance(kind, Trouble):
        assert isinstance(error, TroubleError) and error.trouble is kind
    else:
        assert type(error) is kind
    assert reason in {Reason.REJECTED, Reason.PROMPT_TOO_LONG} or reason.transient


def test_what_the_server_asks_for_is_read() -> None:
    error = read_refusal(503, "", "17")
    assert isinstance(error, TroubleError) and error.asked == 17


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"error": {"message": "no"}}', "no"),
        ('{"message": "no"}', "no"),
        ('{"error": "no"}', "no"),
        ("<html>no</html>", "<html>no</html>"),
        ("[1]", "[1]"),
        ("", "no explanation"),
    ],
)
def test_error_messages(text, message) -> None:
    assert error_message(text) == message
