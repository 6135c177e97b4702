import threading
from math import exp, log

import pytest
from engines.fake_server import FakeServer, completion, error, serving
from engines.tiny import tiny_card
from PIL import Image

from idetex_plugin.engines.base import EngineDeadError
from idetex_plugin.engines.retries import Backoff
from idetex_plugin.engines.server import ServerEngine
from idetex_plugin.words.failure import Reason
from idetex_plugin.words.request import Request

CARD = tiny_card("tiny")
FAST = Backoff(tries=3, base=0.001, longest=0.01)
PHOTO = Image.new("RGB", (4, 4), "red")
ASK = Request("what?", (PHOTO,))


def spell(text: str) -> list[int]:
    return list(map(ord, text))


def engine(fake: FakeServer, **options) -> ServerEngine:
    return ServerEngine(CARD, fake.url + "/v1/", backoff=FAST, **options)


def ask(fake: FakeServer, *requests: Request, **options):
    with serving(fake):
        running = engine(fake, **options)
        [(_, replies)] = running.stream([("key", requests)])
        running.close()
    return replies


def test_replies_in_the_order_of_the_requests() -> None:
    fake = FakeServer(lambda body, number: completion(body["messages"][0]["content"][-1]["text"].upper()))
    first, second = ask(fake, Request("a", (PHOTO,)), Request("b", (PHOTO, PHOTO)))
    assert (first.text, second.text) == ("A", "B")
    assert first.tokens[0].logprob == -0.5
    assert all(body["model"] == "tiny" for body in fake.bodies)


def test_choices_are_scored_at_every_fork() -> None:
    shares = {"": {"b": 0.5, "g": 0.25}, "b": {"a": 0.1, "e": 0.3}}

    def chat(body, number):
        begun = body["messages"][-1]["content"] if body["continue_final_message"] else ""
        top = [{"token": f"token_id:{id}", "logprob": log(shares[begun][chr(id)])} for id in body["logprob_token_ids"]]
        return completion("z", top_logprobs=top)

    [reply] = ask(FakeServer(chat, spell), Request("level?", (PHOTO,), choices=("bad", "best", "good")))
    assert reply.choice_probabilities == pytest.approx({"bad": 2 / 3 / 4, "best": 2 / 3 * 3 / 4, "good": 1 / 3})
    assert reply.text == "best" and reply.tokens == ()


def test_single_token_options_have_their_token() -> None:
    def chat(body, number):
        top = [{"token": f"token_id:{id}", "logprob": -float(id)} for id in body["logprob_token_ids"]]
        return completion("z", top_logprobs=top)

    [reply] = ask(FakeServer(chat, lambda text: [len(text)]), Request("?", (PHOTO,), choices=("a", "bb", "ccc")))
    assert reply.text == "a" and exp(reply.tokens[0].logprob) == pytest.approx(reply.choice_probabilities["a"])


@pytest.mark.parametrize(("tokenize", "choices"), [(None, ("yes", "no")), (spell, ("a", "ab")), (spell, ("yes", "no"))])
def test_without_scores_the_servers_constraint_chooses(tokenize, choices) -> None:
    def chat(body, number):
        constrained = body.get("structured_outputs") == {"choice": list(choices)}
        return completion(choices[1] if constrained else "prose")

    [reply] = ask(FakeServer(chat, tokenize), Request("?", (PHOTO,), choices=choices))
    assert reply.text == choices[1] and reply.choice_probabilities == {}


def test_a_busy_server_is_asked_again() -> None:
    answers = [error(503, "warming up"), error(429, "slow down", Retry_After="0"), completion("done")]
    fake = FakeServer(lambda body, number: answers[number - 1])
    [reply] = ask(fake, ASK)
    assert reply.text == "done" and len(fake.bodies) == 3


@pytest.mark.parametrize(
    ("answer", "reason", "tries"),
    [
        (error(400, "the prompt is longer than the maximum model length of 512"), Reason.PROMPT_TOO_LONG, 1),
        (error(400, "unknown schema"), Reason.ENGINE_ERROR, 1),
        (error(401, "no key"), Reason.REFUSED, 1),
        (error(500, "EngineCore died"), Reason.ENGINE_ERROR, 3),
        ((200, "not json", {}), Reason.ENGINE_ERROR, 1),
        ((200, {"choices": []}, {}), Reason.ENGINE_ERROR, 1),
        (completion("x", reason="abort"), Reason.ENGINE_ERROR, 1),
    ],
)
def test_failures_are_named_and_touch_one_request(answer, reason, tries) -> None:
    fake = FakeServer(lambda body, number: answer if "bad" in str(body["messages"]) else completion("fine"))
    good, bad = ask(fake, ASK, Request("bad", (PHOTO,)))
    assert good.text == "fine"
    assert bad.failure is not None and bad.failure.reason is reason and bad.finish_reason == "error"
    assert sum("bad" in str(body["messages"]) for body in fake.bodies) == tries


def test_a_slow_answer_is_a_timeout() -> None:
    [reply] = ask(FakeServer(lambda body, number: completion("late"), delay=0.5), ASK, timeout=0.1)
    assert reply.failure is not None and reply.failure.reason is Reason.TIMEOUT


def test_the_window_slides_and_pulls_no_further_than_its_slots() -> None:
    fake = FakeServer(lambda body, number: completion("x"), delay=0.01)
    pulled, finished = 0, 0

    def items():
        nonlocal pulled
        for number in range(30):
            pulled += 1
            assert pulled - finished <= 4
            yield number, [ASK]

    with serving(fake):
        running = engine(fake, slots=4)
        for _ in running.stream(items()):
            finished += 1
        running.close()
    assert finished == 30 and 1 < fake.busiest <= 4


def test_a_server_that_goes_away_ends_the_stream() -> None:
    fake = FakeServer(lambda body, number: completion("x"))
    replies = []
    with serving(fake):
        running = engine(fake, slots=1, give_up=3)
        stream = running.stream((number, [ASK]) for number in range(100))
        replies += [next(stream) for _ in range(5)]
    with pytest.raises(EngineDeadError, match=r"127\.0\.0\.1"):
        replies += stream
    running.close()
    failures = [replies[0].failure for _, replies in replies if replies[0].failure]
    assert 1 <= len(failures) <= 4 and {failure.reason for failure in failures} == {Reason.REFUSED}


def test_an_early_end_leaves_nothing_behind() -> None:
    fake = FakeServer(lambda body, number: completion("x"), delay=0.05)
    with serving(fake):
        running = engine(fake, slots=2)
        stream = running.stream((number, [ASK]) for number in range(100))
        next(stream)
        stream.close()
        running.close()
        running.close()
    assert len(fake.bodies) < 10
    assert not any(thread.name == "idetex-server" for thread in threading.enumerate())


def test_the_key_comes_from_the_environment_and_stays_out_of_messages(monkeypatch, caplog) -> None:
    monkeypatch.setenv("IDETEX_API_KEY", "sesame-123")
    fake = FakeServer(lambda body, number: error(401, "bad key"))
    with caplog.at_level("DEBUG"):
        [reply] = ask(fake, ASK)
    assert fake.headers[0]["Authorization"] == "Bearer sesame-123"
    assert "sesame" not in repr(reply) + caplog.text


def test_a_server_that_is_not_there_or_serves_something_else() -> None:
    with pytest.raises(ValueError, match="not a server's URL"):
        ServerEngine(CARD, "file:///etc/passwd")
    with pytest.raises(ConnectionError, match=r"127\.0\.0\.1:9") as caught:
        ServerEngine(CARD, "http://user:secret@127.0.0.1:9", backoff=FAST)
    assert "secret" not in str(caught.value)
    with serving(FakeServer(lambda body, number: completion("x"), models=("a", "b"))) as fake:
        with pytest.raises(ValueError, match=r"serves \['a', 'b'\]"):
            engine(fake)
        engine(fake, model="b").close()
