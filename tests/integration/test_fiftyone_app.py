"""The plugin in the FiftyOne App: a real mongod, a real server, a real browser, the embedded checkpoint."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

INSTALLED = getattr(find_spec("fiftyone"), "origin", None)
pytestmark = [pytest.mark.integration, pytest.mark.skipif(not INSTALLED, reason="needs idetex-plugin[fiftyone]")]
ROOT = Path(__file__).parents[2]
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
SERVE = """
import sys, fiftyone as fo
dataset = fo.Dataset.from_images_dir(sys.argv[1], name="photos", persistent=True)
fo.launch_app(dataset, remote=True, address="127.0.0.1", port=int(sys.argv[2])).wait(-1)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, **options: Any) -> Iterator[None]:
    """A process of its own group that listens on this port."""
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, **options)
    try:
        until = time.monotonic() + 90
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert process.poll() is None and time.monotonic() < until, f"{command[0]} does not listen"
            time.sleep(0.2)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


@pytest.fixture(scope="module")
def address(mongo: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The App with the plugin installed, showing the demo photos."""
    environment = {
        **os.environ,
        "FIFTYONE_PLUGINS_DIR": str(tmp_path_factory.mktemp("plugins")),
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "integrations"))),
    }
    install = [sys.executable, "-m", "idetex_plugin", "fiftyone", "install"]
    subprocess.run(install, env=environment, check=True)
    port = free_port()
    with running([sys.executable, "-c", SERVE, str(ROOT / "demo"), str(port)], port, env=environment):
        yield f"http://127.0.0.1:{port}/datasets/photos"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))


class App:
    """One open tab."""

    def __init__(self, browser: Any, address: str) -> None:
        self.page = browser.new_context(viewport={"width": 1500, "height": 1000}).new_page()
        self.page.set_default_timeout(90_000)
        self.page.add_init_script("window.IS_PLAYWRIGHT = true")  # FiftyOne then shows no advertisement
        self.page.goto(address)
        self.page.get_by_text("6 samples").wait_for()

    def button(self, name: str) -> Any:
        return self.page.get_by_role("button", name=name, exact=True)

    def operator(self, name: str) -> Any:
        """Open an operator's form."""
        self.page.keyboard.press("`")
        self.page.get_by_placeholder(re.compile("Search")).last.fill(name)
        self.page.get_by_text(f"idetex: {name}").first.click()
        return self.page.get_by_role("dialog")

    def panel(self) -> None:
        """Open the review panel."""
        self.page.locator('[data-cy="new-panel-btn"]').first.click()
        self.page.get_by_text("idetex review").first.click()
        self.page.locator(".js-plotly-plot .point path:visible").first.wait_for()

    def reviewed(self, number: int) -> int:
        """Wait until so many regions are reviewed; of how many."""
        told = self.page.get_by_text(re.compile(rf"^{number} of \d+ regions reviewed"))
        told.wait_for()
        return int(told.inner_text().split()[2])

    def bar(self, plot: int, number: int) -> Any:
        return self.page.locator(".js-plotly-plot").nth(plot).locator(".point path:visible").nth(number)


def test_assess_filter_review_and_find_it_again(browser: Any, address: str) -> None:
    app = App(browser, address)
    form = app.operator("assess images")
    form.get_by_text("auto", exact=True).click()
    app.page.get_by_role("option", name="transformers").click()
    app.button("Execute").click()
    app.page.get_by_role("progressbar").first.wait_for()
    app.page.get_by_text("Finished").wait_for(timeout=120_000)
    app.button("Done").click()
    app.page.locator('[data-cy="sidebar-field-idetex_regions"]').wait_for()

    app.panel()
    total = app.reviewed(0)
    assert total >= 2
    app.bar(0, 0).click(force=True)
    app.button("Show all").wait_for()
    app.page.get_by_text("6 samples").wait_for(state="hidden")
    app.button("Show all").click()
    app.page.get_by_text("6 samples").wait_for()

    app.button("Accept").click()
    app.reviewed(1)
    app.button("Undo").click()
    app.reviewed(0)
    app.button("Reject").click()
    app.reviewed(1)
    app.page.keyboard.press("Space")
    app.reviewed(2)

    again = App(browser, address)
    again.panel()
    assert again.reviewed(2) == total

    form = again.operator("accept regions")
    form.get_by_text(f"Accept {total} regions").wait_for()
    again.button("Execute").click()
    again.button("Refresh").click()
    assert again.reviewed(total) == total
    again.page.get_by_text("Every region shown has been reviewed.").wait_for()
