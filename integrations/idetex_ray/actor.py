"""What runs in Ray's actors: an assessor, made there and kept for as long as the actor lives."""

from __future__ import annotations

import copy
import logging
import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from ray.exceptions import UserCodeException

from idetex_plugin.assessing.assessor import Assessor
from idetex_plugin.assessing.ensemble import ensemble_or_one
from idetex_plugin.engines.base import Engine, EngineDeadError
from idetex_plugin.engines.choose import AUTO
from idetex_plugin.engines.faults import ServiceError
from idetex_plugin.words.assessment import Assessment
from idetex_plugin.words.card import Card
from idetex_plugin.words.question import Question
from idetex_ray.rows import Columns, columns_of, to_table

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Recipe:
    """How an actor makes its assessor: the arguments of `Assessor`, and an engine that is named, or made by a call."""

    model: str | Card
    engine: str | Callable[[], Engine]
    tasks: Sequence[str]
    questions: Sequence[Question] | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def make(self, engine: str | Engine) -> Assessor:
        """The assessor with this engine. One that is named starts with the first photo."""
        return ensemble_or_one(self.model, engine, self.tasks, self.questions, **self.options)


@dataclass(frozen=True)
class About:
    """What an assessor is, as a machine of the cluster sees it: see `Assessor`."""

    card: Card
    fingerprint: str
    parts: Mapping[str, str]


def look(recipe: Recipe) -> About:
    """What this recipe makes here."""
    with recipe.make(recipe.engine if isinstance(recipe.engine, str) else AUTO) as assessor:
        return About(assessor.card, assessor.fingerprint, dict(assessor.fingerprint_parts))


class StoppedError(UserCodeException):
    """What Ray takes from an actor to the driver for the error that stops the job. It stays as it was raised there."""

    def __init__(self, message: str, error: Exception | None = None) -> None:
        super().__init__(message)
        self.error = error

    @classmethod
    def of(cls, error: Exception) -> StoppedError:
        """Around this error, or one that says the same where it does not survive the way."""
        try:
            copy.deepcopy(error)  # needs what pickling needs
        except Exception:
            error = RuntimeError(f"{type(error).__name__}: {error}")
        return cls(str(error), error)


class Assessing:
    """Assesses a batch of rows: `map_batches` calls it in an actor.

    An engine that dies is started again, and asked about the photos that have no result yet; if it dies again before
    any is finished, the job stops. So it does for a service's fault, at once. Then no row of the batch is written.
    """

    def __init__(self, recipe: Recipe, columns: Columns, fingerprint: str) -> None:
        self._recipe, self._columns, self._fingerprint = recipe, columns, fingerprint
        self._assessor: Assessor | None = None
        self._engine: Engine | None = None

    def __call__(self, batch: pa.Table) -> pa.Table:
        """A row of the export's columns for every row. Raises StoppedError around whatever stops the job."""
        try:
            assessor = self._started()
            said = self._assess(batch, len(keys := self._columns.ids(batch)))
            return to_table(columns_of(assessor), ((key, said[number]) for number, key in enumerate(keys)))
        except Exception as error:
            raise StoppedError.of(error) from error

    def _assess(self, batch: pa.Table, count: int) -> dict[int, Assessment]:
        done: dict[int, Assessment] = {}
        deaths = 0
        while len(done) < count:
            photos = enumerate(self._columns.photos(batch))
            try:
                for number, said in self._started().stream(each for each in photos if each[0] not in done):
                    done[number] = said
                    deaths = 0
            except ServiceError as error:
                raise EngineDeadError(str(error)) from error
            except EngineDeadError as error:
                deaths += 1
                if deaths > 1:
                    raise
                log.warning("the engine died and is started again: %s", error)
                self._stop()
        return done

    def _started(self) -> Assessor:
        """The assessor, made if it is not there. Raises RuntimeError for another fingerprint than the job's."""
        if self._assessor is None:
            named = self._recipe.engine
            self._engine = None if isinstance(named, str) else named()
            assessor = self._recipe.make(str(named) if self._engine is None else self._engine)
            if assessor.fingerprint != self._fingerprint:
                raise RuntimeError(
                    f"{assessor.card.name} is another one on {platform.node()}: fingerprint "
                    f"{assessor.fingerprint}, and {self._fingerprint} where the job began; all machines need the same "
                    "checkpoint, plugins and version of idetex-plugin"
                )
            self._assessor = assessor
        return self._assessor

    def _stop(self) -> None:
        if self._assessor is not None:
            self._assessor.close()
        if self._engine is not None:
            self._engine.close()
        self._assessor = self._engine = None
