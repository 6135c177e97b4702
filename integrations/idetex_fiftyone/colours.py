"""The distortions in the App as they are coloured elsewhere, added to the user's own colours."""

from __future__ import annotations

from typing import Any

import fiftyone as fo

from idetex_fiftyone.fields import Fields
from idetex_plugin.words.vocabulary import VIDA


def with_colours(scheme: Any, fields: Fields) -> Any:
    """The dataset's colour scheme, or a new one, with the regions of this run coloured by distortion."""
    new = without_colours(scheme, fields.run) or fo.ColorScheme()
    values = [{"value": kind.name, "color": kind.colour} for kind in VIDA]
    new.fields = [
        *(new.fields or []), {"path": fields.regions, "colorByAttribute": "label", "valueColors": values}
    ]  # fmt: skip
    return new


def without_colours(scheme: Any, run: str) -> Any:
    """The colour scheme without what was added for this run."""
    if scheme is not None and scheme.fields:
        scheme.fields = [each for each in scheme.fields if each["path"] != Fields(run).regions]
    return scheme
