"""What a plugin that takes its time, or decides wrongly, can do to the others; and the trace of calls."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from made_up import judged

from idetex_plugin.plugins import hookimpl
from idetex_plugin.plugins.events import Assessed
from idetex_plugin.plugins.manager import Hooks
from idetex_plugin.plugins.problems import PluginError
from idetex_plugin.words.vocabulary import VIDA

PHOTO = judged("a.jpg")


class Judge:
    """Says this of every photo."""

    def __init__(self, verdict: Any) -> None:
        self.verdict = verdict
        self.asked = 0

    @hookimpl
    def idetex_judge(self, policy: str) -> Any:
        self.asked += 1
        return self.verdict(policy) if callable(self.verdict) else self.verdict


def hooks_of(*plugins: Any, **options: Any) -> Hooks:
    hooks = Hooks(**options)
    for number, plugin in enumerate(plugins):
        hooks.register(plugin, f"p{number}")
    return hooks


def judge(hooks: Hooks) -> tuple[str, str] | None:
    return hooks.first("idetex_judge", str, assessment=PHOTO, policy="web", original=None)


def test_the_first_answer_counts_and_the_rest_are_not_asked() -> None:
    last, middle, first = Judge("pass"), Judge(lambda policy: f"no {policy}"), Judge(None)
    assert judge(hooks_of(last, middle, first)) == ("p1", "no web")
    assert (last.asked, middle.asked, first.asked) == (0, 1, 1)


def test_an_answer_of_another_kind_is_an_error_that_names_the_plugin() -> None:
    hooks = hooks_of(Judge("pass"), Judge(7))
    with pytest.raises(PluginError, match="plugin p1: idetex_judge gave int 7, which is no str"):
        judge(hooks)
    with pytest.raises(PluginError):
        judge(hooks)
    assert [(each.plugin, each.times) for each in hooks.problems] == [("p1", 2)]


def test_one_that_is_late_is_an_error_and_is_not_called_again() -> None:
    release = threading.Event()
    slow = Judge(lambda policy: release.wait(30))
    hooks = hooks_of(slow, limit=0.02)
    try:
        with pytest.raises(PluginError, match=r"p0: idetex_judge gave no answer in 0\.02 s"):
            judge(hooks)
        with pytest.raises(PluginError, match="late before"):
            judge(hooks)
        assert slow.asked == 1
    finally:
        release.set()


def test_a_timeout_of_its_own_is_no_lateness() -> None:
    def times_out(policy: str) -> None:
        raise TimeoutError("their server")

    hooks = hooks_of(Judge("pass"), Judge(times_out))
    assert judge(hooks) == ("p0", "pass")


class Fails:
    """Raises in a hook of each kind."""

    @hookimpl
    def idetex_judge(self) -> None:
        raise ZeroDivisionError

    @hookimpl
    def idetex_distortions(self) -> None:
        raise ZeroDivisionError

    @hookimpl
    def idetex_assessed(self) -> None:
        raise ZeroDivisionError


@pytest.mark.parametrize("call", [judge, Hooks.vocabulary, lambda hooks: hooks.tell(Assessed(PHOTO))])
def test_strict_hooks_raise(call: Callable[[Hooks], Any]) -> None:
    with pytest.raises(PluginError, match="ZeroDivisionError") as raised:
        call(hooks_of(Fails(), strict=True))
    assert isinstance(raised.value.__cause__, ZeroDivisionError)


def test_an_adder_that_is_late_is_left_out() -> None:
    release = threading.Event()

    class Slow:
        @hookimpl
        def idetex_distortions(self) -> Any:
            release.wait(30)
            yield

    hooks = hooks_of(Slow(), limit=0.02)
    try:
        assert hooks.vocabulary().names == hooks.vocabulary().names == VIDA.names
        [problem] = hooks.problems
        assert (problem.plugin, problem.times) == ("p0", 1)
    finally:
        release.set()


@pytest.mark.parametrize("setting", ["soon", "0", "-1", "nan"])
def test_a_limit_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    monkeypatch.setenv("IDETEX_PLUGIN_SECONDS", setting)
    with pytest.raises(ValueError, match="IDETEX_PLUGIN_SECONDS"):
        Hooks()


def test_calls_are_traced_on_demand(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    class Listens:
        @hookimpl
        def idetex_assessed(self) -> None: ...

    hooks = hooks_of(Listens(), Judge("pass"))
    judge(hooks)
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("IDETEX_TRACE_PLUGINS", "1")
    judge(hooks)
    hooks.tell(Assessed(PHOTO))
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("idetex: idetex_judge p1 ")
    assert second.startswith("idetex: idetex_assessed p0 ")
