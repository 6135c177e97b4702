"""Policies by name: the profiles of the package, and TOML files."""

from __future__ import annotations

import tomllib
from difflib import get_close_matches
from pathlib import Path

from pydantic import ValidationError

from idetex_plugin.words.policy import Policy, PolicyError
from idetex_plugin.words.record import faults
from idetex_plugin.words.vocabulary import VIDA, Vocabulary

PROFILES = Path(__file__).parent / "profiles"


def profiles() -> list[str]:
    """The names of the policies of the package."""
    return sorted(path.stem for path in PROFILES.glob("*.toml"))


def policy_named(which: str | Path, vocabulary: Vocabulary = VIDA) -> Policy:
    """The profile of this name, or the policy in this TOML file; types in any spelling. Raises PolicyError."""
    path = PROFILES / f"{which}.toml" if str(which) in profiles() else Path(which)
    if path.suffix != ".toml":
        close = get_close_matches(str(which), profiles(), n=1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        known = ", ".join(profiles())
        raise PolicyError(f"no policy is called {str(which)!r}, and it is no .toml file{hint}; known are {known}")
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        return Policy.model_validate({"name": path.stem, **values}, context=vocabulary)
    except ValidationError as error:
        raise PolicyError(*(f"{path}: {fault}" for fault in faults(error))) from error
    except OSError as error:
        raise PolicyError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise PolicyError(f"{path}: {error}") from error
