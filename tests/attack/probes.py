"""New clients: every tenth of a second one connects from a separate address, asks for the front page, and waits for a complete 200.

They run in a process of their own, with a higher priority where that is allowed, so that what they measure is the server and not the attacker.
"""

import contextlib
import multiprocessing
import os
import selectors
import socket
import statistics
import time
from dataclasses import dataclass

from machine import IP_BIND_ADDRESS_NO_PORT, SERVER_ADDRESS

PROBE_ADDRESS = "127.0.0.2"
INTERVAL = 0.1
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: br\r\n\r\n"
PRIORITY = -10
# The outcome of a client that gave up.
NOTHING = "nothing in time"


@dataclass
class Waits:
    """What the probes saw: how many were answered with 200, their waits in seconds, and why others were not."""

    sent: int
    answered: int
    median: float
    worst: float
    failures: dict


class Probe:
    """One new client."""

    def __init__(self, port, transport):
        self.began = time.monotonic()
        self.received = b""
        self.is_sent = False
        self.socket = socket.socket()
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        self.socket.bind((PROBE_ADDRESS, 0))
        self.socket.connect_ex((SERVER_ADDRESS, port))
        self.transport = transport.client(self.socket)

    def go_on(self):
        """Sends or reads what it can. Returns the outcome once there is one: `200`, or what happened instead."""
        try:
            if not self.is_sent:
                self.transport.send(REQUEST)
                self.is_sent = True
            while True:
                some = self.transport.recv(65_536)
                if not some:
                    return self.status() or "closed without an answer"
                self.received += some
                if self.is_complete():
                    return self.status()
        except BlockingIOError:
            return None
        except ConnectionRefusedError:
            return "refused"
        except OSError:
            return self.status() or "reset"

    def events(self):
        """What it waits for."""
        is_writing = not self.is_sent and not self.transport.is_securing or self.transport.has_unsent
        return selectors.EVENT_READ | (selectors.EVENT_WRITE if is_writing else 0)

    def is_complete(self):
        head, end, content = self.received.partition(b"\r\n\r\n")
        if not end:
            return False
        length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        return not length or len(content) >= int(length[0].split(b":")[1])

    def status(self):
        if not self.received.startswith(b"HTTP/1.1 "):
            return None
        status = self.received[9:12].decode("latin-1")
        return status if status != "200" or self.is_complete() else "200 cut off"


def probe(port, transport, patience, control):
    """Probes until `control` is readable, waits for the probes under way, and sends the outcomes."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, PRIORITY)
    outcomes, waiting, next_at, is_stopped = [], set(), time.monotonic(), False
    selector = selectors.DefaultSelector()
    selector.register(control, selectors.EVENT_READ)

    def finish(one, outcome):
        waiting.discard(one)
        selector.unregister(one.socket)
        one.socket.close()
        outcomes.append((time.monotonic() - one.began, outcome))

    while waiting or not is_stopped:
        now = time.monotonic()
        if not is_stopped and now >= next_at:
            one = Probe(port, transport)
            waiting.add(one)
            selector.register(one.socket, selectors.EVENT_READ | selectors.EVENT_WRITE, one)
            next_at = max(next_at + INTERVAL, now)
        for one in [one for one in waiting if now - one.began > patience]:
            finish(one, NOTHING)
        for key, _ in selector.select(max(0.0, min(next_at - time.monotonic(), INTERVAL))):
            if key.data is None:
                control.recv()
                selector.unregister(control)
                is_stopped = True
                continue
            outcome = key.data.go_on()
            if outcome:
                finish(key.data, outcome)
            else:
                selector.modify(key.data.socket, key.data.events(), key.data)
    control.send(outcomes)


class Prober:
    """The process that probes."""

    def __init__(self, server, patience):
        context = multiprocessing.get_context("fork")
        self.control, other = context.Pipe()
        self.process = context.Process(target=probe, args=(server.port, server.transport, patience, other), daemon=True)
        self.process.start()
        other.close()

    def stop(self):
        """Stops probing. Returns what all probes saw."""
        self.control.send("stop")
        outcomes = self.control.recv()
        self.process.join()
        return summary(outcomes)

    def kill(self):
        """Ends the process after a failed run."""
        self.process.kill()
        self.process.join()


def summary(outcomes):
    waits = [wait for wait, outcome in outcomes if outcome == "200"]
    failures = {}
    for _, outcome in outcomes:
        if outcome != "200":
            failures[outcome] = failures.get(outcome, 0) + 1
    # A client that was not answered waited infinitely long.
    every = [*waits, *[float("inf")] * sum(failures.values())]
    return Waits(len(outcomes), len(waits), statistics.median_low(every) if every else 0.0, max(every, default=0.0), failures)
