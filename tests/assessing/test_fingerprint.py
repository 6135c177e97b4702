"""What changes a fingerprint, and what does not."""

from pathlib import Path

import pytest
from standins import WordTask

from idetex_plugin.assessing import fingerprint
from idetex_plugin.cards.registry import get_card
from idetex_plugin.words.card import Card, Sampling
from idetex_plugin.words.request import Request, Views


class Worded(WordTask):
    """A task with other words."""

    def ask(self, look: Views) -> tuple[Request, ...]:
        """One request."""
        return (Request(prompt="other words", images=look.images),)


@pytest.fixture
def card(tmp_path: Path) -> Card:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    (tmp_path / "config.json").write_text("{}")
    return Card(name="own", title="Own", checkpoint=str(tmp_path), dialect="json")


def of(card: Card, *tasks: WordTask) -> str:
    return fingerprint.combine(fingerprint.parts(card, tasks or (WordTask("grounding"),)))


def test_is_stable_and_short(card: Card) -> None:
    assert of(card) == of(card)
    assert len(of(card)) == 16


def test_what_a_card_does_not_set_leaves_its_fingerprint_as_it_is(card: Card) -> None:
    """Both as they came out when cards had none of the keys that are left out where they are not set."""
    assert of(card) == "80e679d67c45daad"
    published = fingerprint.parts(get_card("qwen2-vl-vida"), (WordTask("grounding"),))
    assert published["card"] == "2001709be097db56"


@pytest.mark.parametrize(
    "set_here",
    [
        {"template_arguments": {"enable_thinking": False}}, {"thinking": ("<a>", "</a>")}, {"thinking_tokens": 100},
        {"sampling": Sampling()}, {"corners": "yxyx"},
    ],
    ids=lambda values: next(iter(values)),
)
def test_what_a_card_sets_counts(card: Card, set_here: dict[str, object]) -> None:
    assert of(card.model_copy(update=set_here)) != of(card)


def test_every_key_of_a_card_counts_or_is_about_it() -> None:
    """A key that is neither would be one that is forgotten: it counts where it is set, which the test above shows."""
    keys = set(Card.model_fields)
    assert keys >= fingerprint.ALWAYS | fingerprint.ABOUT and not fingerprint.ALWAYS & fingerprint.ABOUT


def test_weights_prompts_tasks_and_card_change_it(card: Card) -> None:
    base = of(card)
    assert of(card, Worded("grounding")) != base
    assert of(card, WordTask("grounding"), WordTask("perception")) != base
    assert of(card.model_copy(update={"max_pixels": 12345})) != base
    Path(card.checkpoint, "model.safetensors").write_bytes(b"other weights")
    assert of(card) != base


def test_the_place_and_the_words_about_a_checkpoint_do_not(card: Card, tmp_path: Path) -> None:
    base = of(card)
    about = {"notes": "trained longer", "title": "Mine", "needs": ("x",), "confirmed": ("y",), "unconfirmed": ("z",)}
    assert of(card.model_copy(update=about)) == base
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in ("model.safetensors", "config.json"):
        Path(card.checkpoint, name).rename(moved / name)
    (moved / "README.md").write_text("read me")
    assert of(card.model_copy(update={"checkpoint": str(moved)})) == base


def test_a_large_file_is_read_once(card: Card, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(fingerprint, "WORTH_REMEMBERING", 1)
    first = fingerprint.checkpoint_hash(card)
    notes = list((tmp_path / "cache").rglob("*"))
    assert len([note for note in notes if note.is_file()]) == 2
    monkeypatch.setattr(fingerprint.hashlib, "file_digest", None)
    assert fingerprint.checkpoint_hash(card) == first


def test_a_hub_name_counts_with_its_cached_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    card = Card(name="hub", title="Hub", checkpoint="some/model", dialect="json")
    unknown = fingerprint.checkpoint_hash(card)
    (tmp_path / "models--some--model" / "refs").mkdir(parents=True)
    (tmp_path / "models--some--model" / "refs" / "main").write_text("abc")
    assert fingerprint.checkpoint_hash(card) != unknown
