from __future__ import annotations

from idetex_plugin.tasks.effects import effect
from idetex_plugin.words.vocabulary import VIDA, Severity


def test_every_type_and_severity_has_its_own_words() -> None:
    texts = {effect(name, severity) for name in VIDA.names for severity in (*Severity, None)}
    assert len(texts) == 40
    assert all(text.endswith(".") and "  " not in text and "{" not in text for text in texts)


def test_of_an_unknown_type_nothing_is_said() -> None:
    assert effect("Lens flare", Severity.MINOR) == ""
