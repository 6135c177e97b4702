"""Exchanges about where: all distortions of an image, those of a region, and the region that an expression means."""

from __future__ import annotations

import numpy as np

from idetex_plugin.dialects.vida import NOTHING_HERE
from idetex_plugin.lab.data.augment.exchange import Exchange, dialect, exchange, views_of
from idetex_plugin.lab.data.boxes import random_box
from idetex_plugin.lab.data.vida.records import Labelled, Mark
from idetex_plugin.tasks.questions import expression
from idetex_plugin.words.box import Box

LEAST_SHARE = 0.15
DIALECT = dialect()


def detection(record: Labelled) -> Exchange:
    """Every distortion with its boxes."""
    views = views_of(record)
    return exchange("detection", DIALECT.detect(views), DIALECT.render_regions(record.regions, views))


def region(record: Labelled, rng: np.random.Generator) -> Exchange:
    """What affects a place: half the time a damaged one, boxes clipped to it."""
    box = random_box(rng, 0.15, 0.6)
    if record.marks and rng.random() < 0.5:
        box = record.marks[int(rng.integers(len(record.marks)))].box
    views = views_of(record)
    answer = DIALECT.render_regions((mark.region for mark in inside(record, box)), views, NOTHING_HERE)
    return exchange("region", DIALECT.affects(views, box), answer)


def inside(record: Labelled, box: Box) -> list[Mark]:
    """The marks clipped to a box. One that shares less than 15 % of the smaller of the two does not count."""
    clipped = ((mark, mark.box.clip(box)) for mark in record.marks)
    return [
        mark.model_copy(update={"box": part})
        for mark, part in clipped
        if part is not None and part.area >= LEAST_SHARE * min(box.area, mark.box.area)
    ]


def referring(record: Labelled, rng: np.random.Generator) -> Exchange | None:
    """Where the distortion is that an expression describes, in people's words of place or in position words.

    Every mark of that type in that place is an answer; with one type in several places, all of it half the time.
    None for an image without distortions, since the published grammar has no answer for one that is not there.
    """
    if not record.marks:
        return None
    mark = record.marks[int(rng.integers(len(record.marks)))]
    same = [other for other in record.marks if other.distortion == mark.distortion]
    place: str | None = mark.place
    if rng.random() < 0.5:
        place = mark.box.position
        found = [other.box for other in same if other.box.position == place]
    else:
        found = [other.box for other in same if other.place == place]
    if len(same) > 1 and rng.random() < 0.5:
        place, found = None, [other.box for other in same]
    views = views_of(record)
    return exchange(
        "referring", DIALECT.locate(views, expression(mark.distortion, place)), DIALECT.render_boxes(found, views)
    )
