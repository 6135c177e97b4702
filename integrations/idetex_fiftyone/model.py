"""The assessor as a model of FiftyOne's, for `apply_model` and its model zoo."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import fiftyone as fo
from fiftyone.core.models import Model, SamplesMixin

from idetex_fiftyone.fields import Fields
from idetex_fiftyone.labels import values
from idetex_plugin.assessing.assessor import Assessor
from idetex_plugin.gating.remedies import remedies_for
from idetex_plugin.plugins.names import Hook
from idetex_plugin.words.assessment import Assessment
from idetex_plugin.words.failure import State
from idetex_plugin.words.verdict import Remedy

PREFIX = "idetex"


class AssessorModel(SamplesMixin, Model):
    """Gives the labels of `assess`: regions, level and an answer for each question, which `apply_model` writes to
    `<label_field>_regions` and so on.

    A convenience. `apply_model` waits for every batch before it takes the next, drops a whole batch with one bad photo
    in it, keeps no status, score or description, and does not continue where it stopped: `assess` does all that, and
    keeps the engine busy.

    options: as for `assessor.Assessor`. The engine starts with the first photo and runs until `close`.
    """

    def __init__(self, **options: Any) -> None:
        SamplesMixin.__init__(self)
        self._assessor = Assessor(**options)
        self._remedies = partial(remedies_for, table=self._assessor.hooks.gather(Hook.REMEDIES, Remedy))
        self._preprocess = False

    @property
    def media_type(self) -> str:
        """Images."""
        return "image"

    @property
    def ragged_batches(self) -> bool:
        """Photos of one batch may differ in size."""
        return False

    @property
    def transforms(self) -> None:
        """None: the assessor prepares photos itself."""
        return

    @property
    def preprocess(self) -> bool:
        """Without meaning, since there are no transforms."""
        return self._preprocess

    @preprocess.setter
    def preprocess(self, value: bool) -> None:
        self._preprocess = value

    def predict(self, arg: Any, sample: Any = None) -> dict[str, Any]:
        """The labels of one photo: of the sample's file, or of uint8 pixels (H, W, 3). Raises ValueError with the
        photo's name and the reason where it cannot be assessed."""
        [labels] = self.predict_all([arg], None if sample is None else [sample])
        return labels

    def predict_all(self, args: Iterable[Any], samples: Sequence[Any] | None = None) -> list[dict[str, Any]]:
        """The same for several photos at once."""
        sources = list(args) if samples is None else [sample.filepath for sample in samples]
        found = dict(self._assessor.stream(enumerate(sources)))
        return [self._labels(found[number]) for number in range(len(sources))]

    def close(self) -> None:
        """Free the engine."""
        self._assessor.close()

    def _labels(self, assessment: Assessment) -> dict[str, Any]:
        if assessment.state is State.FAILED:
            failure = assessment.failure or next(task for task in assessment.tasks.values() if task.message)
            raise ValueError(f"{assessment.photo.name}: {failure.message}")
        fields = Fields(PREFIX, [answer.name for answer in assessment.answers])
        found = values(fields, assessment.photo.sha256 or "", assessment, self._remedies)
        return {path[len(PREFIX) + 1 :]: each for path, each in found.items() if isinstance(each, fo.Label)}
