# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a NetBox is reached: what is refused before a request, TLS and proxies as they are, and what stays secret."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from wire.between import Authority, answering, forward_proxy, tls_before

from ansible_collections.hedgehog.diet.plugins.module_utils.module.argspec import connection
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.connection import (
    Connection,
    secrets,
    unsafe,
    without_credentials,
)
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.errors import ServerError, UnreachableError
from ansible_collections.hedgehog.diet.plugins.module_utils.netbox.transport import HttpTransport

TOKEN = "nbt_k3y.s3cr3t"
ENVIRONMENT = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NETRC")


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def certificate(authority: Authority) -> tuple[Path, Path]:
    return authority.issue("server", "localhost")


Sent = list[dict[str, str]]


@pytest.fixture
def page() -> Iterator[tuple[str, Sent]]:
    with answering() as found:
        yield found


def ask(url: str, **options: Any) -> None:
    HttpTransport(Connection(url, options.pop("token", TOKEN), timeout=5, **options)).send("PATCH", "/api/")


def refusal(url: str, **options: Any) -> str:
    with pytest.raises((UnreachableError, ServerError)) as error:
        ask(url, **options)
    assert "s3cr3t" not in str(error.value)
    return str(error.value)


# -- TLS --------------------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:Unverified HTTPS")
def test_a_certificate_of_an_unknown_authority_is_refused_and_of_a_named_one_accepted(
    page: tuple[str, Sent], certificate: tuple[Path, Path], authority: Authority, tmp_path: Path
) -> None:
    with tls_before(page[0], certificate) as port:
        url = f"https://localhost:{port}"
        told = refusal(url)
        assert told.startswith(f"{url} cannot be trusted: ") and told.endswith(
            " Set `ca_path` to its authority's certificate."
        )
        assert "Set `ca_path`" in refusal(url, ca_path=str(Authority(tmp_path, "another").path))
        assert not page[1]  # the token did not go out
        ask(url, ca_path=str(authority.path))
        ask(url, validate_certs=False)
        wrong = refusal(f"https://127.0.0.1:{port}", ca_path=str(authority.path))
        assert "mismatch" in wrong and "Use the name that its certificate is for." in wrong
    assert [sent["authorization"] for sent in page[1]] == [f"Bearer {TOKEN}"] * 2


@pytest.mark.filterwarnings("ignore:Unverified HTTPS")
def test_the_environment_overrides_neither_the_authority_nor_that_there_is_none(
    page: tuple[str, Sent], certificate: tuple[Path, Path], authority: Authority, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else `requests` would take REQUESTS_CA_BUNDLE before what the options say."""
    with tls_before(page[0], certificate) as port:
        url = f"https://localhost:{port}"
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
            monkeypatch.setenv(name, str(Authority(tmp_path, name).path))
            ask(url, ca_path=str(authority.path))
            ask(url, validate_certs=False)
            assert "Set `ca_path`" in refusal(url)
            monkeypatch.setenv(name, str(authority.path))
            ask(url)  # without options it counts, as everywhere
            monkeypatch.delenv(name)


def test_a_client_certificate_that_the_server_demands(
    page: tuple[str, Sent], certificate: tuple[Path, Path], authority: Authority, tmp_path: Path
) -> None:
    clients = Authority(tmp_path, "clients")
    one, key = clients.issue("client")
    both = tmp_path / "both.pem"
    both.write_bytes(one.read_bytes() + key.read_bytes())
    with tls_before(page[0], certificate, clients) as port:
        trusted: Mapping[str, Any] = {"url": f"https://localhost:{port}", "ca_path": str(authority.path)}
        assert "does not trust us" in refusal(**trusted) and "Set `cert`" in refusal(**trusted)
        stranger = Authority(tmp_path, "strangers").issue("stranger")
        assert "Set `cert`" in refusal(**trusted, cert=(str(stranger[0]), str(stranger[1])))
        assert not page[1]
        ask(**trusted, cert=str(both))
        ask(**trusted, cert=(str(one), str(key)))
    assert len(page[1]) == 2


def test_certificates_that_cannot_be_used_are_named_by_their_option(
    certificate: tuple[Path, Path], authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "https://netbox.invalid"
    junk = tmp_path / "junk.pem"
    junk.write_text("s3cr3t")
    one, key = authority.issue("locked", password="pass")
    both = tmp_path / "both.pem"
    both.write_bytes(one.read_bytes() + key.read_bytes())
    for path in (tmp_path / "none.pem", junk):
        assert refusal(url, ca_path=str(path)).startswith(f"`ca_path`: {path} holds no certificates")
        assert refusal(url, cert=str(path)).startswith("`cert` is not a client certificate with its key: ")
    assert refusal(url, cert=(str(one), str(certificate[1]))).startswith("`cert` is not a client certificate")
    # OpenSSL would ask for the pass phrase at the terminal, and wait.
    for cert in (str(both), (str(one), str(key))):
        assert refusal(url, cert=cert).startswith("`cert`: the key is encrypted")
    monkeypatch.setenv("CURL_CA_BUNDLE", str(junk))
    assert refusal(url).startswith("REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE in the environment: ")


def test_plain_http_where_tls_is_expected(page: tuple[str, Sent]) -> None:
    assert "does not speak TLS" in refusal(page[0].replace("http:", "https:"))


# -- the environment --------------------------------------------------------------------------------------------------


def test_a_netrc_does_not_replace_the_token(page: tuple[str, Sent], tmp_path: Path) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    ask(page[0])
    assert page[1][0]["authorization"] == f"Bearer {TOKEN}"


def test_proxies_of_the_environment_are_used(
    page: tuple[str, Sent], certificate: tuple[Path, Path], authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tls_before(page[0], certificate) as port, forward_proxy() as (proxy, asked):
        url = f"https://localhost:{port}"
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy}")
        ask(url, ca_path=str(authority.path))
        assert asked == [f"CONNECT localhost:{port}"]
        ask(page[0])
        assert len(asked) == 1
        monkeypatch.setenv("NO_PROXY", "localhost")
        ask(url, ca_path=str(authority.path))
        assert len(asked) == 1
        monkeypatch.setenv("http_proxy", f"http://{proxy}")
        ask(page[0])
        assert asked[1:] == [f"PATCH {page[0]}/api/"]


def test_a_proxy_gets_its_password_and_no_error_tells_it(
    page: tuple[str, Sent], certificate: tuple[Path, Path], authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tls_before(page[0], certificate) as port, forward_proxy("Basic bWU6czNjcjN0") as (proxy, _asked):
        trusted: Mapping[str, Any] = {"url": f"https://localhost:{port}", "ca_path": str(authority.path)}
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:s3cr3t@{proxy}")
        ask(**trusted)
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:wr0ng@{proxy}")
        told = refusal(**trusted)
        assert "407" in told and "wr0ng" not in told
    for broken in ("me:s3cr3t@127.0.0.1:1", "me:s3c#s3cr3t@host:1", "me:s3cr3t@:x", "me:s3c/s3cr3t@host:1"):
        monkeypatch.setenv("HTTPS_PROXY", f"http://{broken}")
        told = refusal(**trusted)
        assert "cannot be reached" in told and "me:" not in told and "s3c" not in told


# -- options ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://me:s3cr3t@netbox.invalid", "`netbox_url` holds a user or password."),
        ("https://me:s3cr3t/s3@cr3t@netbox.invalid/x", "leave them out: https://netbox.invalid/x."),
        ("https://s3cr3t@netbox.invalid", "`netbox_url` holds a user or password."),
        ("netbox.invalid", "is not the address of a NetBox"),
        ("ftp://netbox.invalid", "is not the address of a NetBox"),
        ("https://", "is not the address of a NetBox"),
        ("https://netbox.invalid:99999", "is not the address of a NetBox"),
        ("https://netbox.invalid/?a=b", "is not the address of a NetBox"),
        ("https://netbox .invalid", "is not the address of a NetBox"),
        ("https://[::1", "is not the address of a NetBox"),
    ],
)
def test_addresses_that_are_refused(url: str, words: str) -> None:
    assert words in refusal(url)


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Basic s3cr3t"}, {"authorization": "s3cr3t"}, {"Content-Type": "s3cr3t"}, {"a b": "s3cr3t"},
        {"": "s3cr3t"}, {"X-A": "s3cr3t\r\nX-B: 1"}, {"X-A": " s3cr3t"}, {"X-A": "s3cr3t\u20ac"}, {"X-A": "s3cr3t\x7f"},
    ],
)
def test_headers_that_are_refused(headers: dict[str, str]) -> None:
    assert refusal("https://netbox.invalid", headers=headers).startswith("`headers`: ")


def test_headers_and_tokens_that_are_sent(page: tuple[str, Sent]) -> None:
    ask(page[0], headers={"X-A": "a b", "X-Latin": "caf\xe9", "X-Empty": "", "Cookie": "a=b"})
    sent = page[1][0]
    assert (sent["x-a"], sent["x-latin"], sent["x-empty"], sent["cookie"]) == ("a b", "caf\xe9", "", "a=b")
    for token in ("", "s3cr3t s3cr3t", "s3cr3t\nX: y", "s3cr3t\u20ac"):
        assert refusal(page[0], token=token).startswith("`netbox_token` is empty, or")


def _params(**more: Any) -> dict[str, Any]:
    return {
        "netbox_url": "http://x", "netbox_token": "t", "validate_certs": True, "ca_path": None, "cert": None,
        "headers": None, "timeout": 5, **more,
    }


def test_options_become_a_connection() -> None:
    made = connection(_params(netbox_token=" t0k\n", cert=["~/c", "/k"], headers={"A": 1}))
    assert (made.token, made.cert, made.headers) == ("t0k", (os.path.expanduser("~/c"), "/k"), {"A": "1"})
    assert connection(_params(cert="/c")).cert == connection(_params(cert=["/c"])).cert == "/c"
    for wrong in ({"a": "b"}, ["a", "b", "c"], [1], 7):
        with pytest.raises(UnreachableError, match="`cert` is the path"):
            connection(_params(cert=wrong))


# -- what is told -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://netbox.example", True), ("http://10.0.0.1:8000/x", True), ("http://localhost.example", True),
        ("http://[2001:db8::1]", True),
        ("https://netbox.example", False), ("http://localhost:8000", False), ("http://127.1.2.3", False),
        ("http://[::1]:8000", False), ("http://netbox.localhost", False),
    ],
)
def test_plain_http_is_told_where_somebody_can_listen(url: str, told: bool) -> None:
    assert bool(unsafe(Connection(url, "t"))) is told


def test_secrets_are_known_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://me:pr0xy%21@proxy:1")
    made = Connection("http://u:p4ss@netbox", "t0ken", cert="/c3rt", headers={"X": "h3ader"})
    assert secrets(made) == {"t0ken", "h3ader", "p4ss", "u:p4ss", "pr0xy%21", "pr0xy!", "me:pr0xy%21"}
    shown = repr(made)
    assert not any(word in shown for word in ("t0ken", "h3ader", "c3rt"))


@pytest.mark.parametrize("address", ["http://a:b@c/", "http://a:b/@@c/", "http://a:b#x@c/"])
def test_credentials_are_taken_out_of_texts(address: str) -> None:
    assert without_credentials(f"no {address} yes") == "no http://c/ yes"
