"""What the dialects have in common whose boxes are numbers in a frame and whose options are lettered."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import ClassVar, TypeVar

from idetex_plugin.dialects import levels
from idetex_plugin.dialects.base import unusable
from idetex_plugin.dialects.frame import CoordinateFrame
from idetex_plugin.dialects.options import lettered, letters, read_letter
from idetex_plugin.dialects.partial import kept, was_cut_off
from idetex_plugin.dialects.reading import UnreadableError, unreadable
from idetex_plugin.dialects.wording import wording_of
from idetex_plugin.words.assessment import Answer, Description, Quality, Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.card import Card
from idetex_plugin.words.failure import Failure
from idetex_plugin.words.question import Question
from idetex_plugin.words.request import Reply, Request, Views
from idetex_plugin.words.vocabulary import VIDA, Vocabulary

Result = TypeVar("Result")


class FramedDialect(ABC):
    """A dialect but for its grammar. One unreadable box or name makes the whole reply a Failure: nothing is left out
    in silence, and nothing is repaired by a guess.
    """

    name: ClassVar[str]
    sentences: ClassVar[Mapping[str, str]]

    def __init__(self, card: Card, vocabulary: Vocabulary = VIDA) -> None:
        """Raises ValueError for a card whose boxes have no frame, or whose wording does not fit."""
        if card.boxes == "bins":
            raise ValueError(f"card {card.name!r}: the {self.name} dialect needs boxes 'thousand' or 'resized'")
        self.card, self.vocabulary = card, vocabulary
        self.words = wording_of(card, self.sentences)

    @property
    def types(self) -> tuple[str, ...]:
        """See `Dialect`."""
        return self.vocabulary.names

    def ask(self, views: Views, question: Question) -> Request:
        """Options as lettered lines; the reply is a letter."""
        prompt = f"{lettered(question)}\n{self.words['letter']}"
        return Request(
            prompt, views.images, system=self.words.get("system"), max_tokens=8, choices=letters(question)
        )

    def level(self, views: Views) -> Request:
        """The level as the next word of a sentence."""
        return Request(
            self.words["level"], views.images, system=self.words.get("system"), prefix=levels.PREFIX, max_tokens=4,
            choices=levels.CHOICES,
        )

    def read_detect(self, reply: Reply, views: Views) -> tuple[Region, ...] | Failure:
        """See `Dialect`."""
        return self._list(reply, lambda whole: self._regions(whole, self.frame(views)))

    def read_affects(self, reply: Reply, views: Views, box: Box) -> tuple[Region, ...] | Failure:
        """See `Dialect`. A region that lies outside of the box answers something else: a Failure."""
        return self._list(
            reply, lambda whole: tuple(_clip(each, box) for each in self._regions(whole, self.frame(views)))
        )

    def read_locate(self, reply: Reply, views: Views) -> tuple[Box, ...] | Failure:
        """See `Dialect`."""
        return _attempt(reply, lambda: self._boxes(reply, self.frame(views)))

    def read_ask(self, reply: Reply, question: Question) -> Answer | Failure:
        """See `Dialect`."""
        return _attempt(reply, lambda: read_letter(reply, question))

    def read_level(self, reply: Reply) -> Quality | Failure:
        """See `Dialect`."""
        return _attempt(reply, lambda: levels.read_word(reply))

    def read_describe(self, reply: Reply, views: Views) -> Description | Failure:
        """See `Dialect`."""
        return _attempt(reply, lambda: self._description(reply, self.frame(views)))

    def frame(self, views: Views) -> CoordinateFrame:
        """The frame in which the card's checkpoint counts."""
        return CoordinateFrame.of(self.card, views)

    def _list(self, reply: Reply, read: Callable[[Reply], tuple[Region, ...]]) -> tuple[Region, ...] | Failure:
        """Read a list of regions; of one that was cut off, what was complete."""
        found = _attempt(reply, lambda: read(reply))
        if not isinstance(found, Failure) or not was_cut_off(reply):
            return found
        complete = self._complete(reply)
        regions = None if complete is None else _attempt(complete, lambda: read(complete))
        return found if regions is None or isinstance(regions, Failure) else kept(found, regions)

    @abstractmethod
    def _complete(self, reply: Reply) -> Reply | None:
        """The complete entries of a list of regions that was cut off, as a reply that ends well; None without any."""

    @abstractmethod
    def _regions(self, reply: Reply, frame: CoordinateFrame) -> tuple[Region, ...]:
        """Read a usable reply. Raises UnreadableError, as the next two do."""

    @abstractmethod
    def _boxes(self, reply: Reply, frame: CoordinateFrame) -> tuple[Box, ...]: ...

    @abstractmethod
    def _description(self, reply: Reply, frame: CoordinateFrame) -> Description: ...


def _attempt(reply: Reply, read: Callable[[], Result]) -> Result | Failure:
    if failure := unusable(reply):
        return failure
    try:
        return read()
    except UnreadableError as error:
        return error.failure()


def _clip(region: Region, box: Box) -> Region:
    part = region.box.clip(box)
    if part is None:
        place = "{},{},{},{}".format(*region.box.to_thousand())
        raise unreadable(f"{region.distortion} outside of the region asked about", place)
    return region.model_copy(update={"box": part})
