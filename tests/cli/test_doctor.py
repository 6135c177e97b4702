"""`idetex doctor`."""

from typing import Any

import pytest
from typer.testing import CliRunner, Result

from idetex_plugin import doctor
from idetex_plugin.cli.app import app
from idetex_plugin.doctor import Report, machine


def idetex(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["doctor", *arguments])


def test_names_the_engine() -> None:
    report = doctor.examine()
    result = idetex()
    assert result.exit_code == (0 if report.healthy else 3)
    assert report.why in " ".join(result.output.split())


def test_findings_as_json() -> None:
    assert Report.model_validate_json(idetex("--json").stdout) == doctor.examine()


def test_a_model_that_does_not_run_here_is_code_3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "version", {"torch": "2.13.0+cpu"}.get)
    result = idetex("--model", "qwen3-vl-8b")
    assert result.exit_code == 3 and "qwen3-vl-8b on" in result.output
    assert idetex("--model", "nothing").exit_code == 2


def test_fixing_says_which_models_still_need_what_was_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "version", {"torch": "2.13.0+cpu"}.get)
    monkeypatch.setattr(doctor, "fix", lambda report: ("torchvision",))
    result = idetex("--fix")
    assert "removed torchvision" in result.output
    assert "still needed:\n- evoquality, " in result.output and " more on " in result.output
    assert "pip install 'torchvision==0.28.0+cpu'" in result.output


def test_no_engine_is_code_3(monkeypatch: pytest.MonkeyPatch) -> None:
    sick = doctor.examine().model_copy(update={"engine": None, "why": "torch is not installed"})
    monkeypatch.setattr(doctor, "examine", lambda **options: sick)
    result = idetex()
    assert result.exit_code == 3
    assert "torch is not installed" in result.output


def test_fixing_says_what_was_removed_and_looks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []
    report = doctor.examine()

    def examine(**options: Any) -> Report:
        calls.append("examine")
        return report

    def fix(found: Report) -> tuple[str, ...]:
        calls.append("fix")
        return ("torchaudio",)

    monkeypatch.setattr(doctor, "examine", examine)
    monkeypatch.setattr(doctor, "fix", fix)
    result = idetex("--fix")
    assert "removed torchaudio" in result.output
    assert calls == ["examine", "fix", "examine"]
