"""A server's address, and the secrets that go to it and nowhere else."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

KEY_VARIABLE = "IDETEX_API_KEY"
HIDDEN = "***"
LONG_ENOUGH = 8


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is: without credentials, a trailing slash or "/v1". `headers` holds the credentials."""

    url: str
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, url: str) -> Address:
        """From what a user gives: the key of IDETEX_API_KEY, or the "user:password@" of the URL, goes into a header.

        Raises ValueError for what is no http(s) URL, and for a URL with credentials beside a key.
        """
        name = shown(url)
        try:
            parts = urlsplit(url)
            good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port is None or parts.port > 0)
        except ValueError:
            good = False
        if not good:
            raise ValueError(f"{name!r} is not a server's URL such as http://127.0.0.1:8000")
        key = os.environ.get(KEY_VARIABLE, "").strip()
        bare = parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()
        bare = bare.rstrip("/").removesuffix("/v1")
        if parts.username is None and parts.password is None:
            return cls(bare, {"Authorization": f"Bearer {key}"} if key else {}, _spellings(key))
        if key:
            raise ValueError(f"{name}: the URL holds a user's name and {KEY_VARIABLE} is set: use one of them")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        basic = base64.b64encode(f"{user}:{password}".encode()).decode()
        return cls(bare, {"Authorization": f"Basic {basic}"}, _spellings(password, parts.password or "", basic))

    @property
    def name(self) -> str:
        """The address fit for messages."""
        return shown(self.url)

    def proxy(self) -> str | None:
        """The proxy that the environment names for this address. Nothing else is taken from there, such as a netrc."""
        parts = urlsplit(self.url)
        return None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)

    def hide(self, text: str) -> str:
        """The text without the secrets."""
        for secret in self.secrets:
            text = text.replace(secret, HIDDEN)
        return text

    def hide_bytes(self, data: bytes) -> bytes:
        """The body of an answer without the secrets, except those so short that they would be words of a reply."""
        for secret in self.secrets:
            if len(secret) >= LONG_ENOUGH and secret.encode() in data:
                data = data.replace(secret.encode(), HIDDEN.encode())
        return data


def shown(url: str) -> str:
    """The URL fit for messages: without user name, password and query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.rpartition("@")[2].partition("?")[0]
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def _spellings(*secrets: str) -> tuple[str, ...]:
    """The secrets, longest first, also as JSON may spell them."""
    found = {spelt for secret in secrets if secret for spelt in (secret, secret.replace("/", "\\/"))}
    return tuple(sorted(found, key=len, reverse=True))
