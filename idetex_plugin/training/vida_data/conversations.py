"""Conversations in the LLaVA format: JSON lines, each an image and what is asked and answered about it.

    {"id": "…", "image": "a.png", "conversations": [{"from": "human", "value": "<image>\\n…"}, {"from": "gpt", …}]}
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from idetex_plugin.assessment import Record
from idetex_plugin.models.card_files import faults

IMAGE = "<image>"
ROLES = {"user": "human", "assistant": "gpt"}


def _role(value: Any) -> Any:
    return ROLES.get(value, value) if isinstance(value, str) else value


class Said(Record):
    """One message."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    role: Annotated[Literal["system", "human", "gpt"], BeforeValidator(_role)] = Field(alias="from")
    value: str = Field(min_length=1)


class Conversation(Record):
    """An optional system message, then human and gpt in turn. The first human message holds the one `<image>`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str | int
    image: str = Field(min_length=1)
    said: tuple[Said, ...] = Field(alias="conversations")

    @model_validator(mode="after")
    def _in_turn(self) -> Self:
        turns = self.turns
        wanted = [("human", "gpt")[number % 2] for number in range(len(turns))]
        if not turns or len(turns) % 2 or [each.role for each in turns] != wanted:
            raise ValueError("human and gpt must speak in turn, human first")
        if sum(each.value.count(IMAGE) for each in self.said) != 1 or IMAGE not in turns[0].value:
            raise ValueError(f"exactly one {IMAGE} is needed, in the first human message")
        return self

    @property
    def system(self) -> str:
        """The system message, or an empty text."""
        return self.said[0].value if self.said and self.said[0].role == "system" else ""

    @property
    def turns(self) -> tuple[Said, ...]:
        """The messages after the system's."""
        return self.said[bool(self.system) :]

    @classmethod
    def about(cls, id: str, image: str, system: str, asked: str, answer: str) -> Self:
        """One question and its answer."""
        spoken = {"system": system, "human": f"{IMAGE}\n{asked}", "gpt": answer}
        said = tuple(Said.model_validate({"from": role, "value": value}) for role, value in spoken.items() if value)
        return cls(id=id, image=image, conversations=said)


def read_conversations(path: Path) -> Iterator[Conversation]:
    """The conversations of a JSON-lines file. Raises ValueError naming the file, the line and the fault."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    yield Conversation.model_validate_json(line)
                except ValidationError as fault:
                    raise ValueError(f"{path}: line {number}: {'; '.join(faults(fault))}") from fault


def write_conversations(path: Path, conversations: Iterable[Conversation]) -> None:
    """Write a JSON-lines file."""
    with path.open("w", encoding="utf-8") as file:
        for each in conversations:
            file.write(json.dumps(each.model_dump(mode="json", by_alias=True), ensure_ascii=False) + "\n")
