"""What a family's tiny checkpoint does end to end: python -m families.proof NAME FOLDER writes FOLDER/proof.json.

In process under vLLM and under transformers, and served by vLLM: the same photo, in the words of the built-in card.
Every cell of the table is "yes", or says why not. To be run where the family's processor can be imported.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from families.engines import Start, served, transformers_here, vllm_here
from families.kinds import FAMILIES, Family
from families.noting import Prompts, noting
from PIL import Image

from idetex_plugin import Assessor, Card, load_photo
from idetex_plugin.cards.registry import get_card
from idetex_plugin.engines.base import Engine
from idetex_plugin.tasks.questions import DEFAULT_QUESTIONS
from idetex_plugin.views.show import make_views
from idetex_plugin.words.assessment import Assessment
from idetex_plugin.words.failure import Failure, Reason, State, TaskStatus

PHOTO = sorted((Path(__file__).parents[2] / "demo").glob("*.jpg"))[0]
SIZE = (448, 336)
QUESTIONS = DEFAULT_QUESTIONS[:2]
THINKS_FOR = 16
LONG_LIST = {"type": "array", "items": {"enum": [1, 2]}, "minItems": 30, "maxItems": 60}
CUT_AT = 12
TASKS = ("detect", "ask", "level", "describe")
CELLS = (*TASKS, "cut-off", "thinking off", "thinking on", "same prompts")
YES, UNSPOKEN, NO_SWITCH = "yes", "not of its card", "no switch"
TURNED, RANDOM = "random box", "random words"
Cells = dict[str, str]


def prove(family: Family, folder: Path) -> dict[str, Cells]:
    """The rows of the family by engine, each with its cells by name."""
    family.build(folder)
    card = get_card(family.card).model_copy(update={"checkpoint": str(folder)})
    photo = folder / "photo.png"
    load_photo(PHOTO).image.resize(SIZE).save(photo)
    prompts: dict[str, Prompts] = {"in process": set(), "transformers": set(), "served": set()}
    ways = {
        "in process": partial(vllm_here, dtype=family.dtype),
        "transformers": partial(transformers_here, dtype=family.dtype),
    }
    rows = {name: _row(start, card, family, photo, prompts[name]) for name, start in ways.items()}

    def at_a_server() -> Cells:
        with served(card, family.dtype, folder / "log") as start:
            return _row(start, card, family, photo, prompts["served"])

    rows["served"] = _cells(at_a_server, CELLS)
    for name, row in rows.items():
        same = prompts[name] == prompts["in process"] != set()
        row["same prompts"] = YES if same else _difference(prompts["in process"], prompts[name])
        row["other template"] = _told_apart(card, folder)
    return rows


def _row(start: Start, card: Card, family: Family, photo: Path, prompts: Prompts) -> Cells:
    cells = _cells(lambda: _as_the_card_says(start, card, photo, prompts), (*TASKS, "cut-off", "thinking off"))
    if not family.thinks:
        return {**cells, "thinking off": NO_SWITCH, "thinking on": NO_SWITCH}
    thinking = card.model_copy(update={"template_arguments": dict(family.thinks), "thinking_tokens": THINKS_FOR})
    noted = prompts if family.dtype == "float32" else set()  # in fewer bits, engines think different thoughts
    return {**cells, **_cells(lambda: _thinking(start, thinking, photo, noted), ("thinking on",))}


def _cells(found: Callable[[], Cells], names: Sequence[str]) -> Cells:
    try:
        return found()
    except Exception as error:
        traceback.print_exc()
        return dict.fromkeys(names, f"{type(error).__name__}: {error}"[:300])


def _as_the_card_says(start: Start, card: Card, photo: Path, prompts: Prompts) -> Cells:
    with start(card) as engine, noting(engine, prompts), Assessor(card, engine, questions=QUESTIONS) as assessor:
        found = assessor.assess(photo)
        cells = {**_tasks(found), "cut-off": _cut_off(assessor, engine, photo)}
    return {**cells, "thinking off": YES if not found.reasoning else f"it thinks: {found.reasoning}"}


def _thinking(start: Start, card: Card, photo: Path, prompts: Prompts) -> Cells:
    with start(card) as engine, noting(engine, prompts), Assessor(card, engine, questions=QUESTIONS) as assessor:
        found = assessor.assess(photo)
    wrong = {name: said for name, said in _tasks(found).items() if not fine(said)}
    return {"thinking on": str(wrong) if wrong else YES if found.reasoning else "it does not think"}


def _tasks(found: Assessment) -> Cells:
    """What came of the tasks."""
    tasks = found.tasks
    asked = [bool(answer.probabilities) for answer in found.answers]
    rated = found.quality is not None and bool(found.quality.probabilities)
    return {
        "detect": _said(tasks["grounding"], True),
        "ask": YES if asked == [True] * len(QUESTIONS) else _said(tasks["perception"], False),
        "level": YES if rated else _said(tasks["perception"], False),
        "describe": _said(tasks["description"], found.description is not None),
    }


def _said(status: TaskStatus, whole: bool) -> str:
    if status.state is State.SKIPPED:
        return UNSPOKEN
    if whole and status.state is State.OK:
        return YES
    if status.reason is not Reason.UNPARSEABLE:
        return f"{status.reason}: {status.message}"
    return TURNED if "no box in a frame" in status.message else f"{RANDOM}: {status.message}"


def _cut_off(assessor: Assessor, engine: Engine, photo: Path) -> str:
    """A list that does not end is cut off, drawn once more where the card says how, and said to be cut off."""
    views = make_views(assessor.card, Image.open(photo))
    request = replace(assessor.dialect.detect(views), schema=LONG_LIST, max_tokens=CUT_AT)
    [(_, [reply])] = engine.stream([(0, [request])])
    read = assessor.dialect.read_detect(reply, views)
    ok = reply.finish_reason == "length" and isinstance(read, Failure) and read.reason is Reason.CUT_OFF
    return YES if ok else f"{reply.finish_reason}: {read}"


def fine(said: str) -> bool:
    """Whether a cell has nothing but what random weights explain."""
    return said in {YES, UNSPOKEN, NO_SWITCH, TURNED} or said.startswith(RANDOM)


def _told_apart(card: Card, folder: Path) -> str:
    """Whether the fingerprint is another one where the chat template is."""
    template = folder / "chat_template.jinja"
    text = template.read_text("utf-8")
    first = Assessor(card, "transformers").fingerprint
    template.write_text(text + "{# changed #}", encoding="utf-8")
    second = Assessor(card, "transformers").fingerprint
    template.write_text(text, encoding="utf-8")
    return YES if first != second else "the same fingerprint"


def _difference(one: Prompts, other: Prompts) -> str:
    return f"{len(one - other)} of {len(one)} prompts are not sent, {len(other - one)} others are"


def main() -> None:
    """Prove one family."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "1")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "proof.json").write_text(json.dumps(prove(FAMILIES[name], folder), indent=2))


if __name__ == "__main__":
    main()
