"""Pipelines: many requests on one connection, sent in one burst, in two, or cut at any byte. Every answer must be right and in order.

What is right is what a fresh connection answers to the same request: all bytes, except the value of `Date`. Nothing here is hostile in itself; an answer that is
lost or that belongs to another request is what an attacker hopes for.
"""

import itertools
import re
import selectors
import socket
import time
from dataclasses import dataclass, field

from machine import connect_from

CLIENT = "127.0.0.1"
# Seconds without a byte, while answers are missing, after which they count as lost.
SILENCE = 1.0
# Seconds between two bursts.
PAUSE = 0.03
# Pipelines that are cut somewhere and run side by side.
SIDE_BY_SIDE = 40
# Wrong runs of one pipeline after which the other cuts are not tried.
ENOUGH_FAULTS = 3
# A request that is not plain, as short as it can be, with a short answer: many of them wait in one buffer.
BARE = b"GET /robots.txt?x HTTP/1.1\r\nHost: x\r\n\r\n"
FIELDS = b"Host: localhost\r\nAccept-Encoding: br\r\n"


@dataclass(frozen=True)
class Pipeline:
    """A list of requests, and where the bytes are cut in two (0: sent in one burst)."""

    name: str
    requests: tuple
    cuts: tuple = (0,)

    @property
    def content(self):
        return b"".join(self.requests)


@dataclass
class Checked:
    """Answers that were right, answers that were due, and the first wrong answer of each connection that had one."""

    right: int = 0
    due: int = 0
    connections: int = 0
    sent: int = 0
    faults: list = field(default_factory=list)

    def add(self, other):
        self.right += other.right
        self.due += other.due
        self.connections += other.connections
        self.sent += other.sent
        self.faults += other.faults


def get(target, fields=b"", method=b"GET"):
    return method + b" " + target + b" HTTP/1.1\r\n" + FIELDS + fields + b"\r\n"


def long_head():
    """A request whose head has about 8,000 bytes."""
    return get(b"/", b"".join(b"X-Long-%d: %s\r\n" % (number, b"x" * 480) for number in range(16)))


# Requests


def connect(server, address):
    """A connection that waits for each answer."""
    return server.transport.blocking(connect_from(address, server.port))


def read_one(stream, method):
    """One answer: its head without the value of `Date`, and its content. Empty if the connection ended before it was complete."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline()
        if not line:
            return b""
        head += line
    length = content_length(head, method)
    content = stream.read(length)
    return without_date(head) + content if len(content) == length else b""


def content_length(head, method):
    """RFC 9112 §6.3, for a server that always sends Content-Length."""
    status = head.split(b" ", 2)[1]
    found = re.search(rb"\r\ncontent-length: *(\d+)", head, re.I)
    return 0 if method == b"HEAD" or status in (b"204", b"304") or not found else int(found.group(1))


def without_date(head):
    return re.sub(rb"(?i)\r\ndate: [^\r]*", b"\r\ndate:", head)


class Expected:
    """The answers of fresh connections, one for each different request."""

    def __init__(self, server):
        self.server = server
        self.known = {}

    def of(self, request):
        if request not in self.known:
            with connect(self.server, CLIENT) as connection, connection.makefile("rb") as stream:
                connection.sendall(request)
                self.known[request] = read_one(stream, request.split(b" ", 1)[0])
        return self.known[request]

    def entity_tag(self, target):
        return re.search(rb'\r\netag: *("[^"]*")', self.of(get(target)), re.I).group(1)


# Running


class Run:
    """One connection that sends a pipeline and collects what comes."""

    def __init__(self, server, pipeline, cut):
        self.connection = connect_from(CLIENT, server.port)
        self.connection.setblocking(False)
        self.transport = server.transport.client(self.connection)
        content = memoryview(pipeline.content)
        self.bursts = [content[:cut], content[cut:]] if cut else [content]
        self.received = bytearray()
        self.next_burst_at = 0.0
        self.last_heard = time.monotonic()
        self.is_over = False

    def wants(self):
        is_writing = self.may_send() and not self.transport.is_securing or self.transport.has_unsent
        return selectors.EVENT_READ | (selectors.EVENT_WRITE if is_writing else 0)

    def may_send(self):
        return bool(self.bursts) and time.monotonic() >= self.next_burst_at

    def go_on(self, due):
        """Sends and reads what it can; over when all bytes that are due have come, when the server closes, or after silence."""
        try:
            if self.may_send():
                self.bursts[0] = self.bursts[0][self.transport.send(self.bursts[0]) :]
                if not self.bursts[0]:
                    self.bursts.pop(0)
                    self.next_burst_at = time.monotonic() + PAUSE
        except BlockingIOError:
            pass
        except OSError:
            self.bursts.clear()
        self.read()
        is_all_here = not self.bursts and len(self.received) >= due
        if is_all_here or time.monotonic() - self.last_heard > SILENCE:
            self.is_over = True

    def read(self):
        try:
            while not self.is_over:
                some = self.transport.recv(262_144)
                if not some:
                    self.is_over = True
                self.received += some
                self.last_heard = time.monotonic()
        except BlockingIOError:
            pass
        except OSError:
            self.is_over = True


def run(server, pipeline, expected, side_by_side=SIDE_BY_SIDE):
    """Runs a pipeline once for each of its cuts, and checks every answer."""
    faults = 0
    answers = [expected.of(request) for request in pipeline.requests]
    # Plus the dates, of 30 bytes each with the space (RFC 9110 §5.6.7): the known answers have an empty `date:`.
    due = sum(len(answer) + 30 * answer.count(b"\r\ndate:\r\n") for answer in answers)
    checked = Checked()
    cuts = iter(pipeline.cuts)
    while faults < ENOUGH_FAULTS and (group := list(itertools.islice(cuts, side_by_side))):
        runs = [Run(server, pipeline, cut) for cut in group]
        finish(runs, due)
        for one, cut in zip(runs, group):
            one_checked = check(pipeline, answers, bytes(one.received), cut)
            faults += len(one_checked.faults)
            checked.add(one_checked)
    return checked


def finish(runs, due):
    """Lets runs side by side go on until all are over."""
    with selectors.DefaultSelector() as selector:
        for one in runs:
            selector.register(one.connection, selectors.EVENT_READ, one)
        open_runs = set(runs)
        while open_runs:
            for one in open_runs:
                selector.modify(one.connection, one.wants(), one)
            selector.select(0.005)
            for one in list(open_runs):
                one.go_on(due)
                if one.is_over:
                    selector.unregister(one.connection)
                    one.connection.close()
                    open_runs.discard(one)


def check(pipeline, answers, received, cut):
    """Compares what came with what was due, answer by answer."""
    checked = Checked(0, len(answers), 1, len(pipeline.content))
    at, where = 0, f" cut at byte {cut}" if cut else ""
    for number, (request, answer) in enumerate(zip(pipeline.requests, answers), 1):
        end = received.find(b"\r\n\r\n", at)
        head = received[at : end + 4] if end >= 0 else b""
        length = content_length(head, request.split(b" ", 1)[0]) if head.startswith(b"HTTP/1.1 ") else 0
        came = without_date(head) + received[end + 4 : end + 4 + length]
        if not head or came != answer:
            came_text = repr(head[:30].split(b"\r\n")[0].decode("latin-1")) if head else "nothing"
            wanted = answer.split(b"\r\n")[0].decode("latin-1")
            other = " with other bytes" if head and wanted in came_text else ""
            checked.faults.append(f"{pipeline.name}{where}: answer {number} of {len(answers)}: expected {wanted!r}, found {came_text}{other}")
            return checked
        checked.right += 1
        at = end + 4 + length
    if at < len(received):
        checked.faults.append(f"{pipeline.name}{where}: {len(received) - at} bytes after the last answer")
    return checked


# Which


def pipelines(expected, length, every_byte):
    """All pipelines of about `length` requests. The short ones are cut at every `every_byte`-th byte."""
    tag = expected.entity_tag(b"/")
    plain = (get(b"/"), get(b"/blog"), get(b"/", b"If-None-Match: " + tag + b"\r\n"), get(b"/tags", method=b"HEAD"), get(b"/no-such-page"))
    odd = (
        get(b"/?x"),
        get(b"/tags", b"Range: bytes=0-99\r\n"),
        get(b"/", b"If-Match: " + tag + b"\r\n"),
        get(b"/", b'If-Match: "other"\r\n'),
        get(b"/notes/"),
    )
    mixed = tuple(itertools.chain.from_iterable(zip(plain, odd)))
    many = {
        "plain": repeat(plain, length),
        "not plain": repeat(odd, length),
        "mixed": repeat(mixed, length),
        "long head": (long_head(), *repeat((get(b"/?x"),), length)),
        "long head, plain": (long_head(), *repeat((get(b"/"),), length)),
        "three long heads": (*repeat((long_head(),), 3), *repeat((BARE,), length)),
        "bare": repeat((BARE,), length),
    }
    for name, requests in many.items():
        yield Pipeline(f"{name}, one burst", requests)
        yield Pipeline(f"{name}, two bursts", requests, some_cuts(requests))
    short = {"plain": plain[:3], "not plain": odd[:3], "mixed": mixed[:4]}
    for name, requests in short.items():
        size = sum(map(len, requests))
        yield Pipeline(f"{name}, short", requests, tuple(range(1, size, every_byte)))


def repeat(requests, length):
    return tuple(itertools.islice(itertools.cycle(requests), length))


def some_cuts(requests):
    """Where a long pipeline is cut: after the first request, on the boundaries of its quarters, within a request, and before the last byte."""
    starts = [0, *itertools.accumulate(map(len, requests))]
    quarters = [starts[len(requests) * part // 4] for part in (1, 2, 3)]
    return (starts[1], *quarters, quarters[1] + 17, starts[-1] - 1)


def hold_idle(server, count):
    """Idle connections, each from its own address; each has had one answer, so that the server counts it as idle."""
    held = []
    for number in range(count):
        connection = connect(server, f"127.0.1.{1 + number}")
        connection.sendall(get(b"/robots.txt"))
        with connection.makefile("rb") as stream:
            read_one(stream, b"GET")
        held.append(connection)
    return held


def release(held):
    for connection in held:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        connection.close()
