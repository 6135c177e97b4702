"""Descriptions from regions: the four steps, the short form, one distortion alone, and the level."""

from __future__ import annotations

import numpy as np

from idetex_plugin.dialects.steps import verdict_line
from idetex_plugin.lab.data.augment.exchange import Exchange, dialect, exchange, views_of
from idetex_plugin.lab.data.vida.records import Labelled, Mark
from idetex_plugin.tasks import effects
from idetex_plugin.words.assessment import Region
from idetex_plugin.words.vocabulary import Severity

DIALECT = dialect()
UNKNOWN_CONTENT = "A photograph."
ASKED_BRIEFLY = (
    "Judge the quality of the image in short.",
    "Which distortions decide the quality of the image? Answer briefly.",
)
ASKED_ALONE = (
    "How does {name} affect the image?",
    "Describe what {name} does to the image, and where.",
)


def effect(region: Region, rng: np.random.Generator) -> str:
    """What a distortion does to the photo, in one of several phrasings."""
    ways = effects.PHRASINGS[region.distortion]
    return effects.effect(region.distortion, region.severity or Severity.MODERATE, int(rng.integers(len(ways))))


def full(record: Labelled, content: str, rng: np.random.Generator) -> Exchange:
    """The four steps. People's words on a distortion are kept; where there are none, a phrasing is drawn."""
    views = views_of(record)
    told = [_told(mark, rng) for mark in record.marks]
    text = DIALECT.render_description(content or UNKNOWN_CONTENT, told, record.keys, record.verdict, views)
    return exchange("full", DIALECT.describe(views), text)


def brief(record: Labelled, rng: np.random.Generator) -> Exchange:
    """The key distortions and the level."""
    worst = [name.lower() for name in record.keys]
    reason = f"Most harm is done by {' and '.join(worst)}. " if worst else "No distortion stands out. "
    asked = ASKED_BRIEFLY[int(rng.integers(len(ASKED_BRIEFLY)))]
    return Exchange("brief", DIALECT.words["system"], asked, reason + verdict_line(record.verdict))


def single(record: Labelled, rng: np.random.Generator) -> Exchange | None:
    """One type's marks with what they do; None for an image without distortions."""
    names = sorted({mark.distortion for mark in record.marks})
    if not names:
        return None
    name = names[int(rng.integers(len(names)))]
    regions = [_told(mark, rng) for mark in record.marks if mark.distortion == name]
    said = " ".join(dict.fromkeys(region.effect for region in regions))
    asked = ASKED_ALONE[int(rng.integers(len(ASKED_ALONE)))].format(name=name.lower())
    answer = f"{DIALECT.render_regions(regions, views_of(record))}\n{said}"
    return Exchange("single", DIALECT.words["system"], asked, answer)


def score(record: Labelled) -> Exchange:
    """The level in one sentence."""
    return exchange("score", DIALECT.level(views_of(record)), f" {record.verdict}.")


def _told(mark: Mark, rng: np.random.Generator) -> Region:
    words = " ".join(filter(None, [mark.manifestation, mark.impact]))
    return mark.region.model_copy(update={"effect": words or effect(mark.region, rng)})
