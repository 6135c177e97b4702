"""The one reply of a task that asks one thing."""

from __future__ import annotations

from collections.abc import Sequence

from idetex_plugin.words.failure import Failure, Reason
from idetex_plugin.words.request import Reply


def only(replies: Sequence[Reply], task: str) -> Reply | Failure:
    """The reply, or a Failure when the engine gave none or several."""
    if len(replies) == 1:
        return replies[0]
    return Failure(reason=Reason.ENGINE_ERROR, message=f"{task}: 1 request got {len(replies)} replies")
