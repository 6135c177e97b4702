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
SERVE = """
import sys, fiftyone as fo
folder, name, port, helpers = sys.argv[1:]
sys.path.insert(0, helpers)
from app_dataset import reviewable
dataset = reviewable(folder, name) if name == "many" else fo.Dataset.from_images_dir(folder, name=name, persistent=True)
session = fo.launch_app(dataset, remote=True, address="127.0.0.1", port=int(port))
for line in sys.stdin:
    exec(line)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A process of its own group that listens on this port."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "text": True}
    process = subprocess.Popen(command, start_new_session=True, **pipes, **options)
    try:
        until = time.monotonic() + 300
        while socket.socket().connect_ex(("127.0.0.1", port)):
            assert process.poll() is None and time.monotonic() < until, f"{command[0]} does not listen"
            time.sleep(0.2)
        yield process
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


class Session:
    """The App, and the Python process that launched it."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self.address, self._process = address, process

    def run(self, line: str) -> None:
        """Run a line of Python where the App was launched."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()


@contextmanager
def served(folder: Path, name: str, environment: dict[str, str]) -> Iterator[Session]:
    """The App, showing the photos of this folder as a dataset of this name."""
    port = free_port()
    command = [sys.executable, "-c", SERVE, str(folder), name, str(port), str(ROOT / "tests")]
    with running(command, port, env=environment) as process:
        yield Session(process, f"http://127.0.0.1:{port}/datasets/{name}")


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

    def press(self, keys: str, delay: float = 0) -> None:
        """Press keys, so many milliseconds apart, as soon as the first has a button."""
        self.page.get_by_role("button", name=re.compile(rf"· {keys[0].upper()}$")).first.wait_for()
        self.page.keyboard.type(keys.lower(), delay=delay)

    def says(self, decided: int, waiting: int, fully: int | None = None, photos: int | None = None) -> None:
        """Wait until the panel says so many regions are decided and wait, and photos are fully reviewed and meant."""
        meant, done = (r"[\d,]+" if number is None else str(number) for number in (photos, fully))
        total = decided + waiting
        words = (
            rf"^{meant} photos of .* {done} fully reviewed, \d+ open · {decided} of {total} regions decided, {waiting} "
        )
        self.page.get_by_text(re.compile(words)).wait_for()

    def refused(self, letters: str) -> None:
        """Wait until the panel says that these keys were not used."""
        self.page.get_by_text(re.compile(f"Not used: {' '.join(letters)} ")).wait_for()

    def bar(self, plot: int, number: int) -> Any:
        return self.page.locator(".js-plotly-plot").nth(plot).locator(".point path:visible").nth(number)

    def last(self, words: str) -> None:
        """Wait until the panel says what was done last."""
        self.page.get_by_text(re.compile(f"^Last: {words}")).wait_for()


def test_assess_and_review_with_the_embedded_checkpoint(browser: Any, environment: dict[str, str]) -> None:
    with served(ROOT / "demo", "photos", environment) as session:
        app = App(browser, session.address, 6)
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
        self.view: Any = dataset

    def figures(self) -> Any:
        """As they are in the database, of the photos that the panel is about."""
        from idetex_fiftyone import figures

        self.dataset.reload()
        return figures(self.view, "idetex")

    def agree(self, decided: int | None = None, fully: int | None = None) -> Any:
        """The panel says what the database says, which is this, and the grid shows so many photos."""
        found = self.figures()
        if decided is not None:
            until = time.monotonic() + 30
            while found.decided != decided and time.monotonic() < until:
                time.sleep(0.2)
                found = self.figures()
            assert found.decided == decided
        assert fully is None or found.reviewed["fully"] == fully
        self.app.says(found.decided, found.waiting, found.reviewed["fully"], found.samples)
        self.app.samples(found.samples)
        return found

    def undo(self, words: str = "") -> None:
        """By its key."""
        self.app.press("U")
        self.app.last(rf"undone \({words}")

    def verdicts(self) -> list[str]:
        """What was said of the regions of the photo in hand, in the order in which they are asked about."""
        from idetex_fiftyone.app.queue import WORST, card, next_photo

        sample = next_photo(self.view.view(), "idetex", "idetex", WORST, ())
        found = card(self.dataset, sample, "idetex", "idetex")
        names = [str(each["_id"]) for each in found.regions]
        return [found.sheet.decisions.get(name, {}).get("verdict", "") for name in names]


def bursts(both: Both, session: Session) -> None:
    """Keys faster than the panel draws, on a view that was set from Python: photos with three regions."""
    from fiftyone import ViewField as F

    app = both.app
    both.view = both.dataset.match(F("idetex_regions.detections").length() == 3)
    session.run("session.view = dataset.match(fo.ViewField('idetex_regions.detections').length() == 3)")
    both.agree(0, 0)
    for delay in (0, 60, 250):
        app.press("ARA", delay)
        both.agree(3)
        assert both.verdicts() == ["accepted", "rejected", "accepted"]
        app.press("UUU", delay)
        both.agree(0)
    app.press("NAR")
    app.refused("AR")
    both.agree(3, 1)
    app.press("U")
    both.agree(0, 0)
    session.run("session.view = None")
    both.view = both.dataset
    both.agree(0, 0)


def every_answer_and_its_undo(both: Both) -> None:
    app = both.app
    for key, words in (("A", "accepted"), ("R", "rejected"), ("2", "corrected"), ("1", "corrected"), ("3", "")):
        app.press(key)
        app.last(words or "accepted|corrected")
        both.agree(1)
        both.undo(words)
        both.agree(0)
    for key, level in zip("67890", ("bad", "poor", "fair", "good", "excellent"), strict=True):
        app.press(key)
        app.last(f"level {level}")
        both.dataset.reload()
        assert both.dataset.count_values("idetex_review.level")[level] == 1
        both.undo("level")
    app.page.keyboard.press("t")
    app.page.get_by_role("option").first.click()
    app.page.keyboard.press("u")
    app.last(r"undone \(corrected")
    both.agree(0)


def photos_one_after_the_other(both: Both, number: int) -> None:
    """Each with another answer, which is undone and given again."""
    before = both.figures().decided
    for done in range(number):
        open_regions = both.verdicts().count("")
        key = "AR123"[done % 5]
        if open_regions:
            both.app.press(key)
            both.agree(before + 1, done)
            both.undo()
        both.agree(before, done)
        both.app.press("N")
        before += open_regions
        both.agree(before, done + 1)
    both.undo("fully")
    both.agree(before - open_regions, number - 1)


def a_bar_and_all_that_it_shows(both: Both) -> None:
    app, before = both.app, both.figures()
    app.tab("Filter", app.page.locator(".js-plotly-plot"))
    app.bar(0, 0).click(force=True)
    app.button("Show all").wait_for()
    accept = app.button(re.compile("^Accept the"))
    [number] = map(int, re.findall(r"the (\d+) waiting", accept.inner_text()))
    accept.click()
    app.last(f"accepted: {number} regions")
    app.says(before.decided + number, before.waiting - number, before.reviewed["fully"])
    both.undo("accepted")
    app.says(before.decided, before.waiting, before.reviewed["fully"])
    app.button("Show all").click()
    both.agree(before.decided)
    app.tab("Review", app.page.get_by_role("button", name=re.compile("· A$")))


def a_view_that_was_chosen_in_the_app(both: Both) -> None:
    """A saved view, chosen from the App's list of views; then none."""
    app = both.app
    both.view = both.dataset.load_saved_view("severe")
    app.page.get_by_text("Unsaved view").first.click()
    app.page.get_by_text("severe", exact=True).last.click()
    before = both.agree()
    assert 0 < before.total < both.dataset.count("idetex_regions.detections")
    app.press("A")
    both.agree(before.decided + 1)
    both.undo("accepted")
    both.agree(before.decided)
    app.page.locator('[data-cy="btn-clear-view-bar"]').click()
    both.view = both.dataset
    both.agree(before.decided)


LONG = pytest.mark.skipif(os.environ.get("IDETEX_APP") != "long", reason="minutes of keys: IDETEX_APP=long")


@pytest.mark.parametrize(
    ("size", "photos"),
    [
        pytest.param((1280, 720), 2, id="short"),
        pytest.param((1280, 720), PHOTOS, id="1280x720", marks=LONG),
        pytest.param((1920, 1080), PHOTOS, id="1920x1080", marks=LONG),
    ],
)
def test_panel_grid_and_database_agree_at_every_step(
    browser: Any, environment: dict[str, str], tmp_path: Path, size: tuple[int, int], photos: int
) -> None:
    import fiftyone as fo
    from fiftyone import ViewField as F

    write(tmp_path)
    if fo.dataset_exists("many"):
        fo.delete_dataset("many")
    with served(tmp_path, "many", environment) as session:
        dataset = fo.load_dataset("many")
        dataset.save_view("severe", dataset.filter_labels("idetex_regions", F("severity") == "Severe"))
        app = App(browser, session.address, PHOTOS, size)
        both = Both(app, dataset)
        app.panel()
        both.agree(0, 0)
        bursts(both, session)
        every_answer_and_its_undo(both)
        a_view_that_was_chosen_in_the_app(both)
        a_bar_and_all_that_it_shows(both)
        photos_one_after_the_other(both, photos)

        app.page.reload()
        both.agree()
        other = Both(App(browser, session.address, PHOTOS, size), dataset)
        other.app.panel()
        before = other.agree()
        if before.waiting:
            other.app.page.get_by_role("button", name=re.compile("· A$")).click()
            other.app.last("accepted")
            other.agree(before.decided + 1)
