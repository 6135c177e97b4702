import pytest

from idetex_plugin.engines.address import Address, shown


@pytest.mark.parametrize("url", ["http://a:1", "http://a:1/", "http://a:1/v1", "http://a:1/v1/"])
def test_the_address_is_without_its_tail(url: str) -> None:
    assert Address.of(url).url == "http://a:1"


@pytest.mark.parametrize("url", ["", "a:1", "file:///etc/passwd", "http://", "ftp://a", "http://a:x", "http://[::1"])
def test_what_is_no_servers_address(url: str) -> None:
    with pytest.raises(ValueError, match="not a server's URL"):
        Address.of(url)


def test_secrets_are_hidden_however_they_are_spelt(monkeypatch) -> None:
    monkeypatch.setenv("IDETEX_API_KEY", "abc/defgh")
    address = Address.of("https://a/path?x=1")
    assert address.headers == {"Authorization": "Bearer abc/defgh"}
    assert address.hide("key abc/defgh or abc\\/defgh") == "key *** or ***"
    assert address.hide_bytes(b'{"error": "abc\\/defgh"}') == b'{"error": "***"}'
    assert "abc" not in repr(address)


def test_a_short_key_does_not_eat_words_of_replies(monkeypatch) -> None:
    monkeypatch.setenv("IDETEX_API_KEY", "a")
    address = Address.of("http://a")
    assert address.hide_bytes(b"a photo") == b"a photo"


def test_names_are_without_credentials() -> None:
    assert shown("https://ann:secret@host:8/p?token=1#x") == "https://host:8/p"
    assert "secret" not in shown("http://ann:secret@[::1")
    assert "secret" not in Address.of("https://ann:secret@host").name


def test_the_environment_names_proxies(monkeypatch) -> None:
    monkeypatch.setenv("http_proxy", "http://proxy:8080")
    monkeypatch.setenv("no_proxy", "127.0.0.1,inside.test")
    assert Address.of("http://outside.test").proxy() == "http://proxy:8080"
    assert Address.of("http://inside.test:8000").proxy() is None
    assert Address.of("http://127.0.0.1:8000").proxy() is None
