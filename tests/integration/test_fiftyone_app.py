"""The plugin in the FiftyOne App: a real mongod, a real server, a real browser, the embedded checkpoint."""

import os
import re
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from app_dataset import PHOTOS
from app_window import ROOT, App, Session, fresh, served

INSTALLED = getattr(find_spec("fiftyone"), "origin", None)
pytestmark = [pytest.mark.integration, pytest.mark.skipif(not INSTALLED, reason="needs idetex-plugin[fiftyone]")]


def assess_with(app: App, engine: str) -> None:
    """Fill in the form and execute it; again where FiftyOne offers no button, with a warning of what it shows."""
    from playwright.sync_api import TimeoutError as LateError

    for _ in range(3):
        form = app.operator("assess images")
        form.get_by_text("auto", exact=True).click()
        app.page.get_by_role("option", name=engine).click()
        try:
            return app.button("Execute").click(timeout=45_000)
        except LateError:
            app.warn("the form has no button")
            app.page.keyboard.press("Escape")
            app.page.keyboard.press("Escape")
            form.wait_for(state="hidden")
    raise AssertionError("the form has no button")


def test_assess_and_review_with_the_embedded_checkpoint(chromium: Any, environment: dict[str, str]) -> None:
    with served(ROOT / "demo", "photos", environment) as session:
        app = App(chromium, session.address, 6)
        assess_with(app, "transformers")
        app.page.get_by_role("progressbar").first.wait_for()
        app.page.get_by_text("Finished").wait_for(timeout=120_000)
        app.button("Done").click()
        app.page.locator('[data-cy="sidebar-field-idetex_regions"]').wait_for()
        app.page.locator('[data-cy="tag-idetex_summary"]').first.wait_for()
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
        pytest.param((1280, 720), 2, id="short", marks=LONG),
        pytest.param((1280, 720), PHOTOS, id="1280x720", marks=LONG),
        pytest.param((1920, 1080), PHOTOS, id="1920x1080", marks=LONG),
    ],
)
def test_panel_grid_and_database_agree_at_every_step(
    chromium: Any, environment: dict[str, str], tmp_path: Path, size: tuple[int, int], photos: int
) -> None:
    import fiftyone as fo
    from fiftyone import ViewField as F

    fresh(tmp_path)
    with served(tmp_path, "many", environment) as session:
        dataset = fo.load_dataset("many")
        dataset.save_view("severe", dataset.filter_labels("idetex_regions", F("severity") == "Severe"))
        app = App(chromium, session.address, PHOTOS, size)
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
        other = Both(App(chromium, session.address, PHOTOS, size), dataset)
        other.app.panel()
        before = other.agree()
        if before.waiting:
            other.app.page.get_by_role("button", name=re.compile("· A$")).click()
            other.app.last("accepted")
            other.agree(before.decided + 1)
