"""Over https the certificate must be of the name that was asked for, though the connection goes to a pinned address."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from assistant.fetching.fetch import Fetcher
from index import UnreadableArticle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

PUBLIC = "93.184.215.14"
BODY = b"<p>Only for those who ask for news.example.</p>"


class Authority(NamedTuple):
    """A certificate authority, thrown away with the test."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def made(cls) -> Authority:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Throw-away authority")])
        begun = _begun(name, name, key).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        return cls(key, begun.sign(key, hashes.SHA256()))

    def certify(self, file: Path, *names: x509.GeneralName) -> Path:
        """Write a server's key and certificate for some names."""
        key = ec.generate_private_key(ec.SECP256R1())
        begun = _begun(x509.Name([]), self.certificate.subject, key)
        begun = begun.add_extension(x509.SubjectAlternativeName(names), critical=True)
        signed = begun.sign(self.key, hashes.SHA256())
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        file.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
        return file


def _begun(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
    )


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def fetcher_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Fetcher]]:
    """Give a function from the names in a server's certificate to a fetcher for which all names lead to that server."""
    authority = Authority.made()
    trusted = tmp_path / "trusted.pem"
    trusted.write_bytes(authority.certificate.public_bytes(serialization.Encoding.PEM))
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    servers: list[ThreadingHTTPServer] = []

    def make(*names: x509.GeneralName, by: Authority = authority) -> Fetcher:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(by.certify(tmp_path / "server.pem", *names))
        server.socket = context.wrap_socket(server.socket, server_side=True)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()

        def connect(address: str, port: int, timeout_s: float) -> socket.socket:
            assert (address, port) == (PUBLIC, 443)
            return socket.create_connection(server.server_address[:2], timeout=timeout_s)

        return Fetcher(lambda host, port: [PUBLIC], connect)

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()


def test_the_right_name_is_fetched(fetcher_of: Callable[..., Fetcher]) -> None:
    fetcher = fetcher_of(x509.DNSName("news.example"))
    assert fetcher.fetch("https://news.example/a").data == BODY


def test_another_name_is_refused(fetcher_of: Callable[..., Fetcher]) -> None:
    fetcher = fetcher_of(x509.DNSName("news.example"))
    with pytest.raises(UnreadableArticle, match="certificate"):
        fetcher.fetch("https://other.example/a")


def test_a_certificate_of_the_address_is_not_one_of_the_name(fetcher_of: Callable[..., Fetcher]) -> None:
    fetcher = fetcher_of(x509.IPAddress(ipaddress.ip_address(PUBLIC)))
    with pytest.raises(UnreadableArticle, match="certificate"):
        fetcher.fetch("https://news.example/a")


def test_an_unknown_authority_is_refused(fetcher_of: Callable[..., Fetcher]) -> None:
    fetcher = fetcher_of(x509.DNSName("news.example"), by=Authority.made())
    with pytest.raises(UnreadableArticle, match="certificate"):
        fetcher.fetch("https://news.example/a")
