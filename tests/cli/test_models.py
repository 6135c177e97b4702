"""`idetex models`."""

import json

from typer.testing import CliRunner

from idetex_plugin.cards.registry import cards
from idetex_plugin.cli.app import app
from idetex_plugin.words.card import Card


def test_lists_every_card() -> None:
    result = CliRunner().invoke(app, ["models"], env={"COLUMNS": "300"})
    assert result.exit_code == 0
    for card in cards():
        assert card.name in result.output


def test_facts_are_markdown() -> None:
    result = CliRunner().invoke(app, ["models", "--facts"])
    assert "| `nano` | embedded | boxes, scores, text |" in result.output and "Not confirmed" in result.output


def test_json_gives_whole_cards() -> None:
    result = CliRunner().invoke(app, ["models", "--json"])
    assert [Card.model_validate(card) for card in json.loads(result.output)] == list(cards())
