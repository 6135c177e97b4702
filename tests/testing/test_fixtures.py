"""The pytest plugin, run as its users run it."""

import subprocess
import sys

import pytest
from standins import with_fixtures

pytest_plugins = ["pytester"]

PLUGIN = """
from idetex_plugin.words.assessment import Region
from idetex_plugin.words.box import WHOLE
from idetex_plugin import hookimpl
from idetex_plugin.dialects.base import Question
from idetex_plugin.words.vocabulary import DistortionType

class Mine:
    @hookimpl
    def idetex_questions(self):
        return [Question(name="level", text="Is it level?", options=("Yes", "No"))]

    @hookimpl
    def idetex_distortions(self):
        return [DistortionType(name="Moiré", group="Own")]

class Wrong:
    @hookimpl
    def idetex_questions(self):
        return [7]
"""
TESTS = """
import pytest

SEEN = Region(distortion="Moiré", severity="Minor", box=WHOLE)

def test_asks_and_sees(idetex_assessor, idetex_photos):
    assessor = idetex_assessor(Mine(), sees=[SEEN], level="fair", answers={"Is it level?": "No"})
    assessment = assessor.assess(idetex_photos["clean"])
    assert assessment.state == "ok", assessment
    assert [region.distortion for region in assessment.regions] == ["Moiré"]
    assert (assessment.answers[-1].choice, assessment.quality.level) == ("No", "fair")
    assert assessor.locate(idetex_photos["clean"], "Moiré on the left") == (WHOLE,)

def test_faults_are_raised(idetex_assessor):
    with pytest.raises(RuntimeError, match="gave int 7"):
        idetex_assessor(Wrong())

def test_photos(idetex_assessor, idetex_photos):
    assessor = idetex_assessor()
    states = {name: assessor.assess(path).state for name, path in idetex_photos.items()}
    assert set(states) == {"clean", "noisy", "blurred", "dark", "compressed", "truncated"}
    assert {name for name, state in states.items() if state == "failed"} == {"truncated"}
"""


def test_fixtures_serve_the_tests_of_a_plugin(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(PLUGIN + TESTS)
    pytester.runpytest(*with_fixtures()).assert_outcomes(passed=3)


def test_loading_it_imports_nothing_heavy() -> None:
    code = """
import sys, pytest
before = set(sys.modules)
import idetex_plugin.testing.fixtures
print({"numpy", "PIL", "torch", "pydantic"} & (set(sys.modules) - before))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
