"""Colours of fields and of distortions in the App, added to the user's own.

On thumbnails the App writes white on a field's colour in its dark theme, and black on the same colour in its light one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import cycle
from typing import Any

import fiftyone as fo

from idetex_plugin.words.vocabulary import VIDA

TONES = "#496edf", "#c25516", "#078479", "#8e5ad6", "#937008", "#0b79c8", "#d92981", "#757575"
"""Both black and white stand out on these, as on the next two: 4.5 to 1 or more (WCAG 2, level AA)."""
PREDICTED, PEOPLES = "#c923c9", "#078832"
"""Regions of a run, and of people."""


def with_colours(scheme: Any, names: Sequence[str], regions: str, colour: str) -> Any:
    """The dataset's colour scheme, or a new one, with colours for these fields. What the user has chosen stays.

    regions: the field of detections, of this colour where the user colours by field, and by distortion where by value.
    """
    new = scheme or fo.ColorScheme()
    ours: dict[str, dict[str, Any]] = {
        name: {"path": name, "fieldColor": tone} for name, tone in zip(names, cycle(TONES), strict=False)
    }
    values = [{"value": kind.name, "color": kind.colour} for kind in VIDA]
    ours[regions] = {"path": regions, "fieldColor": colour, "colorByAttribute": "label", "valueColors": values}
    others = []
    for each in new.fields or []:
        if each["path"] in ours:
            ours[each["path"]] |= {key: value for key, value in each.items() if value}
        else:
            others.append(each)
    new.fields = [*others, *ours.values()]
    return new


def without_colours(scheme: Any, fields: Collection[str]) -> Any:
    """The colour scheme without these fields and what is in them."""
    if scheme is not None and scheme.fields:
        scheme.fields = [each for each in scheme.fields if each["path"].partition(".")[0] not in fields]
    return scheme
