"""The documented way from a folder to a clean dataset, all of it, and what another process finds afterwards."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import fiftyone as fo
import pytest
from markdown_it import MarkdownIt
from standins import WindowEngine, nano_says

from idetex_plugin.cards.registry import get_card
from idetex_plugin.dialects.nano import DETECT
from idetex_plugin.words.request import Reply, Request, Token

ROOT = Path(__file__).parents[2]
AFTERWARDS = """
import json, os, fiftyone as fo
names = "my-photos", "my-good-photos"
datasets = {name: fo.load_dataset(name) for name in names}
print(json.dumps({name: sorted(map(os.path.basename, each.values("filepath"))) for name, each in datasets.items()}))
"""


def surely(request: Request) -> Reply:
    """The embedded checkpoint, with probabilities of what it finds."""
    reply = nano_says(request)
    if request.prompt != DETECT:
        return reply
    return Reply(reply.text, tokens=tuple(Token(sign, -0.001) for sign in reply.text))


def test_a_folder_becomes_a_clean_dataset_that_is_there_after_a_restart(
    tmp_path: Path, engine: WindowEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.answer = surely
    shutil.copytree(ROOT / "demo", tmp_path / "demo")
    monkeypatch.chdir(tmp_path)
    page = MarkdownIt().parse((ROOT / "docs" / "fiftyone.md").read_text("utf-8"))
    for name in ("my-photos", "my-good-photos"):
        if fo.dataset_exists(name):
            fo.delete_dataset(name)
    scope: dict[str, Any] = {"__name__": "__main__"}
    for token in page:
        if token.type == "fence" and token.info.strip() in ("python", "py"):
            exec(compile(token.content, "fiftyone.md", "exec"), scope)
    paths = os.pathsep.join(map(str, (ROOT, ROOT / "integrations")))
    done = subprocess.run(
        [sys.executable, "-c", AFTERWARDS], env=os.environ | {"PYTHONPATH": paths}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["my-good-photos"] == ["bedside.jpg", "camera.jpg"]
    assert len(found["my-photos"]) == 6
    assert sorted(path.name for path in Path("good").iterdir()) == ["bedside.jpg", "camera.jpg"]
    assert len(json.loads(Path("truth/labels.json").read_text())["annotations"]) == 4
    assert get_card("mine.toml").doubt == scope["mine"].doubt
    assert len(json.loads(Path("reviewed.json").read_text())) == 6
    for name in found:
        fo.delete_dataset(name)
