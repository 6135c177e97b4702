import threading
from math import exp, log

import pytest
from engines.fake_server import FakeServer, completion, error, serving
from engines.tiny import tiny_card
from PIL import Image

from idetex_plugin.engines.base import EngineDeadError
from idetex_plugin.engines.faults import ServiceError, Trouble
from idetex_plugin.engines.retries import Backoff
from idetex_plugin.engines.served import Served
from idetex_plugin.engines.server import ServerEngine
from idetex_plugin.words.failure import Reason
from idetex_plugin.words.request import Request

CARD = tiny_card("tiny")
FAST = Backoff(tries=3, base=0.001, longest=0.01)
PHOTO = Image.new("RGB", (4, 4), "red")
OTHER = Image.new("RGB", (4, 4), "blue")
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


class AnswersAnything(FakeServer):
    """A gateway that takes every path for a completion."""

    def answer(self, path, body, headers):
        return completion("b") if "tokenize" in path else super().answer(path, body, headers)


@pytest.mark.parametrize("more", [{"choices": ("a", "ab")}, {"prefix": "It is"}])
def test_a_server_that_answers_something_else_to_tokenize_does_not_offer_it(more) -> None:
    [reply] = ask(AnswersAnything(lambda body, number: completion("ab")), Request("?", (PHOTO,), **more))
    assert reply.failure is None and reply.text.endswith("ab")


def test_a_busy_server_is_asked_again() -> None:
    answers = [error(503, "warming up"), error(429, "slow down", Retry_After="0"), completion("done")]
    fake = FakeServer(lambda body, number: answers[number - 1])
    [reply] = ask(fake, ASK)
    assert reply.text == "done" and len(fake.bodies) == 3


@pytest.mark.parametrize(
    ("answer", "reason", "tries"),
    [
        (error(400, "the prompt is longer than the maximum model length of 512"), Reason.PROMPT_TOO_LONG, 1),
        (error(400, "unknown schema"), Reason.REJECTED, 1),
        (error(403, "the firewall does not like this photo"), Reason.REFUSED, 3),
        (error(500, "EngineCore died"), Reason.ENGINE_ERROR, 3),
        ((200, "not json", {}), Reason.ENGINE_ERROR, 3),
        ((200, {"choices": []}, {}), Reason.ENGINE_ERROR, 3),
        (completion("x", reason="abort"), Reason.ENGINE_ERROR, 3),
        (completion("x", reason="content_filter"), Reason.ENGINE_ERROR, 1),
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
            assert pulled - finished <= 6
            yield number, [ASK]

    with serving(fake):
        running = engine(fake, slots=4)
        for _ in running.stream(items()):
            finished += 1
        running.close()
    assert finished == 30 and 1 < fake.busiest <= 4


def test_a_server_that_goes_away_ends_the_stream_and_fails_no_photo() -> None:
    fake = FakeServer(lambda body, number: completion("x"))
    replies = []
    with serving(fake):
        running = engine(fake, slots=1, wait=0.2)
        stream = running.stream((number, [ASK]) for number in range(100))
        replies += [next(stream) for _ in range(5)]
    with pytest.raises(EngineDeadError, match=r"127\.0\.0\.1.*no answer for 0 s"):
        replies += stream
    running.close()
    assert len(replies) < 10 and not [reply for _, [reply] in replies if reply.failure]


SAYS_NO = {
    "key": error(401, "the key has expired"),
    "quota": error(429, "You exceeded your current quota, please check your plan and billing details"),
    "gone": error(404, "the model `tiny` does not exist"),
    "gateway": (502, "<html><body>Bad gateway</body></html>", {}),
    "broken": error(500, "EngineCore encountered an issue"),
    "busy": error(429, "too many requests"),
    "prose": (200, "<html>Please log in</html>", {}),
    "error with 200": (200, {"error": {"message": "Unauthorized"}}, {}),
    "shut down": completion("x", reason="abort"),
    "redirect": (302, "", {"Location": "https://elsewhere.test/login?token=1"}),
    "cut": (200, '{"choices": [{"message": {"content": "x"}, "finish_reason": "stop"', {}),
}


@pytest.mark.parametrize("answer", SAYS_NO.values(), ids=SAYS_NO)
def test_a_service_that_fails_everything_ends_the_stream_and_fails_no_photo(answer) -> None:
    bad = threading.Event()
    fake = FakeServer(lambda body, number: answer if bad.is_set() else completion("x"))
    fake.probe = lambda: answer if bad.is_set() else completion("Yes")
    replies = []
    with serving(fake):
        running = engine(fake, slots=4, wait=0.3)
        stream = running.stream((number, [ASK]) for number in range(300))
        replies += [next(stream) for _ in range(20)]
        bad.set()
        with pytest.raises(ServiceError) as caught:
            replies += stream
        running.close()
    assert not [reply for _, [reply] in replies if reply.failure]
    assert len(replies) <= 28 and len(fake.bodies) < 60
    assert "token=1" not in str(caught.value)


@pytest.mark.parametrize("answer", [SAYS_NO[name] for name in ("key", "gateway", "broken", "busy", "gone", "prose")])
def test_a_service_that_comes_back_loses_nothing(answer) -> None:
    fake = FakeServer(lambda body, number: answer if 20 <= number < 24 else completion("x"))
    fake.probe = lambda: answer if fake.probes % 3 else completion("Yes")
    with serving(fake):
        running = engine(fake, slots=4, wait=20)
        replies = dict(running.stream((number, [ASK]) for number in range(60)))
        running.close()
    assert sorted(replies) == list(range(60))
    assert not [reply for [reply] in replies.values() if reply.failure]


def test_a_long_wish_is_honoured_or_ends_the_stream() -> None:
    fake = FakeServer(lambda body, number: error(429, "slow down", Retry_After="3600"))
    with serving(fake):
        running = engine(fake, wait=100)
        with pytest.raises(ServiceError, match="asks for 3600 s"):
            list(running.stream([(0, [ASK])]))
        running.close()
    assert len(fake.bodies) == 1


def test_one_photo_that_breaks_the_server_does_not_stop_the_others() -> None:
    fake = FakeServer(lambda body, number: error(500, "boom") if "bad" in str(body["messages"]) else completion("x"))
    with serving(fake):
        running = engine(fake, slots=4)
        items = [(number, [Request("bad" if number == 7 else "good", (PHOTO,))]) for number in range(30)]
        replies = dict(running.stream(items))
        running.close()
    failed = {number: reply.failure for number, [reply] in replies.items() if reply.failure}
    assert list(failed) == [7] and failed[7].reason is Reason.ENGINE_ERROR and failed[7].reason.transient


def test_another_model_behind_the_same_address_ends_the_stream() -> None:
    fake = FakeServer(lambda body, number: completion("x"), about={"root": "tiny", "max_model_len": 512})
    with serving(fake):
        running = engine(fake, slots=2, wait=0.2)
        assert running.served == Served("tiny", "tiny", 512)
        stream = running.stream((number, [ASK]) for number in range(300))
        next(stream)
        fake.about = {"root": "other/model", "max_model_len": 512}
        fake.chat = lambda body, number: error(503, "loading")
        with pytest.raises(ServiceError, match=r"begun with tiny \(512 tokens\).*from other/model") as caught:
            list(stream)
        running.close()
    assert caught.value.trouble is Trouble.OTHER_MODEL


def test_answers_of_another_model_are_not_used() -> None:
    def chat(body, number):
        status, value, headers = completion("x")
        return status, {**value, "model": "tiny" if number < 5 else "other"}, headers

    with serving(FakeServer(chat)) as fake:
        fake.probe = lambda: chat({}, len(fake.bodies))
        running = engine(fake, slots=1, wait=0.2)
        replies = []
        with pytest.raises(ServiceError, match="'other'"):
            replies += running.stream((number, [ASK]) for number in range(300))
        running.close()


def test_numbers_that_are_none_fail_the_request() -> None:
    [reply] = ask(FakeServer(lambda body, number: completion("x", [("x", float("nan"))])), ASK)
    assert reply.failure is not None and "not finite" in reply.failure.message

    def chat(body, number):
        top = [{"token": f"token_id:{id}", "logprob": float("nan")} for id in body["logprob_token_ids"]]
        return completion("z", top_logprobs=top)

    [reply] = ask(FakeServer(chat, lambda text: [len(text)]), Request("?", (PHOTO,), choices=("a", "bb")))
    assert reply.failure is not None and not reply.choice_probabilities


def shown(body) -> list[str | None]:
    parts = [part for message in body["messages"] for part in message["content"] if part["type"] == "image_url"]
    return [part["image_url"] and part["image_url"]["url"] for part in parts]


@pytest.mark.parametrize("version", ["0.32.0", "1.2"])
def test_pixels_go_once_to_a_server_that_remembers_them(version) -> None:
    fake = FakeServer(lambda body, number: completion(body["messages"][0]["content"][-1]["text"].upper()))
    fake.version = version
    replies = ask(fake, *(Request(word, (PHOTO, OTHER)) for word in "abcd"))
    assert [reply.text for reply in replies] == list("ABCD")
    assert [[url is not None for url in shown(body)] for body in fake.bodies] == [[True, True], *[[False, False]] * 3]
    names = [[part["uuid"] for part in body["messages"][0]["content"][:2]] for body in fake.bodies]
    assert all(one == names[0] for one in names) and names[0][0] != names[0][1]


@pytest.mark.parametrize("version", ["", "0.31.9", "dev"])
def test_pixels_go_each_time_to_others(version) -> None:
    fake = FakeServer(lambda body, number: completion("x"))
    fake.version = version
    ask(fake, *(Request(word, (PHOTO,)) for word in "abcd"))
    assert all(shown(body)[0] for body in fake.bodies)
    assert all("uuid" not in str(body["messages"]) for body in fake.bodies)


def test_pixels_go_again_where_they_were_forgotten() -> None:
    def chat(body, number):
        return completion("x") if all(shown(body)) else error(500, "Expected a cached item for mm_hash='idetex-1'")

    fake = FakeServer(chat)
    fake.version = "0.32.0"
    with serving(fake):
        running = engine(fake, slots=2)
        replies = dict(running.stream((number, [ASK, Request("again?", (PHOTO,))]) for number in range(20)))
        running.close()
    assert not [reply for both in replies.values() for reply in both if reply.failure]
    assert sum(not all(shown(body)) for body in fake.bodies) < 8, "it stops trying"


def test_an_answer_without_end_is_not_read(monkeypatch) -> None:
    monkeypatch.setattr("idetex_plugin.engines.client.MOST_BYTES", 1 << 20)
    fake = FakeServer(lambda body, number: completion("x" * (2 << 20)))
    [reply] = ask(fake, ASK)
    assert reply.failure is not None and "more than 1 MiB" in reply.failure.message


@pytest.mark.parametrize("echo", [400, 500, 200])
def test_a_key_that_the_server_echoes_goes_nowhere(monkeypatch, echo) -> None:
    monkeypatch.setenv("IDETEX_API_KEY", "sesame/1234567")

    def chat(body, number):
        words = fake.headers[-1]["Authorization"]
        return completion(f"you said {words}") if echo == 200 else error(echo, f"bad request by {words}")

    fake = FakeServer(chat)
    [reply] = ask(fake, ASK)
    assert fake.headers[0]["Authorization"] == "Bearer sesame/1234567"
    assert "sesame" not in repr(reply) and "***" in repr(reply)


def test_a_user_in_the_url_is_a_header_and_not_beside_a_key(monkeypatch) -> None:
    with serving(FakeServer(lambda body, number: error(400, fake.headers[-1]["Authorization"]))) as fake:
        url = fake.url.replace("//", "//ann:p%40ss-word@")
        running = ServerEngine(CARD, url, backoff=FAST)
        [(_, [reply])] = running.stream([(0, [ASK])])
        running.close()
        assert fake.headers[0]["Authorization"] == "Basic YW5uOnBAc3Mtd29yZA=="
        assert "YW5u" not in repr(reply)
        monkeypatch.setenv("IDETEX_API_KEY", "sesame")
        with pytest.raises(ValueError, match="IDETEX_API_KEY is set") as caught:
            ServerEngine(CARD, url, backoff=FAST)
    assert "p%40ss" not in str(caught.value)


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
        with pytest.raises(ValueError, match="serves a, b, which is not evidently"):
            engine(fake)
        engine(fake, model="b").close()
