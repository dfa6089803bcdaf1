"""What no client should send: damaged hellos, records and messages of the wrong kind, size or order, floods, and tickets that were tampered with.

Each attack has a table row: what it does, and how the server may end its connections. In every case the server ends a connection within its time limits, answers others meanwhile,
keeps running, and holds no more memory than before. All random numbers come from a seed, which is printed: `--seed` repeats a run.
"""

import collections
import functools
import random
import statistics
import struct
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Callable

from tlslite.errors import TLSLocalAlert

from clients import ALERT, CHANGE, CLIENT_HELLO, CLOSED, DATA, HANDSHAKE, KEY_UPDATE, RESET, STILL_OPEN, TLS12, TLS13, Plain, Sealed, extension, hello, message, record, vector
from machine import Failure, serving

# The limits of the server that is attacked, in seconds, short so that each attack is short.
HEADER_TIME, IDLE_TIME = 2, 10
LIMITS = ("--header-time", f"{HEADER_TIME}s", "--idle-time", f"{IDLE_TIME}s", "--write-time", "3s")
# When a connection must have ended: after the longest limit, with time for the server to notice and for a busy machine.
PATIENCE = HEADER_TIME + IDLE_TIME + 5
# The longest wait of a well-behaved client. The machine that tests is busy as well.
LONGEST_WAIT = 3.0
# How much more the process may hold after all attacks than after the first of them. What grows with each connection grows beyond it: there are thousands.
GROWTH_BYTES = 8 * 2**20
# How much more it may hold while they last. A crowd of 200 hellos takes 4 MiB if a connection keeps no more than a record of each, and 12 if rustls keeps what it takes.
PEAK_BYTES = 7 * 2**20
CROWD = 200
THREADS = 64
FAILED = 'graven_tls_handshakes_total{version="",result="failed"}'
REQUEST = b"GET /robots.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

# The server has closed the connection. An alert is lost if the client still sends, and cannot be read by a client that has not followed the handshake.
ENDED = {CLOSED, RESET}
# The alerts for what cannot be read (RFC 8446 §6.2).
UNREADABLE = {"decode_error", "illegal_parameter", "unexpected_message"}
# The end of a session in good order; also where rustls has no alert for what went wrong (empty records without end, say).
GOODBYE = {"close_notify"}
ANSWERED = {"close_notify, and an answer"}


@dataclass
class Attack:
    """A way to attack. `run` yields how each of its connections has ended."""

    name: str
    run: Callable
    allowed: set
    # How long it may take, in seconds.
    most: float = 60.0


@dataclass
class Prober:
    """A well-behaved client that connects again and again, in a thread."""

    server: object
    waits: list = field(default_factory=list)
    failures: list = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self):
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.is_over.set()
        self.thread.join()

    def problems(self):
        worst = max(self.waits, default=float("inf"))
        print(f"meanwhile: {len(self.waits)} well-behaved clients, median {statistics.median(self.waits or [worst]) * 1000:.0f} ms, worst {worst * 1000:.0f} ms")
        return [f"a well-behaved client: {failure}" for failure in self.failures] + ([f"a well-behaved client waited {worst:.1f} s"] if worst > LONGEST_WAIT else [])

    def run(self):
        while not self.is_over.wait(0.1):
            try:
                self.waits.append(self.server.answers())
            except (OSError, Failure) as error:
                self.failures.append(repr(error))


# Before the handshake


def sent(server, *data):
    """Sends bytes on a connection of their own, and sees how it ends."""
    client = Plain(server, PATIENCE)
    for part in data:
        if not client.send(part):
            break
    return client.end()


def hello_record(rng, more=b""):
    return record(HANDSHAKE, message(CLIENT_HELLO, hello(rng, more)), 0x0301)


def mutated(data, rng):
    """The data with one to four changes."""
    data = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        place, length = rng.randrange(len(data)), rng.choice((1, 1, 2, 4, 16, 64))
        match rng.randrange(6):
            case 0:
                data[place] ^= 1 << rng.randrange(8)
            case 1:
                data[place : place + length] = rng.randbytes(length)
            case 2 if len(data) > length:
                del data[place : place + length]
            case 3:
                data[place:place] = data[place : place + length]
            case 4:
                data[place : place + 2] = rng.choice((b"\0\0", b"\xff\xff", b"\0\1", b"\x7f\xff", b"\x40\1"))
            case 5:
                data[place:place] = rng.randbytes(length)
    return bytes(data)


def mutated_hello(server, rng):
    """A hello with changes, in a record and a message whose lengths are right, or wrong as well."""
    content = hello(rng)
    match rng.randrange(3):
        case 0:
            return sent(server, mutated(record(HANDSHAKE, message(CLIENT_HELLO, content), 0x0301), rng))
        case 1:
            return sent(server, record(HANDSHAKE, mutated(message(CLIENT_HELLO, content), rng)))
        case _:
            return sent(server, record(HANDSHAKE, message(CLIENT_HELLO, mutated(content, rng))))


def in_threads(calls):
    """The results of the calls, which take place side by side: most connections only wait for the server."""
    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(lambda call: call(), calls))


def repeated(attack, times):
    """An attack on several connections, each with random numbers of its own."""

    def run(server, rng):
        return in_threads([functools.partial(attack, server, random.Random(rng.getrandbits(64))) for _ in range(times)])

    return run


def each(cases):
    """One connection for each case of bytes to send."""

    def run(server, rng):
        return in_threads([functools.partial(sent, server, *case) for case in cases(rng)])

    return run


def wrong_types(rng):
    """A capital letter is no type: it begins a request of HTTP, which is answered as such."""
    return [(record(kind, message(CLIENT_HELLO, hello(rng))),) for kind in range(256) if kind != HANDSHAKE and not ord("A") <= kind <= ord("Z")]


def wrong_messages(rng):
    return [(record(HANDSHAKE, message(kind, hello(rng))),) for kind in range(256) if kind != CLIENT_HELLO]


def wrong_lengths(rng):
    """Records that are empty, too long, or say so."""
    whole = message(CLIENT_HELLO, hello(rng))
    return [
        *((record(HANDSHAKE, b"") * times,) for times in (33, 1000)),
        *((record(HANDSHAKE, whole, length=length) + bytes(70_000),) for length in (16_384 + 2049, 0x7FFF, 0xFFFF)),
        *((record(HANDSHAKE, message(CLIENT_HELLO, hello(rng), length=length)),) for length in (0, 1, 40, 100)),
        *((record(HANDSHAKE, message(CLIENT_HELLO, b"", length=length)), *[record(HANDSHAKE, bytes(16_384))] * 8) for length in (0x1_0000, 0xFF_FFFF)),
    ]


def unfinished(rng):
    """What the server must not wait for longer than its time limit."""
    whole = hello_record(rng)
    long = record(HANDSHAKE, message(CLIENT_HELLO, b"", length=60_000)) + record(HANDSHAKE, bytes(16_384)) * 3
    return [(b"",), (whole[:1],), (whole[:5],), (whole[:-1],), (whole,), (record(HANDSHAKE, whole[5:9], 0x0301),), (long,)]


def other_protocols(rng):
    sslv2 = vector(2, b"\1\0\2" + struct.pack("!3H", 3, 0, 16) + b"\7\0\xc0" + rng.randbytes(16))
    return [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",),
        (b"\x80" + sslv2[1:],),
        (b"SSH-2.0-client\r\n",),
        *((rng.randbytes(length),) for length in (8, 100, 5000) for _ in range(10)),
        *((record(HANDSHAKE, message(CLIENT_HELLO, hello(rng)), version),) for version in (0x0000, 0x0002, 0x0200, 0xFFFF)),
    ]


def wrong_order(rng):
    """Records that may not come first, or not after a hello."""
    first = hello_record(rng)
    finished, exchange = record(HANDSHAKE, message(20, bytes(32))), record(HANDSHAKE, message(16, vector(1, bytes(32))))
    change, data = record(CHANGE, b"\1"), record(DATA, bytes(40))
    return [(finished,), (exchange,), (data,), (change, finished), (first + finished,), (first + exchange,), (first + first,), (first, change * 3 + first), (first + record(DATA, b""),)]


def change_floods(rng):
    """RFC 8446 §5: a ChangeCipherSpec is dropped once or twice; more of them are a flood."""
    return [(hello_record(rng), record(CHANGE, b"\1") * 1000), (record(CHANGE, b"\1") * 1000,), (hello_record(rng), record(CHANGE, b"\2")), (hello_record(rng), record(CHANGE, b"\1\1"))]


def alert_floods(rng):
    """Warnings before and after a hello."""
    return [(first, record(ALERT, b"\1\x5a") * 1000) for first in (b"", hello_record(rng))]


def huge_hellos(rng):
    """Hellos with as many extensions as fit, with one of them twice, and with one that is large; beyond 64 KiB they are refused."""
    several = [
        b"".join(extension(number, b"") for number in range(1000, 1000 + 15_000)),
        extension(1000, b"") * 2,
        extension(1000, bytes(65_000)),
        b"".join(extension(number, bytes(1000)) for number in range(1000, 1064)),
    ]
    pieces = [message(CLIENT_HELLO, hello(rng, more)) for more in several]
    return [tuple(record(HANDSHAKE, whole[at : at + 16_384]) for at in range(0, len(whole), 16_384)) for whole in pieces]


def early_data(server, rng):
    """RFC 8446 §4.2.10: early data is skipped, but not without end."""
    return sent(server, record(HANDSHAKE, message(CLIENT_HELLO, hello(rng, early=True)), 0x0301), *[record(DATA, rng.randbytes(16_000))] * 8)


def byte_by_byte(server, rng):
    """A hello in records of one byte, and one whose bytes arrive alone, are answered as any other."""
    whole = hello_record(rng)
    for parts in ([record(HANDSHAKE, whole[at : at + 1]) for at in range(5, len(whole))], [whole[at : at + 1] for at in range(len(whole))]):
        client = Plain(server, PATIENCE)
        for part in parts:
            client.send(part)
        yield "answered" if client.is_answered() else client.end()
        client.socket.close()


def drip(server, rng):
    """A byte of a hello now and then: the time limit is for all of it."""
    client, began = Plain(server, PATIENCE), time.monotonic()
    for byte in hello_record(rng):
        if time.monotonic() - began > PATIENCE:
            return STILL_OPEN
        if not client.send(bytes([byte])):
            return CLOSED
        time.sleep(0.1)
    return client.end()


def crowd_of_halves(server, rng):
    """Many connections at once, each with most of the longest hello."""
    long = record(HANDSHAKE, message(CLIENT_HELLO, b"", length=65_000)) + record(HANDSHAKE, rng.randbytes(16_384)) * 3 + record(HANDSHAKE, rng.randbytes(15_000))
    clients = [Plain(server, PATIENCE) for _ in range(CROWD)]
    for client in clients:
        client.send(long)
    for client in clients:
        yield client.end()


# After the handshake


def sealed(send, version=TLS13):
    """An attack on one connection after its handshake."""

    def run(server, rng):
        client = Sealed(server, PATIENCE, version)
        send(client, rng)
        ending, answer = client.end()
        yield f"{ending}, and an answer" if answer else ending

    return run


def updates(is_requested):
    """KeyUpdates until the server has enough of them. It answers none that asks for nothing."""

    def send(client, _):
        for _ in range(1000):
            if not client.update_keys(is_requested):
                return

    return send


def seal_then_break(client, rng):
    """A record one of whose bits is changed on the way."""
    plain, held = client.connection.sock.socket, []

    class Held:
        def send(self, data):
            held.append(bytes(data))
            return len(data)

    client.records.sock = client.records._recordSocket.sock = Held()
    client.send(DATA, REQUEST)
    client.records.sock = client.records._recordSocket.sock = client.connection.sock
    data = bytearray(b"".join(held))
    data[rng.randrange(5, len(data))] ^= 1 << rng.randrange(8)
    plain.sendall(data)


def renegotiation(client, rng):
    """RFC 5246 §7.2.2: the server refuses with a warning, without waiting for anything else, and goes on."""
    client.send(HANDSHAKE, message(CLIENT_HELLO, hello(rng)))
    kind, content = client.next()
    if (kind, content) != (ALERT, b"\1\x64"):
        raise Failure(f"renegotiation: expected the warning no_renegotiation, found {kind}: {content!r}")
    client.send(DATA, REQUEST)


def renegotiations(client, rng):
    for _ in range(100):
        client.send(HANDSHAKE, message(CLIENT_HELLO, hello(rng)))


def padding(client, _):
    """Records of nothing but padding."""
    client.records.padding_cb = lambda *_: 2000
    client.send(DATA, b"", 100)


def many(kind, content, times=1):
    return lambda client, _: client.send(kind, content, times)


def split_update(client, _):
    """A KeyUpdate in records of one byte, with another record among them (RFC 8446 §5.1)."""
    whole = message(KEY_UPDATE, b"\0")
    client.send(HANDSHAKE, whole[:2])
    client.send(DATA, REQUEST)
    client.send(HANDSHAKE, whole[2:])


def one_byte_records(client, _):
    """A request in records of one byte is a request."""
    for byte in REQUEST:
        client.send(DATA, bytes([byte]))


def half_message(client, _):
    """Most of the longest message that rustls takes. It must not be kept: the connection is charged with less."""
    client.send(HANDSHAKE, message(KEY_UPDATE, b"", length=65_000) + bytes(16_000))
    client.send(HANDSHAKE, bytes(16_000), 3)


def tampered_tickets(version):
    """RFC 8446 §4.2.11, RFC 5077 §3.4: a ticket that was tampered with is not accepted, and a whole handshake takes place. The first is as the server made it."""

    def run(server, rng):
        for change in (bytes, *TAMPERINGS * 4):
            session = Sealed(server, PATIENCE, version).ticketed(REQUEST)
            ticket = (session.tickets or session.tls_1_0_tickets)[0]
            ticket.ticket = bytearray(change(ticket.ticket) if change is bytes else change(bytes(ticket.ticket), rng))
            is_resumed = resumes(server, version, session)
            expected = change is bytes
            yield "as it should be" if is_resumed == expected else f"{'not ' * expected}resumed after {change.__name__}"

    return run


def resumes(server, version, session):
    """Whether the server resumes a session, instead of a whole handshake."""
    try:
        client = Sealed(server, PATIENCE, version, session=session)
    except TLSLocalAlert as alert:
        # Over TLS 1.2, tlslite-ng takes it for granted that its ticket is accepted.
        if version == TLS12 and "got certificate" in str(alert):
            return False
        raise
    client.socket.close()
    return client.connection.resumed


def flipped(ticket, rng):
    place = rng.randrange(len(ticket))
    return ticket[:place] + bytes([ticket[place] ^ 1 << rng.randrange(8)]) + ticket[place + 1 :]


def shortened(ticket, rng):
    return ticket[: rng.randrange(1, len(ticket))]


def lengthened(ticket, rng):
    return ticket + rng.randbytes(rng.randrange(1, 5000))


def invented(ticket, rng):
    return rng.randbytes(len(ticket))


TAMPERINGS = (flipped, shortened, lengthened, invented)


def of_both(version):
    """Attacks on sessions of either version."""
    name = "1.3" if version == TLS13 else "1.2"
    attacks = [
        Attack("a request in records of one byte", sealed(one_byte_records, version), ANSWERED),
        Attack("empty records of data", sealed(many(DATA, b"", 5000), version), ENDED | GOODBYE),
        Attack("a record of 2^14 + 1 bytes", sealed(many(DATA, bytes(16_385)), version), {"record_overflow"}),
        Attack("a record that was changed", sealed(seal_then_break, version), {"bad_record_mac"}),
        Attack("an unknown type of record", sealed(many(99, b"data"), version), UNREADABLE),
        Attack("a Finished at the wrong time", sealed(many(HANDSHAKE, message(20, bytes(32))), version), UNREADABLE),
        Attack("most of a long message", sealed(half_message, version), ENDED | GOODBYE, IDLE_TIME / 2),
        Attack("warnings without end", sealed(many(ALERT, b"\1\x5a", 2000), version), ENDED | GOODBYE),
        Attack("tickets tampered with", tampered_tickets(version), {"as it should be"}),
    ]
    return [Attack(f"{name}: {attack.name}", attack.run, attack.allowed, attack.most) for attack in attacks]


ATTACKS = [
    Attack("damaged hellos", repeated(mutated_hello, 600), ENDED | UNREADABLE | {"handshake_failure", "protocol_version", "missing_extension", "record_overflow"}),
    Attack("records of each wrong type", each(wrong_types), UNREADABLE),
    Attack("messages of each wrong type", each(wrong_messages), UNREADABLE),
    Attack("wrong lengths", each(wrong_lengths), ENDED | UNREADABLE),
    Attack("messages in the wrong order", each(wrong_order), ENDED | UNREADABLE),
    Attack("no TLS at all, or an old version", each(other_protocols), ENDED | UNREADABLE),
    Attack("unfinished hellos", each(unfinished), ENDED),
    Attack("a hello byte by byte", byte_by_byte, {"answered"}),
    Attack("a hello that drips", repeated(drip, 8), ENDED),
    Attack("a crowd of long unfinished hellos", crowd_of_halves, ENDED),
    Attack("huge hellos", each(huge_hellos), ENDED | UNREADABLE),
    Attack("ChangeCipherSpec without end", each(change_floods), ENDED | UNREADABLE),
    Attack("warnings without end", each(alert_floods), ENDED),
    Attack("early data without end", repeated(early_data, 4), ENDED),
    *of_both(TLS13),
    Attack("1.3: padding without end", sealed(padding), ENDED | GOODBYE),
    Attack("1.3: KeyUpdate without end", sealed(updates(True)), ENDED | GOODBYE),
    Attack("1.3: KeyUpdate without an answer", sealed(updates(False)), ENDED | GOODBYE),
    Attack("1.3: an unknown KeyUpdate", sealed(many(HANDSHAKE, message(KEY_UPDATE, b"\2"))), {"illegal_parameter"}),
    Attack("1.3: a KeyUpdate with data inside", sealed(split_update), ENDED | GOODBYE),
    Attack("1.3: a second ClientHello", sealed(lambda client, rng: client.send(HANDSHAKE, message(CLIENT_HELLO, hello(rng)))), {"unexpected_message"}),
    Attack("1.3: a ticket from the client", sealed(many(HANDSHAKE, message(4, bytes(20)))), UNREADABLE),
    Attack("1.3: a record of type zero", sealed(many(0, b"")), ENDED | GOODBYE),
    *of_both(TLS12),
    Attack("1.2: a renegotiation", sealed(renegotiation, TLS12), ANSWERED),
    Attack("1.2: renegotiations without end", sealed(renegotiations, TLS12), ENDED | GOODBYE | {"no_renegotiation"}),
    Attack("1.2: ChangeCipherSpec without end", sealed(many(CHANGE, b"\1", 1000), TLS12), ENDED | UNREADABLE),
]


def check(executable, work, seed):
    """Makes all attacks, and prints a row for each. Returns what is wrong."""
    print(f"hostile clients, seed {seed}\n{'attack':<38} {'ended':>6} {'s':>5} {'MiB':>5}  how", flush=True)
    problems = []
    with serving(executable, work, "ecdsa", LIMITS) as server, Prober(server) as prober:
        # What the first requests leave behind is no growth.
        for _ in range(10):
            server.answers()
        first = server.resident()
        for number, attack in enumerate(ATTACKS):
            began = time.monotonic()
            endings = collections.Counter(attack.run(server, random.Random(f"{seed}-{number}")))
            problems += [f"{attack.name}: {count} × {ending}" for ending, count in endings.items() if ending not in attack.allowed]
            if (taken := time.monotonic() - began) > attack.most:
                problems.append(f"{attack.name}: took {taken:.1f} s, at most {attack.most:g} are allowed")
            how = ", ".join(f"{count} {ending}" for ending, count in endings.most_common())
            print(f"{attack.name:<38} {endings.total():>6} {taken:>5.1f} {server.resident() / 2**20:>5.1f}  {how}", flush=True)
            if faults := server.faults():
                raise Failure(f"{attack.name}: {faults}")
        prober.stop()
        problems += what_is_left(server, first) + prober.problems()
    return problems


def what_is_left(server, first):
    """Connections and memory that the server has not given back."""
    deadline = time.monotonic() + PATIENCE
    while (open_now := server.connections()) and time.monotonic() < deadline:
        time.sleep(0.1)
    peak, now = server.resident("VmHWM"), server.resident()
    print(f"memory: {first / 2**20:.1f} MiB before, {peak / 2**20:.1f} at most, {now / 2**20:.1f} after; {server.metrics()[FAILED]:.0f} handshakes failed")
    return [
        *([f"{open_now:.0f} connections are still open"] if open_now else []),
        *([f"memory grew by {(now - first) / 2**20:.1f} MiB"] if now - first > GROWTH_BYTES else []),
        *([f"memory was {(peak - first) / 2**20:.1f} MiB higher during an attack"] if peak - first > PEAK_BYTES else []),
    ]
