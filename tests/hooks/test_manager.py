"""Plugins are found, checked, called and kept from harming each other."""

import inspect
from importlib.metadata import EntryPoint
from typing import Any

import pytest
from made_up import judged, unreadable

from idetex_plugin.hooks import hookimpl, manager, specs
from idetex_plugin.hooks.events import Assessed, AssessFailed
from idetex_plugin.hooks.manager import NAMES, Hooks

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
    assert set(NAMES.values()) <= set(hooks)


def test_events_reach_their_hooks() -> None:
    hooks, notes = Hooks(), Notes()
    hooks.register(notes, "notes")
    hooks.tell(OK)
    hooks.tell(BAD)
    assert notes.told == [OK, "failed"]


def test_one_that_raises_loses_nothing_of_the_others(caplog: pytest.LogCaptureFixture) -> None:
    hooks, before, after = Hooks(), Notes(), Notes()
    hooks.register(before, "before")
    hooks.register(Raises(), "raises")
    hooks.register(after, "after")
    hooks.tell(OK)
    assert before.told == after.told == [OK]
    assert hooks.gather("idetex_questions") == []
    assert "plugin raises raised in idetex_assessed" in caplog.text


def test_gathers_lists_and_refuses_what_is_none(caplog: pytest.LogCaptureFixture) -> None:
    class Adder:
        def __init__(self, given: Any) -> None:
            self.given = given

        @hookimpl
        def idetex_models(self) -> Any:
            return self.given

    hooks = Hooks()
    for number, given in enumerate((["a"], None, 7, ("b", "c"))):
        hooks.register(Adder(given), str(number))
    assert sorted(hooks.gather("idetex_models")) == ["a", "b", "c"]
    assert "gave 7, which is no list" in caplog.text


@pytest.mark.parametrize(("plugin", "fault"), [(Misspelt(), "idetex_asessed"), (Greedy(), "photo")])
def test_misspelt_hooks_and_arguments_are_named_and_leave_no_trace(plugin: Any, fault: str) -> None:
    hooks, notes = Hooks(), Notes()
    with pytest.raises(ValueError, match=fault):
        hooks.register(plugin, "wrong")
    hooks.register(notes, "notes")
    hooks.tell(OK)
    assert notes.told == [OK]


def test_a_package_that_cannot_be_loaded_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [
        EntryPoint("broken", "no_such_module_anywhere", "idetex"),
        EntryPoint("json", "json", "idetex"),
    ]
    monkeypatch.setattr(manager, "entry_points", lambda group: entries)
    hooks = Hooks()
    hooks.load()
    broken, fine = hooks.plugins
    assert "ModuleNotFoundError" in broken.error
    assert (fine.name, fine.error) == ("json", "")
