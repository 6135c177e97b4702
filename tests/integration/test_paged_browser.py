"""The served report in a real browser: pages, search, filters, order, the large view; and nothing else is asked."""

from __future__ import annotations

import re
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from made_up import hostile, many
from standins import WindowEngine, nano_says, write_photos

from idetex_plugin import Assessor, Run
from idetex_plugin.report.paged import PagedReport, make_app
from idetex_plugin.runs.rows import Stamp
from idetex_plugin.words.card import Card
from tests.made_up import HOSTILE_TEXTS

pytestmark = pytest.mark.integration
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
CARD = Card(name="nano", title="Nano", checkpoint="embedded", dialect="nano")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a report of 131 photos, two of them alike, 120 that have gone, and some that say hostile things."""
    base = tmp_path_factory.mktemp("paged")
    paths = write_photos(base / "photos", 130)
    with Run.writer(base / "run", CARD, "f", {}) as run, run.together():
        shutil.copy(paths[0], base / "photos" / "copy.jpg")
        with Assessor(engine=WindowEngine(answer=nano_says)) as assessor:
            for path in (*paths, str(base / "photos" / "copy.jpg")):
                run.write(path, Stamp.of(path), assessor.assess(path))
        for photo in (*many(120), *map(hostile, HOSTILE_TEXTS)):
            run.write(f"/nowhere/{photo.photo.name}", Stamp(1, 1), photo)
    with Run(base / "run") as run, socket.create_server(("127.0.0.1", 0)) as at:
        report = PagedReport(run)
        server = uvicorn.Server(uvicorn.Config(make_app(report), log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [at]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{at.getsockname()[1]}/"
        server.should_exit = True
        thread.join()
        report.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.fail("these tests need Chromium: apt-get install --no-install-recommends chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any, address: str) -> Iterator[Any]:
    opened = chromium.new_context(viewport={"width": 1280, "height": 900}).new_page()
    trouble: list[str] = []
    opened.on("pageerror", lambda error: trouble.append(f"error: {error}"))
    opened.on("dialog", lambda dialog: trouble.append(f"dialog: {dialog.message}"))
    opened.on("request", lambda request: request.url.startswith((address, "data:")) or trouble.append(request.url))
    # A photo that has gone has no thumbnail: 404, of which the browser tells.
    opened.on("console", lambda said: "404" in said.text or trouble.append(f"console: {said.text}"))
    opened.goto(address)
    settled(opened)
    yield opened
    assert trouble == []
    opened.context.close()


def until(page: Any, expression: str) -> None:
    """Wait for it. Playwright's own way evaluates texts in the page, which its policy forbids."""
    deadline = time.monotonic() + 60
    while not page.evaluate(expression):
        assert time.monotonic() < deadline, expression
        page.wait_for_timeout(20)


def settled(page: Any) -> None:
    until(page, "!document.body.hasAttribute('aria-busy') && !!document.getElementById('count').textContent")


def count(page: Any) -> str:
    settled(page)
    return str(page.locator("#count").text_content())


def names(page: Any) -> list[str]:
    settled(page)
    found: list[str] = page.locator(".card .name").evaluate_all("buttons => buttons.map(button => button.title)")
    return found


def test_it_shows_the_run_a_page_at_a_time(page: Any) -> None:
    total = 251 + len(HOSTILE_TEXTS)
    assert count(page) == f"{total} photos"
    first = names(page)
    until(page, "document.querySelector('.card img')?.naturalWidth > 0")
    page.get_by_role("button", name="Next page").click()
    second = names(page)
    assert first and second and not set(first) & set(second)
    assert page.get_by_text(re.compile(r"Page 2 of 3")).is_visible()
    page.keyboard.press("n")
    assert set(names(page)).isdisjoint({*first, *second})
    assert page.get_by_role("button", name="Next page").is_disabled()
    page.keyboard.press("p")
    assert names(page) == second


def test_search_filters_and_order_ask_the_server(page: Any) -> None:
    page.keyboard.press("/")
    page.keyboard.type("IMG_0000")
    until(page, "document.getElementById('count').textContent.startsWith('9 of')")
    assert all("IMG_0000" in name for name in names(page))
    page.get_by_role("button", name="Clear all").click()
    page.get_by_role("checkbox", name="Bad", exact=False).check()
    until(page, "/^\\d+ of/.test(document.getElementById('count').textContent)")
    settled(page)
    assert set(page.locator(".card .pill").all_text_contents()) == {"Bad"}
    page.select_option("#sort", "score-down")
    settled(page)
    scores = [float(text) for text in page.locator(".card .score b").all_text_contents()]
    assert scores == sorted(scores, reverse=True)
    page.get_by_role("button", name="Remove the filter Bad").click()
    until(page, "/^\\d+ photos/.test(document.getElementById('count').textContent)")


def test_ranges_of_measures_and_photos_of_the_same_content(page: Any) -> None:
    page.get_by_text("Measures", exact=True).click()
    middle = "(Number(document.querySelector('[data-end=\"0\"]').placeholder) + 1).toString()"
    page.locator("[data-measure][data-end='0']").first.fill(page.evaluate(middle))
    page.keyboard.press("Tab")
    until(page, "/^\\d+ of/.test(document.getElementById('count').textContent)")
    page.get_by_role("button", name="Remove the filter", exact=False).click()
    until(page, "/^\\d+ photos/.test(document.getElementById('count').textContent)")
    assert page.locator("[data-measure][data-end='0']").first.input_value() == ""
    page.get_by_role("checkbox", name="Same content as another", exact=False).check()
    until(page, "document.getElementById('count').textContent.startsWith('2 of')")
    page.select_option("#sort", "copies")
    assert len(names(page)) == 2


def test_the_large_view_shows_the_photo_and_what_was_said(page: Any) -> None:
    page.locator(".card .name").first.click()
    until(page, "document.querySelector('#large-stage img')?.naturalWidth > 0")
    assert page.locator("#large-panel").get_by_text("Fingerprint").is_visible()
    page.keyboard.press("j")
    assert "2 of" in str(page.locator("#large-place").text_content())
    page.keyboard.press("Escape")
    assert not page.evaluate("document.getElementById('large').open")


def test_hostile_texts_are_texts(page: Any) -> None:
    page.keyboard.press("End")
    for _ in range(2):
        page.keyboard.press("n")
        settled(page)
    for text in page.locator("#photos").all_text_contents():
        assert "IMG" in text or text
    assert page.evaluate("document.querySelectorAll('#photos script, #photos iframe, #filters script').length") == 0


def test_it_looks_like_the_static_report(page: Any, tmp_path: Path) -> None:
    look = "getComputedStyle(document.querySelector('.card')).borderRadius"
    assert page.evaluate(look) not in {"", "0px"}
    assert page.locator("aside fieldset").count() >= 4 and page.locator(".tile").count() == 4
