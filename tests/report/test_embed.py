import base64
import hashlib
import json
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idetex_plugin.report.embed import csp_hash, html_text, script_json


class Scripts(HTMLParser):
    """Collects the text of script elements and the tags outside them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self._inside = False
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._inside = tag == "script"
        if self._inside:
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts[-1] += data


def joined(text: str) -> str:
    """JSON has UTF-16 escapes: two surrogates in a row are one character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


nasty = st.text() | st.text(st.characters(categories=["Cs"])) | st.sampled_from(
    ["</script><img src=x onerror=alert(1)>", "<!--<script>", "]]>", "\u2028\u2029", "&lt;&amp;", "\"'`\\", "\u202e"]
)


@given(st.lists(nasty))
def test_any_text_survives_a_script_element_and_nothing_else_comes_out(texts: list[str]) -> None:
    parsed = Scripts(f'<script type="application/json">{script_json(texts)}</script>')
    assert parsed.tags == ["script"]
    assert json.loads(parsed.texts[0]) == [joined(text) for text in texts]


@given(nasty)
def test_json_is_ascii_without_markup(text: str) -> None:
    written = script_json({text: text})
    assert written.isascii()
    assert not set("<>&\n") & set(written)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_numbers_that_json_lacks_are_refused(number: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        script_json([number])


@given(nasty)
def test_html_text_can_be_written_and_holds_no_markup(text: str) -> None:
    written = html_text(text)
    written.encode("utf-8")
    assert not set("<>\"'") & set(written)


def test_csp_hash_is_that_of_the_bytes() -> None:
    digest = base64.b64encode(hashlib.sha256("é".encode()).digest()).decode()
    assert csp_hash("é") == f"'sha256-{digest}'"
