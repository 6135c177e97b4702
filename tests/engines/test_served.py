from pathlib import Path

import pytest
from engines.tiny import tiny_card

from idetex_plugin.engines.served import Served, choose, is_of, models
from idetex_plugin.words.card import EMBEDDED_FOLDER, Card


def card(checkpoint: str) -> Card:
    return tiny_card(checkpoint)


def test_models_are_read_as_vllm_gives_them() -> None:
    entry = {"id": "mine", "object": "model", "root": "org/model", "max_model_len": 4096, "parent": None}
    assert models({"data": [entry, {"object": "x"}, 3]}, "0.32.0") == (Served("mine", "org/model", 4096, "0.32.0"),)
    assert models({}) == () == models({"data": "no"})


@pytest.mark.parametrize(
    ("checkpoint", "name", "root", "same"),
    [
        ("org/model", "org/model", None, True),
        ("org/model", "alias", "org/model", True),
        ("org/model", "alias", "/models/model", True),
        ("org/model", "alias", "/models/model-2", False),
        ("org/model", "alias", None, False),
        ("embedded", "nano", str(EMBEDDED_FOLDER), True),
        ("embedded", "nano", "/elsewhere/cards/nano/checkpoint", True),
        ("embedded", "nano", "/elsewhere/checkpoint", False),
        ("embedded", "checkpoint", "org/checkpoint", False),
    ],
)
def test_what_evidently_is_the_cards_checkpoint(checkpoint: str, name: str, root: str | None, same: bool) -> None:
    assert is_of(Served(name, root), card(checkpoint)) is same


def test_a_folder_is_only_itself(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name / "final").mkdir(parents=True)
    mine = card(str(tmp_path / "a" / "final"))
    assert is_of(Served("x", str(tmp_path / "b" / ".." / "a" / "final")), mine)
    assert not is_of(Served("x", str(tmp_path / "b" / "final")), mine)


def test_the_right_one_of_several_is_chosen_and_another_has_to_be_vouched_for() -> None:
    served = (Served("other", "org/other"), Served("alias", "org/model"))
    assert choose(served, card("org/model"), None, "here") == served[1]
    assert choose(served, card("org/model"), "other", "here") == Served("other", "org/other", vouched=True)
    assert not choose(served, card("org/model"), "alias", "here").vouched
    with pytest.raises(ValueError, match=r"here serves other \(from org/other\), alias .* --served-model NAME"):
        choose(served, card("org/third"), None, "here")
    with pytest.raises(ValueError, match="not 'absent'"):
        choose(served, card("org/model"), "absent", "here")
    with pytest.raises(ValueError, match="serves nothing"):
        choose((), card("org/model"), None, "here")
