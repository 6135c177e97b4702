"""`idetex bench vida`: a model on ViDA-UGC's own questions, as its users download them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from idetex_plugin.assessing.assessor import Assessor
from idetex_plugin.assessing.examiner import Task
from idetex_plugin.lab.evaluation.ledger import Ledger
from idetex_plugin.lab.evaluation.vida.ask import Choosing, Levelling, ask_tasks
from idetex_plugin.lab.evaluation.vida.records import (
    Exchange,
    Kind,
    VidaError,
    VidaImage,
    read_exchanges,
    read_images,
)
from idetex_plugin.lab.evaluation.vida.scores import Tally, mark_exchange, mark_image
from idetex_plugin.tasks.description import DescriptionTask as Describing
from idetex_plugin.tasks.grounding import Affecting, Referring
from idetex_plugin.words.failure import Failure

METADATA = "bench_metadata.json"
QUESTIONS = "mcq.json"
Item = VidaImage | Exchange


def bench(
    assessor: Assessor, data: Path, images: Path, *, limit: int | None = None, step: Callable[[], None] = lambda: None
) -> tuple[Tally, Ledger]:
    """Ask everything that the folder's files ask. images: the folder of the images. limit: images and questions a file.

    Read are bench_metadata.json (detection, level, description), mcq.json where it holds whole questions, and every
    .jsonl of conversations. Raises VidaError for a folder without any of them and for an image that is missing.
    """
    ledger, tally = Ledger(), Tally()
    for item, results in ask_tasks(assessor, _asked(assessor, data, images, limit, ledger)):
        for result in results:
            if isinstance(result, Failure):
                tally.failed[result.reason] += 1
        if isinstance(item, VidaImage):
            mark_image(tally, item, *results)
        else:
            mark_exchange(tally, item, results[0], ledger)
        step()
    return tally, ledger


def _asked(
    assessor: Assessor, data: Path, images: Path, limit: int | None, ledger: Ledger
) -> Iterator[tuple[Item, Path, Sequence[Task]]]:
    files = [path for path in (data / METADATA, data / QUESTIONS, *sorted(data.glob("*.jsonl"))) if path.is_file()]
    if not files:
        raise VidaError(f"{data}: holds neither {METADATA} nor {QUESTIONS} nor a .jsonl of conversations")
    for path in files:
        items: Iterator[Item] = read_images(path, ledger) if path.name == METADATA else read_exchanges(path, ledger)
        for count, item in enumerate(items):
            if count == limit:
                break
            source = images / item.image
            if not source.is_file():
                raise VidaError(f"{path}: its image {item.image} is not in {images}")
            tasks = _tasks(assessor, item)
            if tasks:
                yield item, source, tasks
            else:
                ledger.refuse(path.name, item.image, "asks something that no measure is for")


def _tasks(assessor: Assessor, item: Item) -> Sequence[Task]:
    dialect = assessor.dialect
    wholes: dict[Kind, Task] = {
        Kind.DETECTION: assessor.grounding, Kind.LEVEL: Levelling(dialect), Kind.DESCRIPTION: Describing(dialect),
    }  # fmt: skip
    if isinstance(item, VidaImage):
        return tuple(wholes.values())
    task: Task | None = None
    if item.box is not None:
        task = Affecting(dialect, item.box)
    elif item.expression:
        task = Referring(dialect, item.expression)
    elif item.question is not None:
        task = Choosing(dialect, item.question)
    elif item.kind in wholes:
        task = wholes[item.kind]
    return () if task is None else (task,)
