"""The served report, asked over HTTP."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from made_up import many
from PIL import Image
from standins import WindowEngine, nano_says, write_photos
from starlette.testclient import TestClient

from idetex_plugin import Assessor, Run
from idetex_plugin.report.paged import PAGE_ROWS, PagedReport, make_app
from idetex_plugin.runs.rows import Stamp
from idetex_plugin.words.card import Card

CARD = Card(name="nano", title="Nano", checkpoint="embedded", dialect="nano")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Over six real photos, the last of which has gone, and many that never were."""
    base = tmp_path_factory.mktemp("paged")
    paths = write_photos(base / "photos", 6)
    with Run.writer(base / "run", CARD, "f", {}) as run, run.together():
        with Assessor(engine=WindowEngine(answer=nano_says)) as assessor:
            for path in paths:
                run.write(path, Stamp.of(path), assessor.assess(path))
        for photo in many(300):
            run.write(f"/nowhere/{photo.photo.name}", Stamp(1, 1), photo)
    Path(paths[5]).unlink()
    with Run(base / "run") as run:
        report = PagedReport(run)
        yield TestClient(make_app(report, title="<Report>"), base_url="http://127.0.0.1:8009")
        report.close()


def test_the_page_runs_its_own_script_and_nothing_else(client: TestClient) -> None:
    page = client.get("/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src 'sha256-" in policy and "unsafe" not in policy
    assert "&lt;Report&gt;" in page.text and "<Report>" not in page.text
    assert page.headers["x-content-type-options"] == "nosniff" and page.headers["x-frame-options"] == "DENY"


def test_pages_make_up_the_run(client: TestClient) -> None:
    pages = [client.get("/rows", params={"page": number}).json()["rows"] for number in range(4)]
    assert [len(page) for page in pages] == [PAGE_ROWS, PAGE_ROWS, 306 - 2 * PAGE_ROWS, 0]
    assert [row["number"] for page in pages for row in page] == list(range(1, 307))
    assert client.get("/count").json() == {"count": 306}


def test_ranges_and_copies_are_asked_for_by_name(client: TestClient) -> None:
    about = client.get("/about").json()
    least, most = about["ends"]["mean_luma"]
    assert 0 <= least < most
    every = client.get("/count", params={"least-mean_luma": least, "most-mean_luma": most}).json()["count"]
    some = client.get("/count", params={"least-mean_luma": (least + most) / 2}).json()["count"]
    assert 0 < some < every
    assert client.get("/count", params={"least-mean_luma": "much"}).json() == {"count": 306}
    assert "copies" not in about["orders"] and about["facets"]["content"] == {}


def test_rows_refer_to_what_is_shared(client: TestClient) -> None:
    found = client.get("/rows", params={"page": 1, "sort": "severity"}).json()
    for row in found["rows"]:
        assert found["shared"]["models"][row["model"]]
        assert all(found["shared"]["distortions"][region["type"]] for region in row["regions"])


def test_the_wish_is_in_the_address(client: TestClient) -> None:
    asked = {"q": "img", "level": ["bad", "poor"], "status": "ok", "sort": "score-down"}
    found = client.get("/rows", params=asked).json()["rows"]
    assert found and {row["level"] for row in found} <= {"bad", "poor"} and {row["state"] for row in found} == {"ok"}
    assert client.get("/count", params=asked).json()["count"] >= len(found)


@pytest.mark.parametrize("page", ["-1", "x", "1e3", "9999999999", ""])
def test_a_page_that_is_no_number_is_refused(client: TestClient, page: str) -> None:
    assert client.get("/rows", params={"page": page}).status_code == 400


def test_thumbnails_are_made_on_demand_of_what_was_judged(client: TestClient) -> None:
    answer = client.get("/thumbnail/1")
    assert answer.headers["content-type"] == "image/jpeg"
    assert Image.open(io.BytesIO(answer.content)).size == (48, 40)
    for gone in ("6", "100", "99999"):
        assert client.get(f"/thumbnail/{gone}").status_code == 404


def test_originals_are_pictures_of_the_run_and_nothing_else(client: TestClient) -> None:
    answer = client.get("/original/1")
    assert answer.headers["content-type"].startswith("image/")
    assert Image.open(io.BytesIO(answer.content)).size == (48, 40)
    assert answer.headers["content-security-policy"] == "sandbox"
    for other in ("6", "100", "99999", "..%2f..%2fetc%2fpasswd", "-1", "1.0"):
        assert client.get(f"/original/{other}").status_code == 404


def test_only_this_machine_by_its_own_names(client: TestClient) -> None:
    assert client.get("/about", headers={"host": "localhost:8009"}).status_code == 200
    assert client.get("/about", headers={"host": "evil.example"}).status_code == 400
    assert client.post("/rows").status_code == 405


def test_the_head_says_what_the_rows_say(client: TestClient) -> None:
    about = client.get("/about").json()
    assert about["photos"] == 306 and about["model"] == "nano"
    assert sum(about["facets"]["status"].values()) == 306
    assert {"score-up", "measure-noise-down"} <= about["orders"].keys()
