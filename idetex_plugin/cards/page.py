"""What is known of cards, as Markdown: which model for what, its memory and licence, and where its facts are from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from idetex_plugin.words.card import Card

BYTES_A_WEIGHT = 2
SPEAKS = {"grounding": "boxes", "perception": "scores", "description": "text"}
TUNED = {"nano": "trained from scratch", "vida": "tuned on ViDA-UGC", "rating": "tuned for rating", "json": "zero-shot"}


def table(cards: Iterable[Card]) -> str:
    """One row a card: what it speaks and how it came to, the memory of its weights in 16 bits, and its licence."""
    lines = ["| card | checkpoint | gives | | memory | licence |", "| --- | --- | --- | --- | --- | --- |"]
    for card in cards:
        checkpoint = card.checkpoint if card.embedded else f"`{card.checkpoint}`"
        gives = ", ".join(SPEAKS[task] for task in card.tasks)
        tuned = TUNED.get(card.dialect, card.dialect)
        lines.append(f"| `{card.name}` | {checkpoint} | {gives} | {tuned} | {memory(card)} | {card.licence} |")
    return "\n".join(lines)


def facts(cards: Iterable[Card]) -> str:
    """One item a fact: what of the cards was read where, and what was not; cards with the same fact together."""
    return "\n".join([
        "Confirmed:", *_items(cards, "confirmed"), "", "Not confirmed; try before you trust:",
        *_items(cards, "unconfirmed"),
    ])  # fmt: skip


def memory(card: Card) -> str:
    """The memory of the weights in GB, at two bytes a weight; that of running requests comes on top."""
    if card.billions is None:
        return "under 0.1 GB" if card.embedded else "?"
    size = BYTES_A_WEIGHT * card.billions
    return f"{size:.1f} GB" if size < 10 else f"{size:.0f} GB"


def _items(cards: Iterable[Card], key: str) -> Iterator[str]:
    known: dict[str, list[str]] = {}
    for card in cards:
        for fact in getattr(card, key):
            known.setdefault(fact, []).append(f"`{card.name}`")
    yield from (f"- {', '.join(names)}: {fact}" for fact, names in known.items())
