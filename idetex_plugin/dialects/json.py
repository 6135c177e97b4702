"""The language of checkpoints that were never tuned for image quality: definitions in the prompt, JSON under a schema.

All instructions come after the image, in the same user turn, so that the requests about one photo share its prefix.
A card's `wording` may replace any sentence of WORDING. Where boxes are written otherwise than in WORDING, the card's
`corners` and `box_key` take their place in every sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from idetex_plugin.dialects import json_regions, json_schemas
from idetex_plugin.dialects.frame import CoordinateFrame
from idetex_plugin.dialects.framed import FramedDialect
from idetex_plugin.dialects.json_text import complete_entries
from idetex_plugin.dialects.partial import shortened
from idetex_plugin.dialects.wording import fill
from idetex_plugin.words.assessment import Description, Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.request import Reply, Request, Views
from idetex_plugin.words.vocabulary import DistortionType, Level, Severity

ORDER, KEY = "x1, y1, x2, y2", "bbox_2d"
WORDING = {
    "definitions": (
        "You judge the technical quality of a photograph. These distortions are known:\n{types}\n"
        "Severities:\n{severities}\nBoxes are [x1, y1, x2, y2], top-left and bottom-right corner, {units}."
    ),
    "detect": (
        "Find every region of the image that one of these distortions damages, and only real damage. Answer with a "
        'JSON list, empty if there is none: [{"bbox_2d": [x1, y1, x2, y2], "label": "TYPE", "severity": "SEVERITY"}]'
    ),
    "affects": (
        "Which of these distortions affect the region {box} of the image, and where inside of it? Answer with a JSON "
        'list, empty if none does: [{"bbox_2d": [x1, y1, x2, y2], "label": "TYPE", "severity": "SEVERITY"}]'
    ),
    "locate": (
        "Where in the image is this: {expression}? Answer with a JSON list, empty if it is nowhere: "
        '[{"bbox_2d": [x1, y1, x2, y2]}]'
    ),
    "letter": "Answer with the letter of one option only.",
    "level": "Rate the technical quality of the image with one of these words: bad, poor, fair, good, excellent.",
    "describe": (
        "Assess the image step by step, as one JSON object. content: what the image shows, in one sentence. "
        "distortions: a list of every damaged region with bbox_2d, label, severity and effect, which tells how it "
        "changes the look of the objects there. key_distortions: the types that harm the overall quality most. "
        "reasoning: how they affect sharpness, clarity and detail as seen by a person. "
        "quality: bad, poor, fair, good or excellent."
    ),
}


class JsonDialect(FramedDialect):
    """See the module."""

    name = "json"
    sentences = WORDING

    def detect(self, views: Views) -> Request:
        """See `Dialect`."""
        schema = json_schemas.regions_schema(self.frame(views), self.vocabulary)
        return Request(self._defined("detect", views), views.images, max_tokens=2048, schema=schema)

    def affects(self, views: Views, box: Box) -> Request:
        """See `Dialect`."""
        frame = self.frame(views)
        prompt = self._defined("affects", views, box=str(list(frame.write(box))))
        schema = json_schemas.regions_schema(frame, self.vocabulary)
        return Request(prompt, views.images, max_tokens=2048, schema=schema)

    def locate(self, views: Views, expression: str) -> Request:
        """See `Dialect`."""
        prompt = self._defined("locate", views, expression=expression)
        return Request(prompt, views.images, max_tokens=1024, schema=json_schemas.boxes_schema(self.frame(views)))

    def describe(self, views: Views) -> Request:
        """See `Dialect`."""
        schema = json_schemas.description_schema(self.frame(views), self.vocabulary)
        return Request(self._defined("describe", views), views.images, max_tokens=3072, schema=schema)

    def render_regions(self, regions: Iterable[Region], views: Views) -> str:
        """The reply that says exactly these regions, each of which has a severity."""
        return json_regions.write_regions(regions, self.frame(views))

    def render_boxes(self, boxes: Iterable[Box], views: Views) -> str:
        """The reply to a referring expression that says exactly these boxes."""
        return json_regions.write_boxes(boxes, self.frame(views))

    def render_description(
        self, content: str, regions: Sequence[Region], keys: Sequence[str], level: Level, views: Views,
        reasoning: str = "",
    ) -> str:
        """The reply that describes these regions."""
        return json_regions.write_description(content, regions, keys, reasoning, level, self.frame(views))

    def _complete(self, reply: Reply) -> Reply | None:
        end = complete_entries(reply.text)
        return shortened(reply, end, "]") if end else None

    def _regions(self, reply: Reply, frame: CoordinateFrame) -> tuple[Region, ...]:
        return json_regions.read_regions(reply, frame, self.vocabulary)

    def _boxes(self, reply: Reply, frame: CoordinateFrame) -> tuple[Box, ...]:
        return json_regions.read_boxes(reply.text, frame)

    def _description(self, reply: Reply, frame: CoordinateFrame) -> Description:
        return json_regions.read_description(reply.text, frame, self.vocabulary)

    def _defined(self, task: str, views: Views, **values: str) -> str:
        frame = self.frame(views)
        units = (
            f"in pixels of the image, which is {frame.width} wide and {frame.height} high"
            if self.card.boxes == "resized"
            else "as integers from 0 to 1000 relative to the width and height of the image"
        )
        words = {name: _written(self.words[name], frame) for name in ("definitions", task)}
        definitions = fill(
            words["definitions"], units=units, types="\n".join(_defined(kind) for kind in self.vocabulary),
            severities="\n".join(f"- {severity}: {severity.meaning}" for severity in Severity),
        )
        return f"{definitions}\n\n{fill(words[task], **values)}"


def _written(sentence: str, frame: CoordinateFrame) -> str:
    """The sentence with boxes in the order and by the key of the frame."""
    return sentence.replace(ORDER, frame.order).replace(KEY, frame.key)


def _defined(kind: DistortionType) -> str:
    return f"- {kind.name}: {kind.meaning}" if kind.meaning else f"- {kind.name}"
