"""Two people in two windows of one FiftyOne App: a real mongod, a real server, a real browser."""

import time
from collections import Counter
from getpass import getuser
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from app_dataset import PHOTOS
from app_window import App, fresh, served

INSTALLED = getattr(find_spec("fiftyone"), "origin", None)
pytestmark = [pytest.mark.integration, pytest.mark.skipif(not INSTALLED, reason="needs idetex-plugin[fiftyone]")]


def actions(dataset: Any) -> dict[str, int]:
    """How many actions of whom the photos' histories hold."""
    rows = dataset._sample_collection.find({}, {"idetex_review.details.history": 1})
    histories = [((row.get("idetex_review") or {}).get("details") or {}).get("history") or () for row in rows]
    return dict(Counter({entry["action"]: entry["by"] for history in histories for entry in history}.values()))


def become(dataset: Any, **wanted: int) -> None:
    """Wait until the histories hold so many."""
    until = time.monotonic() + 60
    while (found := actions(dataset)) != wanted and time.monotonic() < until:
        time.sleep(0.2)
    assert found == wanted


def test_every_window_decides_under_its_own_name(chromium: Any, environment: dict[str, str], tmp_path: Path) -> None:
    import fiftyone as fo

    fresh(tmp_path)
    with served(tmp_path, "many", environment) as session:
        dataset = fo.load_dataset("many")
        anna = App(chromium, session.address, PHOTOS)
        anna.panel()
        assert anna.reviewer.get_attribute("placeholder") == getuser()
        anna.press("A")
        anna.last(f"accepted: .*, by {getuser()}$")
        anna.press("U")
        anna.last("undone")
        anna.reviewer.fill("Anna")
        anna.reviewer.blur()

        bert = App(chromium, session.address, PHOTOS)
        bert.same_panel()
        assert bert.reviewer.input_value() == ""
        bert.reviewer.fill("Bert")
        bert.reviewer.blur()
        assert anna.reviewer.input_value() == "Anna"

        first = bert.photo.inner_text()
        bert.press("L")
        bert.photo.filter(has_not_text=first).wait_for()
        bert.press("R")
        bert.last("rejected: .*, by Bert$")
        for count in (1, 2):
            anna.press("A")
            anna.last("accepted: .*, by Anna$")
            become(dataset, Bert=1, Anna=count)
        anna.press("U")
        become(dataset, Bert=1, Anna=1)
        anna.operator("undo")  # with one truth it has nothing to ask, and runs at once
        become(dataset, Bert=1)

        anna.page.reload()
        anna.same_panel()
        assert anna.reviewer.input_value() == "Anna"
