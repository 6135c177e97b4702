"""The language of checkpoints tuned on ViDA-UGC: names in references, boxes after them, lettered options, four steps.

Grammar and short prompts: the inference and evaluation scripts published with ViDA-UGC (2025). The long instruction of
the description and the question of the level are this project's words for the published steps. A card's `wording` may
replace any sentence of WORDING.

All requests begin with the same system text, so that those about one photo share the image's prefix. The published
scripts put that text before detection; for questions with options none is known, and the description's instruction
stands in the system turn. Here the questions have it too, and the instruction follows the image in the user's turn: a
sentence more before the image, and the same words in another place. No text of the grammar itself is changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from idetex_plugin.dialects import refbox
from idetex_plugin.dialects.frame import CoordinateFrame
from idetex_plugin.dialects.framed import FramedDialect
from idetex_plugin.dialects.partial import shortened
from idetex_plugin.dialects.reading import denies, spoken, unreadable
from idetex_plugin.dialects.vida_regions import read_regions, write_regions
from idetex_plugin.dialects.vida_steps import read_steps, write_steps
from idetex_plugin.dialects.wording import fill
from idetex_plugin.words.assessment import Description, Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.request import Reply, Request, Views
from idetex_plugin.words.vocabulary import Level

NOTHING_HERE = "No distortion affects this region."
NOTHING = "There is no distortion in the image."
WORDING = {
    "system": "You are an expert in image quality assessment.",
    "detect": "Please provide the bounding box coordinates of all distortions in the image.",
    "affects": "What distortion affects this region {box}?",
    "locate": "Please provide the bounding box coordinates of the region this sentence describes: {expression}",
    "letter": "Answer with a single option's letter (A, B, C, ...) from the given choices directly.",
    "level": "How good is the quality of the image? Answer in one sentence.",
    "describe": "Please evaluate the image quality in detail and provide your reasons.",
    "steps": (
        "Judge the overall quality of the image in four steps, "
        "each on its own line.\n"
        "First step: tell in one sentence what the image shows.\n"
        "Second step: go through the distortions. For each one give its severity and type, then the bounding boxes "
        "where it occurs as (x1,y1),(x2,y2), top-left and bottom-right corner, {units}, and tell how it changes the "
        "look of the objects or areas there. If there is none, tell what you observe of visibility, detail, clarity, "
        "brightness and texture.\n"
        "Third step: name the key distortions, those that harm the overall quality most, and reason how they affect "
        "sharpness, clarity and detail as seen by a person.\n"
        "Final step: close with this sentence: Thus, the quality of the image is (one of these five quality levels: "
        "bad, poor, fair, good, excellent)."
    ),
}


class VidaDialect(FramedDialect):
    """See the module."""

    name = "vida"
    sentences = WORDING

    def detect(self, views: Views) -> Request:
        """See `Dialect`."""
        return Request(self.words["detect"], views.images, system=self.words["system"], max_tokens=1024)

    def affects(self, views: Views, box: Box) -> Request:
        """See `Dialect`."""
        prompt = fill(self.words["affects"], box=refbox.write_box(self.frame(views).write(box)))
        return Request(prompt, views.images, system=self.words["system"], max_tokens=1024)

    def locate(self, views: Views, expression: str) -> Request:
        """See `Dialect`."""
        prompt = fill(self.words["locate"], expression=refbox.write_ref(expression))
        return Request(prompt, views.images, system=self.words["system"], max_tokens=512)

    def describe(self, views: Views) -> Request:
        """See `Dialect`."""
        units = "in pixels" if self.card.boxes == "resized" else "normalized to the range of 0 to 1000"
        prompt = f"{fill(self.words['steps'], units=units)}\n{self.words['describe']}"
        return Request(prompt, views.images, system=self.words["system"], max_tokens=2048)

    def render_regions(self, regions: Iterable[Region], views: Views, none: str = NOTHING) -> str:
        """The reply that says exactly these regions, grouped by type in order of first mention; `none` for none."""
        return write_regions(regions, self.frame(views)) or none

    def render_boxes(self, boxes: Iterable[Box], views: Views) -> str:
        """The reply to a referring expression that says exactly these boxes, of which there is at least one."""
        frame = self.frame(views)
        return "".join("({},{}),({},{})".format(*frame.write(box)) for box in boxes) + "."

    def render_description(
        self, content: str, regions: Sequence[Region], keys: Sequence[str], level: Level, views: Views
    ) -> str:
        """The four-step reply."""
        return write_steps(content, regions, keys, level, self.frame(views))

    def _complete(self, reply: Reply) -> Reply | None:
        end = reply.text.rfind(refbox.BOX_END)
        return shortened(reply, end + len(refbox.BOX_END)) if end >= 0 else None

    def _regions(self, reply: Reply, frame: CoordinateFrame) -> tuple[Region, ...]:
        return read_regions(reply, frame, self.vocabulary)

    def _boxes(self, reply: Reply, frame: CoordinateFrame) -> tuple[Box, ...]:
        text = spoken(reply.text)
        if denies(text):
            return ()
        corners = refbox.bare_boxes(text)
        if corners is None:
            raise unreadable("something else than boxes", text)
        return tuple(dict.fromkeys(frame.read(each) for each in corners))

    def _description(self, reply: Reply, frame: CoordinateFrame) -> Description:
        return read_steps(spoken(reply.text), frame, self.vocabulary)
