"""The embedded checkpoint's own language: one token a distortion, a severity, a level, a place.

A region is `TYPE<p4><p0><p32><p16>SEVERITY`: x1 y1 x2 y2 as borders of a grid of `bins` parts. Types, severities,
levels and positions are single tokens, so a choice among them is one step, whose probabilities are exact.
All distortions of a photo are told type by type, in the order of the vocabulary: a type's regions, or "None".
So the first token about a type has the probability that the type is there, given what was said of the ones before it.
Earlier checkpoints tell the regions alone, or a single "None", which is read, too.
A description has one line for the content, one a finding, the key distortions, and the verdict.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from idetex_plugin.dialects.base import unusable
from idetex_plugin.dialects.confidence import Spelling
from idetex_plugin.dialects.steps import readable, verdict_line
from idetex_plugin.words.assessment import Answer, Description, Finding, Quality, Region
from idetex_plugin.words.box import POSITIONS, Box
from idetex_plugin.words.card import Card
from idetex_plugin.words.failure import Failure, Reason
from idetex_plugin.words.question import Question
from idetex_plugin.words.request import Reply, Request, Views
from idetex_plugin.words.vocabulary import NOT_VISIBLE, VIDA, Level, Severity, Vocabulary

NONE = "None"
DETECT, AFFECTS, LOCATE, ASK, OPTIONS, OR, LEVEL, DESCRIBE, ANSWER = (
    "<detect>", "<affects>", "<locate>", "<ask>", "<options>", "<or>", "<level>", "<describe>", "<answer>",
)
KEY_LINE = "Key distortions: "
VERDICT = "Thus, the quality of the image is "
MAX_TOKENS = 320
BOX = re.compile(r"<p(\d{1,3})><p(\d{1,3})><p(\d{1,3})><p(\d{1,3})>")


class NanoDialect:
    """See the module. Reads only what it can have written: anything else is a Failure."""

    name = "nano"

    def __init__(self, card: Card, vocabulary: Vocabulary = VIDA) -> None:
        if card.bins is None:
            raise ValueError(f"card {card.name!r}: the nano dialect needs bins")
        self.bins = card.bins
        self._known = frozenset(vocabulary.names)
        types = "|".join(re.escape(name) for name in vocabulary.names)
        severities = "|".join(severity.value for severity in Severity)
        kinds = (self.types, tuple(Severity), POSITIONS)
        absent = ((NONE,), (NOT_VISIBLE,), ())
        self._whole_kinds = {frozenset([*kind, *more]) for kind in kinds for more in absent}
        region = rf"(?P<type>{types}){BOX.pattern}({severities})"
        self._region = re.compile(region)
        self._piece = re.compile(rf"{region}|{NONE}")

    @property
    def types(self) -> tuple[str, ...]:
        """The ten that are tokens of its checkpoints: they learned no others, whatever the vocabulary."""
        return VIDA.names

    def detect(self, views: Views) -> Request:
        return Request(DETECT, views.images, max_tokens=MAX_TOKENS)

    def affects(self, views: Views, box: Box) -> Request:
        return Request(AFFECTS + self.render_box(box), views.images, max_tokens=MAX_TOKENS)

    def locate(self, views: Views, expression: str) -> Request:
        return Request(LOCATE + expression, views.images, max_tokens=MAX_TOKENS)

    def ask(self, views: Views, question: Question) -> Request:
        return Request(self.render_question(question), views.images, max_tokens=16, choices=question.options)

    def level(self, views: Views) -> Request:
        return Request(LEVEL, views.images, max_tokens=2, choices=tuple(Level))

    def describe(self, views: Views) -> Request:
        return Request(DESCRIBE, views.images, max_tokens=2 * MAX_TOKENS)

    def read_detect(self, reply: Reply, views: Views) -> tuple[Region, ...] | Failure:
        if failure := unusable(reply):
            return failure
        return self._regions(reply)

    def read_presence(self, reply: Reply) -> dict[str, float]:
        """See `ScoresTypes`. Empty where the reply does not tell every type once and in order."""
        spelling, shares = Spelling(reply), dict[str, float]()
        for name, piece in zip(self.types, self._by_type(reply.text), strict=False):
            share = spelling.probability(*piece.span("type" if piece["type"] else 0))
            if share is None:
                return {}
            shares[name] = share if piece["type"] else 1 - share
        return shares

    def read_affects(self, reply: Reply, views: Views, box: Box) -> tuple[Region, ...] | Failure:
        regions = self.read_detect(reply, views)
        if isinstance(regions, Failure):
            return regions
        clipped = ((region, region.box.clip(box)) for region in regions)
        return tuple(region.model_copy(update={"box": inside}) for region, inside in clipped if inside)

    def read_locate(self, reply: Reply, views: Views) -> tuple[Box, ...] | Failure:
        if failure := unusable(reply):
            return failure
        text = reply.text.strip()
        if text == NONE:
            return ()
        matches = list(BOX.finditer(text))
        if "".join(match.group() for match in matches) != text:
            return _unparseable(text)
        return self._boxes(matches)

    def read_ask(self, reply: Reply, question: Question) -> Answer | Failure:
        if failure := unusable(reply):
            return failure
        choice = reply.text.strip()
        if choice not in question.options:
            return _unparseable(choice)
        return Answer(
            name=question.name, question=question.text, options=question.options, choice=choice,
            probabilities=dict(reply.choice_probabilities),
        )

    def read_level(self, reply: Reply) -> Quality | Failure:
        if failure := unusable(reply):
            return failure
        word = reply.text.strip()
        if word not in set(Level):
            return _unparseable(word)
        return Quality.of({Level(key): share for key, share in reply.choice_probabilities.items()}, Level(word))

    def read_describe(self, reply: Reply, views: Views) -> Description | Failure:
        if failure := unusable(reply):
            return failure
        lines = reply.text.strip().splitlines()
        if len(lines) < 3 or not lines[-2].startswith(KEY_LINE) or not lines[-1].startswith(VERDICT):
            return _unparseable(reply.text)
        verdict = lines[-1].removeprefix(VERDICT).rstrip(".")
        if verdict not in set(Level):
            return _unparseable(lines[-1])
        findings = []
        for line in lines[1:-2]:
            finding = self._finding(line)
            if isinstance(finding, Failure):
                return finding
            findings.append(finding)
        keys = lines[-2].removeprefix(KEY_LINE).rstrip(".")
        names = () if keys == NONE else tuple(keys.split(", "))
        if not set(names) <= self._known:
            return _unparseable(lines[-2])
        return Description(
            text=readable(lines[0], findings, names, Level(verdict)),
            content=lines[0], findings=tuple(findings), key_distortions=names, verdict=Level(verdict),
        )

    def render_box(self, box: Box) -> str:
        """The box as four location tokens, its borders moved to the nearest of the grid, at least one part wide."""
        x1, y1, x2, y2 = box.to_scaled(self.bins, self.bins)
        x1, y1 = min(x1, self.bins - 1), min(y1, self.bins - 1)
        return "".join(f"<p{value}>" for value in (x1, y1, max(x2, x1 + 1), max(y2, y1 + 1)))

    def render_regions(self, regions: Iterable[Region]) -> str:
        """The reply that says exactly these regions."""
        return "".join(f"{r.distortion}{self.render_box(r.box)}{r.severity}" for r in regions) or NONE

    def render_types(self, regions: Sequence[Region]) -> str:
        """The reply that says of every type in turn where it is, or that it is nowhere; regions in their order."""
        by_type = {name: [each for each in regions if each.distortion == name] for name in self.types}
        return "".join(self.render_regions(found) if found else NONE for found in by_type.values())

    def render_question(self, question: Question) -> str:
        """The question's text with its options, which are left out where they are all the words of their kind.

        The preamble is left out too: this checkpoint learned what the severities mean.
        """
        if frozenset(question.options) in self._whole_kinds:
            return ASK + question.text
        return f"{ASK}{question.text}{OPTIONS}{OR.join(question.options)}"

    def render_description(self, content: str, regions: Sequence[Region], keys: Sequence[str], level: Level) -> str:
        """The four-step reply."""
        findings = [f"{self.render_regions([region])} {region.effect}" for region in regions]
        return "\n".join([content, *findings, f"{KEY_LINE}{', '.join(keys) or NONE}.", verdict_line(level)])

    def _finding(self, line: str) -> Finding | Failure:
        match = self._region.match(line)
        if match is None:
            return _unparseable(line)
        boxes = self._boxes([match], first=2)
        if isinstance(boxes, Failure):
            return boxes
        return Finding(
            distortion=match.group(1), severity=Severity(match.group(6)), boxes=boxes,
            effect=line[match.end() :].strip(),
        )

    def _by_type(self, text: str) -> list[re.Match[str]]:
        """The first piece about each type, where the text tells every type and in order; else nothing."""
        found: list[re.Match[str]] = []
        for piece in self._piece.finditer(text):
            again = piece["type"] is not None and bool(found) and found[-1]["type"] == piece["type"]
            if not again:
                found.append(piece)
        if len(found) != len(self.types):
            return []
        in_order = all(piece["type"] in (None, name) for piece, name in zip(found, self.types, strict=True))
        return found if in_order else []

    def _regions(self, reply: Reply) -> tuple[Region, ...] | Failure:
        text = reply.text
        if text.strip() == NONE:
            return ()
        regions: list[Region] = []
        spelling = Spelling(reply)
        end = 0
        while end < len(text):
            match = self._piece.match(text, end)
            if match is None or (match["type"] is None and not self._by_type(text)):
                return _unparseable(text[end:])
            end = match.end()
            if match["type"] is None:
                continue
            boxes = self._boxes([match], first=2)
            if isinstance(boxes, Failure):
                return boxes
            regions.append(
                Region(
                    distortion=match["type"], severity=Severity(match.group(6)), box=boxes[0],
                    confidence=spelling.probability(*match.span("type")),
                )
            )
        return tuple(dict.fromkeys(regions))

    def _boxes(self, matches: Sequence[re.Match[str]], first: int = 1) -> tuple[Box, ...] | Failure:
        try:
            return tuple(
                Box.from_scaled(
                    (int(m[first]), int(m[first + 1]), int(m[first + 2]), int(m[first + 3])), self.bins, self.bins
                )
                for m in matches
            )
        except ValueError:
            return _unparseable(matches[-1].group())


def _unparseable(text: str) -> Failure:
    return Failure(reason=Reason.UNPARSEABLE, message=f"cannot read the reply at {text[:80]!r}")
