"""One exchange about a labelled image in the language of checkpoints tuned on ViDA-UGC."""

from __future__ import annotations

from typing import NamedTuple

from idetex_plugin.cards.registry import get_card
from idetex_plugin.dialects.vida import VidaDialect
from idetex_plugin.lab.data.vida.records import Labelled
from idetex_plugin.words.request import Request, Views

SPOKEN_BY = "qwen2-vl-vida"


class Exchange(NamedTuple):
    """The sub-task it belongs to, the system message if any, what is asked (without the image) and what is right."""

    subtask: str
    system: str
    asked: str
    answer: str


def dialect() -> VidaDialect:
    """The grammar and wording of the published tuned checkpoint."""
    return VidaDialect(get_card(SPOKEN_BY))


def views_of(record: Labelled) -> Views:
    """What a request needs to know of an image whose pixels are elsewhere."""
    return Views((), record.width, record.height)


def exchange(subtask: str, request: Request, answer: str) -> Exchange:
    """What the assessor would ask, with its right answer."""
    return Exchange(subtask, request.system or "", request.prompt, (request.prefix or "") + answer)
