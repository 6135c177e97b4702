"""The language of checkpoints tuned to rate a photo: a number after free reasoning, or one level word.

The question, the marks <think>, <answer> and \\boxed{} and the numbers from 1 to 5 are those that Q-Insight,
VisualQuality-R1 and EvoQuality were trained with; the level word after a given beginning is that of Q-SiT. The
sentences are this project's own; a card's `wording` may replace any sentence of WORDING. With a `prefix`, the level is
asked for as the next word after it, capitalised, and has the probabilities of all five; without, as a number, of which
none are known.

What the checkpoint reasons before its number is the description. Other tasks are asked in the words of the json
dialect, in which these checkpoints were not tuned: a card names the tasks that its checkpoint speaks.
"""

from __future__ import annotations

import json
import re

from idetex_plugin.dialects import json as zero_shot
from idetex_plugin.dialects import levels
from idetex_plugin.dialects.base import unusable
from idetex_plugin.dialects.frame import CoordinateFrame
from idetex_plugin.dialects.json import JsonDialect
from idetex_plugin.dialects.reading import UnreadableError, spoken, unreadable
from idetex_plugin.words.assessment import Description, Quality
from idetex_plugin.words.failure import Failure
from idetex_plugin.words.request import Reply, Request, Views
from idetex_plugin.words.vocabulary import Level

WORDING = {
    **zero_shot.WORDING,
    "system": "",
    "prefix": "",
    "level": (
        "You are doing the image quality assessment task. What is your overall rating on the quality of this picture? "
        "The rating is a number between 1 and 5 with two decimal places: 1 stands for very poor and 5 for excellent "
        "quality. First reason in <think> </think> tags about what you see, then give the rating alone in <answer> "
        "</answer> tags."
    ),
}
MAX_TOKENS = 1024
THOUGHT = re.compile(r"<think>(.*?)</think>", re.DOTALL)
ANSWER = re.compile(r"<answer>(.*?)</answer>|\\boxed\{([^{}]*)\}", re.DOTALL)
NUMBER = re.compile(r"[0-9](?:\.[0-9]{1,6})?")
CHOICES = tuple(level.capitalize() for level in Level)


class RatingDialect(JsonDialect):
    """See the module."""

    name = "rating"
    sentences = WORDING

    def level(self, views: Views) -> Request:
        """Ask for the rating, or, after the card's prefix, for the level word."""
        system, prefix = self.words["system"] or None, self.words["prefix"]
        if prefix:
            return Request(
                self.words["level"], views.images, system=system, prefix=prefix, max_tokens=4, choices=CHOICES
            )
        return Request(self.words["level"], views.images, system=system, max_tokens=MAX_TOKENS)

    def read_level(self, reply: Reply) -> Quality | Failure:
        """The level nearest to the rating, which is the score; or the level word with its score."""
        if failure := unusable(reply):
            return failure
        try:
            if self.words["prefix"]:
                return levels.read_word(_lowered(reply))
            return quality_of(rating(reply.text))
        except UnreadableError as error:
            return error.failure()

    def describe(self, views: Views) -> Request:
        """The rating again: asked once, and read for its reasoning. A checkpoint that answers in a word describes as
        the json dialect asks."""
        return super().describe(views) if self.words["prefix"] else self.level(views)

    def _description(self, reply: Reply, frame: CoordinateFrame) -> Description:
        if self.words["prefix"]:
            return super()._description(reply, frame)
        found = THOUGHT.search(reply.text)
        told = reply.reasoning or (found[1].strip() if found else ANSWER.sub("", spoken(reply.text)).strip())
        if not told:
            raise unreadable("a rating without reasoning", reply.text)
        return Description(
            text=told, content="", findings=(), key_distortions=(), verdict=quality_of(rating(reply.text)).level
        )


def rating(text: str) -> float:
    """The number in the last <answer> or \\boxed{}, alone or as "rating" of a JSON object. Raises UnreadableError, also
    for a number that is not between 1 and 5."""
    answers = ANSWER.findall(text)
    if not answers:
        raise unreadable("no answer", text[-60:])
    said = "".join(answers[-1]).strip().removeprefix("```json").strip("`\n ")
    if said.startswith("{"):
        try:
            said = str(json.loads(said)["rating"])
        except (ValueError, KeyError, TypeError) as error:
            raise unreadable("no rating in the answer", said) from error
    if NUMBER.fullmatch(said.strip()) is None or not 1 <= float(said) <= 5:
        raise unreadable("no rating between 1 and 5", said)
    return float(said)


def quality_of(score: float) -> Quality:
    """The score, and the level nearest to it; halves count up."""
    return Quality(level=Level.nearest(score), score=score)


def _lowered(reply: Reply) -> Reply:
    shares = {word.lower(): share for word, share in reply.choice_probabilities.items()}
    return Reply(reply.text.lower(), reply.finish_reason, reply.tokens, shares)
