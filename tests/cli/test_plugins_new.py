"""`idetex plugins new`, and the tests of what it writes."""

from pathlib import Path

import pytest
from standins import with_fixtures
from typer.testing import CliRunner

from idetex_plugin.cli.app import app

pytest_plugins = ["pytester"]


def test_the_package_passes_its_own_tests(pytester: pytest.Pytester) -> None:
    result = CliRunner().invoke(app, ["plugins", "new", "night-sky", "--out", str(pytester.path)])
    assert result.exit_code == 0, result.output
    package = pytester.path / "idetex-night-sky"
    assert sorted(path.name for path in package.rglob("*.*")) == [
        "README.md", "idetex_night_sky.py", "pyproject.toml", "test_idetex_night_sky.py",
    ]  # fmt: skip
    assert 'night-sky = "idetex_night_sky"' in (package / "pyproject.toml").read_text()
    pytester.syspathinsert(package)
    pytester.runpytest(*with_fixtures(), package / "tests").assert_outcomes(passed=2)


def test_nothing_is_overwritten_and_names_are_checked(tmp_path: Path) -> None:
    def new(name: str) -> str:
        result = CliRunner().invoke(app, ["plugins", "new", name, "--out", str(tmp_path)])
        assert result.exit_code == 2
        return result.output

    assert "no name for a plugin" in new("../Evil")
    assert "no name for a plugin" in new("")
    (tmp_path / "idetex-there").mkdir()
    assert "File exists" in new("there")


def test_what_comes_next_can_be_typed_whatever_the_folder_is_called(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["plugins", "new", "there", "--out", str(tmp_path / "my \x1b[31mplugins")])
    assert f"cd '{tmp_path}/my \\x1b[31mplugins/idetex-there' &&" in result.output
    assert "\x1b" not in result.output
