from hypothesis import given
from hypothesis import strategies as st

from idetex_plugin.words.digest import digest


def test_a_known_text() -> None:
    assert digest("idetex") == digest(b"idetex") == "c1b250f87679c17f"


@given(st.text(), st.text())
def test_texts_are_told_apart(one: str, other: str) -> None:
    assert (digest(one) == digest(other)) is (one == other)
