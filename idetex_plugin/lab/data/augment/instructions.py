"""Everything that can be asked about a labelled image, by sub-task, with the tasks that are switched on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from idetex_plugin.lab.data.augment import description, grounding, perception
from idetex_plugin.lab.data.augment.balance import Balance
from idetex_plugin.lab.data.augment.exchange import Exchange
from idetex_plugin.lab.data.vida.conversations import Conversation
from idetex_plugin.lab.data.vida.records import Labelled
from idetex_plugin.words.record import Record

SUBTASKS = ("detection", "region", "referring", "mcq", "vqa", "score", "full", "brief", "single")


class Tasks(Record):
    """Which tasks are asked about."""

    grounding: bool = True
    perception: bool = True
    description: bool = True


class Teller:
    """Makes the exchanges of many images, with right answers balanced over all of them."""

    def __init__(self, tasks: Tasks | None = None) -> None:
        self.tasks = tasks or Tasks()
        self.balance = Balance()

    def exchanges(self, record: Labelled, rng: np.random.Generator, content: str = "") -> list[Exchange]:
        """One of each sub-task that the image allows, and one question of each kind. `content`: a sentence on what
        the image shows, if known."""
        return [each for each in self._all(record, rng, content) if each is not None]

    def conversations(
        self, record: Labelled, rng: np.random.Generator, content: str = ""
    ) -> list[tuple[str, Conversation]]:
        """The same as (sub-task, conversation), with ids that count within the image."""
        return [
            (kind, Conversation.about(f"{record.image}#{number}", record.image, system, asked, answer))
            for number, (kind, system, asked, answer) in enumerate(self.exchanges(record, rng, content))
        ]

    def _all(self, record: Labelled, rng: np.random.Generator, content: str) -> Iterator[Exchange | None]:
        if self.tasks.grounding:
            yield grounding.detection(record)
            yield grounding.region(record, rng)
            yield grounding.referring(record, rng)
        if self.tasks.perception:
            by_people = partial(perception.significance, known=record.significances)
            makers: dict[str, perception.Maker] = {**perception.MAKERS, "significance": by_people}
            for maker in makers.values():
                asked = maker(record.regions, self.balance, rng)
                if asked is not None:
                    yield perception.mcq(record, asked)
                    yield perception.vqa(asked)
        if self.tasks.description:
            yield description.score(record)
            yield description.full(record, content, rng)
            yield description.brief(record, rng)
            yield description.single(record, rng)
