"""Several servers of one model as one engine."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from engines.fake_server import FakeServer, completion, error, serving
from engines.tiny import tiny_card
from PIL import Image

from idetex_plugin import Assessor
from idetex_plugin.engines.faults import ServiceError, Trouble
from idetex_plugin.engines.retries import Backoff
from idetex_plugin.engines.server import ServerEngine
from idetex_plugin.words.failure import Reason
from idetex_plugin.words.request import Request

CARD = tiny_card("tiny")
FAST = Backoff(tries=3, base=0.001, longest=0.01)


def items(count: int, questions: int = 2) -> Iterator[tuple[int, list[Request]]]:
    for number in range(count):
        image = Image.new("RGB", (4, 4), (number % 256, number // 256, 0))
        yield number, [Request(f"{number}-{question}", (image,)) for question in range(questions)]


def echo(body, number):
    return completion(asked(body))


def asked(body) -> str:
    return body["messages"][0]["content"][-1]["text"]


@contextmanager
def engine(*fakes: FakeServer, **options) -> Iterator[ServerEngine]:
    with ExitStack() as stack:
        for fake in fakes:
            if not fake.url:
                stack.enter_context(serving(fake))
        running = ServerEngine(CARD, [fake.url for fake in fakes], **{"backoff": FAST, "slots": 4, **options})
        stack.callback(running.close)
        yield running


def answers(stream) -> dict[int, list[str]]:
    """The replies' texts by photo; each photo comes out once, and none has failed."""
    found: dict[int, list[str]] = {}
    for key, replies in stream:
        assert key not in found and all(reply.failure is None for reply in replies)
        found[key] = [reply.text for reply in replies]
    return found


def expected(count: int, questions: int = 2) -> dict[int, list[str]]:
    return {number: [f"{number}-{question}" for question in range(questions)] for number in range(count)}


def test_photos_are_shared_and_each_stays_with_one_server() -> None:
    one, two = FakeServer(echo, delay=0.02), FakeServer(echo, delay=0.02)
    with engine(one, two) as running:
        assert running.slots == 8
        assert answers(running.stream(items(40, 3))) == expected(40, 3)
    seen = [Counter(asked(body).partition("-")[0] for body in fake.bodies) for fake in (one, two)]
    assert set(seen[0]).isdisjoint(seen[1]) and set(seen[0].values()) == set(seen[1].values()) == {3}
    assert min(map(len, seen)) >= 10 and one.busiest <= 4 and two.busiest <= 4


def test_a_slow_server_gets_less() -> None:
    slow, fast = FakeServer(echo, delay=0.2), FakeServer(echo, delay=0.01)
    with engine(slow, fast) as running:
        assert answers(running.stream(items(40))) == expected(40)
    assert len(slow.bodies) < len(fast.bodies) / 2


def test_a_server_that_dies_midway_loses_and_fails_nothing() -> None:
    one, two = FakeServer(echo, delay=0.01), FakeServer(echo, delay=0.01)
    with ExitStack() as dying, engine_of(dying, one, two) as running:
        stream, found = running.stream(items(60)), {}
        for number, (key, replies) in enumerate(stream):
            found[key] = [reply.text for reply in replies]
            assert not any(reply.failure for reply in replies)
            if number == 10:
                dying.close()
                before = len(two.bodies)
    assert found == expected(60)
    assert len(one.bodies) >= 5 and len(two.bodies) > before


@contextmanager
def engine_of(dying: ExitStack, one: FakeServer, two: FakeServer) -> Iterator[ServerEngine]:
    """An engine of two servers, of which the first goes away when the stack is closed."""
    dying.enter_context(serving(one))
    with engine(one, two) as running:
        yield running


def test_a_server_that_comes_back_gets_photos_again() -> None:
    one, two = FakeServer(echo, delay=0.01), FakeServer(echo, delay=0.01)
    with engine(one, two) as running:
        found, gone_at = {}, 0
        for number, (key, replies) in enumerate(running.stream(items(400))):
            found[key] = [reply.text for reply in replies]
            if number == 20:
                one.gone, gone_at = True, len(one.bodies)
            if number == 100:
                one.gone = False
    assert found == expected(400)
    assert one.probes and len(one.bodies) > gone_at + 50


@pytest.mark.parametrize(
    "answer",
    [
        error(401, "the key has expired"), error(429, "slow down", Retry_After="60"), error(503, "loading"),
        error(500, "broken"), error(404, "no such model"), (200, "<html>log in</html>", {}),
        (302, "", {"Location": "http://elsewhere"}),
    ],
)  # fmt: skip
def test_a_server_that_cannot_be_used_rests_and_the_others_work(answer) -> None:
    one, two = FakeServer(lambda body, number: echo(body, number) if number < 9 else answer), FakeServer(echo)
    one.probe = lambda: answer
    with engine(one, two, wait=0.01) as running:
        assert answers(running.stream(items(60))) == expected(60)


def test_a_server_that_changes_its_model_is_not_used() -> None:
    one, two = FakeServer(echo, about={"root": "tiny"}, delay=0.01), FakeServer(echo, about={"root": "tiny"})

    def other(body, number):
        if number > 6:
            one.about["root"] = "large"
            return error(500, "restarting")
        return echo(body, number)

    one.chat = other
    with engine(one, two) as running:
        assert answers(running.stream(items(60))) == expected(60)
        assert running.slots == 4
    assert len(one.bodies) < 20


def test_when_none_is_well_the_stream_ends_and_no_photo_fails() -> None:
    one, two = FakeServer(echo), FakeServer(echo)
    done = 0
    with engine(one, two, wait=0.2) as running, pytest.raises(ServiceError) as caught:
        for _, replies in running.stream(items(100)):
            assert not any(reply.failure for reply in replies)
            done += 1
            one.gone = two.gone = done >= 10
    assert 10 <= done < 100 and caught.value.trouble in {Trouble.DOWN, Trouble.BROKEN}


def loading_for_a_while() -> FakeServer:
    """Answers ten requests, then is loading until it has been looked at six times."""
    fake = FakeServer(echo)
    loading = error(503, "loading")
    fake.chat = lambda body, number: loading if number > 10 and fake.probes < 6 else echo(body, number)
    fake.probe = lambda: loading if fake.probes < 6 else completion("Yes")
    return fake


def test_when_all_come_back_in_time_nothing_is_lost() -> None:
    one, two = loading_for_a_while(), loading_for_a_while()
    with engine(one, two, wait=30) as running:
        assert answers(running.stream(items(60))) == expected(60)
    assert one.probes >= 6 or two.probes >= 6


def test_a_server_that_is_down_at_the_start_joins_later() -> None:
    one, two = FakeServer(echo, delay=0.01), FakeServer(echo, delay=0.01, gone=True)
    with engine(one, two) as running:
        found = {}
        for number, (key, replies) in enumerate(running.stream(items(300))):
            found[key] = [reply.text for reply in replies]
            if number == 20:
                assert not two.bodies
                two.gone = False
    assert found == expected(300) and len(two.bodies) > 50


def test_one_that_serves_another_model_when_it_comes_up_is_not_used(caplog) -> None:
    one, two = FakeServer(echo, delay=0.01), FakeServer(echo, gone=True, about={"max_model_len": 99})
    with engine(one, two) as running:
        for number, _ in enumerate(running.stream(items(200))):
            two.gone = number < 20
    assert not two.bodies and "it is not used" in caplog.text


def test_servers_of_different_models_are_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match=r"serves tiny \(99 tokens\), and http.* tiny: .*same model"), engine(
        FakeServer(echo), FakeServer(echo, about={"max_model_len": 99})
    ):
        pass
    with pytest.raises(ValueError, match="serves large"), engine(FakeServer(echo), FakeServer(echo, models=("large",))):
        pass


def test_none_there_at_the_start() -> None:
    with pytest.raises(ConnectionError, match="--wait-for-server"), engine(
        FakeServer(echo, gone=True), FakeServer(echo, gone=True)
    ):
        pass


def test_a_request_at_fault_fails_once_and_alone() -> None:
    def chat(body, number):
        return error(400, "bad picture") if asked(body) == "7-1" else echo(body, number)

    one, two = FakeServer(chat), FakeServer(chat)
    with engine(one, two) as running:
        found = dict(running.stream(items(20)))
    failed = {key: [reply.failure for reply in replies] for key, replies in found.items()}
    assert failed.pop(7)[1].reason is Reason.REJECTED and len(found) == 20
    assert not any(failure for failures in failed.values() for failure in failures)
    assert sum(asked(body) == "7-1" for fake in (one, two) for body in fake.bodies) == 1


@pytest.mark.parametrize("status", [500, 404])
def test_a_photo_that_no_server_answers_fails_and_goes_round_no_more(status: int) -> None:
    def chat(body, number):
        return error(status, "odd") if asked(body).startswith("7-") else echo(body, number)

    one, two = FakeServer(chat), FakeServer(chat)
    with engine(one, two) as running:
        found = dict(running.stream(items(20)))
    assert {key for key, replies in found.items() if any(reply.failure for reply in replies)} == {7}
    assert sum(asked(body).startswith("7-") for fake in (one, two) for body in fake.bodies) <= 20


def test_the_same_address_twice_is_one_server() -> None:
    fake = FakeServer(echo)
    with serving(fake):
        running = ServerEngine(CARD, [fake.url, fake.url + "/v1/"], slots=4)
        assert running.slots == 4
        running.close()


def test_the_fingerprint_does_not_know_who_answers() -> None:
    one, two = FakeServer(echo), FakeServer(echo)
    with serving(one), serving(two):
        given = [one.url, (one.url, two.url), [two.url, one.url]]
        assessors = [Assessor(CARD, "server", tasks=["grounding"], url=url) for url in given]
        assert len({assessor.fingerprint for assessor in assessors}) == 1
        served = []
        for assessor in assessors:
            assert assessor.assess(Image.new("RGB", (64, 64))).fingerprint == assessors[0].fingerprint
            served.append(assessor.start().served)
            assessor.close()
        assert len(set(served)) == 1
