"""A crowd of hostile clients: many connections, each with its behaviour.

The crowd is bounded: in connections at a time, in connections altogether (those that the server closes are replaced), and in bytes. It runs in a
process of its own, until the driver stops it.
"""

import contextlib
import enum
import multiprocessing
import os
import select
import socket
import struct
import time
from dataclasses import dataclass, field

from machine import IP_BIND_ADDRESS_NO_PORT, SERVER_ADDRESS

# Connections opened before the crowd looks at those that it has.
A_BURST = 100
# The receive buffer of clients that do not read: small, so that unread bytes wait at the server.
SMALL_BUFFER = 4096
# A closed connection leaves nothing behind (SO_LINGER with no time sends a reset).
NO_LINGER = struct.pack("ii", 1, 0)
A_SECOND = 1.0


class Reading(enum.Enum):
    """What a client does with answers."""

    ALL = "reads all that comes"
    NOTHING = "reads nothing"
    A_BYTE_A_SECOND = "reads a byte a second"


@dataclass(frozen=True)
class Behaviour:
    """What one connection does: sends `opening` at once, then `repeated` for as long as the crowd's bytes last."""

    opening: bytes
    repeated: bytes = b""
    reading: Reading = Reading.ALL
    # Over TLS: the bytes are sent without it, and how many of the last record's bytes are not sent.
    is_below_tls: bool = False
    withheld: int = 0


@dataclass(frozen=True)
class Plan:
    """A whole crowd. Connection n behaves as `behaviours[n % len]`, and comes from `addresses(n)`."""

    behaviours: tuple
    connections: int
    addresses: object
    connections_in_all: int
    bytes_in_all: int
    # Connections that are opened in a second, at most.
    per_second: float


@dataclass
class Spent:
    """What the attack cost the attacker."""

    opened: int = 0
    closed_by_server: int = 0
    sent: int = 0
    cpu_seconds: float = 0.0


def one_address(_):
    return "127.0.0.1"


def many_addresses(number):
    """Addresses of loopback, a different one for each of the first 60,000 connections; never the probes'."""
    return f"127.{1 + number // 62_500 % 200}.{number // 250 % 250}.{1 + number % 250}"


@dataclass
class Connection:
    """One connection, with what it has still to send."""

    socket: object
    transport: object
    behaviour: Behaviour
    unsent: memoryview = field(repr=False)
    events: int = 0
    # Its handshake is over, or it is closed.
    is_settled: bool = False


class Crowd:
    """The connections of a plan."""

    def __init__(self, port, transport, plan):
        self.port, self.transport, self.plan = port, transport, plan
        self.epoll = select.epoll()
        self.held = {}
        self.settled = 0
        self.began = time.monotonic()
        self.spent = Spent()

    def open_one(self):
        number = self.spent.opened
        behaviour = self.plan.behaviours[number % len(self.plan.behaviours)]
        client = socket.socket()
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
        if behaviour.reading is not Reading.ALL:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        client.bind((self.plan.addresses(number), 0))
        client.connect_ex((SERVER_ADDRESS, self.port))
        self.spent.opened += 1
        connection = Connection(client, self.transport.attacker(client, behaviour), behaviour, memoryview(behaviour.opening))
        self.held[client.fileno()] = connection
        self.epoll.register(client.fileno(), 0)
        self.send(connection)

    def send(self, connection):
        """Sends what the socket takes now, and registers for the rest."""
        try:
            if not connection.unsent and connection.behaviour.repeated and self.spent.sent < self.plan.bytes_in_all:
                connection.unsent = memoryview(connection.behaviour.repeated)
            if connection.unsent or connection.transport.is_securing or connection.transport.has_unsent:
                count = connection.transport.send(connection.unsent)
                self.spent.sent += count
                connection.unsent = connection.unsent[count:]
        except BlockingIOError:
            pass
        except OSError:
            self.close(connection)
            return
        if not connection.transport.is_securing:
            self.settle(connection)
        self.await_events(connection)

    def settle(self, connection):
        self.settled += not connection.is_settled
        connection.is_settled = True

    def await_events(self, connection):
        has_more = connection.behaviour.repeated and self.spent.sent < self.plan.bytes_in_all
        is_securing, has_unsent = connection.transport.is_securing, connection.transport.has_unsent
        events = select.EPOLLRDHUP
        events |= select.EPOLLIN if is_securing or connection.behaviour.reading is Reading.ALL else 0
        events |= select.EPOLLOUT if has_unsent or (not is_securing and (connection.unsent or has_more)) else 0
        if events != connection.events:
            self.epoll.modify(connection.socket.fileno(), events)
            connection.events = events

    def close(self, connection):
        self.spent.closed_by_server += 1
        self.settle(connection)
        del self.held[connection.socket.fileno()]
        connection.socket.close()

    def read(self, connection, count):
        """Reads and discards. Closes if the server has closed."""
        try:
            if not connection.transport.recv(count):
                self.close(connection)
        except BlockingIOError:
            pass
        except OSError:
            self.close(connection)

    def handle(self, number, events):
        connection = self.held.get(number)
        if connection is None:
            return
        if events & (select.EPOLLHUP | select.EPOLLERR):
            self.close(connection)
        elif events & select.EPOLLIN and connection.transport.is_securing:
            self.send(connection)
        elif events & select.EPOLLIN:
            self.read(connection, 262_144)
        elif events & select.EPOLLRDHUP:
            self.close(connection)
        if events & select.EPOLLOUT and self.held.get(number) is connection:
            self.send(connection)

    def is_full(self):
        """Whether it opens none now."""
        plan, opened = self.plan, self.spent.opened
        due = plan.per_second * (time.monotonic() - self.began)
        return len(self.held) >= plan.connections or opened >= plan.connections_in_all or opened >= due

    def is_ready(self):
        """Whether all were opened once, and each has sent its opening, cannot now, or is closed."""
        return self.settled >= self.plan.connections

    def run(self, control):
        """Attacks until `control` is readable. Sends `ready` when the whole crowd has been opened once."""
        is_said, last_sip = False, time.monotonic()
        self.epoll.register(control.fileno(), select.EPOLLIN)
        while True:
            for _ in range(A_BURST):
                if self.is_full():
                    break
                self.open_one()
            for number, events in self.epoll.poll(0.02 if self.is_full() else 0, 1000):
                if number == control.fileno():
                    return
                self.handle(number, events)
            if time.monotonic() - last_sip >= A_SECOND:
                last_sip = time.monotonic()
                self.sip()
            if not is_said and self.is_ready():
                is_said = True
                control.send("ready")

    def sip(self):
        for connection in [held for held in self.held.values() if held.behaviour.reading is Reading.A_BYTE_A_SECOND]:
            self.read(connection, 1)


def attack(port, transport, plan, control):
    """The attacking process."""
    crowd = Crowd(port, transport, plan)
    with contextlib.suppress(EOFError, BrokenPipeError):
        crowd.run(control)
        control.recv()
    crowd.spent.cpu_seconds = sum(os.times()[:2])
    with contextlib.suppress(BrokenPipeError):
        control.send(crowd.spent)


class Attacker:
    """A handle on the attacking process."""

    def __init__(self, server, plan):
        context = multiprocessing.get_context("fork")
        self.control, other = context.Pipe()
        self.process = context.Process(target=attack, args=(server.port, server.transport, plan, other), daemon=True)
        self.process.start()
        other.close()

    def is_ready(self):
        return self.control.poll() and self.control.recv() == "ready"

    def stop(self):
        """Ends the attack. Returns what it cost."""
        self.control.send("stop")
        answer = self.control.recv()
        while not isinstance(answer, Spent):
            answer = self.control.recv()
        self.process.join()
        return answer

    def kill(self):
        """Ends the process after a failed run."""
        self.process.kill()
        self.process.join()
