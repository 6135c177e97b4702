from PIL import Image
from standins import WindowEngine

from idetex_plugin.engines.joint import JointEngine, MemberRequest
from idetex_plugin.words.request import Reply, Request

PHOTO = (Image.new("RGB", (4, 4)),)


def asked(prompt: str, member: int) -> MemberRequest:
    return MemberRequest.of(Request(prompt, PHOTO, max_tokens=7), member)


def test_each_member_answers_its_own_in_the_order_of_the_requests() -> None:
    wide = WindowEngine(slots=8, answer=lambda request: Reply(f"wide {request.prompt}"))
    narrow = WindowEngine(slots=2, answer=lambda request: Reply(f"narrow {request.prompt}"))
    items = [(f"photo {n}", [asked(f"a{n}", 0), asked(f"b{n}", 1), asked(f"c{n}", 0)]) for n in range(20)]
    found = dict(JointEngine([wide, narrow]).stream(items))
    assert {key: [reply.text for reply in replies] for key, replies in found.items()} == {
        f"photo {n}": [f"wide a{n}", f"narrow b{n}", f"wide c{n}"] for n in range(20)
    }
    assert all(each == (f"b{n}",) for n, each in enumerate(narrow.asked))
    assert asked("x", 1).max_tokens == 7 and asked("x", 1).images[0] is PHOTO[0]


def test_items_are_pulled_as_members_become_free() -> None:
    pulled = finished = 0
    engines = [WindowEngine(slots=4), WindowEngine(slots=3)]

    def items():
        nonlocal pulled
        for number in range(40):
            pulled += 1
            assert pulled - finished <= 4 + 3 + 1
            yield number, [asked("a", 0), asked("b", 1)]

    for _ in JointEngine(engines).stream(items()):
        finished += 1
    assert finished == 40


def test_an_item_for_one_member_an_empty_one_and_an_empty_stream() -> None:
    joint = JointEngine([WindowEngine(), WindowEngine()])
    found = dict(joint.stream([("one", [asked("a", 1)]), ("none", [])]))
    assert found == {"one": (Reply("Noise"),), "none": ()}
    assert list(joint.stream([])) == []
    joint.close()
    assert [engine.closed for engine in joint.members] == [1, 1]
