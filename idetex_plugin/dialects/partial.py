"""What was complete of a reply before it was cut off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from idetex_plugin.words.assessment import PartialRegions, Region
from idetex_plugin.words.failure import Failure, Reason
from idetex_plugin.words.request import Reply, Token


def was_cut_off(reply: Reply) -> bool:
    """Whether the reply ended at its limit."""
    return reply.failure is None and reply.finish_reason == "length"


def shortened(reply: Reply, length: int, ending: str = "") -> Reply:
    """The first `length` characters of the reply as a reply of its own that ends well, with `ending` put after them."""
    kept: list[Token] = []
    at = 0
    for token in reply.tokens:
        if at >= length:
            break
        kept.append(replace(token, text=token.text[: length - at]))
        at += len(token.text)
    if kept and ending:
        kept.append(Token(ending, None))
    return Reply(reply.text[:length] + ending, tokens=tuple(kept), reasoning=reply.reasoning)


def kept(cut: Failure, regions: Sequence[Region]) -> Failure:
    """The failure of a list that was cut off, with the regions that were complete; without any, the failure alone."""
    if cut.reason is not Reason.CUT_OFF or not regions:
        return cut
    message = f"{cut.message}; the {len(regions)} complete regions before that are kept"
    return PartialRegions(reason=cut.reason, message=message, regions=tuple(regions))
