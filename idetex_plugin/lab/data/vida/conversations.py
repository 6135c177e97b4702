"""Conversations in the LLaVA format: JSON lines, each an image and what is asked and answered about it.

    {"id": "…", "image": "a.png", "conversations": [{"from": "human", "value": "<image>\\n…"}, {"from": "gpt", …}]}
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from idetex_plugin.words.record import Record, faults

IMAGE = "<image>"
ROLES = {"user": "human", "assistant": "gpt"}


def _role(value: Any) -> Any:
    return ROLES.get(value, value) if isinstance(value, str) else value


class Said(Record):
    """One message."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    role: Annotated[Literal["human", "gpt"], BeforeValidator(_role)] = Field(alias="from")
    value: str = Field(min_length=1)


class Conversation(Record):
    """Human and gpt in turn, below an optional system message. The first human message holds the one `<image>`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str | int
    image: str = Field(min_length=1)
    system: str = ""
    said: tuple[Said, ...] = Field(alias="conversations")

    @model_validator(mode="before")
    @classmethod
    def _system_apart(cls, value: Any) -> Any:
        """Some files have the system message first in the list, instead of beside it."""
        match value:
            case {"conversations": [{"from": "system", "value": system}, *said]}:
                return {**value, "system": system, "conversations": said}
        return value

    @model_validator(mode="after")
    def _in_turn(self) -> Self:
        wanted = [("human", "gpt")[number % 2] for number in range(len(self.said))]
        if not self.said or len(self.said) % 2 or [each.role for each in self.said] != wanted:
            raise ValueError("human and gpt must speak in turn, human first")
        if sum(each.value.count(IMAGE) for each in self.said) != 1 or IMAGE not in self.said[0].value:
            raise ValueError(f"exactly one {IMAGE} is needed, in the first human message")
        return self

    @classmethod
    def about(cls, id: str, image: str, system: str, asked: str, answer: str) -> Self:
        """One question and its answer."""
        spoken = {"human": f"{IMAGE}\n{asked}", "gpt": answer}
        said = tuple(Said.model_validate({"from": role, "value": value}) for role, value in spoken.items())
        return cls(id=id, image=image, system=system, conversations=said)


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
            item = each.model_dump(mode="json", by_alias=True, exclude_defaults=True)
            file.write(json.dumps(item, ensure_ascii=False) + "\n")
