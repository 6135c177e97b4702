import gc
import json
import os
import re
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

from idetex_plugin.report.embed import csp_hash
from idetex_plugin.report.page import write_report
from idetex_plugin.words.assessment import Assessment
from tests.made_up import HOSTILE_TEXTS, hostile, many, unreadable

ROW = re.compile(r'<script type="application/json" class="row">(.*?)</script>')


def no_photos(_: object) -> None:
    return None


def rows_of(page: Path) -> list[dict[str, object]]:
    return [json.loads(row) for row in ROW.findall(page.read_text("utf-8"))]


def test_every_assessment_is_a_row_in_order(tmp_path: Path) -> None:
    page = write_report(many(150), tmp_path / "report.html", photos=no_photos)
    assert [row["name"] for row in rows_of(page)] == [one.photo.name for one in many(150)]


def test_an_empty_run_is_a_page(tmp_path: Path) -> None:
    page = write_report([], tmp_path / "new" / "report.html")
    assert rows_of(page) == []
    assert 'id="shared"' in page.read_text("utf-8")


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_foreign_text_stays_text(tmp_path: Path, text: str) -> None:
    plain = write_report([hostile("plain.jpg")], tmp_path / "plain.html", photos=no_photos, title="plain")
    page = write_report([hostile(text)], tmp_path / "hostile.html", photos=no_photos, title=text)
    tags = re.compile(r"<[a-zA-Z/!]\w*")
    assert tags.findall(page.read_text("utf-8")) == tags.findall(plain.read_text("utf-8"))
    assert rows_of(page)[0]["name"] == text


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    first = write_report(many(60), tmp_path / "one" / "report.html", photos=no_photos, workers=1)
    second = write_report(many(60), tmp_path / "two" / "report.html", photos=no_photos, workers=4)
    assert first.read_bytes() == second.read_bytes()


def test_assessments_are_not_kept(tmp_path: Path) -> None:
    alive: weakref.WeakSet[Assessment] = weakref.WeakSet()
    peak = 0

    class Watched(Assessment):
        __hash__ = object.__hash__

    def stream() -> Iterator[Assessment]:
        nonlocal peak
        for one in many(300):
            watched = Watched.model_construct(**dict(one))
            alive.add(watched)
            yield watched
            del watched
            gc.collect(0)
            peak = max(peak, len(alive))

    write_report(stream(), tmp_path / "report.html", photos=no_photos, workers=2)
    assert peak <= 12


def test_a_broken_run_leaves_the_previous_page(tmp_path: Path) -> None:
    page = write_report(many(5), tmp_path / "report.html", photos=no_photos)
    before = page.read_bytes()

    def broken() -> Iterator[Assessment]:
        yield from many(20)
        raise RuntimeError("the disk went away")

    with pytest.raises(RuntimeError, match="disk"):
        write_report(broken(), page, photos=no_photos)
    assert page.read_bytes() == before
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["report.html", "report_files"]


def test_a_page_in_a_pipe_has_nothing_beside_it(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text("utf-8")))
    reader.start()
    write_report(many(1), pipe)
    reader.join(30)
    assert "</html>" in read[0] and list(tmp_path.iterdir()) == [pipe]


def test_the_policy_allows_this_page_alone(tmp_path: Path) -> None:
    text = write_report([unreadable("a.jpg")], tmp_path / "report.html").read_text("utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    script = re.search(r"<script>(.*?)</script>", text, re.DOTALL)
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert policy and script and style
    assert f"script-src {csp_hash(script[1])};" in policy[1]
    assert f"style-src {csp_hash(style[1])};" in policy[1]
    assert policy[1].startswith("default-src 'none';")
    assert not re.search(r"http|\*|unsafe", policy[1])


def test_the_page_names_no_other_place(tmp_path: Path) -> None:
    text = write_report(many(3), tmp_path / "report.html", photos=no_photos).read_text("utf-8")
    assert set(re.findall(r"https?://[^\s\"'<>]+", text)) == {"http://www.w3.org/2000/svg"}
