import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idetex_plugin.dialects.vida import NOTHING_HERE
from idetex_plugin.tasks.questions import DEFAULT_QUESTIONS
from idetex_plugin.words.assessment import PartialRegions
from idetex_plugin.words.box import WHOLE, Box
from idetex_plugin.words.failure import Failure, Reason
from idetex_plugin.words.request import Reply
from idetex_plugin.words.vocabulary import Level, Severity
from tests.said import LOOK, THOUSAND, bare, boxes, regions, said, vida, words

REF, END, BOX, CLOSE = "<|object_ref_start|>", "<|object_ref_end|>", "<|box_start|>", "<|box_end|>"
CLARITY = f"{REF}Moderate low clarity{END}{BOX}(185,2),(924,334){CLOSE}"
PUBLISHED = (
    f"Low clarity:\n{CLARITY}\nEdge ringing effect:\n"
    f"{REF}Minor edge ringing effect{END}{BOX}(10,20),(30,40){CLOSE}{BOX}(50,60),(70,80){CLOSE}<|im_end|>"
)
DESCRIPTION = (
    "The image shows two people in a tree.\n"
    f"There is one low clarity in the image: {CLARITY} affects the branches. Edges appear soft.\n"
    f"The {REF}moderate low clarity{END}{BOX}(185,2),(924,334){CLOSE} is the key distortion. The {REF}minor noise{END} "
    "hardly matters.\n"
    "Thus, the quality of the image is fair.<|im_end|>"
)


def test_what_is_asked_is_what_was_published():
    detect = vida.detect(LOOK)
    assert detect.system == "You are an expert in image quality assessment."
    assert detect.prompt == "Please provide the bounding box coordinates of all distortions in the image."
    box = Box.from_thousand((475, 0, 885, 934))
    assert vida.affects(LOOK, box).prompt == (
        f"What distortion affects this region {BOX}(475,0),(885,934){CLOSE}?"
    )
    assert vida.locate(LOOK, "Noise affecting the sky").prompt == (
        "Please provide the bounding box coordinates of the region this sentence describes: "
        f"{REF}Noise affecting the sky{END}"
    )
    assert "Thus, the quality of the image is (one of these five" in vida.describe(LOOK).prompt


def test_requests_about_a_photo_have_the_same_words_before_the_image():
    questions = [vida.ask(LOOK, question) for question in DEFAULT_QUESTIONS]
    asked = [vida.detect(LOOK), *questions, vida.level(LOOK), vida.describe(LOOK), vida.locate(LOOK, "Noise")]
    assert {request.system for request in asked} == {"You are an expert in image quality assessment."}


@given(st.integers(0, 400))
def test_complete_regions_of_a_reply_that_was_cut_off_are_kept(length):
    whole = vida.read_detect(said(PUBLISHED), LOOK)
    reply = replace(said(PUBLISHED[:length]), finish_reason="length")
    found = vida.read_detect(reply, LOOK)
    assert isinstance(found, Failure) and found.reason in {Reason.CUT_OFF, Reason.EMPTY_REPLY}
    complete = PUBLISHED[:length].count(CLOSE)
    regions = found.regions if isinstance(found, PartialRegions) else ()
    assert regions == whole[:complete]


def test_published_reply():
    found = vida.read_detect(said(PUBLISHED), LOOK)
    assert bare(found) == [
        ("Low clarity", Severity.MODERATE, Box.from_thousand((185, 2, 924, 334))),
        ("Edge ringing effect", Severity.MINOR, Box.from_thousand((10, 20, 30, 40))),
        ("Edge ringing effect", Severity.MINOR, Box.from_thousand((50, 60, 70, 80))),
    ]


def test_confidence_is_the_probability_of_the_type_where_it_is_first_named():
    (region,) = vida.read_detect(said(f"Low clarity:\n{CLARITY}"), LOOK)
    assert region.confidence == pytest.approx(2.718281828 ** (-0.01 * len("Low clarity")))
    (region,) = vida.read_detect(said(f"  {REF}Severe noise{END}{BOX}(1,2),(3,4){CLOSE}"), LOOK)
    assert region.confidence == pytest.approx(2.718281828 ** (-0.01 * len(" noise")))
    (region,) = vida.read_detect(Reply(CLARITY), LOOK)
    assert region.confidence is None


@pytest.mark.parametrize("text", [NOTHING_HERE, "There is no distortion in the image.", "No distortion<|im_end|>"])
def test_a_denial_is_no_regions(text):
    assert vida.read_detect(said(text), LOOK) == ()
    assert vida.read_affects(said(text), LOOK, WHOLE) == ()
    assert vida.read_locate(said(text), LOOK) == ()


def ref(name: str = "Moderate low clarity") -> str:
    return f"{REF}{name}{END}"


def box(content: str) -> str:
    return f"{BOX}{content}{CLOSE}"


HOSTILE = {
    "nothing in so many words": "The image is fine.",
    "half a box": f"{ref()}{BOX}(185,2),(924",
    "unclosed box": f"{ref()}{BOX}(185,2),(924,334)",
    "unclosed ref": f"{REF}Moderate low clarity",
    "ref without box": ref(),
    "header without box": f"Noise:\nLow clarity:\n{CLARITY}",
    "last header without box": f"{CLARITY}\nNoise:",
    "box without ref": box("(1,2),(3,4)"),
    "swapped corners": ref() + box("(924,334),(185,2)"),
    "one swapped side": ref() + box("(185,334),(924,2)"),
    "no area": ref() + box("(5,5),(5,9)"),
    "out of range": ref() + box("(0,0),(1001,5)"),
    "far out of range": ref() + box("(0,0),(999999999999,5)"),
    "negative": ref() + box("(-1,0),(10,5)"),
    "decimal": ref() + box("(0.1,0.2),(0.5,0.6)"),
    "not a number": ref() + box("(nan,0),(10,5)"),
    "three numbers": ref() + box("(1,2),(3)"),
    "other digits": ref() + box("(١,٢),(٣,٤)"),
    "unknown type": ref("Severe chromatic aberration") + box("(1,2),(3,4)"),
    "only a severity": ref("Severe") + box("(1,2),(3,4)"),
    "empty ref": ref("") + box("(1,2),(3,4)"),
    "absent severity": ref("Not visible noise") + box("(1,2),(3,4)"),
    "type that contradicts its line": f"Noise:\n{CLARITY}",
    "nested": f"{REF}{BOX}(1,2),(3,4){CLOSE}{END}",
    "coordinates without marks": "Moderate low clarity(185,2),(924,334)",
    "coordinates beside a region": f"{CLARITY} and (1,2),(3,4)",
    "turn of another": f"{CLARITY}<|im_start|>user",
    "bad box after a good one": f"{CLARITY}{box('(9,9),(1,1)')}",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_replies_are_unparseable(name):
    failure = vida.read_detect(said(HOSTILE[name]), LOOK)
    assert isinstance(failure, Failure), failure
    assert failure.reason is Reason.UNPARSEABLE
    assert len(failure.message) < 250


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(""), Reason.EMPTY_REPLY), (Reply(" \n"), Reason.EMPTY_REPLY),
        (Reply(CLARITY[:-1], "length"), Reason.CUT_OFF), (Reply(CLARITY, "abort"), Reason.ENGINE_ERROR),
        (Reply("", "error", failure=Failure(reason=Reason.TIMEOUT, message="late")), Reason.TIMEOUT),
    ],
)  # fmt: skip
def test_a_reply_that_did_not_end_well_is_never_read(reply, reason):
    for result in (
        vida.read_detect(reply, LOOK), vida.read_locate(reply, LOOK), vida.read_describe(reply, LOOK),
        vida.read_level(reply), vida.read_affects(reply, LOOK, WHOLE),
    ):  # fmt: skip
        assert isinstance(result, Failure)
        assert result.reason is reason


def test_aliases_case_and_prose_are_read():
    named = f"{ref('SEVERE Blocking_artifact')} {box(' (1, 2), (3, 4) ')}"
    text = f"Here is what I see.\nblocking artifact:\n{named}. Done."
    assert bare(vida.read_detect(said(text), LOOK)) == [
        ("Blocking artifacts", Severity.SEVERE, Box.from_thousand((1, 2, 3, 4)))
    ]


def test_exact_repetitions_count_once():
    assert len(vida.read_detect(said(f"{CLARITY}\n{CLARITY}"), LOOK)) == 1


def test_ten_thousand_boxes_are_read_in_linear_time():
    def seconds(count: int) -> float:
        text = ref() + "".join(box(f"({i % 900},{i // 900}),(999,999)") for i in range(count))
        reply = said(text, 8)
        start = time.process_time()
        assert len(vida.read_detect(reply, LOOK)) == count
        return time.process_time() - start

    seconds(100)
    assert min(seconds(10_000) for _ in range(3)) < 40 * min(seconds(1_000) for _ in range(3))


@pytest.mark.parametrize(
    "evil",
    [
        "(" * 100_000, "(1 ," * 50_000, "(" + " " * 200_000, REF * 20_000, "no " * 50_000, "<|" * 100_000,
        BOX + "(1,2)" + " " * 200_000, "quality of the image is" + " " * 200_000, f"{REF}{'noise' * 50_000}{END}",
    ],
)  # fmt: skip
def test_hostile_length_takes_no_time(evil):
    start = time.process_time()
    for reply in (Reply(evil), Reply(f"a\n{evil}\nb\n{evil}")):
        vida.read_detect(reply, LOOK)
        vida.read_locate(reply, LOOK)
        vida.read_describe(reply, LOOK)
    assert time.process_time() - start < 2


def test_regions_are_clipped_to_the_region_asked_about():
    asked = Box.from_thousand((0, 0, 500, 500))
    (region,) = vida.read_affects(said(CLARITY), LOOK, asked)
    assert region.box == Box.from_thousand((185, 2, 500, 334))
    outside = vida.read_affects(said(CLARITY), LOOK, Box.from_thousand((0, 500, 100, 600)))
    assert isinstance(outside, Failure)


@pytest.mark.parametrize(
    "text", ["(229,664),(988,997).", f"{ref('noise')}{box('(229,664),(988,997)')}", "(229,664),(988,997)<|im_end|>"]
)
def test_published_referring_reply(text):
    assert vida.read_locate(said(text), LOOK) == (Box.from_thousand((229, 664, 988, 997)),)


@pytest.mark.parametrize(
    "text", ["(229,664),(988,", "(9,9),(1,1)", "left of (1,2),(3,4)", "(1,2),(3,4) or (5,6)", "somewhere", BOX]
)
def test_hostile_referring_replies(text):
    assert isinstance(vida.read_locate(said(text), LOOK), Failure)


def test_published_description():
    told = vida.read_describe(said(DESCRIPTION), LOOK)
    assert told.content == "The image shows two people in a tree."
    (finding,) = told.findings
    assert (finding.distortion, finding.severity) == ("Low clarity", Severity.MODERATE)
    assert finding.boxes == (Box.from_thousand((185, 2, 924, 334)),)
    assert finding.effect == "affects the branches. Edges appear soft."
    assert told.key_distortions == ("Low clarity",)
    assert told.verdict is Level.FAIR
    assert told.text == DESCRIPTION.removesuffix("<|im_end|>")


@pytest.mark.parametrize(
    "text",
    [
        "A tree.\nIt is fine.\nNothing stands out.", "A tree.\nThus, the quality of the image is good.",
        "A tree.\nFine.\nFine.\nThus, the quality of the image is superb.",
        "A tree.\nFine.\nFine.\nThus, the quality of the image is (one of bad, poor, fair, good, excellent).",
        DESCRIPTION.replace("(185,2)", "(185"), DESCRIPTION.replace("(924,334)", "(24,334)"),
        DESCRIPTION.replace("oderate low clarity", "oderate vignetting"),
        DESCRIPTION.replace(BOX, "").replace(CLOSE, ""),
        DESCRIPTION.replace("The image shows", "The image (1,2),(3,4) shows"),
    ],
)
def test_hostile_descriptions(text):
    assert isinstance(vida.read_describe(said(text), LOOK), Failure)


@given(regions(THOUSAND))
def test_regions_round_trip(made):
    found = vida.read_detect(said(vida.render_regions(made, LOOK)), LOOK)
    assert set(bare(found)) == {(each.distortion, each.severity, each.box) for each in made}
    assert len(found) == len(made)


@given(st.lists(boxes(THOUSAND), min_size=1, max_size=5, unique=True))
def test_boxes_round_trip(made):
    assert vida.read_locate(said(vida.render_boxes(made, LOOK)), LOOK) == tuple(made)


@given(words, regions(THOUSAND), st.sampled_from(Level))
def test_description_round_trips(content, made, level):
    keys = tuple(dict.fromkeys(region.distortion for region in made[:2]))
    told = vida.read_describe(said(vida.render_description(content, made, keys, level, LOOK)), LOOK)
    assert not isinstance(told, Failure), told
    assert (told.content, told.verdict, set(told.key_distortions)) == (content, level, set(keys))
    assert [(f.distortion, f.severity, f.boxes, f.effect) for f in told.findings] == [
        (r.distortion, r.severity, (r.box,), r.effect) for r in made
    ]


scraps = st.sampled_from([REF, END, BOX, CLOSE, "(1,2),", "(3,4)", "Noise", "Severe ", ":\n", "\n", "no distortion"])


@given(st.one_of(st.text(), st.lists(st.one_of(scraps, st.text(max_size=5)), max_size=20).map("".join)))
def test_reading_anything_never_raises(text):
    reply = said(text)
    for result in (vida.read_detect(reply, LOOK), vida.read_locate(reply, LOOK), vida.read_affects(reply, LOOK, WHOLE)):
        assert isinstance(result, tuple | Failure)
    vida.read_describe(reply, LOOK)
    vida.read_level(reply)
