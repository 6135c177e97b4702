"""A language model as the judge of descriptions: completeness, precision, reasoning, 1 to 5 each.

Through any OpenAI-compatible server; nothing is sent anywhere unless this is called. The prompt is this project's own.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

import httpx
from pydantic import Field, ValidationError

from idetex_plugin.lab.evaluation.ledger import Ledger
from idetex_plugin.words.record import Record

KEY = "IDETEX_API_KEY"
PROMPT = """You judge descriptions of image quality. You are told what is known to be wrong with an image, and what was
written about it. Ignore style. Give three whole numbers from 1 (not at all) to 5 (fully):
completeness: is everything that is known named, with its place and its severity?
precision: is everything that is written true, with nothing made up?
reasoning: does it say how the damage affects the impression, and does the conclusion follow from it?
Answer with JSON only: {{"completeness": n, "precision": n, "reasoning": n}}

Known: {truth}

Written: {written}"""


class Marks(Record):
    """One description's marks."""

    completeness: int = Field(ge=1, le=5)
    precision: int = Field(ge=1, le=5)
    reasoning: int = Field(ge=1, le=5)


@dataclass(frozen=True, slots=True)
class JudgeScore:
    """Means over the descriptions whose marks could be read; `unread` is how many could not."""

    judged: int
    unread: int
    completeness: float | None
    precision: float | None
    reasoning: float | None


def prompt_for(written: str, truth: str) -> str:
    """What the judge is asked."""
    return PROMPT.format(truth=truth, written=written)


def judge(
    pairs: Iterable[tuple[str, str]], url: str, model: str, ledger: Ledger, *, timeout: float = 120
) -> JudgeScore:
    """Judge (written, truth) pairs one after the other.

    url: the server's, with or without "/v1"; the key, if it wants one, is that of IDETEX_API_KEY. What it says and
    cannot be read is listed in the ledger, never marked. Raises httpx.HTTPError where the server cannot be reached.
    """
    marks: list[Marks] = []
    unread = 0
    key = os.environ.get(KEY)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    with httpx.Client(base_url=url.removesuffix("/").removesuffix("/v1"), headers=headers, timeout=timeout) as client:
        for number, (written, truth) in enumerate(pairs, 1):
            message = {"role": "user", "content": prompt_for(written, truth)}
            asked = {"model": model, "messages": [message], "temperature": 0, "max_tokens": 100}
            reply = client.post("/v1/chat/completions", json=asked).raise_for_status().json()
            text = str(reply["choices"][0]["message"]["content"])
            try:
                marks.append(Marks.model_validate_json(text[text.index("{") : text.rindex("}") + 1]))
            except (ValueError, ValidationError):
                unread += 1
                ledger.refuse("judge", number, f"no marks: {text[:80]!r}")
    means = [_mean([getattr(mark, name) for mark in marks]) for name in ("completeness", "precision", "reasoning")]
    return JudgeScore(len(marks), unread, *means)


def _mean(values: list[int]) -> float | None:
    return sum(values) / len(values) if values else None
