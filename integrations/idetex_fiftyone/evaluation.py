"""How right a run is, by what people said: FiftyOne's own evaluation of detections, on fully reviewed photos."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from fiftyone import ViewField as F

from idetex_fiftyone.fields import Fields
from idetex_fiftyone.overlap import SAME_REGION
from idetex_fiftyone.truth.fields import DEFAULT, TruthFields
from idetex_fiftyone.truth.meant import flat
from idetex_fiftyone.truth.sheet import FULLY

NO_SEVERITY = "no severity"


@dataclass(frozen=True)
class Rates:
    """Of one distortion, or all. `right` regions are found and there, `found` by the run, `there` by people.

    Each share is None where nothing is known of it. `ap` is the average precision over overlaps from 0.5 to 0.95; None
    where the run gave no confidences.
    """

    right: int
    found: int
    there: int
    ap: float | None = None

    @property
    def precision(self) -> float | None:
        """The share of what was found that is there."""
        return self.right / self.found if self.found else None

    @property
    def recall(self) -> float | None:
        """The share of what is there that was found."""
        return self.right / self.there if self.there else None


@dataclass(frozen=True)
class Evaluation:
    """A run against a truth.

    key: of FiftyOne's evaluation, which the App's panel “Model Evaluation” opens. types: by distortion. severities and
    levels: pairs of people's word and the run's; severities of regions that both have.
    """

    key: str
    photos: int
    total: Rates
    types: dict[str, Rates] = field(default_factory=dict)
    severities: Counter[tuple[str, str]] = field(default_factory=Counter)
    levels: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __str__(self) -> str:
        lines = [f"{self.photos:,} fully reviewed photos", "type | right | found | there | precision | recall | AP"]
        for name, rates in (*self.types.items(), ("all", self.total)):
            shares = (rates.precision, rates.recall, rates.ap)
            told = " | ".join("-" if share is None else f"{share:.3f}" for share in shares)
            lines.append(f"{name} | {rates.right:,} | {rates.found:,} | {rates.there:,} | {told}")
        return "\n".join(lines)


def evaluate(
    samples: Any, run: str = "idetex", name: str = DEFAULT, *, iou: float = SAME_REGION, progress: Any = None
) -> Evaluation:
    """Compare a run with a truth on the fully reviewed photos of a dataset or view.

    The comparison is kept under the key `<run>_vs_<name>`, over an earlier one, for the App's panel “Model Evaluation”,
    and `false_alarms` and `misses`. iou: how far a region must overlap one of the same distortion to be right. Raises
    ValueError when there is no such run or no fully reviewed photo.
    """
    view, fields, truth = reviewed(samples, run, name), Fields(run), TruthFields(name)
    dataset, key = samples._root_dataset, evaluation_key(run, name)
    sure = view.count(f"{fields.regions}.detections.confidence") == view.count(f"{fields.regions}.detections")
    results = view.evaluate_detections(
        fields.regions, gt_field=truth.truth, eval_key=key, iou=iou, compute_mAP=sure, progress=progress
    )
    dataset.reload()
    columns = [f"{fields.regions}.detections", f"{truth.truth}.detections"]
    right, found, there = Counter[str](), Counter[str](), Counter[str]()
    severities = Counter[tuple[str, str]]()
    for predictions, regions in zip(*view.values(columns), strict=True):
        held = {region.id: region for region in regions or ()}
        there.update(region.label for region in held.values())
        for prediction in predictions or ():
            found[prediction.label] += 1
            if prediction.get_attribute_value(key, None) == "tp":
                match = held[prediction.get_attribute_value(f"{key}_id")]
                right[prediction.label] += 1
                severities[_severity(match), _severity(prediction)] += 1
    words = view.values([f"{truth.review}.level", f"{fields.level}.label"])
    types = {
        label: Rates(right[label], found[label], there[label], _ap(results, [label]) if sure else None)
        for label in sorted({*found, *there})
    }
    return Evaluation(
        key,
        len(view),
        Rates(right.total(), found.total(), there.total(), _ap(results, None) if sure else None),
        types,
        severities,
        Counter((mine, str(theirs)) for mine, theirs in zip(*words, strict=True) if mine is not None),
    )


def false_alarms(samples: Any, run: str = "idetex", name: str = DEFAULT) -> Any:
    """The photos of a view with the predictions that are not there, after `evaluate`."""
    return flat(samples).filter_labels(Fields(run).regions, F(evaluation_key(run, name)) == "fp")


def misses(samples: Any, run: str = "idetex", name: str = DEFAULT) -> Any:
    """The photos of a view with the regions that the run did not find, after `evaluate`."""
    return flat(samples).filter_labels(TruthFields(name).truth, F(evaluation_key(run, name)) == "fn")


def evaluation_key(run: str, name: str) -> str:
    """The key of FiftyOne's evaluation."""
    return f"{run}_vs_{name}"


def reviewed(samples: Any, run: str, name: str) -> Any:
    """The photos that are fully reviewed and that the run has assessed. ValueError when there is none."""
    fields, truth = Fields(run), TruthFields(name)
    for path in (fields.regions, truth.review):
        if not samples._root_dataset.has_sample_field(path):
            raise ValueError(f"the dataset has no field {path!r}: assess and review photos first")
    view = flat(samples).match(F(f"{truth.review}.state") == FULLY).exists(fields.regions)
    if not len(view):
        raise ValueError(f"no photo is fully reviewed under {name!r}: see “Nothing more is wrong” in the review panel")
    return view


def _severity(region: Any) -> str:
    return region.get_attribute_value("severity", None) or NO_SEVERITY


def _ap(results: Any, classes: list[str] | None) -> float | None:
    if classes is not None and classes[0] not in results.classes:
        return None
    value = float(results.mAP(classes=classes))
    return value if value >= 0 else None
