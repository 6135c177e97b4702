"""Why a photo is as good as it is: content, distortions with boxes and effects, key distortions, level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from idetex_plugin.assessment import Description as Result
from idetex_plugin.assessment import Failure
from idetex_plugin.engines.base import Reply, Request
from idetex_plugin.models.dialects.base import Dialect, Look
from idetex_plugin.tasks.replies import only


@dataclass(frozen=True, slots=True)
class Description:
    """The four-step description of a photo."""

    dialect: Dialect
    name = "description"

    def ask(self, look: Look) -> tuple[Request, ...]:
        """One request."""
        return (self.dialect.describe(look),)

    def read(self, replies: Sequence[Reply], look: Look) -> Result | Failure:
        """The description; without its last line, a Failure."""
        reply = only(replies, self.name)
        return reply if isinstance(reply, Failure) else self.dialect.read_describe(reply, look)
