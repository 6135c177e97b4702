"""What plugins add is used: distortions in prompts, schemas, replies and questions; engines; dialects."""

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from said import card

from idetex_plugin import Assessor, hookimpl
from idetex_plugin.cli.report import write_run_report
from idetex_plugin.dialects.base import DialectMaker
from idetex_plugin.dialects.json import JsonDialect
from idetex_plugin.engines.choose import EngineMaker, EngineOptions
from idetex_plugin.engines.scripted import ScriptedEngine
from idetex_plugin.plugins.manager import Hooks
from idetex_plugin.runs.store import Run
from idetex_plugin.words.card import Card
from idetex_plugin.words.failure import State
from idetex_plugin.words.request import Request
from idetex_plugin.words.vocabulary import VIDA, DistortionType

PHOTO = Image.new("RGB", (640, 480))
MOIRE = DistortionType(name="Moiré", group="Sampling", aliases=("Moire pattern",), meaning="false colour waves")
REGION = '[{"bbox_2d":[0,0,500,500],"label":"Moiré","severity":"Severe"}]'
DESCRIPTION = (
    '{"content":"A shirt.","distortions":[{"bbox_2d":[0,0,500,500],"label":"moire pattern","severity":"Severe",'
    '"effect":"waves"}],"key_distortions":["Moiré"],"reasoning":"","quality":"poor"}'
)


def zero_shot(request: Request) -> str:
    """A checkpoint that sees the added distortion."""
    if request.choices:
        return request.choices[-1]
    return DESCRIPTION if "content:" in request.prompt else REGION


class Adds:
    """Adds these distortions."""

    def __init__(self, *kinds: Any) -> None:
        self.kinds = kinds

    @hookimpl
    def idetex_distortions(self) -> Any:
        return self.kinds


def hooks_of(*plugins: Any) -> Hooks:
    hooks = Hooks()
    for number, plugin in enumerate(plugins):
        hooks.register(plugin, f"p{number}")
    return hooks


def test_a_zero_shot_checkpoint_is_told_and_may_say_it() -> None:
    asked: list[Request] = []
    engine = ScriptedEngine(lambda request: asked.append(request) or zero_shot(request))
    assessment = Assessor(card(dialect="json"), engine, hooks=hooks_of(Adds(MOIRE))).assess(PHOTO)
    assert assessment.state is State.OK, assessment.tasks
    assert [region.distortion for region in assessment.regions] == ["Moiré"]
    assert assessment.description.findings[0].distortion == "Moiré"
    assert "- Moiré: false colour waves" in asked[0].prompt
    assert "Moiré" in str(asked[0].schema)
    dominant = next(answer for answer in assessment.answers if answer.name == "dominant")
    assert dominant.options == (*VIDA.names, "Moiré", "None")


def test_the_embedded_checkpoint_is_asked_what_it_has_learned() -> None:
    plain, extended = Assessor("nano"), Assessor("nano", hooks=hooks_of(Adds(MOIRE)))
    assert extended.vocabulary.find("moire pattern") == MOIRE
    assert extended.fingerprint == plain.fingerprint


def test_spellings_that_are_taken_and_too_many_kinds_are_left_out() -> None:
    many = [DistortionType(name=f"Kind {number}", group="Own") for number in range(20)]
    hooks = hooks_of(Adds(*many), Adds(DistortionType(name="noise", group="Own")))
    assert hooks.vocabulary().names == (*VIDA.names, *(kind.name for kind in many[:15]))
    assert {(each.plugin, each.times) for each in hooks.problems} == {("p0", 5), ("p1", 1)}
    assert "'noise' already means 'Noise'" in next(each.message for each in hooks.problems if each.plugin == "p1")


class Brings:
    """Brings an engine, a dialect and a card for both."""

    def __init__(self) -> None:
        self.made: list[EngineOptions] = []

    @hookimpl
    def idetex_engines(self) -> list[EngineMaker]:
        return [EngineMaker("theirs", self.make)]

    @hookimpl
    def idetex_dialects(self) -> list[DialectMaker]:
        return [DialectMaker("dialect", JsonDialect)]

    @hookimpl
    def idetex_models(self) -> list[Card]:
        return [card(name="checkpoint", dialect="dialect")]

    def make(self, card: Card, options: EngineOptions) -> ScriptedEngine:
        self.made.append(options)
        return ScriptedEngine(zero_shot)


def test_engines_and_dialects_are_chosen_by_name() -> None:
    brings = Brings()
    assessor = Assessor("checkpoint", "theirs", hooks=hooks_of(brings, Adds(MOIRE)), slots=3)
    assert assessor.assess(PHOTO).regions[0].distortion == "Moiré"
    assert assessor.engine_choice == ("scripted", "asked for by name")
    assert brings.made == [EngineOptions(slots=3)]
    with pytest.raises(ValueError, match="choose from auto, vllm, server, transformers, theirs"):
        Assessor("checkpoint", "their", hooks=hooks_of(brings))


def test_the_report_draws_them_in_their_colour(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hooks = hooks_of(Adds(MOIRE.model_copy(update={"colour": "#123456"})))
    monkeypatch.setattr("idetex_plugin.plugins.manager.get_manager", lambda: hooks)
    with Run.writer(tmp_path / "run", card(), "0" * 16, {}) as run:
        assert "#123456" in write_run_report(run).read_text("utf-8")
