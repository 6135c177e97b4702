from idetex_plugin.engines.scripted import ScriptedEngine
from idetex_plugin.words.failure import Reason
from idetex_plugin.words.request import Reply, Request


def test_a_table_and_its_gaps() -> None:
    engine = ScriptedEngine({"a": "1", "b": {"yes": 0.3, "no": 0.7}, "c": Reply("cut", "length")})
    [(key, replies)] = engine.stream([("photo", [Request(prompt, ()) for prompt in "abcd"])])
    first, second, third, fourth = replies
    assert key == "photo" and first.text == "1"
    assert second.text == "no" and second.choice_probabilities == {"yes": 0.3, "no": 0.7}
    assert third.finish_reason == "length"
    assert fourth.failure is not None and fourth.failure.reason is Reason.ENGINE_ERROR


def test_a_function_that_raises_touches_only_its_request() -> None:
    def script(request: Request) -> str:
        return str(1 // int(request.prompt))

    [(_, (good, bad))] = ScriptedEngine(script).stream([(0, [Request("1", ()), Request("0", ())])])
    assert good.text == "1" and bad.failure is not None and "ZeroDivisionError" in bad.failure.message


def test_items_are_pulled_one_at_a_time() -> None:
    pulled = []

    def items():
        for number in range(3):
            pulled.append(number)
            yield number, [Request("", ())]

    stream = ScriptedEngine(lambda request: "x").stream(items())
    next(stream)
    assert pulled == [0]
