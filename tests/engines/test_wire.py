import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from idetex_plugin.engines import wire
from idetex_plugin.words.failure import Reason
from idetex_plugin.words.request import Request, Token

NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (9, 7, 3), dtype=np.uint8))


def test_body_puts_images_first_and_continues_a_reply() -> None:
    request = Request("what?", (NOISE,), system="be brief", max_tokens=5, schema={"type": "object"})
    begun = {"role": "assistant", "content": "It is a"}
    body = wire.body(request, "tiny", [{"type": "image_url"}], stop=("<end>",), begun=begun)
    system, user, assistant = body["messages"]
    assert system["role"] == "system"
    assert [part["type"] for part in user["content"]] == ["image_url", "text"]
    assert assistant == begun
    assert body["continue_final_message"] and not body["add_generation_prompt"]
    assert body["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert body["max_completion_tokens"] == 5 and body["stop"] == ["<end>"] and body["temperature"] == 0
    assert body["skip_special_tokens"] is False
    json.dumps(body)


def test_body_continues_the_question_itself() -> None:
    pictures = [{"type": "image_url"}]
    body = wire.body(Request("what?", (NOISE,)), "tiny", pictures, begun={"role": "user", "content": "<end><start>It"})
    assert body["messages"] == [
        {"role": "user", "content": [*pictures, {"type": "text", "text": "what?<end><start>It"}]}
    ]
    assert body["continue_final_message"] and not body["add_generation_prompt"]


def test_read_drops_the_token_that_ended_the_turn() -> None:
    places = [{"token": "a", "logprob": -1.0}, {"token": "b", "logprob": -2.0}, {"token": "<eos>", "logprob": -0.1}]
    choice = {"message": {"content": "ab"}, "finish_reason": "stop", "logprobs": {"content": places}}
    reply = wire.read({"choices": [choice]})
    assert (reply.text, reply.finish_reason, reply.tokens) == ("ab", "stop", (Token("a", -1.0), Token("b", -2.0)))


@pytest.mark.parametrize(
    "answer", [{}, {"choices": []}, {"choices": [{"message": None}]}, {"choices": [{"message": {"content": "x"}}]}]
)
def test_read_refuses_what_is_no_completion(answer) -> None:
    reply = wire.read(answer)
    assert reply.failure is not None and reply.failure.reason is Reason.ENGINE_ERROR and reply.text == ""


def test_fit_joins_characters_of_several_tokens() -> None:
    tokens = [Token("a", -1.0), Token("\ufffd", -1.0), Token("\ufffd", -2.0), Token("b", -3.0), Token("<eos>", 0.0)]
    fitted = wire.fit("a\N{SNOWMAN}b", tokens)
    assert [token.text for token in fitted] == ["a", "", "\N{SNOWMAN}", "b"]
    assert wire.fit("abc", [Token("x", 0.0)]) == ()


@given(st.text(max_size=8), st.lists(st.text(max_size=3), max_size=6))
def test_fitted_tokens_join_to_the_text_or_are_unknown(text, spelt) -> None:
    fitted = wire.fit(text, [Token(piece, -1.0) for piece in spelt])
    assert fitted == () or "".join(token.text for token in fitted) == text
