"""Verdicts on compressed photos."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any

import fiftyone as fo
import fiftyone.core.utils as fou

from idetex_fiftyone.fields import OWNER, Fields
from idetex_fiftyone.targets import targets
from idetex_fiftyone.writer import Writer
from idetex_plugin.assessing.assessor import Assessor
from idetex_plugin.gating.pairs import Pair
from idetex_plugin.gating.policies import policy_named
from idetex_plugin.pipeline.pipeline import Pipeline
from idetex_plugin.words.policy import Policy
from idetex_plugin.words.verdict import Verdict

VERDICT = {
    "reasons": (fo.ListField, {"subfield": fo.StringField}, "why, for people"),
    "remedies": (fo.ListField, {"subfield": fo.StringField}, "what to do about it"),
    "decided_by": (fo.StringField, {}, "the model, or a metric that made it unnecessary"),
    "similarity": (fo.FloatField, {}, "to the original, 0..100"),
}


def assess_pairs(
    samples: Any,
    original_field: str,
    compressed_field: str,
    policy: str | Policy,
    *,
    run: str = "idetex",
    model: str = "nano",
    engine: Any = "auto",
    progress: Any = None,
    **engine_options: Any,
) -> Counter[str]:
    """Judge each sample's compressed photo by its original into `<run>_verdict`, and count the outcomes.

    Fields that hold paths, such as "filepath"; a sample without an original is judged alone. policy: see
    `gate.policy_named`. Raises ValueError for names that are none, and what `assess` raises.
    """
    dataset, view = targets(samples)
    for name in (original_field, compressed_field):
        if not dataset.has_sample_field(name):
            raise ValueError(f"the dataset has no field {name!r}")
    rules = policy if isinstance(policy, Policy) else policy_named(policy)
    field = Fields(run).verdict
    declare = partial(_declare, dataset, field, {OWNER: run, "policy": rules.name})
    declare()
    view = view.exists(compressed_field)
    ids, before, after = view.values(["id", original_field, compressed_field])
    outcomes: Counter[str] = Counter()
    with (
        Assessor(model, engine, **engine_options) as assessor,
        Writer(dataset, declare) as writer,
        fou.ProgressBar(total=len(ids), progress=progress) as bar,
    ):
        pipeline = Pipeline("idetex_fiftyone", policy=rules, assessor=assessor)
        pairs = ((sample, Pair(None, *paths)) for sample, *paths in zip(ids, before, after, strict=True))
        for sample, verdict in pipeline.stream(pairs):
            writer.write(sample, {field: _label(verdict)})
            outcomes[str(verdict.outcome)] += 1
            bar.update()
    return outcomes


def _declare(dataset: Any, field: str, info: dict[str, Any]) -> None:
    dataset.add_sample_field(
        field, fo.EmbeddedDocumentField, embedded_doc_type=fo.Classification, description="may it ship", info=info
    )
    for name, (kind, parameters, words) in VERDICT.items():
        dataset.add_sample_field(f"{field}.{name}", kind, description=words, **parameters)


def _label(verdict: Verdict) -> fo.Classification:
    return fo.Classification(
        label=str(verdict.outcome),
        reasons=list(verdict.reasons),
        remedies=[remedy.advice for remedy in verdict.remedies],
        decided_by=verdict.decided_by,
        similarity=verdict.similarity,
    )
