"""The colours of fields in the App."""

from typing import Any

import fiftyone as fo
import pytest
from standins import WindowEngine

from idetex_fiftyone import accept, assess, delete_run, rename
from idetex_fiftyone.colours import PEOPLES, PREDICTED, TONES
from idetex_plugin.words.vocabulary import VIDA


def luminance(colour: str) -> float:
    """WCAG 2's relative luminance of #rrggbb."""
    shares = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def coloured(dataset: Any) -> dict[str, Any]:
    """What the App is told, by the field's path."""
    return {each["path"]: each for each in dataset.app_config.color_scheme.fields}


@pytest.mark.parametrize("colour", [*TONES, PREDICTED, PEOPLES])
def test_black_and_white_can_be_read_on_it(colour: str) -> None:
    assert 1.05 / (luminance(colour) + 0.05) >= 4.5  # white, in the dark theme
    assert (luminance(colour) + 0.05) / 0.05 >= 4.5


def test_every_field_that_a_thumbnail_can_show_has_one(dataset: Any, engine: WindowEngine) -> None:
    assess(dataset, progress=False)
    accept(dataset[:1])
    found = coloured(dataset)
    groups = {group.name: group.paths for group in dataset.app_config.sidebar_groups}
    assert {*groups["idetex"], *groups["idetex by people"]} == set(found)
    assert {each["fieldColor"] for each in found.values()} == {*TONES, PREDICTED, PEOPLES}
    for field in ("idetex_regions", "idetex_truth"):
        assert {each["value"] for each in found[field]["valueColors"]} == set(VIDA.names)
    rename(dataset, "idetex", "first")
    assert not {path for path in coloured(dataset) if path.startswith("idetex_") and path not in found}
    assert coloured(dataset)["first_summary"]["fieldColor"] == found["idetex_summary"]["fieldColor"]
    delete_run(dataset, "first")
    assert set(coloured(dataset)) == set(groups["idetex by people"])


def test_what_the_user_has_chosen_stays(dataset: Any, engine: WindowEngine) -> None:
    chosen = [{"path": "idetex_summary", "fieldColor": "#123456"}, {"path": "filepath", "fieldColor": "#654321"}]
    dataset.app_config.color_scheme = fo.ColorScheme(color_by="value", fields=chosen)
    dataset.save()
    for _ in range(2):
        assess(dataset, progress=False, only_new=False)
        assert dataset.app_config.color_scheme.color_by == "value"
        assert [coloured(dataset)[each["path"]]["fieldColor"] for each in chosen] == ["#123456", "#654321"]
