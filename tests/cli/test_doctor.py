"""`idetex doctor`."""

from typing import Any

import pytest
from typer.testing import CliRunner, Result

from idetex_plugin import doctor
from idetex_plugin.cli.app import app
from idetex_plugin.doctor import Report


def idetex(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["doctor", *arguments])


def test_names_the_engine() -> None:
    report = doctor.examine()
    result = idetex()
    assert result.exit_code == (0 if report.healthy else 3)
    assert report.why in " ".join(result.output.split())


def test_findings_as_json() -> None:
    assert Report.model_validate_json(idetex("--json").stdout) == doctor.examine()


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
