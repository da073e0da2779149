# Copyright: Contributors to the hedgehog.diet collection
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may stand between us and a NetBox: TLS with certificates of an authority of our own, and proxies.

All of it works on bytes, so that it can stand before a real NetBox as well as before a page of a test.
"""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

Address = tuple[str, int]


class Authority:
    """Makes certificates: its own is `path`, others are a file with the certificate and one with the key."""

    def __init__(self, directory: Path, name: str = "authority") -> None:
        self._directory = directory
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.path = directory / f"{name}.pem"
        made = self._certificate(self._name, self._key).add_extension(x509.BasicConstraints(True, None), True)
        self.path.write_bytes(_pem(made.sign(self._key, hashes.SHA256())))

    def issue(self, name: str, *hosts: str, password: str = "") -> tuple[Path, Path]:
        """A certificate for these host names and addresses, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        made = self._certificate(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]), key)
        if hosts:
            made = made.add_extension(x509.SubjectAlternativeName([_host(host) for host in hosts]), False)
        certificate, key_file = self._directory / f"{name}.pem", self._directory / f"{name}.key"
        certificate.write_bytes(_pem(made.sign(self._key, hashes.SHA256())))
        encryption = (
            serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
        )
        key_file.write_bytes(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
        )
        return certificate, key_file

    def _certificate(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.datetime.now(datetime.UTC)
        return x509.CertificateBuilder(
            issuer_name=self._name, subject_name=subject, public_key=key.public_key(),
            serial_number=x509.random_serial_number(), not_valid_before=now - datetime.timedelta(days=1),
            not_valid_after=now + datetime.timedelta(days=2),
        )


def _host(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(text))
    except ValueError:
        return x509.DNSName(text)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


@contextmanager
def tls_before(url: str, certificate: tuple[Path, Path], clients: Authority | None = None) -> Iterator[int]:
    """TLS before a plain address, on a port of its own; with `clients`, only for who has a certificate of theirs."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    if clients is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(clients.path)

    def serve(plain: socket.socket) -> None:
        with closing(context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)) as client:
            try:
                client.do_handshake()
                _join(client, _address(url))
            except OSError:
                _let_go(client)

    with _listening(serve) as port:
        yield port


@contextmanager
def forward_proxy(wants: str = "") -> Iterator[tuple[str, list[str]]]:
    """A forward proxy, its address, and what it was asked for; it `wants` this value of Proxy-Authorization, if any."""
    asked: list[str] = []

    def serve(client: socket.socket) -> None:
        with suppress(OSError), closing(client):
            head = b""
            while b"\r\n\r\n" not in head:
                head += client.recv(65536)
            method, target, _version = head.split(b"\r\n")[0].decode().split(" ")
            asked.append(f"{method} {target}")
            if wants and f"proxy-authorization: {wants}".lower() not in head.decode().lower():
                client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            elif method == "CONNECT":
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                _join(client, _address(f"//{target}"))
            else:
                _join(client, _address(target), head)

    with _listening(serve) as port:
        yield f"127.0.0.1:{port}", asked


@contextmanager
def answering(body: bytes = b"{}") -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A web server that answers everything with one JSON text, its address, and the headers that it was sent."""
    headers: list[dict[str, str]] = []

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_PATCH = do_GET

        def log_message(self, *_arguments: object) -> None:
            """Not on the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", headers
        finally:
            server.shutdown()
            thread.join()


def _address(url: str) -> Address:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or 80


@contextmanager
def _listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        def accept() -> None:
            with suppress(OSError):
                while True:
                    client, _peer = server.accept()
                    threading.Thread(target=serve, args=(client,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]


def _join(client: socket.socket, address: Address, first: bytes = b"") -> None:
    """Hand bytes on in both directions until one side ends."""
    with socket.create_connection(address) as server:
        server.sendall(first)
        other = threading.Thread(target=_copy, args=(server, client), daemon=True)
        other.start()
        _copy(client, server)
        other.join()


def _let_go(client: socket.socket) -> None:
    """Close so that what was said last arrives: a socket with unread bytes would be reset."""
    with suppress(OSError):
        client.settimeout(5)
        socket.socket.shutdown(client, socket.SHUT_WR)
        while socket.socket.recv(client, 65536):
            pass


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while some := source.recv(65536):
            target.sendall(some)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
