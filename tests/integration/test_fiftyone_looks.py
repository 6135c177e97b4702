"""What the FiftyOne App writes on thumbnails can be read in both of its themes."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from app_dataset import PHOTOS
from app_window import App, fresh, served

INSTALLED = getattr(find_spec("fiftyone"), "origin", None)
pytestmark = [pytest.mark.integration, pytest.mark.skipif(not INSTALLED, reason="needs idetex-plugin[fiftyone]")]
MORE = "idetex_level", "idetex_score", "idetex_kind", "idetex_dominant", "idetex_measures.noise", "idetex_status.state"


def test_captions_stand_out_in_both_themes(chromium: Any, environment: dict[str, str], tmp_path: Path) -> None:
    fresh(tmp_path)
    with served(tmp_path, "many", environment) as session:
        app = App(chromium, session.address, PHOTOS)
        for field in MORE:
            app.page.locator(f'[data-cy="checkbox-{field}"]').click()
            app.page.locator(f'[data-cy="tag-{field}"]').first.wait_for()
        for other in ("Light mode", "Dark mode"):
            app.page.get_by_title(other).first.click()
            app.page.get_by_title("Light mode" if other == "Dark mode" else "Dark mode").first.wait_for()
            found = app.captions()
            assert set(found) == {"idetex_summary", *MORE}
            assert min(found.values()) >= 4.5, found
