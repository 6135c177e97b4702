"""Faults of values in plain words."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field, ValidationError, field_validator

from idetex_plugin.words.record import Record, faults


class Tone(StrEnum):
    WARM = "warm"
    COLD = "cold"


class Inner(Record):
    share: float = Field(default=0.5, ge=0, lt=1)


class Outer(Record):
    name: str = Field(default="a", min_length=1)
    code: str = Field(default="a", pattern="^[a-z]+$")
    count: int = Field(default=1, gt=0, le=9)
    on: bool = True
    shape: Literal["disc", "ring"] = "disc"
    tone: Tone = Tone.WARM
    sides: tuple[float, float] = (0.0, 1.0)
    options: tuple[Annotated[str, Field(min_length=2)], ...] = Field(default=("aa", "bb"), min_length=2, max_length=3)
    weights: dict[str, float] = Field(default_factory=dict)
    place: Path = Path()
    inner: Inner = Inner()
    even: int = 2

    @field_validator("even")
    @classmethod
    def _is_even(cls, value: int) -> int:
        if value % 2:
            raise ValueError(f"{value} is odd")
        return value


class Needs(Record):
    title: str


def told(model: type[Record], values: Any) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        model.model_validate(values)
    return faults(caught.value)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"colour": 1}, "colour: unknown key"),
        ({"inner": {"pace": 3}}, "inner.pace: unknown key"),
        ({"name": 3}, "name: must be text, not 3"),
        ({"name": ""}, "name: must not be empty"),
        ({"options": ["aa", "b"]}, "options.1: must have at least 2 characters, not 'b'"),
        ({"code": "A1"}, "code: 'A1' does not match ^[a-z]+$"),
        ({"count": "many"}, "count: must be a whole number, not 'many'"),
        ({"count": 1.5}, "count: must be a whole number, not 1.5"),
        ({"count": None}, "count: must be a whole number, not None"),
        ({"count": 0}, "count: must be greater than 0, not 0"),
        ({"count": 10}, "count: must be at most 9, not 10"),
        ({"on": "perhaps"}, "on: must be true or false, not 'perhaps'"),
        ({"on": []}, "on: must be true or false, not []"),
        ({"shape": "cube"}, "shape: 'cube' is none of 'disc' or 'ring'"),
        ({"tone": "hot"}, "tone: 'hot' is none of 'warm' or 'cold'"),
        ({"sides": [0]}, "sides.1: is missing"),
        ({"sides": [0, 1, 2]}, "sides: has 3 values, takes at most 2"),
        ({"sides": 1}, "sides: must be a list, not 1"),
        ({"options": ["aa"]}, "options: has 1 value, needs at least 2"),
        ({"options": ["aa"] * 4}, "options: has 4 values, takes at most 3"),
        ({"weights": 3}, "weights: must be a table, not 3"),
        ({"weights": {"a": "much"}}, "weights.a: must be a number, not 'much'"),
        ({"weights": {"a": float("inf")}}, "weights.a: must be a finite number, not inf"),
        ({"place": 3}, "place: must be a path, not 3"),
        ({"inner": 3}, "inner: must be a table, not 3"),
        ({"inner": {"share": -1}}, "inner.share: must be at least 0, not -1"),
        ({"inner": {"share": 1}}, "inner.share: must be less than 1, not 1"),
        ({"even": 3}, "even: 3 is odd"),
        (3, "must be a table, not 3"),
    ],
)
def test_a_fault_is_told_in_plain_words(values: Any, words: str) -> None:
    assert told(Outer, values) == [words]


def test_what_is_missing_and_each_fault_has_a_line() -> None:
    assert told(Needs, {"a": 1, "b": 2}) == ["title: is missing", "a: unknown key", "b: unknown key"]


def test_a_long_value_is_cut() -> None:
    [line] = told(Outer, {"count": "x" * 500})
    assert len(line) < 120 and line.endswith("…")
