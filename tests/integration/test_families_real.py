"""Every family of the built-in cards, as a tiny random checkpoint, under real vLLM in process and served.

One family by default; `IDETEX_FAMILIES=all python -m pytest tests/integration/test_families_real.py` tries all of them.
"""

import os

import pytest
from families import borrowed
from families.kinds import FAMILIES
from families.proof import RANDOM, YES, fine
from families.table import proof

from idetex_plugin.cards.registry import get_card

pytestmark = pytest.mark.integration
pytest.importorskip("vllm")

NAMES = list(FAMILIES) if os.environ.get("IDETEX_FAMILIES") == "all" else ["qwen3-vl"]


@pytest.mark.parametrize("name", NAMES)
def test_a_family_end_to_end(name, tmp_path) -> None:
    family = FAMILIES[name]
    try:
        rows = proof(name, tmp_path)
    except borrowed.MissingError as error:
        pytest.skip(str(error))
    assert set(rows) == {"in process", "transformers", "served"}
    under_a_schema = get_card(family.card).dialect == "json"
    for engine, row in rows.items():
        for cell, said in row.items():
            assert fine(said) and not (under_a_schema and said.startswith(RANDOM)), (engine, cell, said)
        assert {row[cell] for cell in ("ask", "cut-off", "same prompts", "other template")} == {YES}
        assert not family.thinks or row["thinking off"] == row["thinking on"] == YES
