"""The public face: every name is there, and users need no other."""

import re
from pathlib import Path

import pytest

import idetex_plugin

ROOT = Path(__file__).parents[1]
FOR_USERS = [
    *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.*"), ROOT / "README.md",
    *(ROOT / "idetex_plugin/plugins/template/files").glob("*.in"), *(ROOT / "demo").glob("*.py"),
]  # fmt: skip
DEEP = re.compile(r"^\s*(?:from|import) idetex_plugin\.(\w+)", re.MULTILINE)
FOR_RESEARCH = {"lab"}
FOR_TESTS = {"testing"}


@pytest.mark.parametrize("name", idetex_plugin.__all__)
def test_every_public_name_is_there_and_documented(name: str) -> None:
    thing = getattr(idetex_plugin, name)
    assert thing.__doc__


def test_there_is_no_other_name() -> None:
    with pytest.raises(AttributeError, match="Asessor"):
        idetex_plugin.Asessor  # noqa: B018


@pytest.mark.parametrize("page", FOR_USERS, ids=lambda page: str(page.relative_to(ROOT)))
def test_users_need_the_public_face_only(page: Path) -> None:
    deep = set(DEEP.findall(page.read_text("utf-8"))) - FOR_RESEARCH - FOR_TESTS
    assert not deep, f"imports from rooms {sorted(deep)}"
