"""The machine that an attack runs on: descriptors, memory groups of the kernel, and the server that is attacked.

Everything listens on loopback only. A server is ended by its own process id, and its memory group is removed afterwards.
"""

import contextlib
import os
import re
import resource
import signal
import socket
import subprocess
import time
from pathlib import Path

SERVER_ADDRESS = "127.0.0.1"
MIB = 2**20
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
# Descriptors that an attacker needs: more connections than the server's default limit of 16,384.
DESCRIPTORS = 65_536
# Seconds for a server to start, and for a group to become empty.
START_LIMIT = 10.0
REMOVAL_LIMIT = 5.0
# Linux's IP_BIND_ADDRESS_NO_PORT, for which Python has no name: the port is chosen at connect, and need only be unique to the pair.
IP_BIND_ADDRESS_NO_PORT = 24


class Failure(Exception):
    """An error that the user can fix. Shown without a traceback."""


def raise_descriptor_limit():
    """Raises the descriptor limit to the most that this user may have. Returns it. Children inherit it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (max(hard, DESCRIPTORS), hard):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, wanted))
            return wanted
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def free_port():
    """A port that nobody listens on, below the range of outgoing connections."""
    first = 20_000 + os.getpid() % 5000
    for port in range(first, 30_000):
        with socket.socket() as trial, contextlib.suppress(OSError):
            trial.bind((SERVER_ADDRESS, port))
            return port
    raise Failure("no free port between 20000 and 30000")


def connect_from(address, port):
    """A blocking connection to the server from a loopback address."""
    connection = socket.socket()
    connection.settimeout(5)
    connection.setsockopt(socket.IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.bind((address, 0))
    connection.connect((SERVER_ADDRESS, port))
    return connection


# Memory groups


class Group:
    """A memory group (cgroup) below our own, of version 1 or 2."""

    def __init__(self, path, limit):
        self.path = path
        self.is_v2 = (path / "memory.max").exists()
        if limit is not None:
            (path / ("memory.max" if self.is_v2 else "memory.limit_in_bytes")).write_text(str(limit))
        if self.is_v2:
            # Without swap, as on a Pi; the file is absent if the kernel has no swap.
            with contextlib.suppress(OSError):
                (path / "memory.swap.max").write_text("0")
        else:
            # Version 1 counts the memory of TCP sockets separately, and only once it has a limit. This one is never reached.
            with contextlib.suppress(OSError):
                (path / "memory.kmem.tcp.limit_in_bytes").write_text(str(2**40))

    @property
    def version(self):
        return 2 if self.is_v2 else 1

    def peak_bytes(self):
        """The most that the group held. Version 1: without the buffers of its sockets."""
        for name in ("memory.peak", "memory.max_usage_in_bytes", "memory.current"):
            with contextlib.suppress(OSError):
                return int((self.path / name).read_text())
        return 0

    def socket_bytes(self):
        """What the buffers of the group's sockets hold now, or None."""
        with contextlib.suppress(OSError):
            if self.is_v2:
                return int(re.search(r"^sock (\d+)$", (self.path / "memory.stat").read_text(), re.M).group(1))
            return int((self.path / "memory.kmem.tcp.usage_in_bytes").read_text())
        return None

    def kills(self):
        """How many processes the kernel ended because the group had no memory left."""
        name = "memory.events" if self.is_v2 else "memory.oom_control"
        with contextlib.suppress(OSError):
            found = re.search(r"^oom_kill (\d+)$", (self.path / name).read_text(), re.M)
            return int(found.group(1)) if found else 0
        return 0

    def remove(self):
        """Removes the group. Its processes have ended; the kernel may take a moment to notice."""
        deadline = time.monotonic() + REMOVAL_LIMIT
        while self.path.exists() and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                self.path.rmdir()
                return
            time.sleep(0.02)


def group_parents():
    """Folders below which a memory group may be made: our own group's, then the root of the hierarchy."""
    mounts = Path("/proc/self/mounts").read_text().splitlines()
    of_own = {}
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            of_own[controller] = path
    for line in mounts:
        _, place, kind, options = line.split()[:4]
        if kind == "cgroup" and "memory" in options.split(","):
            own = of_own.get("memory", "/")
        elif kind == "cgroup2":
            own = of_own.get("", "/")
        else:
            continue
        for parent in dict.fromkeys((Path(place) / own.lstrip("/"), Path(place))):
            if parent.is_dir():
                yield parent


def make_group(limit):
    """A group with that limit in bytes (None: without), or None if this machine does not allow it."""
    for parent in group_parents():
        path = parent / f"graven-attack-{os.getpid()}"
        try:
            # Version 2 passes a controller on only if requested.
            with contextlib.suppress(OSError):
                if (parent / "cgroup.subtree_control").exists():
                    (parent / "cgroup.subtree_control").write_text("+memory")
            path.mkdir()
        except OSError:
            continue
        try:
            if (path / "memory.max").exists() or (path / "memory.limit_in_bytes").exists():
                return Group(path, limit)
        except OSError:
            pass
        with contextlib.suppress(OSError):
            path.rmdir()
    return None


def machine_socket_bytes():
    """What TCP holds on the whole machine, the attackers' own sockets included."""
    found = re.search(r"^TCP:.* mem (\d+)", Path("/proc/net/sockstat").read_text(), re.M)
    return int(found.group(1)) * PAGE_BYTES if found else 0


# The server


class Server:
    """The executable under attack, in a memory group if the machine allows one."""

    def __init__(self, executable, transport, arguments, limit):
        self.port, self.transport = free_port(), transport
        self.group = make_group(limit)
        self.resident_peak = self.sockets_peak = 0
        self.sockets_before = machine_socket_bytes()
        self.cpu_seconds = 0.0
        own = [str(executable), "serve", *transport.arguments(f"{SERVER_ADDRESS}:{self.port}"), *arguments]
        enter = ["sh", "-c", 'echo $$ >"$0" && exec "$@"', str(self.group.path / "cgroup.procs")] if self.group else []
        environment = {name: value for name, value in os.environ.items() if not name.startswith("NOTES_")}
        self.child = subprocess.Popen(
            [*enter, *own],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def wait_until_it_answers(self):
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline and self.child.poll() is None:
            with contextlib.suppress(OSError), connect_from(SERVER_ADDRESS, self.port):
                return
            time.sleep(0.005)
        raise Failure(f"the server does not answer (exit status {self.child.poll()})")

    def sample(self):
        """Reads what the server holds now. Returns False once it has ended."""
        if self.child.poll() is not None:
            return False
        with contextlib.suppress(OSError, AttributeError):
            status = Path(f"/proc/{self.child.pid}/status").read_text()
            self.resident_peak = max(self.resident_peak, int(re.search(r"^VmHWM:\s+(\d+)", status, re.M).group(1)) * 1024)
            # CPU clock of a process, of its ended threads too (clock_getcpuclockid(3)).
            self.cpu_seconds = time.clock_gettime((~self.child.pid << 3) | 2)
        sockets = self.group.socket_bytes() if self.group else None
        if sockets is None:
            sockets = machine_socket_bytes() - self.sockets_before
        self.sockets_peak = max(self.sockets_peak, sockets)
        return True

    def ended(self):
        """How the server ended, in words; empty while it runs."""
        code = self.child.poll()
        if code is None:
            return ""
        if self.group and self.group.kills():
            return "killed: out of memory"
        return f"ended by signal {-code}" if code < 0 else f"ended with status {code}"

    def stop(self):
        """Ends the server by its id and removes its group."""
        if self.child.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self.child.send_signal(signal.SIGKILL)
        self.child.wait()
        if self.group:
            self.group.remove()


@contextlib.contextmanager
def serving(executable, transport, arguments=(), limit=None):
    """A server that runs for as long as the block lasts."""
    server = Server(executable, transport, arguments, limit)
    try:
        server.wait_until_it_answers()
        transport.prepare(lambda: connect_from(SERVER_ADDRESS, server.port))
        yield server
    finally:
        server.stop()
