"""Families tried end to end under real engines: python tests/families/table.py [NAME ...] [--write]

Prints the rows of docs/checkpoints.md; --write puts them there, in place of those of the same families. Each family
runs in a process of its own, in which its processor can be imported. A family takes one to two minutes on two cores.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from families import borrowed  # noqa: E402
from families.kinds import FAMILIES, Family  # noqa: E402

PAGE = ROOT / "docs" / "checkpoints.md"
PART = re.compile(r"(<!-- measured: families -->\n).*?(<!-- end -->)", re.DOTALL)
CELLS = {
    "detect": "detect", "ask": "ask", "level": "level", "describe": "describe", "cut-off": "cut off",
    "thinking off": "thinking off", "thinking on": "on", "same prompts": "same prompts",
    "other template": "template counts",
}  # fmt: skip
SHORT = {"not of its card": "–", "no switch": "–", "random box": "yes (box)"}
SECONDS = 900


def proof(name: str, folder: Path) -> dict[str, dict[str, str]]:
    """The cells of each engine for the family of this name. Raises `borrowed.MissingError` and AssertionError."""
    environment = borrowed.environment()
    paths = [str(ROOT), str(ROOT / "tests"), environment["PYTHONPATH"]]
    done = subprocess.run(
        [sys.executable, "-m", "families.proof", name, str(folder)], capture_output=True, text=True, check=False,
        env={**environment, "PYTHONPATH": ":".join(paths), "HF_HUB_OFFLINE": "1"}, timeout=SECONDS,
    )  # fmt: skip
    assert done.returncode == 0, f"{name}: {done.stderr[-3000:]}"
    found: dict[str, dict[str, str]] = json.loads((folder / "proof.json").read_text())
    return found


def lines(family: Family, rows: dict[str, dict[str, str]]) -> list[str]:
    """The rows of the table for one family."""
    made = []
    for engine, row in rows.items():
        cells = [_short(row[name]) for name in CELLS]
        made.append(f"{first_cell(family)} {engine} | {' | '.join(cells)} |")
    return made


def first_cell(family: Family) -> str:
    """What the rows of the family begin with."""
    return f"| {family.title} (`{family.card}`) |"


def _short(said: str) -> str:
    if said.startswith("random words"):
        return "yes (words)"
    return SHORT.get(said, said).replace("|", r"\|").replace("\n", " ")


def main() -> None:
    """Try the named families, or all."""
    write = "--write" in sys.argv
    named = [name for name in sys.argv[1:] if name != "--write"]
    names = named or list(FAMILIES)
    page = PAGE.read_text("utf-8")
    found = {name: written(family, page) for name, family in FAMILIES.items() if named}
    for name in names:
        with tempfile.TemporaryDirectory() as place:
            found[name] = lines(FAMILIES[name], proof(name, Path(place)))
        print("\n".join(found[name]), flush=True)
    if write:
        table = ["| family (card) | engine | " + " | ".join(CELLS.values()) + " |", "| --- " * (len(CELLS) + 2) + "|"]
        text = "\n".join([*table, *(row for rows in found.values() for row in rows)])
        PAGE.write_text(PART.sub(lambda part: f"{part[1]}\n{text}\n\n{part[2]}", page), "utf-8")


def written(family: Family, page: str) -> list[str]:
    """The rows that the page has for the family."""
    return [row for row in page.splitlines() if row.startswith(first_cell(family))]


if __name__ == "__main__":
    main()
