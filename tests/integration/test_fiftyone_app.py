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
from app_dataset import PHOTOS, write

INSTALLED = getattr(find_spec("fiftyone"), "origin", None)
pytestmark = [pytest.mark.integration, pytest.mark.skipif(not INSTALLED, reason="needs idetex-plugin[fiftyone]")]
ROOT = Path(__file__).parents[2]
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
SETTLED = 2500
SERVE = """
import sys, fiftyone as fo
folder, name, port, helpers = sys.argv[1:]
sys.path.insert(0, helpers)
from app_dataset import reviewable
dataset = reviewable(folder, name) if name == "many" else fo.Dataset.from_images_dir(folder, name=name, persistent=True)
fo.launch_app(dataset, remote=True, address="127.0.0.1", port=int(port)).wait(-1)
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
def environment(mongo: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Of the App, with the plugin installed."""
    made = {
        **os.environ,
        "FIFTYONE_PLUGINS_DIR": str(tmp_path_factory.mktemp("plugins")),
        "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "integrations"))),
    }
    subprocess.run([sys.executable, "-m", "idetex_plugin", "fiftyone", "install"], env=made, check=True)
    return made


@contextmanager
def served(folder: Path, name: str, environment: dict[str, str]) -> Iterator[str]:
    """The App, showing the photos of this folder as a dataset of this name."""
    port = free_port()
    command = [sys.executable, "-c", SERVE, str(folder), name, str(port), str(ROOT / "tests")]
    with running(command, port, env=environment):
        yield f"http://127.0.0.1:{port}/datasets/{name}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=shutil.which("chromium"), args=list(FLAGS))


class App:
    """One open tab."""

    def __init__(self, browser: Any, address: str, samples: int, size: tuple[int, int] = (1500, 1000)) -> None:
        viewport = {"width": size[0], "height": size[1]}
        self.page = browser.new_context(viewport=viewport).new_page()
        self.page.set_default_timeout(90_000)
        self.page.add_init_script("window.IS_PLAYWRIGHT = true")  # FiftyOne then shows no advertisement
        self.page.goto(address)
        self.samples(samples)

    def samples(self, number: int) -> None:
        """Wait until the grid shows so many samples."""
        self.page.get_by_text(f"{number} sample{'' if number == 1 else 's'}", exact=True).wait_for()

    def button(self, name: str | re.Pattern[str]) -> Any:
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
        self.page.get_by_text(re.compile(r"regions decided")).wait_for()

    def tab(self, name: str, shows: Any) -> None:
        """Go to one of the panel's tabs."""
        self.page.get_by_role("tab", name=name).click()
        shows.first.wait_for()

    def press(self, key: str) -> None:
        """Press a key, as people do: when the button with that key is there, and not while the panel still draws."""
        self.page.get_by_role("button", name=re.compile(rf"· {key}$")).first.wait_for()
        self.page.wait_for_timeout(SETTLED)
        self.page.keyboard.press(key.lower())

    def says(self, decided: int, waiting: int, fully: int | None = None) -> None:
        """Wait until the panel says so many regions are decided and wait, and photos are fully reviewed."""
        photos = r"\d+" if fully is None else str(fully)
        total = decided + waiting
        words = rf"{photos} fully reviewed, \d+ open · {decided} of {total} regions decided, {waiting} waiting"
        self.page.get_by_text(re.compile(words)).wait_for()

    def bar(self, plot: int, number: int) -> Any:
        return self.page.locator(".js-plotly-plot").nth(plot).locator(".point path:visible").nth(number)

    def last(self, words: str) -> None:
        """Wait until the panel says what was done last."""
        self.page.get_by_text(re.compile(f"^Last: {words}")).wait_for()


def test_assess_and_review_with_the_embedded_checkpoint(browser: Any, environment: dict[str, str]) -> None:
    with served(ROOT / "demo", "photos", environment) as address:
        app = App(browser, address, 6)
        form = app.operator("assess images")
        form.get_by_text("auto", exact=True).click()
        app.page.get_by_role("option", name="transformers").click()
        app.button("Execute").click()
        app.page.get_by_role("progressbar").first.wait_for()
        app.page.get_by_text("Finished").wait_for(timeout=120_000)
        app.button("Done").click()
        app.page.locator('[data-cy="sidebar-field-idetex_regions"]').wait_for()
        app.panel()
        told = app.page.get_by_text(re.compile(r"regions decided")).inner_text()
        [total] = map(int, re.findall(r"0 of (\d+) regions", told))
        assert total >= 2
        app.press("A")
        app.says(1, total - 1)
        app.press("U")
        app.says(0, total)


class Both:
    """A tab, and the dataset behind it."""

    def __init__(self, app: App, dataset: Any) -> None:
        self.app, self.dataset = app, dataset
        self.total = dataset.count("idetex_regions.detections")

    def figures(self) -> Any:
        """As they are in the database."""
        from idetex_fiftyone import figures

        self.dataset.reload()
        return figures(self.dataset, "idetex")

    def agree(self, decided: int, fully: int = 0) -> None:
        """Wait until the panel says this, which the database must say as well."""
        self.app.says(decided, self.total - decided, fully)
        found = self.figures()
        assert (found.decided, found.waiting, found.reviewed["fully"]) == (decided, self.total - decided, fully)

    def undo(self) -> None:
        """By its key."""
        self.app.press("U")
        self.app.last("undone")


def every_answer_and_its_undo(both: Both) -> None:
    app = both.app
    for key, words in (("A", "accepted"), ("R", "rejected"), ("2", "corrected"), ("1", "corrected")):
        app.press(key)
        app.last(words)
        both.agree(1)
        both.undo()
        both.agree(0)
    app.press("8")
    app.last("level fair")
    both.dataset.reload()
    assert both.dataset.count_values("idetex_review.level")["fair"] == 1
    both.undo()
    app.page.keyboard.press("t")
    app.page.get_by_role("option").first.click()
    app.last("corrected")
    both.agree(1)
    both.undo()
    both.agree(0)


def photos_one_after_the_other(both: Both, number: int) -> None:
    for done in range(1, number + 1):
        both.app.press("N")
        both.app.page.get_by_text(re.compile(rf" {done} fully reviewed")).wait_for()
    assert both.figures().reviewed["fully"] == number
    both.app.press("U")
    both.app.page.get_by_text(re.compile(rf" {number - 1} fully reviewed")).wait_for()
    assert both.figures().reviewed["fully"] == number - 1


def a_bar_and_all_that_it_shows(both: Both, photos: int) -> None:
    app, before = both.app, both.figures()
    app.tab("Filter", app.page.locator(".js-plotly-plot"))
    app.bar(0, 0).click(force=True)
    app.button("Show all").wait_for()
    accept = app.button(re.compile("^Accept the"))
    [number] = map(int, re.findall(r"the (\d+) waiting", accept.inner_text()))
    accept.click()
    app.last(f"accepted: {number} regions")
    both.agree(before.decided + number, before.reviewed["fully"])
    both.undo()
    both.agree(before.decided, before.reviewed["fully"])
    app.button("Show all").click()
    app.samples(photos)


@pytest.mark.skipif(os.environ.get("IDETEX_APP") != "long", reason="minutes of clicks: IDETEX_APP=long")
@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080)], ids="{0[0]}x{0[1]}".format)
def test_panel_grid_and_database_agree_at_every_step(
    browser: Any, environment: dict[str, str], tmp_path: Path, size: tuple[int, int]
) -> None:
    import fiftyone as fo

    write(tmp_path)
    if fo.dataset_exists("many"):
        fo.delete_dataset("many")
    with served(tmp_path, "many", environment) as address:
        app = App(browser, address, PHOTOS, size)
        both = Both(app, fo.load_dataset("many"))
        app.panel()
        both.agree(0)
        every_answer_and_its_undo(both)
        photos_one_after_the_other(both, 8)
        a_bar_and_all_that_it_shows(both, PHOTOS)

        app.page.reload()
        app.samples(PHOTOS)
        other = App(browser, address, PHOTOS, size)
        other.panel()
        before = both.figures()
        other.says(before.decided, before.waiting, before.reviewed["fully"])
        other.tab("Review", other.page.get_by_role("button", name=re.compile("· A$")))
        other.page.wait_for_timeout(SETTLED)
        other.page.get_by_role("button", name=re.compile("· A$")).click()
        other.last("accepted")
        assert both.figures().decided == before.decided + 1
