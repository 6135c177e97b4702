"""Small things that every dialect reads with: failures, the end of a turn, spoken names, "there is none"."""

from __future__ import annotations

import re

from idetex_plugin.words.failure import Failure, Reason
from idetex_plugin.words.vocabulary import Severity, Vocabulary

EXCERPT = 80
ENDS = ("<|im_end|>", "<|endoftext|>", "</s>")
SEVERITIES = {severity.casefold(): severity for severity in Severity}
NO_DISTORTION = re.compile(
    r"(?:there (?:is|are) )?(?:no|not any) (?:visible |obvious |apparent )?distortions?"
    r"(?: (?:is|are))?(?: (?:present|found|visible|detected))?"
    r"(?: (?:in|on|affects?|affecting) (?:the|this) (?:image|photo|region|area))?\.?|none\.?",
    re.IGNORECASE,
)
LONGEST_DENIAL = 120


class UnreadableError(ValueError):
    """A reply that is not in the grammar. The message says what is wrong, with an excerpt."""

    def failure(self) -> Failure:
        """What the reading of such a reply results in."""
        return Failure(reason=Reason.UNPARSEABLE, message=str(self))


def unreadable(what: str, text: str) -> UnreadableError:
    """The error, with the beginning of the text at fault."""
    return UnreadableError(f"{what}: {text[:EXCERPT]!r}")


def spoken(text: str) -> str:
    """The reply without end-of-turn tokens and outer blanks."""
    text = text.strip()
    while text.endswith(ENDS):
        text = text[: text.rfind("<")].rstrip()
    return text


def denies(text: str) -> bool:
    """Whether the text says, and says no more than, that there is no distortion."""
    return len(text) <= LONGEST_DENIAL and NO_DISTORTION.fullmatch(" ".join(text.split())) is not None


def known_type(name: str, vocabulary: Vocabulary) -> str:
    """The canonical name of a type in any of its spellings. Raises UnreadableError for an unknown one."""
    kind = vocabulary.find(name)
    if kind is None:
        raise unreadable("unknown distortion", name)
    return kind.name


def severity_and_type(text: str, vocabulary: Vocabulary) -> tuple[Severity | None, str]:
    """From "Moderate low clarity", or "low clarity" alone, in any case. Raises UnreadableError for anything else."""
    first, _, rest = text.strip().partition(" ")
    severity = SEVERITIES.get(first.casefold())
    return severity, known_type(rest if severity else text, vocabulary)
