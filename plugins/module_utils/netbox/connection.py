# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a NetBox is reached: address, token, TLS, headers, proxies; and what of these nobody may read.

Everything is checked before the first request, because what HTTP libraries say of a bad setting quotes it.
"""

from __future__ import annotations

import ipaddress
import os
import re
import ssl
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import unquote, urlsplit

from .errors import UnreachableError

try:
    import pynetbox
    import requests
except ImportError:  # reported on use, by module/runner.py
    pynetbox = None
    requests = None  # type: ignore[assignment]

# Set by us, or by what sends a request: another value breaks it, or takes the place of the token.
_OURS = ("accept", "authorization", "connection", "content-length", "content-type", "transfer-encoding")
_PROXIES = ("http", "https", "socks4", "socks4a", "socks5", "socks5h")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"([\x21-\x7e\xa1-\xff]([\x20-\x7e\xa0-\xff]*[\x21-\x7e\xa1-\xff])?)?")
_TOKEN = re.compile(r"[\x21-\x7e]+")
# Of an address in a text, greedy: a password may hold slashes and at signs, however wrong that is.
_USERINFO = re.compile(r"(?<=//)\S*@")


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach a NetBox. `timeout` is in seconds; `cert` a client certificate, or that and its key."""

    url: str
    token: str = field(repr=False)
    validate_certs: bool = True
    ca_path: str = ""
    cert: tuple[str, str] | str | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout: float = 120.0


def check(connection: Connection) -> None:
    """Whether requests can be sent with these settings.

    Raises:
        UnreachableError: they cannot; the text names the setting.
    """
    for rule in (_of_url, _of_headers, _of_certificates, _of_proxy):
        for problem in rule(connection):
            raise UnreachableError(problem)


def session(connection: Connection) -> requests.Session:
    """A session with settings that `check` let pass, for all threads: its pool of connections is made for that."""
    made: requests.Session = pynetbox.api(connection.url, token=connection.token).http_session
    # What is set here counts, not what requests takes from ~/.netrc (which would replace the token) and from
    # REQUESTS_CA_BUNDLE (which would replace `ca_path` and `validate_certs: false`). Proxies of the environment stay.
    made.trust_env = False
    made.proxies.update(_proxies(connection.url))
    # v2 tokens (NetBox 4.5+) begin with nbt_ and go as Bearer; v1 tokens go in 5.0.
    scheme = "Bearer" if connection.token.startswith("nbt_") else "Token"
    made.headers["Authorization"] = f"{scheme} {connection.token}"
    made.headers["Accept"] = "application/json"
    made.headers.update(connection.headers)
    made.verify = _authorities(connection) or True if connection.validate_certs else False
    made.cert = connection.cert
    # Nothing else may be left in it that an answer changes. NetBox knows us by the token.
    made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return made


def unsafe(connection: Connection) -> str:
    """What is to be told of settings that work and let others listen; empty where nothing is."""
    parts = urlsplit(connection.url)
    if parts.scheme != "http" or _is_loopback(parts.hostname or ""):
        return ""
    return (
        f"{connection.url} is plain http, so whoever is on the way can read the token and change what is sent."
        " Use https."
    )


def secrets(connection: Connection) -> set[str]:
    """What of the settings no text may hold, beside what Ansible knows to hide: also what the environment says."""
    found = {connection.token, *connection.headers.values()}
    for address in (connection.url, *_proxies(connection.url).values()):
        user, colon, password = _userinfo(address).partition(":")
        found |= {password, unquote(password), f"{user}{colon}{password}" if colon else ""}
    return found - {""}


def without_credentials(text: str) -> str:
    """A text without the user and password of the addresses in it."""
    return _USERINFO.sub("", text)


def tls_refusal(reason: str) -> str:
    """Why a TLS connection failed, and what to set."""
    if "CERTIFICATE_VERIFY_FAILED" in reason:
        if "mismatch" in reason:
            return f"cannot be trusted: {reason}. Use the name that its certificate is for."
        if "expired" in reason:
            return f"cannot be trusted: {reason}. Its certificate has to be renewed."
        return f"cannot be trusted: {reason}. Set `ca_path` to its authority's certificate."
    if "ALERT" in reason and any(word in reason for word in ("CERTIFICATE", "HANDSHAKE_FAILURE", "UNKNOWN_CA")):
        return f"does not trust us: {reason}. Set `cert` to a client certificate that it accepts."
    if "WRONG_VERSION_NUMBER" in reason or "RECORD_LAYER_FAILURE" in reason:
        return f"does not speak TLS: {reason}. Is it http rather than https?"
    return f"cannot be spoken to by TLS: {reason}. Does it want a client certificate (`cert`)?"


# -- checks -----------------------------------------------------------------------------------------------------------


def _of_url(connection: Connection) -> Iterator[str]:
    url = connection.url
    if _userinfo(url):
        yield (
            "`netbox_url` holds a user or password. NetBox knows us by `netbox_token` alone, so leave them out: "
            f"{without_credentials(url)}."
        )
        return
    if not _is_address(url, ("http", "https")) or re.search(r"[?#\s\x00-\x1f\x7f]", url):
        yield f"`netbox_url` is not the address of a NetBox, such as https://netbox.example.com: {url[:200]!r}."


def _of_headers(connection: Connection) -> Iterator[str]:
    """Values are never quoted: who sets a header here has something to hide in it."""
    if not _TOKEN.fullmatch(connection.token):
        yield "`netbox_token` is empty, or has characters that no token has, such as spaces and line breaks."
    for name, value in connection.headers.items():
        if not _HEADER_NAME.fullmatch(name):
            yield f"`headers`: {name[:200]!r} is not the name of a header."
        elif name.lower() in _OURS:
            way_out = " Give the token as `netbox_token`." if name.lower() == "authorization" else ""
            yield f"`headers`: {name} is set by us and by the request, and cannot be another.{way_out}"
        elif not _HEADER_VALUE.fullmatch(value):
            yield f"`headers`: the value of {name} has characters that a header cannot carry, such as line breaks."


def _of_proxy(connection: Connection) -> Iterator[str]:
    """Never quoted: what is wrong with it may be a sign in its password."""
    proxy = requests.utils.select_proxy(connection.url, dict(_proxies(connection.url)))
    if proxy and not _is_address(proxy if "://" in proxy else f"http://{proxy}", _PROXIES):
        yield f"{connection.url} cannot be reached: the proxy that the environment names for it is no address."


class _EncryptedError(Exception):
    """A key that wants a pass phrase, for which OpenSSL would ask at the terminal and wait."""


def _of_certificates(connection: Connection) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authorities = _authorities(connection) if connection.validate_certs else ""
    if authorities:
        option = "`ca_path`" if connection.ca_path else "REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE in the environment"
        try:
            if os.path.isdir(authorities):
                context.load_verify_locations(capath=authorities)
            else:
                context.load_verify_locations(cafile=authorities)
        except OSError as error:
            yield f"{option}: {authorities} holds no certificates of authorities: {error.strerror or error}."
    if connection.cert:
        certificate, key = (connection.cert, None) if isinstance(connection.cert, str) else connection.cert
        try:
            context.load_cert_chain(certificate, key, password=_refuse)
        except _EncryptedError:
            yield "`cert`: the key is encrypted, and there is no pass phrase to be given. Use one that is not."
        except OSError as error:
            yield f"`cert` is not a client certificate with its key: {error.strerror or error}."


def _refuse() -> str:
    raise _EncryptedError


# -- parts ------------------------------------------------------------------------------------------------------------


def _is_address(text: str, schemes: Iterable[str]) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _userinfo(address: str) -> str:
    found = _USERINFO.search(address)
    return found[0][:-1] if found else ""


def _authorities(connection: Connection) -> str:
    """Where the certificates of authorities are; empty for those that come with requests."""
    return connection.ca_path or os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or ""


def _proxies(url: str) -> Mapping[str, str]:
    """Proxies for an address as the environment has them: none where NO_PROXY names it."""
    found: Mapping[str, str] = requests.utils.get_environ_proxies(url, no_proxy=None)
    return found


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
