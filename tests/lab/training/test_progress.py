from __future__ import annotations

from io import StringIO

from rich.console import Console

from idetex_plugin.lab.training.progress import bar


def test_a_terminal_shows_how_far_a_stage_is() -> None:
    shown = StringIO()
    with bar("reader", 9, 4, Console(file=shown, force_terminal=True, width=80)) as stepped:
        for _ in range(3):
            stepped()
    assert "reader" in shown.getvalue() and "7/9" in shown.getvalue()


def test_a_file_gets_nothing() -> None:
    shown = StringIO()
    with bar("reader", 9, 4, Console(file=shown)) as stepped:
        stepped()
    assert not shown.getvalue()
