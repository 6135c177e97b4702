from __future__ import annotations

import json
from pathlib import Path

import pytest

from idetex_plugin.lab.data.vida import Conversation, read_conversations, write_conversations


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    made = [Conversation.about("1", "a.png", "Judge.", "Where?", "(1,2),(3,4)."),
            Conversation.about("2", "é.png", "", "Quoi ?", "Rien.")]  # fmt: skip
    write_conversations(tmp_path / "all.jsonl", made)
    assert list(read_conversations(tmp_path / "all.jsonl")) == made
    assert [each.system for each in made] == ["Judge.", ""]


def test_other_names_of_the_roles_are_known(tmp_path: Path) -> None:
    said = [{"from": "user", "value": "<image>Where?"}, {"from": "assistant", "value": "There."}]
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": 1, "image": "a.png", "conversations": said}) + "\n\n")
    (read,) = read_conversations(tmp_path / "a.jsonl")
    assert [turn.role for turn in read.said] == ["human", "gpt"]


def test_a_system_message_may_be_the_first_in_the_list(tmp_path: Path) -> None:
    spoken = {"system": "Judge.", "human": "<image>", "gpt": "b"}
    said = [{"from": role, "value": value} for role, value in spoken.items()]
    (tmp_path / "a.jsonl").write_text(json.dumps({"id": 1, "image": "a.png", "conversations": said}))
    (read,) = read_conversations(tmp_path / "a.jsonl")
    assert (read.system, len(read.said)) == ("Judge.", 2)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ([("human", "<image>a")], "in turn"),
        ([("gpt", "<image>a"), ("human", "b")], "in turn"),
        ([("human", "a"), ("gpt", "b")], "exactly one <image>"),
        ([("human", "<image><image>a"), ("gpt", "b")], "exactly one <image>"),
        ([("robot", "<image>a"), ("gpt", "b")], "conversations"),
    ],
)
def test_faults_name_file_and_line(tmp_path: Path, said: list[tuple[str, str]], fault: str) -> None:
    good = [{"from": "human", "value": "<image>"}, {"from": "gpt", "value": "x"}]
    bad = [{"from": role, "value": value} for role, value in said]
    lines = [json.dumps({"id": "1", "image": "a", "conversations": each}) for each in (good, bad)]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    with pytest.raises(ValueError, match=rf"a\.jsonl: line 2: .*{fault}"):
        list(read_conversations(tmp_path / "a.jsonl"))
