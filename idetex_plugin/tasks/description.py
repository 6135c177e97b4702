"""Why a photo is as good as it is: content, distortions with boxes and effects, key distortions, level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from idetex_plugin.dialects.base import Dialect
from idetex_plugin.tasks.replies import only
from idetex_plugin.words.assessment import Description as Result
from idetex_plugin.words.failure import Failure
from idetex_plugin.words.request import Reply, Request, Views


@dataclass(frozen=True, slots=True)
class DescriptionTask:
    """The four-step description of a photo."""

    dialect: Dialect
    name = "description"

    def ask(self, views: Views) -> tuple[Request, ...]:
        """One request."""
        return (self.dialect.describe(views),)

    def read(self, replies: Sequence[Reply], views: Views) -> Result | Failure:
        """The description; without its last line, a Failure."""
        reply = only(replies, self.name)
        return reply if isinstance(reply, Failure) else self.dialect.read_describe(reply, views)
