"""What the embedded checkpoint would say of a photo, written in its own language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from idetex_plugin.cards.registry import get_card
from idetex_plugin.dialects import nano
from idetex_plugin.engines.scripted import Line
from idetex_plugin.words.assessment import Region
from idetex_plugin.words.request import Reply, Request
from idetex_plugin.words.vocabulary import Level


class Speech:
    """A script for `ScriptedEngine`: these regions and this level on every photo.

    answers: the option to choose by the text of its question; the first option for others. Raises ValueError for a
    level that there is not.
    """

    def __init__(self, sees: Iterable[Region], level: str, answers: Mapping[str, str]) -> None:
        self._regions, self._level, self._answers = list(sees), Level(level), answers
        self._dialect = nano.NanoDialect(get_card("nano"))

    def __call__(self, request: Request) -> Line:
        """The reply to one request."""
        if request.prompt == nano.LEVEL:
            return _mostly(self._level, tuple(Level))
        if request.choices:
            question = request.prompt.removeprefix(nano.ASK).partition(nano.OPTIONS)[0]
            return _mostly(self._answers.get(question, request.choices[0]), request.choices)
        if request.prompt == nano.DESCRIBE:
            keys = list(dict.fromkeys(region.distortion for region in self._regions))
            return Reply(self._dialect.render_description("A photo.", self._regions, keys, self._level))
        if request.prompt.startswith(nano.LOCATE):
            return Reply("".join(self._dialect.render_box(region.box) for region in self._regions) or nano.NONE)
        return Reply(self._dialect.render_regions(self._regions))


def _mostly(choice: str, options: tuple[str, ...]) -> dict[str, float]:
    """Probabilities that sum to 1, with 0.8 for the choice. Raises ValueError if it is no option."""
    if choice not in options:
        raise ValueError(f"{choice!r} is none of {options}")
    others = 0.2 / (len(options) - 1)
    return {str(option): 0.8 if option == choice else others for option in options}
