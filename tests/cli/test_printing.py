"""Names on a terminal."""

import pytest

from idetex_plugin.cli.printing import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("esc\x1b[31mred.jpg", "esc\\x1b[31mred.jpg"),
        ("osc\x1b]0;title\x07.jpg", "osc\\x1b]0;title\\x07.jpg"),
        ("two\nlines\r.jpg", "two\\nlines\\r.jpg"),
        ("csi\x9b31m", "csi\\x9b31m"),
        ("half\udcff.jpg", "half\\udcff.jpg"),
        ("turned\u202egpj.exe", "turned\\u202egpj.exe"),
        ("line\u2028.jpg", "line\\u2028.jpg"),
        ("Ferien – été 写真 👩\u200d🚀\u3000.jpg", "Ferien – été 写真 👩\u200d🚀\u3000.jpg"),
        ("C:\\photos\\a.jpg", "C:\\photos\\a.jpg"),
    ],
)
def test_controls_are_escaped_and_nothing_else(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_the_lines_of_a_message_may_stay() -> None:
    assert printable("one\n\ttwo\x1b[0m", lines=True) == "one\n\ttwo\\x1b[0m"
