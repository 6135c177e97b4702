from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

from PIL import Image

from idetex_plugin.report.comparison import Compared, write_comparison
from idetex_plugin.words.assessment import PhotoInfo
from idetex_plugin.words.box import Box
from idetex_plugin.words.verdict import Difference, Kind, Outcome, Verdict

EDGE = Difference(kind=Kind.EDGE, outcome=Outcome.REVIEW, words='an "edge" <b>', box=Box(x1=0.75, y1=0, x2=1, y2=1))


def verdict(outcome: Outcome, **more: object) -> Verdict:
    reasons = (f"{outcome}: <script>alert(1)</script>",)
    values = {"outcome": outcome, "reasons": reasons, "decided_by": "diagnosis", "photo": PhotoInfo(name="a"), **more}
    return Verdict.model_validate(values)


class Elements(HTMLParser):
    """Collects elements with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_both_photos_a_slider_and_the_places_stand_on_one_page(tmp_path: Path) -> None:
    original, copy = (Image.new("RGB", (300, 200), colour) for colour in ("teal", "navy"))
    worst = Box(x1=0, y1=0, x2=0.5, y2=1)
    compared = [
        Compared("b.jpg", verdict(Outcome.REVIEW, differences=(EDGE,), worst=worst), original, copy),
        Compared("<a>.jpg", verdict(Outcome.REJECT), None, b"no photo"),
    ]
    text = write_comparison(compared, tmp_path / "page.html").read_text("utf-8")
    elements = Elements(text).found
    articles = [attributes["class"] for tag, attributes in elements if tag == "article"]
    assert articles == ["reject", "review"]
    images = [attributes["src"] or "" for tag, attributes in elements if tag == "img"]
    assert len(images) == 2
    assert all(address.startswith("data:image/jpeg;base64,") for address in images)
    marks = [(attributes["class"], attributes["data-box"]) for tag, attributes in elements if tag == "i"]
    assert marks == [("", "0.7500 0.0000 1.0000 1.0000"), ("worst", "0.0000 0.0000 0.5000 1.0000")]
    assert sum(tag == "input" for tag, _ in elements) == 1
    assert sum(tag == "script" for tag, _ in elements) == 1
    assert "not shown: image: is no image" in text
    assert not re.search(r"https?://", text)
