"""The tab “Annotate” of the FiftyOne App on the truth: a real mongod, a real server, a real browser."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from app_dataset import PHOTOS
from app_window import App, fresh, served
from standins import WindowEngine, nano_says

from idetex_plugin.words.vocabulary import VIDA

INSTALLED = getattr(find_spec("fiftyone"), "origin", None)
pytestmark = [pytest.mark.integration, pytest.mark.skipif(not INSTALLED, reason="needs idetex-plugin[fiftyone]")]

IN_HAND = '[data-cy="root_label_container"] [role="combobox"]'
"""The class of the region in hand."""


def annotate(app: App) -> None:
    """Press D, and again if no photo opens, with a warning that says what the panel showed."""
    from playwright.sync_api import TimeoutError as LateError

    mode = app.page.locator('[data-cy="detection-mode"]')
    for _ in range(3):
        app.press("D")
        try:
            return mode.wait_for(timeout=45_000)
        except LateError:
            app.warn(f"D opened no photo. {app.status}")
            app.page.keyboard.press("Escape")
    raise AssertionError(app.status)


def drag_a_box(app: App) -> None:
    """Draw a box in the middle; again if none came of it, since a photo that is still being drawn takes none."""
    from playwright.sync_api import TimeoutError as LateError

    page = app.page
    told = page.get_by_text("Click and drag to create a bounding box")
    for _ in range(4):
        while not told.is_visible():  # the photo and what can be drawn in it come a little later than the tab
            page.locator('[data-cy="detection-mode"]').click()
            page.wait_for_timeout(1000)
        canvas = page.locator('[data-cy="lighter-sample-renderer-canvas"]').bounding_box()
        x, y = canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        for step in range(1, 11):
            page.mouse.move(x + 6 * step, y + 8 * step)
        page.mouse.up()
        try:
            return page.locator(IN_HAND).wait_for(timeout=15_000)
        except LateError:
            app.warn("no box was drawn")
    raise AssertionError("no box was drawn")


def choose(app: App, label: str, severity: str) -> list[str]:
    """Another class and severity for the region in hand; returns the classes that are offered."""
    page = app.page
    page.locator(IN_HAND).click()
    offered: list[str] = page.get_by_role("option").all_inner_texts()
    page.get_by_role("option", name=label, exact=True).click()
    page.locator('[data-cy="root_severity_container"]').get_by_text(severity, exact=True).click()
    return offered


def leave(app: App) -> None:
    """At once: FiftyOne saves every three seconds, and what is unsaved must not be lost."""
    app.page.keyboard.press("Escape")
    app.page.locator('[data-cy="modal"]').wait_for(state="detached")


def said(dataset: Any, sample: str) -> set[tuple[str, str, str, str]]:
    """The regions of the truth."""
    dataset.reload()
    found = dataset[sample].idetex_truth.detections
    return {(each.id, each.label, each.severity, str(each.bounding_box)) for each in found}


def test_a_drawn_region_of_another_class_is_kept_by_a_run(
    chromium: Any, environment: dict[str, str], tmp_path: Path
) -> None:
    import fiftyone as fo

    from idetex_fiftyone import assess

    fresh(tmp_path)
    with served(tmp_path, "many", environment) as session:
        dataset = fo.load_dataset("many")
        app = App(chromium, session.address, PHOTOS)
        shown = set(app.captions())
        assert not dataset.has_sample_field("idetex_truth")  # it will be newer than the page
        app.panel()
        app.press("A")
        app.last("accepted")
        dataset.reload()
        [sample] = dataset.exists("idetex_truth")
        [accepted] = sample.idetex_truth.detections

        annotate(app)
        drag_a_box(app)
        assert choose(app, "Noise", "Severe") == list(VIDA.names)
        leave(app)
        app.page.get_by_text("+ Noise, Severe (drawn)").wait_for()
        assert set(app.captions()) >= shown

        annotate(app)
        column = app.page.locator('[data-cy="modal"] [data-cy="sidebar-column"]')
        column.get_by_text(accepted.label, exact=True).click()
        choose(app, "Overexposure", "Minor")
        leave(app)
        app.page.get_by_text("1 ✓ Overexposure, Minor").wait_for()

        kept = said(dataset, sample.id)
        assert {each[1:3] for each in kept} == {("Noise", "Severe"), ("Overexposure", "Minor")}
        assert accepted.id in {each[0] for each in kept}
        for run in ("idetex", "other"):
            outcome = assess(dataset, run, engine=WindowEngine(answer=nano_says), only_new=False, progress=False)
            assert outcome.assessed == PHOTOS
            assert said(dataset, sample.id) == kept
