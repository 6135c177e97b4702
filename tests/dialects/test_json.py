import json
import time
from dataclasses import replace

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from idetex_plugin.words.assessment import PartialRegions
from idetex_plugin.words.box import WHOLE, Box
from idetex_plugin.words.failure import Failure, Reason
from idetex_plugin.words.request import Reply
from idetex_plugin.words.vocabulary import DISTORTIONS, DistortionType, Level, Severity, Vocabulary
from tests.said import LOOK, PIXELS, THOUSAND, bare, boxes, card, in_pixels, regions, said, words, zero_shot

NOISE = '{"bbox_2d": [1, 2, 3, 4], "label": "Noise", "severity": "Severe"}'
ONE = [("Noise", Severity.SEVERE, Box.from_thousand((1, 2, 3, 4)))]


@pytest.mark.parametrize(
    "text",
    [
        f"[{NOISE}]", f"Here they are:\n```json\n[\n  {NOISE}\n]\n```\nI hope this helps!", f"```\n[{NOISE}]\n```",
        f"[{NOISE},\n{NOISE}]<|im_end|>", f"[{NOISE.replace('Noise', 'NOISE').replace('Severe', 'severe')}]",
        f'[{NOISE[:-1]}, "note": "a \\"quoted\\" [bracket] and a {{brace}}"}}]',
    ],
)
def test_readable_shapes(text):
    assert bare(zero_shot.read_detect(said(text), LOOK)) == ONE


@pytest.mark.parametrize("text", ["[]", "```json\n[]\n```", "There is none: []"])
def test_an_empty_list_is_no_regions(text):
    assert zero_shot.read_detect(said(text), LOOK) == ()
    assert zero_shot.read_locate(said(text), LOOK) == ()


def region(**changes: object) -> str:
    return json.dumps([{**json.loads(NOISE), **changes}])


HOSTILE = {
    "prose": "The image is fine.",
    "null": "null",
    "object": NOISE,
    "cut off": f"[{NOISE}, {NOISE[:30]}",
    "cut off inside an empty list": '{"distortions": []',
    "list of numbers": "[1, 2, 3, 4]",
    "two lists": f"[] and [{NOISE}]",
    "prose with brackets": f"I see [some]: [{NOISE}]",
    "trailing comma": f"[{NOISE},]",
    "single quotes": f"[{NOISE}]".replace('"', "'"),
    "swapped corners": region(bbox_2d=[3, 4, 1, 2]),
    "no area": region(bbox_2d=[1, 2, 1, 4]),
    "out of range": region(bbox_2d=[0, 0, 1001, 4]),
    "negative": region(bbox_2d=[-1, 0, 10, 4]),
    "relative": region(bbox_2d=[0.1, 0.2, 0.3, 0.4]),
    "decimal": region(bbox_2d=[1.0, 2.0, 3.0, 4.0]),
    "true": region(bbox_2d=[False, False, True, True]),
    "text": region(bbox_2d=["1", "2", "3", "4"]),
    "three numbers": region(bbox_2d=[1, 2, 3]),
    "five numbers": region(bbox_2d=[1, 2, 3, 4, 5]),
    "nested": region(bbox_2d=[[1, 2, 3, 4]]),
    "no box": region(bbox_2d=None),
    "not a number": f"[{NOISE.replace('1,', 'NaN,')}]",
    "infinity": f"[{NOISE.replace('3,', 'Infinity,')}]",
    "giant": f"[{NOISE.replace('3,', '9' * 5000 + ',')}]",
    "large": f"[{NOISE.replace('3,', '9' * 400 + ',')}]",
    "unknown type": region(label="Chromatic aberration"),
    "no type": region(label=None),
    "unknown severity": region(severity="Catastrophic"),
    "absent severity": region(severity="Not visible"),
    "no severity": '[{"bbox_2d": [1, 2, 3, 4], "label": "Noise"}]',
    "a key twice": f'[{NOISE[:-1]}, "label": "Overexposure"}}]',
    "bad box after a good one": f"[{NOISE}, {region(bbox_2d=[9, 9, 1, 1])[1:-1]}]",
    "deep": "[" * 100_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_replies_are_unparseable(name):
    failure = zero_shot.read_detect(Reply(HOSTILE[name]), LOOK)
    assert isinstance(failure, Failure), failure
    assert failure.reason is Reason.UNPARSEABLE
    assert len(failure.message) < 300


@given(st.lists(st.sampled_from([NOISE, NOISE.replace("Noise", "Overexposure")]), max_size=4), st.data())
def test_complete_regions_of_a_list_that_was_cut_off_are_kept(entries, data):
    text = f"[{', '.join([*entries, NOISE])}]"
    length = data.draw(st.integers(0, len(text) - 1))
    found = zero_shot.read_detect(replace(said(text[:length]), finish_reason="length"), LOOK)
    assert isinstance(found, Failure)
    complete = [entry for number, entry in enumerate([*entries, NOISE]) if text[:length].count("}") > number]
    regions = found.regions if isinstance(found, PartialRegions) else ()
    assert [region.distortion for region in regions] == list(dict.fromkeys(json.loads(e)["label"] for e in complete))
    assert all(region.confidence is not None for region in regions)
    if complete:
        assert found.reason is Reason.CUT_OFF and f"{len(regions)} complete regions" in found.message


@pytest.mark.parametrize(
    "text", [f"[{NOISE}, {region(bbox_2d=[9, 9, 1, 1])[1:-1]}, {{", "no list", "[[1, 2], [", NOISE]
)
def test_an_unreadable_list_that_was_cut_off_keeps_nothing(text):
    found = zero_shot.read_detect(Reply(text, "length"), LOOK)
    assert type(found) is Failure and found.reason is Reason.CUT_OFF


def test_no_list_and_no_sentence_is_without_end():
    def unbounded(schema):
        if schema.get("type") == "array" and "maxItems" not in schema:
            return True
        if schema.get("type") == "string" and "maxLength" not in schema:
            return True
        inner = [*schema.get("properties", {}).values(), *schema.get("prefixItems", ())]
        inner += [schema["items"]] if isinstance(schema.get("items"), dict) else []
        return any(unbounded(each) for each in inner)

    for request in (zero_shot.detect(LOOK), zero_shot.affects(LOOK, WHOLE), zero_shot.locate(LOOK, "Noise"),
                    zero_shot.describe(LOOK)):  # fmt: skip
        assert not unbounded(request.schema)
        assert unbounded({"type": "array", "items": {"type": "integer"}})


def test_boxes_are_pixels_of_the_resized_input_where_the_card_says_so():
    (found,) = in_pixels.read_detect(said(region(bbox_2d=[0, 0, 560, 182])), LOOK)
    assert found.box == Box(x1=0, y1=0, x2=1, y2=0.5)
    assert isinstance(in_pixels.read_detect(said(region(bbox_2d=[0, 0, 561, 182])), LOOK), Failure)
    assert "560 wide and 364 high" in in_pixels.detect(LOOK).prompt
    assert "[280, 0, 560, 182]" in in_pixels.affects(LOOK, Box(x1=0.5, y1=0, x2=1, y2=0.5)).prompt


def test_boxes_in_another_order_and_by_another_name():
    swapped = type(zero_shot)(card(corners="yxyx", box_key="box_2d", boxes="resized"))
    entry = '[{"box_2d": [182, 0, 364, 280], "label": "Noise", "severity": "Severe"}]'
    (found,) = swapped.read_detect(said(entry), LOOK)
    assert found.box == Box(x1=0, y1=0.5, x2=0.5, y2=1)
    request = swapped.detect(LOOK)
    assert "Boxes are [y1, x1, y2, x2]" in request.prompt and '{"box_2d": [y1, x1, y2, x2]' in request.prompt
    assert "bbox_2d" not in request.prompt and "x1, y1" not in swapped.describe(LOOK).prompt
    jsonschema.validate(json.loads(entry), request.schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(entry.replace("364", "365")), request.schema)
    assert "region [182, 0, 364, 280]" in swapped.affects(LOOK, found.box).prompt
    assert isinstance(swapped.read_detect(said(region()), LOOK), Failure)


def test_confidence_is_the_probability_of_the_label():
    (found,) = zero_shot.read_detect(said(f"[{NOISE}]"), LOOK)
    assert found.confidence == pytest.approx(2.718281828 ** (-0.01 * len("Noise")))
    note = f'[{NOISE[:-1]}, "note": "\\"label\\": \\"Noise\\""}}]'
    assert zero_shot.read_detect(said(note), LOOK)[0].confidence is not None
    assert zero_shot.read_detect(Reply(f"[{NOISE}]"), LOOK)[0].confidence is None


@given(st.sampled_from([(zero_shot, THOUSAND), (in_pixels, PIXELS)]), st.data())
def test_regions_round_trip_and_conform_to_the_schema(which, data):
    dialect, frame = which
    made = data.draw(regions(frame))
    text = dialect.render_regions(made, LOOK)
    jsonschema.validate(json.loads(text), dialect.detect(LOOK).schema)
    assert bare(dialect.read_detect(said(text), LOOK)) == [(r.distortion, r.severity, r.box) for r in made]


@given(st.lists(boxes(PIXELS), max_size=5, unique=True))
def test_boxes_round_trip_and_conform_to_the_schema(made):
    text = in_pixels.render_boxes(made, LOOK)
    jsonschema.validate(json.loads(text), in_pixels.locate(LOOK, "Noise").schema)
    assert in_pixels.read_locate(said(text), LOOK) == tuple(made)


@given(words, regions(THOUSAND), st.sampled_from(Level), words)
def test_description_round_trips_and_conforms_to_the_schema(content, made, level, reasoning):
    keys = tuple(dict.fromkeys(region.distortion for region in made[:2]))
    text = zero_shot.render_description(content, made, keys, level, LOOK, reasoning)
    jsonschema.validate(json.loads(text), zero_shot.describe(LOOK).schema)
    told = zero_shot.read_describe(said(text), LOOK)
    assert not isinstance(told, Failure), told
    assert (told.content, told.verdict, told.key_distortions) == (content, level, keys)
    assert [(f.distortion, f.severity, f.boxes, f.effect) for f in told.findings] == [
        (r.distortion, r.severity, (r.box,), r.effect) for r in made
    ]
    lines = told.text.splitlines()
    assert lines[0] == content
    assert lines[-1] == f"Thus, the quality of the image is {level}."
    assert len(lines) == len(made) + 3


def test_a_tab_in_a_sentence_is_read():
    """The grammars by which servers keep a reply to a schema let a string hold one as it is."""
    text = zero_shot.render_description("A\tstreet", [], (), Level.FAIR, LOOK).replace("\\t", "\t")
    assert "\t" in text
    told = zero_shot.read_describe(said(text), LOOK)
    assert not isinstance(told, Failure) and told.content == "A\tstreet"


def test_schema_constrains_what_can_be_said():
    schema = zero_shot.detect(LOOK).schema
    for name in ("out of range", "negative", "relative", "five numbers", "three numbers", "unknown type", "no severity",
                 "absent severity", "unknown severity"):  # fmt: skip
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(json.loads(HOSTILE[name]), schema)


def test_a_vocabulary_of_ones_own_is_asked_for_and_read():
    vocabulary = Vocabulary([*DISTORTIONS, DistortionType(name="Watermark", group="Content anomaly")])
    dialect = type(zero_shot)(card(), vocabulary)
    assert "- Watermark\n" in dialect.detect(LOOK).prompt
    (found,) = dialect.read_detect(said(region(label="watermark")), LOOK)
    assert found.distortion == "Watermark"


def test_ten_thousand_boxes_are_read_in_linear_time():
    def seconds(count: int) -> float:
        entries = [
            {"bbox_2d": [i % 900, i // 900, 999, 999], "label": "Noise", "severity": "Minor"} for i in range(count)
        ]
        reply = said(json.dumps(entries), 8)
        start = time.process_time()
        assert len(zero_shot.read_detect(reply, LOOK)) == count
        return time.process_time() - start

    seconds(100)
    assert min(seconds(10_000) for _ in range(3)) < 40 * min(seconds(1_000) for _ in range(3))


@pytest.mark.parametrize(
    "evil", ["[" * 200_000, "{" * 200_000, '["' + "a" * 200_000, '"label"' + " " * 200_000, '[{"a":' * 50_000]
)
def test_hostile_length_takes_no_time(evil):
    start = time.process_time()
    for reply in (Reply(evil), Reply(f"[{NOISE}] {evil}")):
        zero_shot.read_detect(reply, LOOK)
        zero_shot.read_locate(reply, LOOK)
        zero_shot.read_describe(reply, LOOK)
    assert time.process_time() - start < 2


keys = st.sampled_from(
    ["bbox_2d", "label", "severity", "distortions", "content", "key_distortions", "quality", "effect", "reasoning"]
)
json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5) | st.sampled_from(["Noise", "good"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=9),
    max_leaves=20,
)


@given(st.one_of(st.text(), json_values.map(json.dumps), json_values.map(lambda value: json.dumps([value]))))
def test_reading_anything_never_raises(text):
    reply = said(text)
    for dialect in (zero_shot, in_pixels):
        for found in (
            dialect.read_detect(reply, LOOK), dialect.read_locate(reply, LOOK),
            dialect.read_affects(reply, LOOK, WHOLE),
        ):  # fmt: skip
            assert isinstance(found, tuple | Failure)
        dialect.read_describe(reply, LOOK)
