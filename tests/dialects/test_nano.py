from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idetex_plugin.dialects.nano import KEY_LINE, VERDICT, NanoDialect
from idetex_plugin.words.assessment import Answer, Description, Quality, Region
from idetex_plugin.words.box import Box
from idetex_plugin.words.card import Card
from idetex_plugin.words.failure import Failure, Reason
from idetex_plugin.words.question import Question
from idetex_plugin.words.request import Reply, Token, Views
from idetex_plugin.words.vocabulary import VIDA, Level, Severity

BINS = 32
LOOK = Views((), 640, 480)
DIALECT = NanoDialect(Card(name="n", title="n", checkpoint="embedded", dialect="nano", boxes="bins", bins=BINS))
QUESTION = Question(name="q", text="How severe?", options=("Minor", "Severe"))

edges = st.tuples(st.integers(0, BINS), st.integers(0, BINS)).filter(lambda pair: pair[0] != pair[1]).map(sorted)
boxes = st.tuples(edges, edges).map(
    lambda e: Box(x1=e[0][0] / BINS, y1=e[1][0] / BINS, x2=e[0][1] / BINS, y2=e[1][1] / BINS)
)
regions = st.builds(
    Region, distortion=st.sampled_from(VIDA.names), severity=st.sampled_from(Severity), box=boxes,
    confidence=st.none(), effect=st.just(""),
)


@given(st.lists(regions, unique=True))
def test_regions_come_back_as_rendered(wanted: list[Region]) -> None:
    assert DIALECT.read_detect(Reply(DIALECT.render_regions(wanted)), LOOK) == tuple(wanted)


@given(st.lists(regions, unique=True))
def test_regions_told_by_type_come_back_in_the_order_of_the_types(wanted: list[Region]) -> None:
    text = DIALECT.render_types(wanted)
    ordered = sorted(wanted, key=lambda region: VIDA.names.index(region.distortion))
    assert DIALECT.read_detect(Reply(text), LOOK) == tuple(ordered)


def told(*pieces: tuple[str, float]) -> Reply:
    """A reply of these tokens, with their probabilities."""
    tokens = tuple(Token(text, math.log(share)) for text, share in pieces)
    return Reply("".join(token.text for token in tokens), tokens=tokens)


BOX_TOKENS = (("<p0>", 0.5), ("<p1>", 0.5), ("<p2>", 0.5), ("<p3>", 0.5), ("Minor", 0.5))


def test_the_first_token_about_a_type_says_how_probable_it_is() -> None:
    pieces = [("None", 0.9)] * 3 + [("Blocking artifacts", 0.8), *BOX_TOKENS]
    pieces += [("Blocking artifacts", 0.6), *BOX_TOKENS[:4], ("Severe", 0.5)] + [("None", 0.7)] * 6
    shares = DIALECT.read_presence(told(*pieces))
    assert list(shares) == list(VIDA.names)
    assert list(shares.values()) == pytest.approx([0.1] * 3 + [0.8] + [0.3] * 6)


@pytest.mark.parametrize(
    "pieces",
    [
        [("None", 0.9)], [("Noise", 0.9), *BOX_TOKENS], [("None", 0.9)] * 9, [("None", 0.9)] * 11,
        [("Motion blur", 0.9), *BOX_TOKENS] + [("None", 0.9)] * 9,
    ],
)  # fmt: skip
def test_a_reply_that_does_not_tell_every_type_in_order_gives_no_probabilities(
    pieces: list[tuple[str, float]],
) -> None:
    assert DIALECT.read_presence(told(*pieces)) == {}


def test_presence_is_unknown_where_the_engine_gives_no_probabilities() -> None:
    assert DIALECT.read_presence(Reply("None" * len(VIDA))) == {}


@pytest.mark.parametrize(("count", "readable"), [(1, True), (9, False), (10, True), (11, False)])
def test_no_distortion_has_been_said_once_or_of_every_type(count: int, readable: bool) -> None:
    found = DIALECT.read_detect(Reply("None" * count), LOOK)
    assert found == () if readable else isinstance(found, Failure)


@given(st.lists(boxes, min_size=1))
def test_boxes_come_back_as_rendered(wanted: list[Box]) -> None:
    reply = Reply("".join(DIALECT.render_box(box) for box in wanted))
    assert DIALECT.read_locate(reply, LOOK) == tuple(wanted)


@given(st.floats(0, 0.99), st.floats(0, 0.99), st.floats(0.001, 1), st.floats(0.001, 1))
def test_every_box_renders_to_one_that_can_be_read(x: float, y: float, w: float, h: float) -> None:
    box = Box(x1=x, y1=y, x2=min(1.0, x + w), y2=min(1.0, y + h))
    assert isinstance(DIALECT.read_locate(Reply(DIALECT.render_box(box)), LOOK), tuple)


@given(st.lists(regions, unique=True, max_size=4), st.sampled_from(Level))
def test_descriptions_come_back_as_rendered(wanted: list[Region], level: Level) -> None:
    told = [region.model_copy(update={"effect": "it shows."}) for region in wanted]
    keys = tuple(dict.fromkeys(region.distortion for region in wanted))
    read = DIALECT.read_describe(Reply(DIALECT.render_description("A scene.", told, keys, level)), LOOK)
    assert isinstance(read, Description)
    assert [(f.distortion, f.severity, f.boxes[0], f.effect) for f in read.findings] == [
        (r.distortion, r.severity, r.box, r.effect) for r in told
    ]
    assert (read.content, read.key_distortions, read.verdict) == ("A scene.", keys, level)
    assert read.text.endswith(f"Thus, the quality of the image is {level}.")


pieces = st.lists(
    st.one_of(
        st.sampled_from([*VIDA.names, *Severity, "None", "\n", KEY_LINE, VERDICT]),
        st.integers(0, 99).map(lambda n: f"<p{n}>"), st.text(max_size=5),
    )
).map("".join)


@given(pieces)
def test_reading_never_raises_and_never_takes_rubbish_for_a_clean_photo(text: str) -> None:
    reply = Reply(text)
    found = DIALECT.read_detect(reply, LOOK)
    assert isinstance(found, tuple | Failure)
    assert found != () or text.strip() == "None"
    DIALECT.read_locate(reply, LOOK)
    DIALECT.read_describe(reply, LOOK)
    DIALECT.read_level(reply)
    DIALECT.read_ask(reply, QUESTION)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Reason.EMPTY_REPLY),
        ("Noise<p1><p2><p3>Severe", Reason.UNPARSEABLE),
        ("Noise<p9><p9><p3><p3>Severe", Reason.UNPARSEABLE),
        ("Noise<p0><p0><p33><p3>Severe", Reason.UNPARSEABLE),
        ("Grain<p0><p0><p3><p3>Severe", Reason.UNPARSEABLE),
        ("Noise<p0><p0><p3><p3>Severe and more", Reason.UNPARSEABLE),
        ("NoneNoise<p0><p0><p3><p3>Severe", Reason.UNPARSEABLE),
    ],
)
def test_hostile_replies_are_failures(text: str, reason: Reason) -> None:
    found = DIALECT.read_detect(Reply(text), LOOK)
    assert isinstance(found, Failure)
    assert found.reason is reason


def test_a_reply_cut_off_is_a_failure_even_when_what_is_there_reads_well() -> None:
    found = DIALECT.read_detect(Reply("Noise<p0><p0><p3><p3>Severe", finish_reason="length"), LOOK)
    assert isinstance(found, Failure)
    assert found.reason is Reason.CUT_OFF


def test_confidence_is_the_probability_of_the_type() -> None:
    tokens = [("Noise", -0.5), ("<p0>", -1.0), ("<p0>", -1.0), ("<p3>", -1.0), ("<p3>", -1.0), ("Severe", -2.0)]
    reply = Reply("".join(t for t, _ in tokens), tokens=tuple(Token(t, p) for t, p in tokens))
    found = DIALECT.read_detect(reply, LOOK)
    assert isinstance(found, tuple)
    assert found[0].confidence == pytest.approx(math.exp(-0.5))


def test_ten_thousand_regions_are_read_once_each() -> None:
    text = "Noise<p0><p0><p3><p3>Severe" * 10_000
    found = DIALECT.read_detect(Reply(text), LOOK)
    assert isinstance(found, tuple)
    assert len(found) == 1


def test_a_region_is_clipped_to_the_place_asked_about() -> None:
    place = Box(x1=0.5, y1=0, x2=1, y2=1)
    found = DIALECT.read_affects(Reply("Noise<p0><p0><p32><p32>Minor"), LOOK, place)
    assert isinstance(found, tuple)
    assert found[0].box == place


def test_answers_and_levels_need_an_option() -> None:
    answer = DIALECT.read_ask(Reply("Severe", choice_probabilities={"Minor": 0.2, "Severe": 0.8}), QUESTION)
    assert isinstance(answer, Answer)
    assert answer.probabilities["Severe"] == 0.8
    assert isinstance(DIALECT.read_ask(Reply("Moderate"), QUESTION), Failure)
    quality = DIALECT.read_level(Reply("good", choice_probabilities={"good": 0.75, "bad": 0.25}))
    assert isinstance(quality, Quality)
    assert quality.score == pytest.approx(0.75 * 4 + 0.25)
    assert isinstance(DIALECT.read_level(Reply("great")), Failure)


def test_key_distortions_are_types_as_the_reply_names_them() -> None:
    text = f"A scene.\nNoise<p0><p0><p3><p3>Minor it shows.\n{KEY_LINE}{{}}.\n{VERDICT}good."
    read = DIALECT.read_describe(Reply(text.format("Low clarity, Noise")), LOOK)
    assert isinstance(read, Description)
    assert read.key_distortions == ("Low clarity", "Noise")
    assert isinstance(DIALECT.read_describe(Reply(text.format("Grain")), LOOK), Failure)
