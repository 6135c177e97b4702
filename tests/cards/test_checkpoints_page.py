"""The TOML shown in the documentation loads as it stands."""

import re
from pathlib import Path

from idetex_plugin.cards.files import read_card
from idetex_plugin.cards.page import memory
from idetex_plugin.cards.registry import get_card
from idetex_plugin.dialects.registry import make_dialect
from idetex_plugin.tasks.question_files import read_questions

PAGE = (Path(__file__).parents[2] / "docs" / "checkpoints.md").read_text(encoding="utf-8")
CARD, MORE, QUESTION = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


def test_the_card_and_the_question_load(tmp_path):
    (tmp_path / "idetex.toml").write_text(CARD)
    assert make_dialect(read_card(tmp_path)).name == "vida"
    (tmp_path / "q.toml").write_text(QUESTION)
    assert read_questions(tmp_path / "q.toml")[0].name == "fit_for_print"


def test_the_further_keys_load(tmp_path):
    (tmp_path / "idetex.toml").write_text('name = "more"\ntitle = "More"\ndialect = "json"\n' + MORE)
    more = read_card(tmp_path)
    assert more.template_arguments == {"enable_thinking": True} and more.sampling.presence_penalty == 1.5


def test_memory_is_that_of_the_weights():
    assert memory(get_card("qwen3-vl-8b")) == "18 GB" and memory(get_card("qwen3.5-0.8b")) == "1.8 GB"
    assert memory(get_card("nano")) == "under 0.1 GB"
