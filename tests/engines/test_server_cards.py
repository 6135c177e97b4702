"""What a card says about thinking and sampling, at a server."""

from engines.fake_server import FakeServer, completion, serving
from engines.tiny import tiny_card

from idetex_plugin.engines.retries import Backoff
from idetex_plugin.engines.server import ServerEngine
from idetex_plugin.words.card import Sampling
from idetex_plugin.words.request import Reply, Request


def ask(fake: FakeServer, request: Request, **changes: object) -> Reply:
    with serving(fake):
        card = tiny_card("tiny", template=None, **changes)
        engine = ServerEngine(card, fake.url, backoff=Backoff(tries=2, base=0.001, longest=0.01))
        [(_, [reply])] = engine.stream([(0, [request])])
        engine.close()
    return reply


def test_template_arguments_go_along_with_every_request() -> None:
    fake = FakeServer(lambda body, number: completion("fine"))
    ask(fake, Request("a", ()), template_arguments={"enable_thinking": False})
    assert [body["chat_template_kwargs"] for body in fake.bodies] == [{"enable_thinking": False}]
    plain = FakeServer(lambda body, number: completion("fine"))
    ask(plain, Request("a", ()))
    assert "chat_template_kwargs" not in plain.bodies[0]


def test_reasoning_is_kept_apart_whether_the_server_does_so_or_not() -> None:
    reply = ask(FakeServer(lambda body, number: completion("<think>grain</think>\n[]")), Request("a", ()))
    assert (reply.text, reply.reasoning) == ("[]", "grain")

    def parsed(body, number):
        status, answer, headers = completion("[]")
        answer["choices"][0]["message"]["reasoning"] = "grain"
        return status, answer, headers

    reply = ask(FakeServer(parsed), Request("a", ()))
    assert (reply.text, reply.reasoning) == ("[]", "grain")


def test_a_reply_that_was_cut_off_is_asked_for_once_more_and_drawn() -> None:
    sampling = Sampling(temperature=0.7, top_p=0.8, top_k=20, presence_penalty=1.5)
    fake = FakeServer(lambda body, number: completion("[[[", reason="length") if number == 1 else completion("[]"))
    assert ask(fake, Request("a", ()), sampling=sampling).text == "[]"
    first, second = fake.bodies
    assert first["temperature"] == 0 and first["presence_penalty"] == 0
    assert {key: second[key] for key in sampling.settings} == sampling.settings
    endless = FakeServer(lambda body, number: completion("[[[", reason="length"))
    assert ask(endless, Request("a", ()), sampling=sampling).finish_reason == "length"
    assert len(endless.bodies) == 2


def test_the_checkpoint_thinks_and_then_answers_within_the_schema() -> None:
    def chat(body, number):
        return completion("<think>\ngrain\n" if number == 1 else "[]")

    fake = FakeServer(chat)
    reply = ask(fake, Request("a", (), schema={"type": "array"}), thinking_tokens=77)
    thinking, answer = fake.bodies
    assert thinking["max_completion_tokens"] == 77 and "</think>" in thinking["stop"]
    assert "response_format" not in thinking and "response_format" in answer
    assert answer["messages"][-1] == {"role": "assistant", "content": "<think>\ngrain\n</think>\n\n"}
    assert (reply.text, reply.reasoning) == ("[]", "grain")
