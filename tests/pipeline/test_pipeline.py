"""A pipeline asks about what it has made, and plugins may decide."""

from typing import Any

import pytest
from hostile import encoded
from PIL import Image
from standins import WindowEngine, nano_says

from idetex_plugin import Assessor, hookimpl
from idetex_plugin.gating.pairs import Pair
from idetex_plugin.pipeline.pipeline import Pipeline
from idetex_plugin.plugins.events import AfterCompression, Judging, Replacement, Veto
from idetex_plugin.plugins.manager import Hooks
from idetex_plugin.words.verdict import Outcome, Verdict

PHOTO = Image.new("RGB", (64, 48), (90, 120, 150))


def pipeline(*plugins: Any, limit: float | None = None) -> Pipeline:
    """A pipeline whose checkpoint sees severe noise everywhere."""
    hooks = Hooks(limit=limit)
    for number, plugin in enumerate(plugins):
        hooks.register(plugin, f"p{number}")
    return Pipeline("shop", assessor=Assessor(engine=WindowEngine(answer=nano_says), hooks=hooks), about={"page": 3})


class Decides:
    """Answers each hook with this, and keeps the arguments."""

    def __init__(self, after: Any = None, judge: Any = None, before: Any = None) -> None:
        self.after, self.judge, self.before = after, judge, before
        self.told: dict[str, Any] = {}

    @hookimpl
    def idetex_after_compression(self, event: AfterCompression) -> Any:
        self.told["after"] = event
        return self.after(event) if callable(self.after) else self.after

    @hookimpl
    def idetex_judge(self, event: Judging) -> Any:
        self.told["judge"] = event
        return self.judge

    @hookimpl
    def idetex_before_assess(self) -> Any:
        return self.before


def test_plugins_are_asked_about_what_the_metric_settles_and_may_object() -> None:
    black = Image.new("RGB", PHOTO.size)
    no = Verdict(outcome=Outcome.REVIEW, reasons=("mine",), decided_by="me")
    cases = {
        "diagnosis": Decides(), "plugin p0": Decides(judge=no), "unreadable": Decides(before=Veto("dull")),
        "model": Decides(before=Replacement(PHOTO, "repaired")),
    }  # fmt: skip
    for decided_by, plugin in cases.items():
        assert pipeline(plugin).after_compression(PHOTO, black).decided_by == decided_by
        assert pipeline(plugin).after_compression(PHOTO, PHOTO).decided_by == decided_by


def test_the_gate_decides_where_no_plugin_does() -> None:
    plugin = Decides()
    verdict = pipeline(plugin).after_compression(None, encoded("JPEG", PHOTO), "jpeg", {"quality": 3})
    assert verdict.outcome is Outcome.REJECT
    assert [region.distortion for region in verdict.regions] == ["Noise"]
    event = plugin.told["after"]
    assert (event.codec, event.settings, event.original) == ("jpeg", {"quality": 3}, None)
    assert (event.pipeline, event.about, event.policy) == ("shop", {"page": 3}, plugin.told["judge"].policy)


def test_a_plugin_may_ask_the_gate_and_go_by_it() -> None:
    plugin = Decides(after=lambda event: event.check())
    verdict = pipeline(plugin).after_compression(PHOTO, PHOTO)
    assert (verdict.outcome, verdict.decided_by) == (Outcome.PASS, "diagnosis")


def test_settings_are_the_callers_own() -> None:
    def changes(event: AfterCompression) -> None:
        event.settings["quality"] = 1

    settings = {"quality": 70}
    judged = pipeline(Decides(after=changes))
    judged.after_compression(None, PHOTO, "jpeg", settings)
    assert settings == {"quality": 70}
    assert "TypeError" in judged.assessor.hooks.problems[0].message


def test_a_plugin_cannot_pass_for_the_model() -> None:
    claims = Verdict(outcome=Outcome.PASS, decided_by="model")
    assert pipeline(Decides(after=claims)).after_compression(None, PHOTO).decided_by == "plugin p0"


def test_many_pairs_go_through_one_stream_and_every_hook() -> None:
    plugin = Decides()
    judged = pipeline(plugin)
    engine = judged.assessor.start()
    photos = [Image.new("RGB", (64, 48), (number * 20, 90, 60)) for number in range(12)]
    verdicts = dict(judged.stream(enumerate(Pair(None, None, photo) for photo in photos)))
    assert sorted(verdicts) == list(range(12))
    assert engine.starts == 1
    assert engine.most_in_flight == engine.slots
    assert plugin.told["after"].compressed in photos


def test_a_veto_counts_although_a_metric_would_decide() -> None:
    verdict = pipeline(Decides(before=Veto("no permission"))).after_compression(PHOTO, PHOTO)
    assert verdict.outcome is Outcome.REVIEW
    assert "plugin p0: no permission" in verdict.reasons[0]


@pytest.mark.parametrize("hook", ["after", "judge"])
def test_a_plugin_decides_in_its_place(hook: str) -> None:
    passes = Verdict(outcome=Outcome.PASS, reasons=("it is art",), decided_by="plugin p0")
    verdict = pipeline(Decides(**{hook: passes})).after_compression(PHOTO, PHOTO)
    assert verdict.model_copy(update={"differences": ()}) == passes


@pytest.mark.parametrize(
    ("plugin", "reason"),
    [
        (Decides(after="pass"), "plugin p0: idetex_after_compression gave str 'pass', which is no Verdict"),
        (Decides(judge=True), "plugin p0: idetex_judge gave bool True, which is no Verdict"),
        (Decides(before=Replacement(b"garbage")), "plugin p0 replaced the photo with what cannot be judged"),
        (Decides(before=7), "gave int 7, which is no Veto or Replacement"),
    ],
)
def test_what_a_plugin_spoils_is_for_review(plugin: Decides, reason: str) -> None:
    verdict = pipeline(plugin).after_compression(None, PHOTO)
    assert verdict.outcome is Outcome.REVIEW
    assert reason in " ".join(verdict.reasons)
