"""Plugins of strangers, installed as packages: they take part, and those that misbehave harm nobody else."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from idetex_plugin.plugins import specs
from idetex_plugin.plugins.template import write_package

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]

STRICT = '''"""Knows moiré, asks about the horizon, and lets nothing pass that is small."""

from idetex_plugin import DistortionType, Outcome, Question, Verdict, hookimpl

@hookimpl
def idetex_distortions():
    return [DistortionType(name="Moiré", group="Sampling", meaning="false colour waves")]

@hookimpl
def idetex_questions():
    return [Question(name="level", text="Is the horizon level?", options=("Yes", "No"))]

@hookimpl
def idetex_judge(event):
    width = event.assessment.photo.width
    if width is not None and width < 1000:
        reason = f"only {width} pixels wide"
        return Verdict(outcome=Outcome.REJECT, reasons=(reason,), decided_by="plugin strict")
'''
HOOKS = [name for name in vars(specs) if name.startswith("idetex_")]
RAISES = "from idetex_plugin import hookimpl\n" + "".join(
    f"@hookimpl\ndef {hook}():\n    raise RuntimeError('no {hook}')\n" for hook in HOOKS
)
WRONG = """from idetex_plugin import hookimpl
@hookimpl
def idetex_judge():
    return "pass"
"""
SLEEPS = """import time
from idetex_plugin import hookimpl
@hookimpl
def idetex_judge():
    time.sleep(60)
"""
GARBAGE = """from idetex_plugin import Replacement, hookimpl
@hookimpl
def idetex_before_assess():
    return Replacement(b"garbage")
"""
PACKAGES = {
    "strict": STRICT, "raises": RAISES, "unimportable": "import no_such_module_anywhere\n",
    "wrong": WRONG, "sleeps": SLEEPS, "garbage": GARBAGE,
}  # fmt: skip
PROBE = """
import json, sys
from idetex_plugin import Assessor
from idetex_plugin.plugins.manager import Hooks
from idetex_plugin.pipeline.pipeline import Pipeline

engine = Assessor(engine="transformers", hooks=Hooks()).start()
found = {}
for allowed in json.loads(sys.argv[1]):
    hooks = Hooks(limit=2)
    hooks.load(allow=allowed.split())
    assessor = Assessor(engine=engine, tasks=["grounding", "perception"], hooks=hooks)
    verdict = Pipeline("probe", assessor=assessor).after_compression(None, "demo/camera.jpg")
    found[allowed] = {
        "assessment": assessor.assess("demo/camera.jpg").model_dump(mode="json"),
        "types": assessor.vocabulary.names,
        "verdict": verdict.model_dump(mode="json"),
        "problems": sorted({problem.plugin for problem in hooks.problems}),
    }
print(json.dumps(found))
"""
SETS = ["", "strict", "strict raises unimportable", "wrong", "sleeps", "garbage"]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A folder with the packages installed by pip, on the path of new processes."""
    sources, target = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("installed")
    packages = []
    for name, code in PACKAGES.items():
        packages.append(write_package(name, sources))
        (packages[-1] / f"idetex_{name}.py").write_text(code)
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--target", str(target), *map(str, packages)], check=True)
    return {**os.environ, "PYTHONPATH": f"{target}{os.pathsep}{ROOT}"}


def run(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def found(environment: dict[str, str]) -> dict[str, Any]:
    """What the embedded checkpoint and the gate say with each set of plugins."""
    return json.loads(run(environment, "-c", PROBE, json.dumps(SETS)))


def test_twenty_lines_change_verdicts_and_add_a_question_and_a_distortion(found: dict[str, Any]) -> None:
    assert len(STRICT.splitlines()) <= 20
    none, strict = found[""], found["strict"]
    assert strict["types"] == [*none["types"], "Moiré"]
    assert [answer["name"] for answer in none["assessment"]["answers"]] == ["dominant", "severity", "position"]
    assert [answer["name"] for answer in strict["assessment"]["answers"]][-1] == "level"
    assert none["verdict"]["decided_by"] != "plugin strict"
    assert (strict["verdict"]["outcome"], strict["verdict"]["reasons"]) == ("reject", ["only 900 pixels wide"])


def test_one_that_cannot_be_imported_and_one_that_raises_in_every_hook_change_nothing(found: dict[str, Any]) -> None:
    alone, beside = found["strict"], found["strict raises unimportable"]
    assert beside.pop("problems") == ["raises"]
    assert alone.pop("problems") == []
    for each in alone, beside:
        del each["assessment"]["fingerprint"]  # says which plugins may replace photos
    assert beside == alone


@pytest.mark.parametrize(
    ("name", "reason"), [("wrong", "gave str 'pass'"), ("sleeps", "no answer in 2 s"), ("garbage", "cannot be judged")]
)
def test_hostile_ones_make_the_verdict_a_review_that_names_them(found: dict[str, Any], name: str, reason: str) -> None:
    verdict = found[name]["verdict"]
    assert verdict["outcome"] == "review"
    assert name in " ".join(verdict["reasons"])
    assert reason in " ".join(verdict["reasons"])


def test_idetex_plugins_names_them_all(environment: dict[str, str]) -> None:
    output = json.loads(run(environment, "-m", "idetex_plugin", "plugins", "--json"))
    listed = {plugin["name"]: plugin for plugin in output}
    assert set(PACKAGES) <= set(listed)
    assert listed["strict"]["distribution"] == "idetex-strict 0.1.0"
    assert listed["strict"]["hooks"] == ["idetex_distortions", "idetex_judge", "idetex_questions"]
    assert (listed["strict"]["error"], listed["strict"]["problems"]) == ("", [])
    assert "No module named 'no_such_module_anywhere'" in listed["unimportable"]["error"]
    raised = {problem["hook"]: problem["message"] for problem in listed["raises"]["problems"]}
    assert raised["idetex_questions"] == "raised RuntimeError: no idetex_questions"
