"""How bytes get to the server: as they are, or over TLS. Whoever connects to it gets its transport as a parameter, and knows nothing else of TLS.

The attackers' cheapest handshake is a resumed one (TLS 1.3, a ticket that all of them share), so that is what they make. New clients make full ones.
"""

import contextlib
import ssl
import subprocess
import tempfile
from pathlib import Path

import http2

# The most content of a record (RFC 8446 §5.1).
RECORD_BYTES = 16_384
# What is read at once while a session is secured.
FLIGHT_BYTES = 65_536


class Plain:
    """A socket that does not block, as it is."""

    # Whether the handshake is under way, and whether bytes wait that the socket did not take.
    is_securing = has_unsent = False

    def __init__(self, socket):
        self.socket = socket

    def send(self, content):
        """Returns how much of it was taken."""
        return self.socket.send(content)

    def recv(self, count):
        """Returns what has come, and nothing at its end."""
        return self.socket.recv(count)


class Secured:
    """TLS on a socket that does not block. `send` and `recv` are those of a socket, but that `send` also goes on with the handshake."""

    def __init__(self, socket, context, ticket, withheld):
        self.socket, self.withheld = socket, withheld
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.session = context.wrap_bio(self.incoming, self.outgoing, server_hostname="localhost", session=ticket)
        self.is_securing, self.is_ended = True, False
        self.unsent = b""

    @property
    def has_unsent(self):
        return bool(self.unsent)

    def send(self, content):
        self.flush()
        self.secure()
        piece = content[:RECORD_BYTES]
        if piece:
            self.session.write(piece)
            self.unsent += self.outgoing.read()
            if self.withheld and len(piece) == len(content):
                self.unsent = self.unsent[: -self.withheld]
        with contextlib.suppress(BlockingIOError):
            self.flush()
        return len(piece)

    def secure(self):
        """Goes on with the handshake, which is over when this returns. Blocks as a socket does."""
        while self.is_securing:
            try:
                self.session.do_handshake()
                self.is_securing = False
            except ssl.SSLWantReadError:
                self.flush()
                self.fill(FLIGHT_BYTES)
                if self.is_ended:
                    raise ConnectionResetError("closed during the handshake") from None
        self.unsent += self.outgoing.read()

    def flush(self):
        """Sends what is encrypted."""
        self.unsent += self.outgoing.read()
        while self.unsent:
            self.unsent = self.unsent[self.socket.send(self.unsent) :]

    def fill(self, count):
        received = self.socket.recv(count)
        self.incoming.write(received)
        self.is_ended = not received

    def recv(self, count):
        content = self.decrypted()
        if not content and not self.is_ended:
            self.fill(count)
            content = self.decrypted()
        if not content and not self.is_ended:
            raise BlockingIOError
        return content

    def decrypted(self):
        """All whole records that have come."""
        pieces = []
        try:
            while piece := self.session.read(RECORD_BYTES):
                pieces.append(piece)
        except ssl.SSLWantReadError:
            pass
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            self.is_ended = True
        return b"".join(pieces)


class OverTcp:
    """No TLS."""

    is_tls = False
    # By size: the most connections of a crowd, and how many seconds it may take to open them.
    most_connections, opening_seconds = (18_000, 18_000, 18_000), (3.0, 3.0, 40.0)

    def arguments(self, address):
        """How the server is told to listen."""
        return ["--listen", address]

    def prepare(self, connect):
        """Prepares attacks on a server that has just started; `connect` connects to it."""

    def attacker(self, socket, _behaviour):
        return Plain(socket)

    def client(self, socket):
        """For a new client."""
        return Plain(socket)

    def blocking(self, socket):
        """For one that waits for each answer."""
        return socket


class OverTls:
    """TLS, with a certificate for this run and tickets of the server that is attacked."""

    is_tls = True
    # A handshake takes a client in Python half a millisecond. These are more connections than fit into 64 and 256 MiB; it is not tried without a limit as well.
    most_connections, opening_seconds = (2_600, 8_000, 18_000), (3.0, 8.0, 60.0)

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.certificate, self.key = (str(Path(self.folder.name, name)) for name in ("certificate.pem", "key.pem"))
        make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
        subprocess.run([*make.split(), "-keyout", self.key, "-out", self.certificate], check=True, stderr=subprocess.DEVNULL)
        self.contexts = {protocol: self.context(protocol) for protocol in ("h2", "http/1.1")}
        self.tickets = {}

    def context(self, protocol):
        context = ssl.create_default_context(cafile=self.certificate)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.set_alpn_protocols([protocol])
        return context

    def arguments(self, address):
        return ["--listen", f"https:{address}", "--tls-certificate", self.certificate, "--tls-key", self.key]

    def prepare(self, connect):
        for protocol, opening in (("h2", http2.opening()), ("http/1.1", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")):
            with self.contexts[protocol].wrap_socket(connect(), server_hostname="localhost") as first:
                first.sendall(opening)
                # A ticket comes before the answer.
                first.recv(1)
                self.tickets[protocol] = first.session

    def attacker(self, socket, behaviour):
        if behaviour.is_below_tls:
            return Plain(socket)
        protocol = "h2" if behaviour.opening.startswith(http2.PREFACE) else "http/1.1"
        return Secured(socket, self.contexts[protocol], self.tickets[protocol], behaviour.withheld)

    def client(self, socket):
        return Secured(socket, self.contexts["http/1.1"], None, 0)

    def blocking(self, socket):
        return self.contexts["http/1.1"].wrap_socket(socket, server_hostname="localhost")


def client_hello():
    """The record that begins a handshake, as a client sends it."""
    hello = ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), hello, server_hostname="localhost").do_handshake()
    return hello.read()
