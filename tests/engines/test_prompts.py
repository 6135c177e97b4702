import pytest
from engines.tiny import thinking_checkpoint, tiny_card
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from idetex_plugin.engines.prompts import Prompts, checkpoint_of, option_ids, too_long
from idetex_plugin.engines.steps import Answering, StepOutcome, StreamItem
from idetex_plugin.words.card import Sampling
from idetex_plugin.words.failure import Reason
from idetex_plugin.words.request import Request

PHOTO = Image.new("RGB", (8, 8))


@pytest.fixture(scope="module")
def prompts(tiny_folder) -> Prompts:
    return Prompts(tiny_card(tiny_folder))


def test_template_and_chat_template_say_the_same(tiny_folder, prompts) -> None:
    request = Request("what?", (PHOTO, PHOTO), system="brief. ", prefix="It ")
    text = prompts.text(request)
    assert text == "<bos>brief. <image><image>what?<answer>It "
    assert Prompts(tiny_card(tiny_folder, template=None)).text(request) == text


def test_stop_and_length_come_from_the_checkpoint_and_the_card(tiny_folder, prompts) -> None:
    names = prompts.tokenizer.convert_ids_to_tokens(list(prompts.stop))
    assert names == ["<eos>", "<end_of_utterance>"]
    assert prompts.max_length == 512
    assert Prompts(tiny_card(tiny_folder, max_model_len=9999, stop=("<detect>",))).max_length == 1024
    with pytest.raises(ValueError, match="has to be one"):
        Prompts(tiny_card(tiny_folder, stop=("no more",)))
    with pytest.raises(ValueError, match="template"):
        Prompts(tiny_card(tiny_folder, template="{question}"))


@given(st.lists(st.integers(0, 323), max_size=40))
def test_spelling_joins_to_the_decoded_text(prompts, ids) -> None:
    texts = prompts.spell(ids)
    assert len(texts) == len(ids)
    assert "".join(texts) == prompts.tokenizer.decode(ids, skip_special_tokens=False)


@given(st.text(min_size=1, max_size=20))
def test_spelling_gives_back_any_text(prompts, text) -> None:
    assert "".join(prompts.spell(prompts.ids(text))) == text


def test_reply_leaves_out_the_end_of_the_turn(prompts) -> None:
    ids = [*prompts.ids("good"), prompts.stop[0]]
    reply = prompts.reply(ids, [-0.5] * len(ids), "stop")
    assert reply.text == "good" and [token.text for token in reply.tokens] == ["good"]


def test_an_option_is_spelt_as_it_follows_the_prefix(prompts) -> None:
    assert option_ids(prompts.ids, "", "good") == prompts.ids("good")
    merged = prompts.ids(" of")
    assert len(merged) == 1
    assert option_ids(prompts.ids, "ou ", "of") == prompts.ids("of")
    assert option_ids(prompts.ids, "ou", " of") == merged


def test_words_that_spell_an_image_fail_by_themselves(prompts) -> None:
    answering = Answering(Request("look at <image>", (PHOTO,)), prompts)
    assert not answering.steps
    failure = answering.reply().failure
    assert failure is not None and failure.reason is Reason.ENGINE_ERROR and "2 image tokens" in failure.message


def test_an_item_is_done_when_every_step_is(prompts) -> None:
    item = StreamItem("key", [Request("a", (PHOTO,), choices=("good", "bad")), Request("b", (PHOTO,))], prompts)
    first, second = item.places()
    assert first.step.max_tokens == 1 and set(first.step.scored) == {*prompts.ids("good"), *prompts.ids("bad")}
    assert second.step.scored == () and not item.done
    second.settle(StepOutcome(prompts.ids("fair"), [-1.0], "length"))
    assert not item.done
    first.settle(StepOutcome(scores=dict.fromkeys(first.step.scored, -1.0)))
    assert item.done
    chosen, written = item.replies()
    assert chosen.text == "good" and chosen.choice_probabilities == pytest.approx({"good": 0.5, "bad": 0.5})
    assert written.text == "fair" and written.finish_reason == "length"


def test_options_that_cannot_be_told_apart_fail_by_themselves(prompts) -> None:
    failure = Answering(Request("a", (PHOTO,), choices=("",)), prompts).reply().failure
    assert failure is not None and failure.reason is Reason.ENGINE_ERROR


def test_a_missing_embedded_checkpoint_is_named(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("idetex_plugin.engines.prompts.EMBEDDED_FOLDER", tmp_path)
    with pytest.raises(FileNotFoundError, match="embedded checkpoint"):
        checkpoint_of(tiny_card(tmp_path, checkpoint="embedded"))


@pytest.mark.parametrize(
    "message",
    [
        "This model's maximum context length is 512 tokens. However, your prompt contains 757 input tokens",
        "The decoder prompt (length 600) is longer than the maximum model length of 512.",
        "The prompt (total length 600) is too long to fit into the model (context length 512)",
    ],
)
def test_too_long(message) -> None:
    assert too_long(message) and not too_long("out of memory")


@pytest.fixture(scope="module")
def thinking_folder(tmp_path_factory):
    """The tiny checkpoint with a chat template that lets it think unless told otherwise."""
    return thinking_checkpoint(tmp_path_factory.mktemp("thinking"))


def thinking_card(folder, **changes):
    return tiny_card(folder, template=None, **changes)


def test_a_template_that_ends_inside_the_thinking_is_refused_at_the_start(thinking_folder) -> None:
    with pytest.raises(ValueError, match=r"ends inside <think>.*enable_thinking = false"):
        Prompts(thinking_card(thinking_folder))


def test_template_arguments_reach_the_template(thinking_folder) -> None:
    off = Prompts(thinking_card(thinking_folder, template_arguments={"enable_thinking": False}))
    request = Request("what?", (PHOTO,), prefix="It ")
    assert off.text(request).endswith("what?<answer><think>\n\n</think>\n\nIt ")
    assert off.check(request, off.text(request)) is None


def test_marks_in_the_words_of_a_prompt_are_no_thinking(tiny_folder) -> None:
    prompts = Prompts(thinking_card(tiny_folder))
    request = Request("Write <think> first", (PHOTO,))
    assert prompts.check(request, prompts.text(request)) is None


def test_thinking_comes_before_the_answer_and_is_kept_apart(thinking_folder) -> None:
    prompts = Prompts(thinking_card(thinking_folder, thinking_tokens=8))
    answering = Answering(Request("how good?", (PHOTO,), prefix="It is", choices=(" good", " bad")), prompts)
    [step] = answering.steps
    assert step.thinking == step.max_tokens == 8 and step.schema is None and step.text.endswith("<think>\n")
    ids = (*prompts.ids("Hm, grain. "), prompts.thought_end)
    follow = answering.settle(0, StepOutcome(ids, [0.0] * len(ids)))
    steps = [answering.steps[number] for number in follow]
    assert all(step.text.endswith("<think>\nHm, grain.\n</think>\n\nIt is") for step in steps) and steps[0].scored
    for number, step in zip(follow, steps, strict=True):
        answering.settle(number, StepOutcome(scores={id: -1.0 - at for at, id in enumerate(step.scored)}))
    reply = answering.reply()
    assert reply.text == " good" and reply.reasoning == "Hm, grain."
    with pytest.raises(ValueError, match="thinking '</none>' is"):
        Prompts(thinking_card(thinking_folder, thinking_tokens=8, thinking=("<none>", "</none>")))


@pytest.mark.parametrize("said", ["Hm, grain é", "Hm, grain</think>more", "<think>Hm,<think> grain"])
def test_a_thought_ends_as_it_does_at_a_server(thinking_folder, said) -> None:
    """A server ends it where the mark is spelt, in one token or in several, and never gives a part of a character."""
    prompts = Prompts(thinking_card(thinking_folder, thinking_tokens=8))
    ids = [id for piece in said.replace("</think>", "</thi|nk>").split("|") for id in prompts.ids(piece)]
    if said.endswith("é"):
        ids = ids[:-1]
        assert "\ufffd" in prompts.spell(ids)[-1]
    assert prompts.thought_end not in ids
    answering = Answering(Request("how good?", (PHOTO,)), prompts)
    [follow] = answering.settle(0, StepOutcome(ids, [0.0] * len(ids), "length"))
    assert answering.steps[follow].text.endswith("<answer><think>\nHm, grain\n</think>\n\n")


def test_a_reply_that_was_cut_off_is_asked_for_once_more(tiny_folder) -> None:
    sampling = Sampling(temperature=0.7, presence_penalty=1.5)
    prompts = Prompts(tiny_card(tiny_folder, sampling=sampling))
    ids, cut = prompts.ids("good"), StepOutcome((5,), (-1.0,), "length")
    for second, text in ((StepOutcome(ids, [0.0] * len(ids)), "good"), (cut, prompts.spell([5])[0])):
        answering = Answering(Request("all", (PHOTO,)), prompts)
        assert answering.steps[0].sampling is None
        [again] = answering.settle(0, cut)
        assert answering.steps[again].sampling == sampling
        assert not answering.settle(again, second)
        assert answering.reply().text == text
    always = Prompts(tiny_card(tiny_folder, sampling=Sampling(always=True)))
    answering = Answering(Request("all", (PHOTO,)), always)
    assert answering.steps[0].sampling is not None and not answering.settle(0, cut)


def test_a_folder_of_a_repository_is_downloaded_and_a_path_is_not(tmp_path, monkeypatch) -> None:
    asked = []

    def download(repository: str, *, allow_patterns: list[str]) -> str:
        asked.append((repository, allow_patterns))
        return "/cache/snapshot"

    monkeypatch.setattr("huggingface_hub.snapshot_download", download)
    assert checkpoint_of(tiny_card("owner/name/inner")) == "/cache/snapshot/inner"
    assert asked == [("owner/name", ["inner/*"])]
    for same in ("owner/name", str(tmp_path), "./a/b/c", "~/a/b/c", "/no/such/folder"):
        assert checkpoint_of(tiny_card(same)) == same
    assert len(asked) == 1
