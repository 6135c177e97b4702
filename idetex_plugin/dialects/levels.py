"""The quality level as the continuation of one sentence, so that its five words compete for one token.

Source: Q-Align (2023) and ViDA-UGC (2025): the 1-5 score is the mean of the levels under the softmax over their words.
"""

from __future__ import annotations

from idetex_plugin.dialects.reading import spoken, unreadable
from idetex_plugin.words.assessment import Quality
from idetex_plugin.words.request import Reply
from idetex_plugin.words.vocabulary import Level

PREFIX = "The quality of the image is"
CHOICES = tuple(f" {level}" for level in Level)
LEVELS = {level.value: level for level in Level}


def read_word(reply: Reply) -> Quality:
    """The level, with a score where the engine gave all five probabilities. Raises UnreadableError."""
    word = spoken(reply.text).removeprefix(PREFIX).strip().rstrip(".").casefold()
    if word not in LEVELS:
        raise unreadable("not one of the five level words", reply.text)
    shares = {LEVELS[key.strip()]: share for key, share in reply.choice_probabilities.items() if key.strip() in LEVELS}
    return Quality.of(shares if len(shares) == len(LEVELS) else {}, LEVELS[word])
