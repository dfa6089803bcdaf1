"""The machine of this test: certificates, and the server that is tested. Everything listens on loopback only."""

import contextlib
import os
import re
import signal
import socket
import ssl
import subprocess
import time
import urllib.request
from pathlib import Path

ADDRESS = "127.0.0.1"
# Where well-behaved clients come from: what the server grants to a client, it grants to an address.
CLIENT = "127.0.0.2"
# Seconds for the server to start.
START_LIMIT = 20.0
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: br\r\nConnection: close\r\n\r\n"
KINDS = {"rsa": ["rsa:2048"], "ecdsa": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], "ed25519": ["ed25519"]}


class Failure(Exception):
    """What is wrong, in words. Shown without a traceback."""


def make_certificates(work):
    """A certificate authority, and a certificate of each kind that it has signed, as long-lived and with the fields of one from the public web."""
    openssl("req", "-x509", "-newkey", *KINDS["ecdsa"], "-nodes", "-days", "365", "-subj", "/CN=Authority of a test", "-keyout", work / "ca.key", "-out", work / "ca.pem")
    extensions = [
        "subjectAltName=DNS:localhost,IP:127.0.0.1",
        "keyUsage=critical,digitalSignature",
        "extendedKeyUsage=serverAuth",
        "basicConstraints=critical,CA:false",
        "crlDistributionPoints=URI:http://localhost/ca.crl",
    ]
    (work / "extensions").write_text("\n".join(extensions) + "\n")
    for kind, newkey in KINDS.items():
        openssl("req", "-newkey", *newkey, "-nodes", "-subj", "/CN=localhost", "-keyout", work / f"{kind}.key", "-out", work / "request")
        signed = ["-CA", work / "ca.pem", "-CAkey", work / "ca.key", "-CAcreateserial", "-days", "90", "-extfile", work / "extensions"]
        openssl("x509", "-req", "-in", work / "request", *signed, "-out", work / f"{kind}.pem")


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Server:
    """The executable, with a certificate of one kind."""

    def __init__(self, executable, work, kind, arguments=()):
        self.log = work / f"{kind}-{time.monotonic_ns()}.log"
        self.authority = work / "ca.pem"
        own = ["--listen", f"https:{ADDRESS}:0", "--admin", f"{ADDRESS}:0", "--tls-certificate", work / f"{kind}.pem", "--tls-key", work / f"{kind}.key"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("NOTES_")}
        with open(self.log, "wb") as log:
            self.child = subprocess.Popen(
                [str(part) for part in (executable, "serve", *own, *arguments)], env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self.port, self.admin = self.wait_for(rf"https://{ADDRESS}:(\d+)/"), self.wait_for(rf"http://{ADDRESS}:(\d+)/readyz|/readyz at http://{ADDRESS}:(\d+)/")

    def wait_for(self, pattern):
        """The port that the server says it listens on."""
        deadline = time.monotonic() + START_LIMIT
        while time.monotonic() < deadline and self.child.poll() is None:
            if found := re.search(pattern, self.log.read_text(errors="replace")):
                return int(next(filter(None, found.groups())))
            time.sleep(0.01)
        self.stop()
        raise Failure(f"the server does not start:\n{self.log.read_text(errors='replace')[-2000:]}")

    def metrics(self):
        """The samples of /metrics, by name and labels."""
        with urllib.request.urlopen(f"http://{ADDRESS}:{self.admin}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if line and not line.startswith("#")}

    def connections(self):
        """How many connections are open."""
        return sum(value for name, value in self.metrics().items() if name.startswith("graven_connections{"))

    def resident(self, field="VmRSS"):
        """What the process holds now, in bytes; `VmHWM` is the most that it has held."""
        status = Path(f"/proc/{self.child.pid}/status").read_text()
        return int(re.search(rf"^{field}:\s+(\d+)", status, re.M).group(1)) * 1024

    def answers(self):
        """A request by a well-behaved client. Returns its seconds; the certificate is checked."""
        began = time.monotonic()
        context = ssl.create_default_context(cafile=self.authority)
        with socket.create_connection((ADDRESS, self.port), timeout=10, source_address=(CLIENT, 0)) as plain, context.wrap_socket(plain, server_hostname="localhost") as secure:
            secure.sendall(REQUEST)
            answer = b"".join(iter(lambda: secure.recv(65_536), b""))
        if not answer.startswith(b"HTTP/1.1 200 "):
            raise Failure(f"a well-behaved client got {answer[:60]!r}")
        return time.monotonic() - began

    def faults(self):
        """How the server has ended, or what it has said of a panic; empty if neither."""
        said = self.log.read_text(errors="replace")
        panic = re.search(r".*panicked.*", said)
        if self.child.poll() is not None:
            return f"the server has ended with {self.child.returncode}:\n{said[-2000:]}"
        return f"the server said: {panic.group()}" if panic else ""

    def stop(self):
        """Ends the server by its id."""
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.child.wait(15)
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait()


@contextlib.contextmanager
def serving(executable, work, kind, arguments=()):
    """A server that runs for as long as the block lasts, and must still run at its end."""
    server = Server(executable, work, kind, arguments)
    try:
        yield server
        if faults := server.faults():
            raise Failure(faults)
    finally:
        server.stop()
