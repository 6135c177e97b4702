"""What each key does to what the panel shows. `shim/keys.js` presses one after the other."""

from __future__ import annotations

from typing import Any

from fiftyone.operators import types

SIGN = " · "
"""Stands between what a button does and its key, which `shim/keys.js` looks for."""
COMPONENT = "IdetexKeys"
UNDO = "U"


def labelled(label: str, letter: str) -> str:
    """A button's label with its key."""
    return f"{label}{SIGN}{letter}"


class Keys:
    """Makes the buttons of one drawing of a panel, and keeps which key does what.

    letters: all that the panel knows, also those for which there is nothing to do at the moment; pressing one of these
    is answered by a word instead of silence.
    """

    def __init__(self, panel: Any, letters: str = UNDO) -> None:
        self._panel, self._letters = panel, letters
        self.bound: dict[str, dict[str, Any]] = {}

    def button(
        self, row: types.Object, name: str, label: str, letter: str, event: str, params: dict[str, str] | None = None,
        **look: Any,
    ) -> None:  # fmt: skip
        """Add a button for an event of the panel, and its key unless it is disabled."""
        handler = getattr(self._panel, event)
        row.btn(name, label=labelled(label, letter), on_click=handler, params=params or {}, **look)
        if not look.get("disabled"):
            self.bound[letter] = {"operator": self._panel.method_to_uri(event), "params": params or {}}

    def opens_list(self, letter: str) -> None:
        """This key opens the list whose label ends with it."""
        self.bound[letter] = {}

    def show(self, parts: types.Object, photo: str, turn: int, press: str) -> None:
        """Draw the line that says which keys wait or were refused. The buttons may come later.

        photo: what the keys are about. turn: grows with every event of the panel. press: the key answered last.
        """
        view = types.View(
            component=COMPONENT, turn=turn, press=press, photo=photo, keys=self.bound, letters=self._letters, free=UNDO,
            redraw=self._panel.method_to_uri("draw_again"),
        )  # fmt: skip
        parts.define_property("keys", types.String(), view=view)
