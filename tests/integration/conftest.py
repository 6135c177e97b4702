"""A browser for the tests that look at pages, and what the FiftyOne App runs in."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from app_window import with_plugin

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        pytest.fail("these tests drive Chromium with playwright: pip install playwright")
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.fail("these tests need Chromium: apt-get install --no-install-recommends chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def environment(mongo: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Of the FiftyOne App, with the plugin installed."""
    return with_plugin(tmp_path_factory.mktemp("plugins"))
