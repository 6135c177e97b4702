"""The FiftyOne App with the plugin, served by a process of its own, and a tab of a browser that shows it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app_dataset import write

ROOT = Path(__file__).parents[1]
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


def with_plugin(plugins: Path) -> dict[str, str]:
    """The environment of the App, with the plugin installed in this folder."""
    made = {
        **os.environ,
        "FIFTYONE_PLUGINS_DIR": str(plugins),
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


def fresh(folder: Path) -> None:
    """Write the photos of the dataset "many", which is made anew when it is served."""
    import fiftyone as fo

    write(folder)
    if fo.dataset_exists("many"):
        fo.delete_dataset("many")


@contextmanager
def served(folder: Path, name: str, environment: dict[str, str]) -> Iterator[Session]:
    """The App, showing the photos of this folder as a dataset of this name."""
    port = free_port()
    command = [sys.executable, "-c", SERVE, str(folder), name, str(port), str(ROOT / "tests")]
    with running(command, port, env=environment) as process:
        yield Session(process, f"http://127.0.0.1:{port}/datasets/{name}")


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

    def warn(self, problem: str) -> None:
        """Warn of what is tried again, and say what the page shows."""
        warnings.warn(f"{problem}. {self.page.locator('body').inner_text()}", stacklevel=3)

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

    def same_panel(self) -> None:
        """Open the review panel unless FiftyOne does, as it mostly does where another window has it open."""
        from playwright.sync_api import TimeoutError as LateError

        try:
            self.reviewer.wait_for(timeout=15_000)
        except LateError:
            self.panel()

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
            rf"^{meant} photos? of .* {done} fully reviewed, \d+ open · "
            rf"{decided} of {total} regions? decided, {waiting} "
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

    @property
    def photo(self) -> Any:
        """The file name of the photo in hand."""
        return self.page.locator("strong").filter(has_text=re.compile(r"\.jpg$"))

    @property
    def reviewer(self) -> Any:
        """The field for the name of who decides in this window."""
        return self.page.get_by_label("Reviewer in this window")

    @property
    def status(self) -> str:
        """What the panel says of keys that wait or were not used, and what is in front of it."""
        words: str = self.page.evaluate(STATUS)
        return words

    def captions(self) -> dict[str, float]:
        """What stands on thumbnails, by field: how much text and ground of one of them contrast (WCAG 2)."""
        return dict(self.page.evaluate(CAPTIONS))


STATUS = """
() => {
  const { desk } = window.idetexKeys;
  const { words, drawn, newest, running, queue } = desk;
  return JSON.stringify({ words, turn: drawn && drawn.turn, newest, running, queue, blocked: desk.blocked() });
}
"""
CAPTIONS = """
() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map((each) => each / 255);
  const linear = (each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
  const luminance = (colour) => {
    const [red, green, blue] = channels(colour).map(linear);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  return [...document.querySelectorAll('[data-cy^="tag-idetex"]')].map((each) => {
    const { color, backgroundColor } = getComputedStyle(each);
    const [less, more] = [luminance(color), luminance(backgroundColor)].sort((one, other) => one - other);
    return [each.dataset.cy.slice(4), (more + 0.05) / (less + 0.05)];
  });
}
"""
