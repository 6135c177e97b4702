"""A question with options."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from idetex_plugin.words.record import Record

Concern = Literal["type", "position", "severity", "significance", "other"]


class Question(Record):
    """A question with options. `concern` is the ViDA question kind, "other" for a user's own.

    `preamble` is text given before the question, such as the severity definitions.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    text: str = Field(min_length=1)
    options: tuple[Annotated[str, Field(min_length=1)], ...] = Field(min_length=2, max_length=26)
    concern: Concern = "other"
    preamble: str = ""

    @model_validator(mode="after")
    def _options_differ(self) -> Self:
        if len(set(self.options)) < len(self.options):
            raise ValueError(f"two of the options {self.options} are the same")
        return self
