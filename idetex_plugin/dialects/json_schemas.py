"""The JSON schemas that a reply must conform to: only known types, severities and levels, coordinates in the frame."""

from __future__ import annotations

from typing import Any

from idetex_plugin.dialects.frame import CoordinateFrame
from idetex_plugin.words.vocabulary import Level, Severity, Vocabulary

Schema = dict[str, Any]
# A model may repeat itself without end where nothing stops it. A reply that is as long as this allows still fits into
# the tokens that the dialect gives it; people find 3 or 4 boxes an image (ViDA-UGC).
MOST_REGIONS = 32
MOST_FINDINGS = 16
LONGEST_SENTENCE = 240
LONGEST_REASONING = 1200


def box_schema(frame: CoordinateFrame) -> Schema:
    """Four whole numbers inside the frame. That x1 < x2 and y1 < y2 no schema can say."""
    sides = [{"type": "integer", "minimum": 0, "maximum": side} for side in frame.most]
    return {"type": "array", "prefixItems": sides, "items": False, "minItems": 4, "maxItems": 4}


def boxes_schema(frame: CoordinateFrame) -> Schema:
    """[{"bbox_2d": …}, …]"""
    return {"type": "array", "items": record(**{frame.key: box_schema(frame)}), "maxItems": MOST_REGIONS}


def regions_schema(frame: CoordinateFrame, vocabulary: Vocabulary) -> Schema:
    """[{"bbox_2d": …, "label": …, "severity": …}, …], the shape that Qwen-VL checkpoints ground in, with a severity."""
    return {"type": "array", "items": record(**_region(frame, vocabulary)), "maxItems": MOST_REGIONS}


def description_schema(frame: CoordinateFrame, vocabulary: Vocabulary) -> Schema:
    """The four steps as one object."""
    names = list(vocabulary.names)
    finding = record(**_region(frame, vocabulary), effect=_text(LONGEST_SENTENCE))
    return record(
        content=_text(LONGEST_SENTENCE),
        distortions={"type": "array", "items": finding, "maxItems": MOST_FINDINGS},
        key_distortions={"type": "array", "items": {"enum": names}, "maxItems": len(names)},
        reasoning=_text(LONGEST_REASONING),
        quality={"enum": [str(level) for level in Level]},
    )


def record(**properties: Schema) -> Schema:
    """An object of exactly these properties, in this order."""
    return {
        "type": "object", "properties": properties, "required": list(properties), "additionalProperties": False,
    }


def _text(longest: int) -> Schema:
    return {"type": "string", "maxLength": longest}


def _region(frame: CoordinateFrame, vocabulary: Vocabulary) -> dict[str, Schema]:
    return {
        frame.key: box_schema(frame),
        "label": {"enum": list(vocabulary.names)},
        "severity": {"enum": [str(severity) for severity in Severity]},
    }
