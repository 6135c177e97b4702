"""What a plugin that takes its time, or decides wrongly, can do to the others; and the trace of calls."""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import suppress
from typing import Any

import pytest
from made_up import judged

from idetex_plugin import hookimpl
from idetex_plugin.gating.policies import policy_named
from idetex_plugin.plugins.events import Assessed, Judging
from idetex_plugin.plugins.manager import Hooks
from idetex_plugin.plugins.names import Hook
from idetex_plugin.plugins.problems import PluginError
from idetex_plugin.words.policy import Policy
from idetex_plugin.words.verdict import Outcome, Verdict
from idetex_plugin.words.vocabulary import VIDA

PHOTO = judged("a.jpg")


class Judge:
    """Says this of every photo."""

    def __init__(self, verdict: Any) -> None:
        self.verdict = verdict
        self.asked = 0

    @hookimpl
    def idetex_judge(self, event: Judging) -> Any:
        self.asked += 1
        return self.verdict(event.policy) if callable(self.verdict) else self.verdict


def hooks_of(*plugins: Any, **options: Any) -> Hooks:
    hooks = Hooks(**options)
    for number, plugin in enumerate(plugins):
        hooks.register(plugin, f"p{number}")
    return hooks


def judge(hooks: Hooks) -> tuple[str, str] | None:
    """The plugin that decides, and its reason."""
    found = hooks.decide(Hook.JUDGE, Judging(PHOTO, policy_named("web")), Verdict)
    return found and (found[0], " ".join(found[1].reasons))


def verdict(reason: str) -> Verdict:
    return Verdict(outcome=Outcome.REVIEW, reasons=(reason,), decided_by="me")


def test_the_first_answer_counts_and_the_rest_are_not_asked() -> None:
    last, middle, first = Judge(verdict("pass")), Judge(lambda policy: verdict(f"no {policy.name}")), Judge(None)
    assert judge(hooks_of(last, middle, first)) == ("p1", "no web")
    assert (last.asked, middle.asked, first.asked) == (0, 1, 1)


def test_an_answer_of_another_kind_is_an_error_that_names_the_plugin() -> None:
    hooks = hooks_of(Judge(verdict("pass")), Judge(7))
    with pytest.raises(PluginError, match="plugin p1: idetex_judge gave int 7, which is no Verdict"):
        judge(hooks)
    with pytest.raises(PluginError):
        judge(hooks)
    assert [(each.plugin, each.times) for each in hooks.problems] == [("p1", 2)]


def test_one_that_is_late_is_an_error_and_recovers_once_it_has_returned() -> None:
    release, returned = threading.Event(), threading.Event()

    def slow(policy: Policy) -> Verdict:
        release.wait(30)
        returned.set()
        return verdict("at last")

    plugin = Judge(slow)
    hooks = hooks_of(plugin, limit=0.05)
    with pytest.raises(PluginError, match=r"p0: idetex_judge gave no answer in 0\.05 s"):
        judge(hooks)
    with pytest.raises(PluginError, match="still busy with a call that was late"):
        judge(hooks)
    assert plugin.asked == 1
    release.set()
    assert returned.wait(30)
    for _ in range(100):
        with suppress(PluginError):
            assert judge(hooks) == ("p0", "at last")
            break
        time.sleep(0.01)
    assert plugin.asked == 2


class Stamps:
    """A wrapper that adds its reason to every verdict."""

    @hookimpl(wrapper=True)
    def idetex_judge(self) -> Generator[None, Verdict, Verdict]:
        found = yield
        return found.model_copy(update={"reasons": (*found.reasons, "stamped")})


def test_a_wrapper_sees_and_changes_the_answer() -> None:
    assert judge(hooks_of(Judge(verdict("no")), Stamps())) == ("p1", "no stamped")


def test_a_wrapper_may_leave_the_answer_as_it_is() -> None:
    class Looks:
        @hookimpl(wrapper=True)
        def idetex_judge(self) -> Generator[None, Verdict, Verdict]:
            return (yield)

    assert judge(hooks_of(Judge(verdict("no")), Looks())) == ("p0", "no")


class Broken:
    """A wrapper that raises before or after, or goes on for too long."""

    def __init__(self, before: bool = False, twice: bool = False) -> None:
        self.before, self.twice = before, twice

    @hookimpl(wrapper=True)
    def idetex_judge(self) -> Generator[None, Verdict, Verdict]:
        if self.before:
            raise ZeroDivisionError
        yield
        if self.twice:
            yield
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("wrapper", "message"),
    [(Broken(before=True), "DivisionError"), (Broken(), "DivisionError"), (Broken(twice=True), "more than once")],
)
def test_a_wrapper_with_a_fault_is_noted_and_changes_nothing(wrapper: Broken, message: str) -> None:
    hooks = hooks_of(Judge(verdict("no")), wrapper)
    assert judge(hooks) == ("p0", "no")
    [problem] = hooks.problems
    assert problem.plugin == "p1"
    assert message in problem.message


def test_a_wrapper_around_an_error_lets_it_through() -> None:
    hooks = hooks_of(Judge(7), Stamps())
    with pytest.raises(PluginError, match="gave int 7"):
        judge(hooks)


def test_a_wrapper_that_answers_with_another_kind_is_an_error_that_names_it() -> None:
    class Spoils:
        @hookimpl(wrapper=True)
        def idetex_judge(self) -> Generator[None, Any, Any]:
            yield
            return "pass"

    with pytest.raises(PluginError, match="plugin p1: idetex_judge gave str 'pass', which is no Verdict"):
        judge(hooks_of(Judge(verdict("no")), Spoils()))


def test_tryfirst_and_trylast_mean_what_they_mean_in_pluggy() -> None:
    class Early:
        @hookimpl(tryfirst=True)
        def idetex_judge(self) -> Verdict:
            return verdict("early")

    class Late:
        @hookimpl(trylast=True)
        def idetex_judge(self) -> Verdict:
            return verdict("late")

    assert judge(hooks_of(Early(), Judge(verdict("plain")))) == ("p0", "early")
    assert judge(hooks_of(Judge(verdict("plain")), Late())) == ("p0", "plain")
    assert judge(hooks_of(Late())) == ("p0", "late")


def test_a_timeout_of_its_own_is_no_lateness() -> None:
    def times_out(policy: Policy) -> None:
        raise TimeoutError("their server")

    hooks = hooks_of(Judge(verdict("pass")), Judge(times_out))
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


@pytest.mark.parametrize("call", [judge, Hooks.vocabulary, lambda hooks: hooks.notify(Assessed(PHOTO))])
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
        assert (problem.plugin, problem.times) == ("p0", 2)
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

    hooks = hooks_of(Listens(), Judge(verdict("pass")))
    judge(hooks)
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("IDETEX_TRACE_PLUGINS", "1")
    judge(hooks)
    hooks.notify(Assessed(PHOTO))
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith("idetex: idetex_judge p1 ")
    assert second.startswith("idetex: idetex_assessed p0 ")
