"""What a family's tiny checkpoint does end to end: python -m families.proof NAME FOLDER writes FOLDER/proof.json.

In process under vLLM and under transformers, and served by vLLM: the same photo, in the words of the built-in card. Every
cell of the table is "yes", or says why not. To be run where the family's processor can be imported.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from families.kinds import FAMILIES, Family
from PIL import Image
from vllm_server import free_port, running

from idetex_plugin import Assessor, Card, load_photo
from idetex_plugin.cards.registry import get_card
from idetex_plugin.engines.asking import Asking
from idetex_plugin.engines.base import Engine
from idetex_plugin.engines.retries import Backoff
from idetex_plugin.engines.server import ServerEngine
from idetex_plugin.engines.serving import serve_command
from idetex_plugin.engines.transformers import TransformersEngine
from idetex_plugin.tasks.questions import DEFAULT_QUESTIONS
from idetex_plugin.views.show import make_views
from idetex_plugin.words.assessment import Assessment
from idetex_plugin.words.failure import Failure, Reason, State, TaskStatus
from idetex_plugin.words.request import Request

PHOTO = sorted((Path(__file__).parents[2] / "demo").glob("*.jpg"))[0]
SIZE = (448, 336)
QUESTIONS = DEFAULT_QUESTIONS[:2]
THINKS_FOR = 16
LONG_LIST = {"type": "array", "items": {"enum": [1, 2]}, "minItems": 30, "maxItems": 60}
CUT_AT = 12
TASKS = ("detect", "ask", "level", "describe")
YES, UNSPOKEN, RANDOM, NO_SWITCH = "yes", "not of its card", "random words", "no switch"
Cells = dict[str, str]
Prompts = set[tuple[int, ...]]
Start = Callable[[Card], AbstractContextManager[Engine]]


def card_of(family: Family, folder: Path) -> Card:
    """The built-in card, for this checkpoint."""
    return get_card(family.card).model_copy(update={"checkpoint": str(folder)})


def prove(family: Family, folder: Path) -> dict[str, Cells]:
    """The rows of the family by engine, each with its cells by name."""
    family.build(folder)
    card = card_of(family, folder)
    photo = folder / "photo.png"
    load_photo(PHOTO).image.resize(SIZE).save(photo)
    prompts: dict[str, Prompts] = {"in process": set(), "transformers": set(), "served": set()}
    rows = {
        "in process": _row(_vllm, card, family, photo, prompts["in process"]),
        "transformers": _row(_transformers, card, family, photo, prompts["transformers"]),
    }
    every = (*TASKS, "cut-off", "thinking off", "thinking on")
    rows["served"] = _cells(lambda: _served_row(card, family, photo, prompts["served"], folder / "log"), every)
    for name, row in rows.items():
        same = prompts[name] == prompts["in process"]
        row["same prompts"] = YES if same else _difference(prompts["in process"], prompts[name])
    return rows


def _served_row(card: Card, family: Family, photo: Path, prompts: Prompts, log: Path) -> Cells:
    with _server(card, log) as address:
        return _row(lambda one: _served(one, address), card, family, photo, prompts)


def _row(start: Start, card: Card, family: Family, photo: Path, prompts: Prompts) -> Cells:
    cells = _cells(lambda: _as_the_card_says(start, card, photo, prompts), (*TASKS, "cut-off", "thinking off"))
    if not family.thinks:
        return {**cells, "thinking off": NO_SWITCH, "thinking on": NO_SWITCH}
    thinking = card.model_copy(update={"template_arguments": dict(family.thinks), "thinking_tokens": THINKS_FOR})
    return {**cells, **_cells(lambda: _thinking(start, thinking, photo, prompts), ("thinking on",))}


def _cells(found: Callable[[], Cells], names: Sequence[str]) -> Cells:
    try:
        return found()
    except Exception as error:
        traceback.print_exc()
        return dict.fromkeys(names, f"{type(error).__name__}: {error}"[:300])


def _as_the_card_says(start: Start, card: Card, photo: Path, prompts: Prompts) -> Cells:
    with start(card) as engine, _noting(engine, prompts):
        with Assessor(card, engine=engine, questions=QUESTIONS) as assessor:
            found = assessor.assess(photo)
            cells = {**_tasks(found), "cut-off": _cut_off(assessor, engine, photo)}
    return {**cells, "thinking off": YES if not found.reasoning else f"it thinks: {found.reasoning}"}


def _thinking(start: Start, card: Card, photo: Path, prompts: Prompts) -> Cells:
    with start(card) as engine, _noting(engine, prompts):
        with Assessor(card, engine=engine, questions=QUESTIONS) as assessor:
            found = assessor.assess(photo)
    wrong = {name: said for name, said in _tasks(found).items() if said not in {YES, UNSPOKEN, RANDOM}}
    return {"thinking on": str(wrong) if wrong else YES if found.reasoning else "it does not think"}


def _tasks(found: Assessment) -> Cells:
    """What came of the tasks."""
    tasks = found.tasks
    asked = [bool(answer.probabilities) for answer in found.answers]
    rated = found.quality is not None and bool(found.quality.probabilities)
    return {
        "detect": _said(tasks["grounding"], True),
        "ask": _said(tasks["perception"], asked == [True] * len(QUESTIONS)),
        "level": _said(tasks["perception"], rated),
        "describe": _said(tasks["description"], found.description is not None),
    }


def _said(status: TaskStatus, whole: bool) -> str:
    if status.state is State.SKIPPED:
        return UNSPOKEN
    if whole and status.state is State.OK:
        return YES
    return RANDOM if status.reason is Reason.UNPARSEABLE else f"{status.reason}: {status.message}"


def _cut_off(assessor: Assessor, engine: Engine, photo: Path) -> str:
    """A list that does not end is cut off, drawn once more where the card says how, and said to be cut off."""
    views = make_views(assessor.card, Image.open(photo))
    request = replace(assessor.dialect.detect(views), schema=LONG_LIST, max_tokens=CUT_AT)
    [(_, [reply])] = engine.stream([(0, [request])])
    read = assessor.dialect.read_detect(reply, views)
    ok = reply.finish_reason == "length" and isinstance(read, Failure) and read.reason is Reason.CUT_OFF
    return YES if ok else f"{reply.finish_reason}: {read}"


def _difference(one: Prompts, other: Prompts) -> str:
    return f"{len(one - other)} of {len(one)} prompts are not sent, {len(other - one)} others are"


@contextmanager
def _vllm(card: Card) -> Iterator[Engine]:
    from idetex_plugin.engines.vllm import VllmEngine

    engine = VllmEngine(card, dtype="float32", slots=8)
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def _transformers(card: Card) -> Iterator[Engine]:
    engine = TransformersEngine(card, dtype="float32", device="cpu", slots=8)
    yield engine
    engine.close()


@contextmanager
def _served(card: Card, address: str) -> Iterator[Engine]:
    engine = ServerEngine(card, address, slots=8, backoff=Backoff(tries=2))
    try:
        yield engine
    finally:
        engine.close()


@contextmanager
def _server(card: Card, log: Path) -> Iterator[str]:
    """Started by the line that `idetex serve-command` prints, in 32-bit numbers."""
    port = free_port()
    line = serve_command(card, port=port, cpu=True)
    line[line.index("--dtype") + 1] = "float32"
    with running([*line[1:], "--max-num-seqs", "8"], port, log) as address:
        yield address


@contextmanager
def _noting(engine: Any, prompts: Prompts) -> Iterator[None]:
    """Note the prompts as the model gets them, image tokens and all."""
    if isinstance(engine, ServerEngine):
        with _noting_served(prompts):
            yield
        return
    if isinstance(engine, TransformersEngine):
        real = engine._inputs

        def inputs(steps: Any) -> Any:
            found = real(steps)
            for ids, mask in zip(found["input_ids"], found["attention_mask"].bool(), strict=True):
                prompts.add(tuple(ids[mask].tolist()))
            return found

        engine._inputs = inputs  # type: ignore[method-assign]
    else:
        step = engine._engine.step

        def watched() -> Any:
            outputs = step()
            prompts.update(tuple(output.prompt_token_ids) for output in outputs if output.finished)
            return outputs

        engine._engine.step = watched
    yield


@contextmanager
def _noting_served(prompts: Prompts) -> Iterator[None]:
    real = Asking.complete

    async def complete(self: Asking, body: Any, *, tries: int | None = None) -> Any:
        given = {**json.loads(b"".join(body)), "return_token_ids": True}
        answer = await real(self, [json.dumps(given).encode()], tries=tries)
        prompts.add(tuple(answer["prompt_token_ids"]))
        return answer

    Asking.complete = complete  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        Asking.complete = real  # type: ignore[method-assign]


def main() -> None:
    """Prove one family."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
    folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    rows = prove(FAMILIES[name], folder)
    (folder / "proof.json").write_text(json.dumps(rows, indent=2))
    print(f"{name}: {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
