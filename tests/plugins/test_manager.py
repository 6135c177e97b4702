"""Plugins are found, checked, called and kept from harming each other."""

import inspect
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from made_up import judged, unreadable
from said import card

from idetex_plugin import hookimpl
from idetex_plugin.cards.registry import cards
from idetex_plugin.plugins import installed, specs
from idetex_plugin.plugins.events import Assessed, AssessFailed
from idetex_plugin.plugins.manager import LISTENERS, Hooks
from idetex_plugin.plugins.names import ADDED, DECIDED, Hook
from idetex_plugin.tasks.questions import default_questions
from idetex_plugin.words.card import Card
from idetex_plugin.words.question import Question

OK, BAD = Assessed(judged("a.jpg")), AssessFailed(unreadable("b.jpg"))


class Notes:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    @hookimpl
    def idetex_assessed(self, event: Assessed) -> None:
        self.told.append(event)

    @hookimpl
    def idetex_assess_failed(self) -> None:
        self.told.append("failed")


class Raises:
    """Raises in every hook."""

    @hookimpl
    def idetex_assessed(self, event: Assessed) -> None:
        raise RuntimeError("no disk")

    @hookimpl
    def idetex_questions(self) -> None:
        raise RuntimeError("no questions")


class Misspelt:
    """Has a hook that there is not."""

    @hookimpl
    def idetex_asessed(self, event: Assessed) -> None: ...


class Greedy:
    """Wants an argument that its hook does not have."""

    @hookimpl
    def idetex_assessed(self, photo: Any) -> None: ...


def test_every_hook_is_documented_and_every_event_has_one() -> None:
    hooks = {name: spec for name, spec in vars(specs).items() if name.startswith("idetex_")}
    assert all(inspect.getdoc(spec) for spec in hooks.values())
    assert set(hooks) == set(Hook) == {*ADDED, *DECIDED, *LISTENERS.values()}


def test_events_reach_their_hooks() -> None:
    hooks, notes = Hooks(), Notes()
    hooks.register(notes, "notes")
    hooks.notify(OK)
    hooks.notify(BAD)
    assert notes.told == [OK, "failed"]


def test_one_that_raises_loses_nothing_of_the_others(caplog: pytest.LogCaptureFixture) -> None:
    hooks, before, after = Hooks(), Notes(), Notes()
    hooks.register(before, "before")
    hooks.register(Raises(), "raises")
    hooks.register(after, "after")
    hooks.notify(OK)
    assert before.told == after.told == [OK]
    assert hooks.named(Hook.QUESTIONS, Question, types=("Noise",)) == list(default_questions(("Noise",)))
    assert "plugin raises: idetex_assessed raised RuntimeError: no disk" in caplog.text
    assert [(each.plugin, each.hook, each.times) for each in hooks.problems] == [
        ("raises", "idetex_assessed", 1), ("raises", "idetex_questions", 1),
    ]


class Gives:
    """Gives something as its models."""

    def __init__(self, given: Any) -> None:
        self.given = given

    @hookimpl
    def idetex_models(self) -> Any:
        return self.given


def test_what_is_no_list_or_of_another_kind_is_noted_and_left_out() -> None:
    hooks = Hooks()
    first, second = card(name="first"), card(name="second")
    for number, given in enumerate(([first], None, 7, (second, "x"), (each for each in [card(name="first")]))):
        hooks.register(Gives(given), str(number))
    assert hooks.named(Hook.MODELS, Card) == [*cards(), card(name="first"), second]
    assert {(each.plugin, each.message) for each in hooks.problems} == {
        ("2", "raised TypeError: 'int' object is not iterable"),
        ("3", "gave str 'x', which is no Card"),
        ("0", "gave 'first', which plugin 4 gives already"),
    }


class Unmarked:
    """Lacks the mark."""

    def idetex_assessed(self, event: Assessed) -> None: ...


class Waits:
    """Would have to be awaited."""

    @hookimpl
    async def idetex_assessed(self, event: Assessed) -> None: ...


class Wraps:
    """Would wrap the others in pluggy's old style."""

    @hookimpl(hookwrapper=True)
    def idetex_assessed(self, event: Assessed) -> Any:
        yield


FAULTS = [
    (Misspelt(), "idetex_asessed"), (Greedy(), "photo"), (Unmarked(), "not marked"), (Waits(), "async"),
    (Wraps(), "old-style wrapper"), (Notes, "is a class"), (object(), "no hooks"),
]  # fmt: skip


@pytest.mark.parametrize(("plugin", "fault"), FAULTS, ids=[fault for _, fault in FAULTS])
def test_what_cannot_work_is_named_and_leaves_no_trace(plugin: Any, fault: str) -> None:
    hooks, notes = Hooks(), Notes()
    with pytest.raises(ValueError, match=fault):
        hooks.register(plugin, "wrong")
    hooks.register(notes, "notes")
    hooks.notify(OK)
    assert notes.told == [OK]


def test_a_name_is_taken_once() -> None:
    hooks, notes = Hooks(), Notes()
    hooks.register(notes, "notes")
    for again in (notes, Notes()):
        with pytest.raises(ValueError, match="plugin 'notes': the name is taken"):
            hooks.register(again, "notes")
    hooks.notify(OK)
    assert notes.told == [OK]


def install(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    """Make it look as if a package offered these."""
    entries = [EntryPoint(name, value, "idetex") for name, value in values.items()]
    monkeypatch.setattr(installed, "entry_points", lambda group: entries)


def test_a_package_that_cannot_be_loaded_is_noted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "leaves_at_import.py").write_text("raise SystemExit(3)")
    monkeypatch.syspath_prepend(tmp_path)
    install(monkeypatch, broken="no_such_module_anywhere", leaves="leaves_at_import", json="json")
    hooks = Hooks()
    hooks.load()
    own, gate, broken, json, leaves = hooks.plugins
    assert [(each.name, each.error) for each in (own, gate)] == [("built-in", ""), ("built-in gate", "")]
    assert "ModuleNotFoundError" in broken.error
    assert "has no hooks" in json.error
    assert leaves.error == "SystemExit: 3"


@pytest.mark.parametrize(
    ("settings", "loaded"),
    [
        ({}, ["one", "two"]),
        ({"IDETEX_PLUGINS": "two, three"}, ["two"]),
        ({"IDETEX_PLUGINS": ""}, []),
        ({"IDETEX_BLOCK": "two"}, ["one"]),
        ({"IDETEX_PLUGINS": "one,two", "IDETEX_BLOCK": "one"}, ["two"]),
    ],
)
def test_lists_in_the_environment(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], loaded: list[str]
) -> None:
    install(monkeypatch, one="idetex_plugin.plugins.builtin", two="idetex_plugin.plugins.builtin")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    offered = {offer.entry.name: offer.refused for offer in installed.offers()}
    assert [name for name, refused in offered.items() if not refused] == loaded


def test_a_listed_name_that_nothing_has_is_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    install(monkeypatch, night_sky="no_such_module_anywhere")
    assert [offer.refused for offer in installed.offers(allow=["Night-Sky", "nights"])] == [""]
    assert "plugin nights is listed" in caplog.text


def test_a_hook_may_have_been_made_by_another_name() -> None:
    def inner(event: Assessed) -> None: ...

    plugin = SimpleNamespace(idetex_assessed=hookimpl(inner))
    hooks = Hooks()
    hooks.register(plugin, "made")
    assert hooks.plugins[-1].hooks == ("idetex_assessed",)


def test_lists_as_arguments_win(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, one="no_such_module_anywhere", two="no_such_module_either")
    monkeypatch.setenv("IDETEX_BLOCK", "one")
    hooks = Hooks()
    hooks.load(block=["two"])
    assert ["ModuleNotFoundError" in plugin.error for plugin in hooks.plugins] == [False, False, True, False]
    assert hooks.plugins[3].error == "on the block-list"
