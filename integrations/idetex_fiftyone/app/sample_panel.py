"""The panel beside an opened photo: its description, answers with their probabilities, regions and remedies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import fiftyone as fo
import fiftyone.operators as foo
from fiftyone.operators import types

from idetex_fiftyone.app.forms import assessed_runs
from idetex_fiftyone.fields import OWNER, Fields
from idetex_fiftyone.truth.fields import TruthFields, truths
from idetex_fiftyone.truth.sheet import REJECTED

SHOWN_OPTIONS = 4


class SamplePanel(foo.Panel):
    """Everything that runs say of the opened photo."""

    @property
    def config(self) -> foo.PanelConfig:
        """Name and label."""
        return foo.PanelConfig(name="idetex_sample", label="idetex photo", icon="image_search", surfaces="modal")

    def on_change_current_sample(self, ctx: Any) -> None:
        """Another photo was opened: FiftyOne draws again after this."""

    def render(self, ctx: Any) -> types.Property:
        """One text a run."""
        panel = types.Object()
        names = assessed_runs(ctx.dataset)
        if not names or not ctx.current_sample:
            panel.md("No run has assessed this photo.", name="none")
        else:
            sample = ctx.dataset[ctx.current_sample]
            for run in names:
                panel.md("\n\n".join(_words(ctx.dataset, sample, run)), name=run)
            for name in truths(ctx.dataset):
                panel.md("\n\n".join(_people(sample, name)), name=f"people_{name}")
        return types.Property(panel, view=types.GridView(orientation="vertical", gap=2, pad=2))


def _words(dataset: Any, sample: Any, run: str) -> Iterator[str]:
    fields = Fields(run)
    yield f"**{run}**"
    status = sample[fields.status]
    if status is None:
        yield "Not assessed."
        return
    if status.message:
        yield f"{status.state}: {_plain(status.message)}"
    if level := sample[fields.level]:
        score = sample[fields.score]
        yield f"Quality: **{level.label}**" + (f", score {score:.2f} of 5" if score is not None else "")
    if description := sample[fields.description]:
        yield "\n\n".join(_plain(line) for line in description.splitlines())
    yield from _answers(dataset, sample, run)
    yield from _regions(sample[fields.regions])
    if dataset.has_sample_field(fields.reasoning) and (thought := sample[fields.reasoning]):
        yield "Thought before the answers:"
        yield from (f"> {_plain(line)}" for line in thought.splitlines() if line.strip())


def _people(sample: Any, name: str) -> Iterator[str]:
    """What people said of the photo."""
    fields = TruthFields(name)
    review, truth = sample[fields.review], sample[fields.truth]
    yield f"**{name}, by people**"
    if review is None and truth is None:
        yield "Not reviewed."
        return
    if review is not None:
        state = f"{review.state} reviewed" if review.state else "not reviewed"
        words = [state, review.level and f"level {review.level}"]
        yield ", ".join(filter(None, [*words, review.by and f"by {_plain(review.by)}"]))
        rejected = [each for each in review.details["decisions"] if each["verdict"] == REJECTED]
        yield from (f"rejected: {_plain(each['label'])}" for each in rejected)
    for region in truth.detections if truth else ():
        parts = [getattr(region, part, None) for part in ("severity", "origin", "by")]
        yield f"**{_plain(region.label)}** {_plain(', '.join(filter(None, parts)))}"


def _answers(dataset: Any, sample: Any, run: str) -> Iterator[str]:
    fields = Fields(run)
    for path, field in dataset.get_field_schema().items():
        answer = sample[path] if (field.info or {}).get(OWNER) == run else None
        if isinstance(answer, fo.Classification) and path not in (fields.level, f"{run}_verdict"):
            shares = sorted((getattr(answer, "probabilities", None) or {}).items(), key=lambda item: -item[1])
            told = ", ".join(f"{_plain(option)} {share:.0%}" for option, share in shares[:SHOWN_OPTIONS])
            yield f"{path.removeprefix(f'{run}_')}: **{_plain(answer.label)}**" + (f" ({told})" if told else "")


def _regions(regions: Any) -> Iterator[str]:
    for region in regions.detections if regions else ():
        parts = [getattr(region, name, None) for name in ("severity", "position")]
        yield f"**{_plain(region.label)}** {_plain(', '.join(filter(None, parts)))}"
        for name in ("effect", "remedy"):
            if words := getattr(region, name, None):
                yield _plain(words)


def _plain(text: str) -> str:
    """A model's words, so that Markdown shows them as they are."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()<>#+!|~" else sign for sign in text)
