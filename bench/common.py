"""What the measuring commands share: processes held on a core and stopped by their id, their CPU clock and memory, plain HTTP over a socket, wrk.

Everything listens on and speaks to 127.0.0.1 only, every child is ended by its own id, and every run has an end in time.
"""

import contextlib
import itertools
import json
import os
import platform
import re
import resource
import shlex
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

BENCH = Path(__file__).resolve().parent
REPOSITORY = BENCH.parent
CACHE = BENCH / ".cache"
RESULTS = BENCH / "results"

HOST = "127.0.0.1"
# Below Linux's usual range of ports for outgoing connections, so that no closed connection still holds one.
FIRST_PORT, LAST_PORT = 20_000, 29_999
# Waits, in seconds.
START_LIMIT = 15.0
STOP_LIMIT = 5.0
ANSWER_LIMIT = 10.0

NANOSECONDS = 1_000_000_000
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Failure(Exception):
    """Something that the person who runs the command can put right; shown without a traceback."""


def run_main(main):
    """Runs `main`, maps failures to an exit code, and lets SIGTERM unwind, so that no child outlives the command."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        main()
    except Failure as failure:
        sys.exit(f"{Path(sys.argv[0]).name}: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)


@contextlib.contextmanager
def time_limit(seconds):
    """Ends the run with a failure when it takes longer than `seconds`."""

    def ring(*_):
        raise Failure(f"took longer than {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def say(text):
    """Progress goes to standard error, so that standard output holds the table alone."""
    print(text, file=sys.stderr, flush=True)


# Cores


@dataclass
class Cores:
    """Where the server runs and where the load comes from."""

    server: int
    load: int

    def __post_init__(self):
        allowed = os.sched_getaffinity(0)
        if not {self.server, self.load} <= allowed:
            raise Failure(f"cores {self.server} and {self.load} are not both in {sorted(allowed)}; see --server-core and --load-core")


def add_common_arguments(parser):
    """The arguments that every command that starts `notes` takes."""
    cores = sorted(os.sched_getaffinity(0))
    parser.add_argument("--notes", type=Path, default=find_notes(), help="the site's executable (default: the newest release build)")
    parser.add_argument("--notes-args", default="", help="further arguments for notes, in one string")
    parser.add_argument("--server-core", type=int, default=cores[-1], help="core of the server (default: the last)")
    parser.add_argument("--load-core", type=int, default=cores[0], help="core of the load generator (default: the first)")


def find_notes():
    """The newest release build of the site's executable, static ones included."""
    builds = [*REPOSITORY.glob("target/release/notes"), *REPOSITORY.glob("target/*/release/notes")]
    return max(builds, key=lambda path: path.stat().st_mtime, default=None)


def require_notes(arguments):
    """The path of the executable that was asked for, absolute."""
    if arguments.notes is None:
        raise Failure("no release build of notes found; build one, or say --notes PATH")
    if not os.access(arguments.notes, os.X_OK):
        raise Failure(f"{arguments.notes} is not an executable file")
    return arguments.notes.resolve()


# Processes


_ports = itertools.cycle(range(FIRST_PORT + os.getpid() % 5000, LAST_PORT))


def free_port():
    """A port that nobody listens on, another one at each call."""
    for port in itertools.islice(_ports, LAST_PORT - FIRST_PORT):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((HOST, port))
            return port
    raise Failure("no free port")


@dataclass
class Command:
    """How to start a server: its arguments, and what it wants set in its environment."""

    argv: list
    environment: dict = field(default_factory=dict)

    def whole_environment(self):
        """This process's environment without settings of notes, and with what the command wants."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("NOTES_")}
        return {**inherited, **self.environment}


def notes_command(notes, port, workers=1, more=""):
    """notes, serving on loopback."""
    return Command([str(notes), "--listen", f"{HOST}:{port}", "--workers", str(workers), *shlex.split(more)])


class Process:
    """A running server: its clock, its memory, its end."""

    def __init__(self, command, cores, log):
        self.log_path = Path(log)
        with open(log, "wb") as output:
            self.child = subprocess.Popen(
                command.argv,
                env=command.whole_environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=lambda: os.sched_setaffinity(0, cores),
            )

    def wait_until_it_answers(self, port):
        """Returns when the port takes connections."""
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline:
            if self.child.poll() is not None:
                break
            with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
                return
            time.sleep(0.005)
        raise Failure(f"{self.child.args[0]} does not answer:\n{self.log_path.read_text(errors='replace')[-2000:]}")

    def ids(self):
        """The process and all that came from it."""
        return descendants(self.child.pid)

    def cpu(self):
        """CPU time so far, of all threads and children."""
        return sum((cpu_of(pid) for pid in self.ids()), CpuTime())

    def resident_bytes(self):
        """Resident memory, summed over the processes (what they share counts in each)."""
        return sum(resident_bytes_of(pid) for pid in self.ids())

    def stop(self):
        """Ends the process by its id: asked first, then forced, its children with it."""
        if self.child.returncode is None:
            self.child.returncode = stop_child(self.child.pid)


def stop_child(pid):
    """Ends a child that leads a session of its own, by its id: asked first, then forced; then what is left of its own children."""
    below = descendants(pid)[1:]
    os.kill(pid, signal.SIGTERM)
    status = wait_for_end(pid)
    for other in below:
        with contextlib.suppress(ProcessLookupError):
            if os.getsid(other) == pid:
                os.kill(other, signal.SIGKILL)
    return os.waitstatus_to_exitcode(status)


def wait_for_end(pid):
    """Waits for a child, for a while; then kills it."""
    deadline = time.monotonic() + STOP_LIMIT
    while time.monotonic() < deadline:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return status
        time.sleep(0.001)
    os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]


@contextlib.contextmanager
def running(command, port, cores, log):
    """A server that runs on `cores` for as long as the block lasts."""
    process = Process(command, cores, log)
    try:
        process.wait_until_it_answers(port)
        yield process
    finally:
        process.stop()


def descendants(root):
    """`root` and the ids of all processes below it."""
    children = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                children.setdefault(int(stat_fields(entry.name)[1]), []).append(int(entry.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def stat_fields(pid):
    """/proc/PID/stat from the third field (state) on; the second may hold blanks."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


@dataclass
class CpuTime:
    """CPU time in nanoseconds: the whole from the scheduler's clock, the two parts from the kernel's accounting in ticks."""

    total: int = 0
    user: int = 0
    system: int = 0

    def __add__(self, other):
        return CpuTime(self.total + other.total, self.user + other.user, self.system + other.system)

    def __sub__(self, other):
        return CpuTime(self.total - other.total, self.user - other.user, self.system - other.system)


def cpu_of(pid):
    """CPU time of a process, the threads that have ended included.

    The whole is the process's CPU clock (clock_getcpuclockid(3): exact to the nanosecond, and readable for any process). /proc/PID/stat divides it
    into user and system by what the timer found running, and shows that in hundredths of a second.
    """
    try:
        fields = stat_fields(pid)
        clock = (~pid << 3) | 2
        whole = time.clock_gettime_ns(clock)
    except OSError:
        return CpuTime()
    tick = NANOSECONDS // TICKS_A_SECOND
    return CpuTime(whole, int(fields[11]) * tick, int(fields[12]) * tick)


def resident_bytes_of(pid):
    """VmRSS of one process."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES
    except OSError:
        return 0


@contextlib.contextmanager
def scratch():
    """A folder for configurations and web roots that workers without privileges can read too."""
    with tempfile.TemporaryDirectory(prefix="graven-bench-") as name:
        os.chmod(name, 0o755)
        yield Path(name)


def raise_descriptor_limit():
    """As many descriptors as this user may have; children inherit it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(hard, 65_536) if os.geteuid() == 0 else hard
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, wanted))
    except (OSError, ValueError):
        wanted = hard
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return wanted


# HTTP


@dataclass
class Answer:
    """A response as it came."""

    status: int
    fields: list
    content: bytes
    head: bytes

    def field(self, name):
        """The first field of that name, or None."""
        return next((value for key, value in self.fields if key.lower() == name), None)

    def names(self):
        """Field names, in lower case."""
        return {name.lower() for name, _ in self.fields}


def request_bytes(path, fields):
    """A GET as wrk sends it."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {HOST}", *(f"{name}: {value}" for name, value in fields.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def ask(port, path, fields=None):
    """One GET over a connection of its own."""
    with socket.create_connection((HOST, port), timeout=ANSWER_LIMIT) as connection:
        connection.sendall(request_bytes(path, fields or {}))
        return read_answer(connection.makefile("rb"))


def read_answer(stream):
    """Reads one response: by its length, in chunks, or to the end of the connection."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline()
        if not line:
            raise Failure(f"the connection ended in the header section: {head!r}")
        head += line
    lines = head.decode("latin-1").split("\r\n")
    status = int(lines[0].split()[1])
    fields = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:] if line]
    answer = Answer(status, fields, b"", head)
    answer.content = read_content(stream, answer)
    return answer


def read_content(stream, answer):
    """The content as RFC 9112 §6.3 delimits it."""
    if answer.status in (204, 304):
        return b""
    if (answer.field("transfer-encoding") or "").lower() == "chunked":
        return b"".join(read_chunks(stream))
    length = answer.field("content-length")
    return stream.read(int(length)) if length is not None else stream.read()


def read_chunks(stream):
    """The chunks of a chunked content."""
    while size := int(stream.readline().split(b";")[0], 16):
        yield stream.read(size)
        stream.readline()
    stream.readline()


# Load


# wrk's own report rounds and stops at p99, so it is asked for the figures themselves.
WRK_REPORT = """
done = function(summary, latency, requests)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format('\\nREPORT {"requests": %d, "microseconds": %d, "bytes": %d, "failed": %d, "status_errors": %d, ' ..
    '"p50": %d, "p99": %d, "p999": %d}\\n', summary.requests, summary.duration, summary.bytes, failed, summary.errors.status,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
end
"""


@dataclass
class Load:
    """What wrk is to do."""

    url: str
    fields: dict
    connections: int
    seconds: int
    threads: int = 1


def run_wrk(load, cores, folder):
    """Runs wrk on `cores`; gives its report."""
    script = Path(folder) / "report.lua"
    if not script.exists():
        script.write_text(WRK_REPORT)
    fields = [part for name, value in load.fields.items() for part in ("-H", f"{name}: {value}")]
    argv = ["wrk", "-t", str(load.threads), "-c", str(load.connections), "-d", f"{load.seconds}s", "--timeout", "5s", "-s", str(script)]
    done = subprocess.run(
        [*argv, *fields, load.url],
        capture_output=True,
        text=True,
        timeout=load.seconds + 20,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )
    report = re.search(r"^REPORT (.*)$", done.stdout, re.MULTILINE)
    if not report:
        raise Failure(f"wrk gave no report:\n{done.stdout}{done.stderr}")
    return json.loads(report.group(1))


def measure_load(process, load, cores, folder):
    """Puts load on a running server; gives what each request cost it and what the client saw."""
    before, began = process.cpu(), time.monotonic_ns()
    report = run_wrk(load, cores, folder)
    spent, lasted = process.cpu() - before, time.monotonic_ns() - began
    return {**report, **cost_of(spent, report["requests"]), "busy": spent.total / lasted, "resident": process.resident_bytes()}


def cost_of(spent, requests):
    """CPU microseconds a request; the split is the sampled shares of the exact whole."""
    if requests == 0:
        raise Failure("no request was answered")
    whole = spent.total / 1000 / requests
    share = spent.user / max(spent.user + spent.system, 1)
    return {"cpu": whole, "user": whole * share, "system": whole * (1 - share), "cpu_seconds": spent.total / NANOSECONDS}


# Results


def spread(values):
    """Median, least and most."""
    return {"median": statistics.median(values), "min": min(values), "max": max(values), "runs": len(values)}


def machine():
    """What the figures were taken on."""
    model = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = os.sysconf("SC_PHYS_PAGES") * PAGE_BYTES
    return {
        "cpu": model.group(1).strip() if model else platform.machine(),
        "virtual": bool(re.search(r"^flags\s*:.*\bhypervisor\b", Path("/proc/cpuinfo").read_text(), re.MULTILINE)),
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30),
        "kernel": platform.system() + " " + re.match(r"[\d.]+", platform.release()).group().rstrip("."),
        "architecture": platform.machine(),
        "date": time.strftime("%Y-%m-%d"),
    }


def save(name, data, last=True):
    """Keeps the raw data of a run, and as the last summary where `last` says so."""
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(data, indent=1) + "\n"
    (RESULTS / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}.json").write_text(text)
    if last:
        without_raw = {key: value for key, value in data.items() if key != "raw"}
        (RESULTS / f"last-{name}.json").write_text(json.dumps(without_raw, indent=1) + "\n")


def version_of(*argv):
    """The version in what a program says of itself, or None."""
    if not shutil.which(argv[0]):
        return None
    done = subprocess.run(argv, capture_output=True, text=True, timeout=20)
    found = re.search(r"\d+\.\d+(\.\d+)?[^\s,]*", done.stdout + done.stderr)
    return found.group() if found else None
