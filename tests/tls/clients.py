"""Clients that send what no client should. `Plain` writes bytes to a socket, and `Sealed` writes records after a real handshake. Both say how the server ended the connection."""

import contextlib
import socket
import struct

from tlslite.api import HandshakeSettings, TLSConnection
from tlslite.constants import AlertDescription
from tlslite.errors import TLSAbruptCloseError, TLSError
from tlslite.messages import Message

from machine import ADDRESS

# Types of records, and of messages in a handshake.
CHANGE, ALERT, HANDSHAKE, DATA = 20, 21, 22, 23
CLIENT_HELLO, SERVER_HELLO, KEY_UPDATE = 1, 2, 24
TLS12, TLS13 = (3, 3), (3, 4)
# How a connection can end, besides with an alert, which is called by its name.
CLOSED, RESET, STILL_OPEN = "closed", "reset", "STILL OPEN"


def record(kind, content, version=0x0303, length=None):
    return struct.pack("!BHH", kind, version, len(content) if length is None else length) + content


def message(kind, content, length=None):
    return struct.pack("!I", kind << 24 | (len(content) if length is None else length)) + content


def vector(size, content):
    """Content after its length, which has `size` bytes."""
    return len(content).to_bytes(size, "big") + content


def extension(number, content):
    return struct.pack("!H", number) + vector(2, content)


def hello(rng, more=b"", early=False):
    """The content of a ClientHello of TLS 1.3 and 1.2. The same random numbers make the same hello."""
    suites = struct.pack("!6H", 0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F, 0xCCA8)
    extensions = [
        extension(0, vector(2, b"\0" + vector(2, b"localhost"))),
        extension(10, vector(2, struct.pack("!3H", 0x001D, 0x0017, 0x0018))),
        extension(13, vector(2, struct.pack("!4H", 0x0403, 0x0804, 0x0401, 0x0503))),
        extension(16, vector(2, vector(1, b"h2") + vector(1, b"http/1.1"))),
        extension(23, b""),
        extension(43, vector(1, struct.pack("!2H", 0x0304, 0x0303))),
        extension(45, b"\1\1"),
        extension(51, vector(2, struct.pack("!H", 0x001D) + vector(2, rng.randbytes(32)))),
        extension(65281, b"\0"),
    ]
    if early:
        extensions.append(extension(42, b""))
    return b"\3\3" + rng.randbytes(32) + vector(1, rng.randbytes(32)) + vector(2, suites) + vector(1, b"\0") + vector(2, b"".join(extensions) + more)


class Plain:
    """A connection without a handshake."""

    def __init__(self, server, timeout):
        self.socket = socket.create_connection((ADDRESS, server.port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""

    def send(self, data):
        """Sends as much as the server takes. Returns False once it has closed the connection."""
        try:
            self.socket.sendall(data)
            return True
        except OSError:
            return False

    def messages(self):
        """The records that the server has sent, as types and contents."""
        found, rest = [], self.received
        while len(rest) >= 5:
            length = 5 + int.from_bytes(rest[3:5], "big")
            found.append((rest[0], rest[5:length]))
            rest = rest[length:]
        return found

    def is_answered(self):
        """Waits for a ServerHello."""
        with contextlib.suppress(OSError):
            while not self.messages() and (some := self.socket.recv(65_536)):
                self.received += some
        return any(kind == HANDSHAKE and content[:1] == bytes([SERVER_HELLO]) for kind, content in self.messages())

    def end(self):
        """How the server ends the connection."""
        ending = CLOSED
        try:
            while some := self.socket.recv(65_536):
                self.received += some
        except TimeoutError:
            ending = STILL_OPEN
        except OSError:
            ending = RESET
        self.socket.close()
        alerts = [content[1] for kind, content in self.messages() if kind == ALERT and len(content) == 2]
        return AlertDescription.toStr(alerts[-1]) if alerts and ending != STILL_OPEN else ending


class Sealed:
    """A connection after its handshake."""

    def __init__(self, server, timeout, version=TLS13, session=None):
        self.socket = socket.create_connection((ADDRESS, server.port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        settings = HandshakeSettings()
        settings.minVersion = settings.maxVersion = version
        settings.keyShares, settings.eccCurves = ["x25519"], ["x25519", "secp256r1"]
        self.connection = TLSConnection(self.socket)
        self.connection.handshakeClientCert(session=session, settings=settings, serverName="localhost", alpn=[b"http/1.1"])
        self.records = self.connection._recordLayer
        self.suite = self.connection.session.cipherSuite

    def send(self, kind, content, times=1):
        """Sends records of a type, each sealed, however long or short. Returns False once the server has closed the connection."""
        try:
            for _ in range(times):
                for _ in self.records.sendRecord(Message(kind, bytearray(content))):
                    pass
            return True
        except (OSError, TLSError):
            return False

    def ticketed(self, request):
        """Asks for something, and ends. Returns the session with the tickets that the server has sent."""
        self.connection.write(request)
        while self.connection.read():
            pass
        self.socket.close()
        return self.connection.session

    def update_keys(self, is_requested):
        """Sends a KeyUpdate, and goes on with the new key."""
        is_sent = self.send(HANDSHAKE, message(KEY_UPDATE, bytes([is_requested])))
        self.new_key(self.records.calcTLS1_3KeyUpdate_reciever)
        return is_sent

    def new_key(self, derive):
        """Derives the next key. tlslite-ng names the ways by who receives and who has sent the KeyUpdate."""
        session = self.connection.session
        session.cl_app_secret, session.sr_app_secret = derive(self.suite, session.cl_app_secret, session.sr_app_secret)

    def next(self):
        """The next record from the server: its type and content, or how the connection has ended."""
        try:
            for header, parser in self.records.recvRecord():
                if header in (0, 1):
                    continue
                return header.type, bytes(parser.bytes)
        except TLSAbruptCloseError:
            return None, CLOSED
        except TimeoutError:
            return None, STILL_OPEN
        except OSError:
            return None, RESET
        except TLSError as error:
            return None, f"a record that cannot be opened ({type(error).__name__})"

    def end(self):
        """How the server ends the connection, and what it has sent before."""
        answer, alerts = b"", []
        while True:
            kind, content = self.next()
            if kind is None:
                break
            if kind == DATA:
                answer += content
            elif kind == ALERT:
                alerts.append(AlertDescription.toStr(content[1]))
            elif kind == HANDSHAKE and content[:1] == bytes([KEY_UPDATE]):
                self.new_key(self.records.calcTLS1_3KeyUpdate_sender)
        self.socket.close()
        return (alerts[-1] if alerts and content != STILL_OPEN else content), answer
