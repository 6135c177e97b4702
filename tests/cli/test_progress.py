"""Progress for terminals and for logs."""

import io
from dataclasses import dataclass

import pytest
from rich.console import Console

from idetex_plugin.cli import progress
from idetex_plugin.cli.progress import BarMeter, Labels, LineMeter, meter

Step = dict[str, bool]
DONE: Step = {}
KEPT = {"kept": True}
FAILED = {"failed": True}


@dataclass
class Found:
    """So many photos, all of them found or not."""

    found: int
    total: int | None = None


def all_of(number: int) -> Found:
    return Found(number, number)


def shown(*steps: Step, total: int, terminal: bool, searching: bool = False) -> str:
    out = io.StringIO()
    found = Found(total) if searching else all_of(total)
    with meter(found, Console(file=out, force_terminal=terminal, width=120)) as running:
        for step in steps:
            running.step(**step)
    return out.getvalue()


def test_the_meter_fits_the_console() -> None:
    assert isinstance(meter(all_of(1), Console(file=io.StringIO(), force_terminal=True)), BarMeter)
    assert isinstance(meter(all_of(1), Console(file=io.StringIO(), force_terminal=False)), LineMeter)


def test_the_bar_counts_all_and_names_failures() -> None:
    text = shown(KEPT, DONE, FAILED, DONE, total=4, terminal=True)
    assert "4/4" in text
    assert "1 failed" in text
    assert "photos/s" in text


def test_lines_are_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "LINE_SECONDS", 0)
    lines = shown(KEPT, DONE, FAILED, DONE, total=5, terminal=False).splitlines()
    assert lines[0] == "1/5 photos"
    assert lines[2].startswith("3/5 photos, ")
    assert "s left, 1 failed" in lines[2]
    assert lines[-1] == "4/5 photos in 0 s, 1 failed"
    assert "\x1b" not in "".join(lines)


def test_file_names_are_not_markup() -> None:
    out = io.StringIO()
    with meter(all_of(1), Console(file=out, force_terminal=False)) as running:
        running.say("[bold]photo[/bold]")
    assert out.getvalue().startswith("[bold]photo[/bold]\n")


@pytest.mark.parametrize("terminal", [True, False])
def test_the_count_says_that_the_search_goes_on(terminal: bool) -> None:
    text = shown(DONE, DONE, total=7, terminal=terminal, searching=True)
    assert "2/7+" in text
    assert "left" not in text


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("steps", [0, 1])
def test_an_error_before_the_first_step_leaves_nothing(terminal: bool, steps: int) -> None:
    out = io.StringIO()
    with pytest.raises(ValueError, match="wrong use"), meter(
        Found(0), Console(file=out, force_terminal=terminal, width=120)
    ) as running:
        for _ in range(steps):
            running.step()
        raise ValueError("wrong use")
    erased = "\x1b[2K" in out.getvalue().splitlines()[-1] if terminal else not out.getvalue()
    assert erased == (not steps)


def test_messages_do_not_move_the_cursor() -> None:
    for terminal in (True, False):
        out = io.StringIO()
        with meter(all_of(1), Console(file=out, force_terminal=terminal, width=120)) as running:
            running.say("esc\x1b[31mred.jpg")
        assert "esc\\x1b[31mred.jpg" in out.getvalue()


@pytest.mark.parametrize("terminal", [True, False])
def test_other_things_are_counted_in_their_own_words(monkeypatch: pytest.MonkeyPatch, terminal: bool) -> None:
    monkeypatch.setattr(progress, "LINE_SECONDS", 0)
    out = io.StringIO()
    words = Labels("pairs", "judging", "not passed")
    with meter(all_of(3), Console(file=out, force_terminal=terminal, width=120), words) as running:
        running.step()
        running.step(failed=True)
        running.step()
    text = out.getvalue()
    assert "1 not passed" in text
    assert "photo" not in text
    assert "pairs/s" in text
