"""The attacks: what each crowd sends, from where, how many, and against a server with which arguments.

Sizes are (small, small at 256 MiB, large). They are chosen so that a server without a defence broke under them: the first at 64 MiB, the others at 256 MiB.
"""

from dataclasses import dataclass

import http2
import transport
from crowd import Behaviour, Plan, Reading, many_addresses, one_address
from machine import MIB

# Files and pages that clients request and do not read.
LARGE_FILE = b"/feed.json"
PAGE = b"/"
# Requests that a client pipelines without reading an answer. Each has some 80 bytes, and each answer some 11 KB.
UNREAD_REQUESTS = 400
# Frames of a block; each block is written repeatedly.
BLOCK_FRAMES = 800
# Streams that an attacker opens on one connection, however many the server allows.
STREAMS = 100
# More than a server tolerates: streams that one connection opens and resets.
RESETS = 2000
# The largest frame that may be sent before a SETTINGS says otherwise (RFC 9113 §6.5.2), and one far below.
FRAME_BYTES = 16_384
FEW_BYTES = 1_024


@dataclass(frozen=True)
class Attack:
    """One row of the table for each memory limit."""

    name: str
    what: str
    behaviours: tuple
    connections: tuple
    addresses: object = one_address
    arguments: tuple = ()
    # How often a connection that the server closes is replaced, on average.
    renewals: int = 2
    # Bytes that the crowd sends at most, in MiB.
    mebibytes: tuple = (64, 256, 1024)
    # Memory limits to run it with; None is no limit.
    limits: tuple = (None, 64 * MIB, 256 * MIB)
    # The least memory with which new clients are safe from it over TLS. README.md says what happens below.
    least_over_tls: int = 0
    # How long the complete crowd stays.
    seconds: tuple = (0.6, 0.6, 6.0)
    # Connections that are opened in a second, at most.
    per_second: float = float("inf")

    def plan(self, size, most):
        connections = min(self.connections[size], most)
        return Plan(self.behaviours, connections, self.addresses, connections * (1 + self.renewals), self.mebibytes[size] * MIB, self.per_second)


def request(target, fields=b""):
    return b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\n" + fields + b"\r\n"


def half_head(size):
    """The first `size` bytes of a head that never ends."""
    begin = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
    line = b"X-Half: " + b"x" * 490 + b"\r\n"
    return (begin + line * (size // len(line) + 1))[:size]


ONE_BYTE = Behaviour(half_head(1))
NINE_KB = Behaviour(half_head(9_000))
# A byte less than the limit of 16,384, so that there is no 431.
SIXTEEN_KB = Behaviour(half_head(16_383))

ZERO_WINDOW = Behaviour(http2.opening(window=0) + b"".join(map(http2.get, http2.streams(STREAMS))))
H2_IDLE = Behaviour(http2.opening())
H2_ANSWERED = Behaviour(http2.opening() + http2.frame(http2.SETTINGS, flags=1) + http2.get(1))

H2_RESETS = Behaviour(http2.opening() + b"".join(http2.get(stream) + http2.reset(stream) for stream in http2.streams(RESETS)))
PINGS = http2.frame(http2.PING, content=b"attacker") * BLOCK_FRAMES
MANY_SETTINGS = http2.settings(window=65_535) * BLOCK_FRAMES
# A header section that never ends: each frame holds one long field, as a literal without indexing with a new name (RFC 7541 §6.2.2).
LONG_FIELD = b"\x00\x01x\x7f" + bytes([0x80 | (FEW_BYTES - 127) % 128, (FEW_BYTES - 127) // 128]) + b"x" * FEW_BYTES
CONTINUATIONS = http2.frame(http2.CONTINUATION, stream=1, content=LONG_FIELD) * 16
EMPTY_CONTINUATIONS = http2.frame(http2.CONTINUATION, stream=1) * BLOCK_FRAMES
UNFINISHED_HEADERS = http2.opening() + http2.frame(http2.HEADERS, http2.END_STREAM, 1, http2.fields_of_get())

# Without this field, identity is sent, which the server inflates.
CODED = b"Accept-Encoding: gzip\r\n"

UNREAD_FILE = Behaviour(request(LARGE_FILE, CODED), reading=Reading.NOTHING)
UNREAD_PIPELINE = Behaviour(request(PAGE, CODED) * UNREAD_REQUESTS, reading=Reading.NOTHING)
UNREAD_ODD_PIPELINE = Behaviour(request(PAGE + b"?x", CODED) * UNREAD_REQUESTS, reading=Reading.NOTHING)
UNREAD_INFLATED_FILE = Behaviour(request(LARGE_FILE), reading=Reading.NOTHING)
UNREAD_INFLATED_PIPELINE = Behaviour(request(PAGE) * UNREAD_REQUESTS, reading=Reading.NOTHING)
UNREAD_H2 = Behaviour(
    http2.opening(window=2**31 - 1)
    + http2.frame(http2.WINDOW_UPDATE, content=b"\x7f\xff\x00\x00")
    + b"".join(http2.get(stream, LARGE_FILE) for stream in http2.streams(STREAMS)),
    reading=Reading.NOTHING,
)
SLOW_READER = Behaviour(request(LARGE_FILE, CODED) * 8, reading=Reading.A_BYTE_A_SECOND)
SLOW_PIPELINE = Behaviour(request(PAGE, CODED) * UNREAD_REQUESTS, reading=Reading.A_BYTE_A_SECOND)
SLOW_INFLATED_READER = Behaviour(request(LARGE_FILE) * 8, reading=Reading.A_BYTE_A_SECOND)

# The dearest requests without a coding: a file, and its last byte, for which all others are inflated and none is sent.
INFLATED_FILES = Behaviour(request(LARGE_FILE) * 40)
INFLATED_ENDS = Behaviour(request(LARGE_FILE, b"Range: bytes=-1\r\n") * UNREAD_REQUESTS)

# Many frequent words, which the server finds in most posts: the dearest kind of query.
SEARCH = b"/search?q=" + b"+".join(letter + b"*" for letter in (b"a", b"b", b"c", b"d", b"e", b"i", b"m", b"o", b"p", b"s", b"t", b"w"))
SEARCHES = Behaviour(request(SEARCH) * 40)
H2_SEARCHES = Behaviour(http2.opening() + b"".join(http2.get(stream, SEARCH) for stream in http2.streams(STREAMS)))
UNREAD_SEARCHES = Behaviour(request(SEARCH) * UNREAD_REQUESTS, reading=Reading.NOTHING)
UNREAD_H2_SEARCHES = Behaviour(
    http2.opening(window=2**31 - 1)
    + http2.frame(http2.WINDOW_UPDATE, content=b"\x7f\xff\x00\x00")
    + b"".join(http2.get(stream, SEARCH) for stream in http2.streams(STREAMS)),
    reading=Reading.NOTHING,
)

SILENT = Behaviour(b"")
ANSWERED = Behaviour(request(PAGE))

EVERYTHING = (
    ONE_BYTE,
    SIXTEEN_KB,
    ZERO_WINDOW,
    H2_ANSWERED,
    H2_RESETS,
    Behaviour(http2.opening(), PINGS, Reading.NOTHING),
    Behaviour(UNFINISHED_HEADERS, CONTINUATIONS),
    UNREAD_PIPELINE,
    SLOW_READER,
    UNREAD_INFLATED_FILE,
    INFLATED_ENDS,
    SILENT,
    ANSWERED,
    NINE_KB,
)

# A server with few places, so that a small crowd fills it.
FEW_PLACES = ("--connections", "100")
WITHOUT = (None,)

ATTACKS = [
    Attack("half-heads-1", "one byte of a head, one address", (ONE_BYTE,), (3_600, 14_000, 14_000)),
    Attack("half-heads-9k", "9,000 bytes of a head, one address", (NINE_KB,), (3_600, 14_000, 14_000)),
    Attack("half-heads-16k", "16,383 bytes of a head, one address", (SIXTEEN_KB,), (3_600, 14_000, 14_000)),
    Attack("half-heads-1-many", "one byte, many addresses", (ONE_BYTE,), (3_600, 14_000, 14_000), many_addresses),
    Attack("half-heads-9k-many", "9,000 bytes, many addresses", (NINE_KB,), (3_600, 14_000, 14_000), many_addresses),
    Attack("half-heads-16k-many", "16,383 bytes, many addresses", (SIXTEEN_KB,), (3_600, 14_000, 14_000), many_addresses),
    Attack("half-heads-full", "one byte, more than 100 places", (ONE_BYTE,), (300, 300, 1_000), many_addresses, FEW_PLACES, limits=WITHOUT),
    Attack("half-heads-full-one", "the same, one address", (ONE_BYTE,), (300, 300, 1_000), one_address, FEW_PLACES, limits=WITHOUT),
    Attack("h2-zero-window", "100 GETs, no window, one address", (ZERO_WINDOW,), (500, 1_500, 1_500)),
    Attack("h2-zero-window-many", "100 GETs, no window, many addresses", (ZERO_WINDOW,), (500, 1_500, 1_500), many_addresses),
    Attack("h2-idle", "idle HTTP/2, many addresses", (H2_IDLE,), (3_600, 14_000, 14_000), many_addresses),
    Attack("h2-answered", "HTTP/2 idle after one answer, many addresses", (H2_ANSWERED,), (3_600, 14_000, 14_000), many_addresses),
    Attack("h2-idle-full", "idle HTTP/2, more than 100 places", (H2_IDLE, H2_ANSWERED), (300, 300, 1_000), many_addresses, FEW_PLACES, limits=WITHOUT),
    Attack("h2-resets", "2,000 GETs, each reset", (H2_RESETS,), (50, 50, 100), many_addresses, renewals=40),
    Attack("h2-pings", "endless PINGs; half do not read", (Behaviour(http2.opening(), PINGS), Behaviour(http2.opening(), PINGS, Reading.NOTHING)), (50, 50, 500)),
    Attack(
        "h2-settings",
        "endless SETTINGS; half do not read",
        (Behaviour(http2.opening(), MANY_SETTINGS), Behaviour(http2.opening(), MANY_SETTINGS, Reading.NOTHING)),
        (50, 50, 500),
    ),
    Attack(
        "h2-continuation",
        "a field section without end",
        (Behaviour(UNFINISHED_HEADERS, CONTINUATIONS), Behaviour(UNFINISHED_HEADERS, EMPTY_CONTINUATIONS)),
        (50, 50, 500),
        renewals=20,
    ),
    Attack(
        "unread",
        "pipelines and large files, never read, many addresses",
        (UNREAD_PIPELINE, UNREAD_FILE, UNREAD_ODD_PIPELINE, UNREAD_H2),
        (300, 300, 2_000),
        many_addresses,
    ),
    Attack("unread-one", "the same, one address", (UNREAD_PIPELINE, UNREAD_FILE, UNREAD_ODD_PIPELINE, UNREAD_H2), (300, 300, 2_000)),
    Attack(
        "unread-inflated",
        "the same without a coding, so that it is inflated; some read a byte a second",
        (UNREAD_INFLATED_PIPELINE, UNREAD_INFLATED_FILE, SLOW_INFLATED_READER, UNREAD_H2),
        (300, 300, 2_000),
        many_addresses,
    ),
    Attack("inflated", "large files and their ends, inflated without end, many addresses", (INFLATED_FILES, INFLATED_ENDS), (100, 100, 500), many_addresses, renewals=20),
    Attack("searches", "the dearest searches without end, many addresses", (SEARCHES, H2_SEARCHES), (100, 100, 500), many_addresses, renewals=20),
    Attack("unread-searches", "searches, never read, many addresses", (UNREAD_SEARCHES, UNREAD_H2_SEARCHES), (300, 300, 2_000), many_addresses, least_over_tls=256 * MIB),
    Attack("slow-readers", "a byte a second, many addresses", (SLOW_READER, SLOW_PIPELINE), (300, 300, 2_000), many_addresses),
    Attack("idle", "idle HTTP/1.1, half after an answer, many addresses", (SILENT, ANSWERED), (14_000, 18_000, 18_000), many_addresses),
    Attack("idle-full", "idle HTTP/1.1, more than 100 places", (SILENT, ANSWERED), (300, 300, 1_000), many_addresses, FEW_PLACES, limits=WITHOUT),
    Attack("all", "all of these at once, many addresses", EVERYTHING, (1_800, 3_600, 12_000), many_addresses),
]

# TLS itself. A ClientHello is what every client sends first; whoever has seen one can send it again.
HELLO = transport.client_hello()
# A handshake message of 64 KiB that stays unfinished (RFC 8446 §4 and §5.1): a ClientHello in records that are as large as they may be.
LONG_HELLO = b"\x01\x00\xff\xff" + b"\x03\x03" + b"x" * 65_000
LONG_HELLO_RECORDS = b"".join(b"\x16\x03\x01" + len(part).to_bytes(2) + part for part in (LONG_HELLO[at : at + 16_384] for at in range(0, len(LONG_HELLO), 16_384)))


# Records of a session that there is not.
NO_HANDSHAKE = b"\x17\x03\x03\x00\x20" + b"x" * 32


def below_tls(content, repeated=b""):
    return Behaviour(content, repeated, is_below_tls=True)


ATTACKS_ON_TLS = [
    Attack("tls-half-hellos", "a byte, or half of a ClientHello, many addresses", (below_tls(HELLO[:1]), below_tls(HELLO[: len(HELLO) // 2])), (3_600, 14_000, 14_000), many_addresses),
    Attack("tls-long-hellos", "64 KiB of a ClientHello that does not end, many addresses", (below_tls(LONG_HELLO_RECORDS),), (1_800, 5_000, 5_000), many_addresses),
    # Each costs the server a signature: more of them than its cores can sign keep new clients out, whatever it does. This is what it must bear.
    Attack("tls-hellos", "a ClientHello, and no more, many addresses", (below_tls(HELLO),), (2_000, 5_000, 14_000), many_addresses, per_second=1_500),
    Attack("tls-failures", "a ClientHello, then what is no handshake, many addresses", (below_tls(HELLO, NO_HANDSHAKE),), (100, 100, 500), many_addresses, renewals=20),
    Attack("tls-half-records", "a record of 16 KiB without its last byte, many addresses", (Behaviour(half_head(16_383), withheld=1),), (1_800, 5_000, 14_000), many_addresses),
]
