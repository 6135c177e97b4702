"""The TOML shown in the documentation loads as it stands."""

import re
from pathlib import Path

from idetex_plugin.cards.files import read_card
from idetex_plugin.cards.registry import cards
from idetex_plugin.dialects.registry import make_dialect
from idetex_plugin.tasks.question_files import read_questions

PAGE = (Path(__file__).parents[2] / "docs" / "checkpoints.md").read_text(encoding="utf-8")
CARD, QUESTION = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


def test_the_card_and_the_question_load(tmp_path):
    (tmp_path / "idetex.toml").write_text(CARD)
    assert make_dialect(read_card(tmp_path)).name == "vida"
    (tmp_path / "q.toml").write_text(QUESTION)
    assert read_questions(tmp_path / "q.toml")[0].name == "fit_for_print"


def test_every_built_in_card_is_in_the_table():
    assert all(f"`{card.name}`" in PAGE for card in cards())
