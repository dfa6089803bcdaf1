#!/usr/bin/python3
"""Clients that request pages without a pause while the certificate is renewed several times, each time with SIGHUP to the server.

Each request is counted, by its client and by the server. Each must be answered with the right bytes; a session ends only when its client ends it; and a full
handshake must show the certificate of its time, which every client verifies. Uses Debian's python3-h2, an implementation of HTTP/2 that is not the server's.

Usage: load.py NAME SERVED ROOTS SERVER LOG ADMIN COMMAND...

NAME      the site's name, whose ports 80 and 443 are asked
SERVED    the folder with certificate.pem
ROOTS     what the clients trust, in PEM
SERVER    the server's process
LOG       what it prints: when it has read a certificate
ADMIN     the address of its metrics
COMMAND   renews the certificate; `--challenge KIND` is added
"""
import http.client
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, DataReceived, ResponseReceived, StreamEnded, StreamReset

# How the CA checks the name: a renewal for each.
CHALLENGES = ("http-01", "tls-alpn-01", "http-01", "tls-alpn-01")
# What is asked for: pages and a feed, each with a content coding and without.
TARGETS = tuple((path, coding) for path in ("/", "/notes", "/blog", "/feed.xml") for coding in ("br", None))
# Seconds that a client waits for bytes, and that the server may take to read a certificate.
PATIENCE = 10
# Seconds of load before the first renewal, and after each.
PAUSE = 0.3
# Faults that are printed.
SHOWN = 10
REDIRECTS = "redirects of port 80"
V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


class Fault(Exception):
    """A request that was answered, but wrongly."""


class Connection:
    """A connection over TLS whose end must be announced (close_notify)."""

    def __init__(self, name, context, session=None):
        self.name, self.began = name, time.monotonic()
        plain = socket.create_connection((name, 443), PATIENCE)
        # A request must not wait until the end of the handshake is acknowledged.
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.tls = context.wrap_socket(plain, server_hostname=name, session=session, suppress_ragged_eofs=False)
        self.secured = time.monotonic()
        # A resumed session shows none: it is the certificate of its first handshake.
        self.certificate = None if self.tls.session_reused else self.tls.getpeercert(binary_form=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.tls.close()


class Http1(Connection):
    """HTTP/1.1."""

    def get(self, path, coding, is_last=False):
        """Status, entity tag and content."""
        lines = [f"GET {path} HTTP/1.1", f"Host: {self.name}"]
        lines += [f"Accept-Encoding: {coding}"] if coding else []
        lines += ["Connection: close"] if is_last else []
        self.tls.sendall("\r\n".join([*lines, "\r\n"]).encode())
        response = http.client.HTTPResponse(self.tls)
        response.begin()
        if response.will_close != is_last:
            raise Fault("the server keeps the connection" if is_last else "the server wants to close the connection")
        answer = response.status, response.getheader("etag"), response.read()
        if is_last and self.tls.recv(1):
            raise Fault("there are bytes after the answer")
        return answer


class Http2(Connection):
    """HTTP/2."""

    def __init__(self, name, context):
        super().__init__(name, context)
        if self.tls.selected_alpn_protocol() != "h2":
            raise Fault(f"ALPN has chosen {self.tls.selected_alpn_protocol()}")
        self.state = H2Connection(H2Configuration(client_side=True, header_encoding="ascii"))
        self.state.initiate_connection()

    def get_all(self, targets):
        """Asks for all of them at once. Returns for each what `Http1.get` returns."""
        answers = {self.ask(*target): [None, None, bytearray()] for target in targets}
        missing = set(answers)
        self.tls.sendall(self.state.data_to_send())
        while missing:
            received = self.tls.recv(65_536)
            if not received:
                raise Fault("the server has closed the connection")
            for event in self.state.receive_data(received):
                self.take(event, answers, missing)
            self.tls.sendall(self.state.data_to_send())
        return [(status, tag, bytes(content)) for status, tag, content in answers.values()]

    def ask(self, path, coding):
        stream = self.state.get_next_available_stream_id()
        fields = [(":method", "GET"), (":scheme", "https"), (":authority", self.name), (":path", path)]
        self.state.send_headers(stream, fields + ([("accept-encoding", coding)] if coding else []), end_stream=True)
        return stream

    def take(self, event, answers, missing):
        if isinstance(event, ResponseReceived):
            fields = dict(event.headers)
            answers[event.stream_id][:2] = int(fields[":status"]), fields.get("etag")
        elif isinstance(event, DataReceived):
            answers[event.stream_id][2] += event.data
            self.state.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, StreamEnded):
            missing.discard(event.stream_id)
        elif isinstance(event, (StreamReset, ConnectionTerminated)):
            raise Fault(f"the server has ended it: {event}")


@dataclass(frozen=True)
class Answered:
    """A request that was answered as it should be."""

    at: float
    connection: Connection | None


class Clients:
    """One thread for each kind of client: what it was answered, and what went wrong."""

    def __init__(self, name, roots):
        self.name, self.roots = name, roots
        self.is_over = threading.Event()
        self.faults = []
        kinds = {
            "new connections, TLS 1.3": (self.new, V13),
            "new connections, TLS 1.2": (self.new, V12),
            "resumed sessions, TLS 1.3": (self.resumed, V13),
            "resumed sessions, TLS 1.2": (self.resumed, V12),
            "one connection, TLS 1.3": (self.kept, V13),
            "one connection, TLS 1.2": (self.kept, V12),
            "new connections, HTTP/2": (self.new_http2, V13),
            "one connection, HTTP/2": (self.kept_http2, V13),
            REDIRECTS: (self.redirected, V13),
        }
        self.answered = {kind: [] for kind in kinds}
        self.threads = [threading.Thread(target=self.ask, args=(kind, *client)) for kind, client in kinds.items()]
        # What is right is what is answered before there is any load.
        with Http1(name, self.context(V13)) as client:
            self.expected = [client.get(*target) for target in TARGETS]
        assert all(status == 200 and content for status, _, content in self.expected), "there is no such page"

    def context(self, version, protocol="http/1.1"):
        context = ssl.create_default_context(cafile=self.roots)
        context.minimum_version = context.maximum_version = version
        context.set_alpn_protocols([protocol])
        return context

    def ask(self, kind, client, version):
        """Runs a client until all is over. One that fails is begun anew."""
        while not self.is_over.is_set():
            try:
                client(self.answered[kind], version)
            except (OSError, http.client.HTTPException, Fault) as error:
                self.faults.append(f"{kind}: {type(error).__name__}: {error}")

    def start(self):
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def numbers(self):
        """The numbers of the targets, over and over until all is over."""
        while not self.is_over.is_set():
            yield from range(len(TARGETS))

    def check(self, answered, number, answer, connection):
        if answer != self.expected[number]:
            status, tag, content = answer
            raise Fault(f"{TARGETS[number]} is answered with status {status}, entity tag {tag} and {len(content)} bytes, which are wrong")
        answered.append(Answered(time.monotonic(), connection))

    def new(self, answered, version):
        """Opens a connection for each request, with a full handshake."""
        context = self.context(version)
        for number in self.numbers():
            with Http1(self.name, context) as client:
                self.check(answered, number, client.get(*TARGETS[number], is_last=True), client)

    def resumed(self, answered, version):
        """Opens a connection for each request, and resumes the session of the one before."""
        context, session = self.context(version), None
        for number in self.numbers():
            with Http1(self.name, context, session) as client:
                answer = client.get(*TARGETS[number], is_last=True)
                if session and not client.tls.session_reused:
                    raise Fault("the session was not resumed")
                session = client.tls.session
                self.check(answered, number, answer, client)

    def kept(self, answered, version):
        """Asks for everything on one connection."""
        with Http1(self.name, self.context(version)) as client:
            for number in self.numbers():
                self.check(answered, number, client.get(*TARGETS[number]), client)

    def new_http2(self, answered, version):
        """Opens a connection of HTTP/2 for all targets."""
        context = self.context(version, "h2")
        while not self.is_over.is_set():
            with Http2(self.name, context) as client:
                self.check_all(answered, client)

    def kept_http2(self, answered, version):
        """Asks for all targets at once, again and again on one connection of HTTP/2."""
        with Http2(self.name, self.context(version, "h2")) as client:
            while not self.is_over.is_set():
                self.check_all(answered, client)

    def check_all(self, answered, client):
        for number, answer in enumerate(client.get_all(TARGETS)):
            self.check(answered, number, answer, client)

    def redirected(self, answered, _):
        for number in self.numbers():
            path = TARGETS[number][0] + "?a=b"
            with socket.create_connection((self.name, 80), PATIENCE) as client:
                client.sendall(f"GET {path} HTTP/1.1\r\nHost: {self.name}\r\nConnection: close\r\n\r\n".encode())
                response = http.client.HTTPResponse(client)
                response.begin()
                found = response.status, response.getheader("location")
            if found != (308, f"https://{self.name}{path}"):
                raise Fault(f"expected a redirect, found {found}")
            answered.append(Answered(time.monotonic(), None))


@dataclass(frozen=True)
class Shown:
    """A certificate: the server may have shown it since it was `told`, and shows nothing older since it has `read` it."""

    told: float
    certificate: bytes
    read: float


class Server:
    """The server, and the certificates that it was told of."""

    def __init__(self, served, process, log, admin):
        self.file = os.path.join(served, "certificate.pem")
        self.process, self.log, self.admin = int(process), log, admin
        self.shown = [Shown(0.0, self.certificate(), 0.0)]

    def certificate(self):
        with open(self.file) as file:
            text = file.read()
        end = "-----END CERTIFICATE-----"
        return ssl.PEM_cert_to_DER_cert(text[text.index("-----BEGIN CERTIFICATE") : text.index(end)] + end)

    def reports(self):
        with open(self.log) as file:
            return file.read().count("SIGHUP: certificate read again; the certificate is valid until")

    def renew(self, command):
        before = self.reports()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        certificate, told = self.certificate(), time.monotonic()
        assert certificate != self.shown[-1].certificate, "the certificate is the old one"
        os.kill(self.process, signal.SIGHUP)
        while self.reports() == before:
            assert time.monotonic() < told + PATIENCE, "the server has not read the certificate"
            time.sleep(0.005)
        self.shown.append(Shown(told, certificate, time.monotonic()))

    def was_right(self, connection):
        """Whether a full handshake showed a certificate that the server may have shown between its beginning and its end."""
        following = [shown.read for shown in self.shown[1:]] + [float("inf")]
        return any(
            shown.certificate == connection.certificate and shown.told <= connection.secured and connection.began <= replaced
            for shown, replaced in zip(self.shown, following)
        )

    def counted(self):
        """What it has counted since its start: pages and feeds, redirects of everything else, other answers, and handshakes that failed."""
        text = urllib.request.urlopen(f"http://{self.admin}/metrics").read().decode()
        samples = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        answers = {series: int(value) for series, value in samples.items() if series.startswith("graven_requests_total")}
        pages = sum(answers.pop(f'graven_requests_total{{status="200",route="{route}"}}', 0) for route in ("page", "feed"))
        redirects = answers.pop('graven_requests_total{status="308",route="redirect"}', 0)
        # Answers to challenges: the CA and not these clients asked for them.
        answers.pop('graven_requests_total{status="200",route="redirect"}', 0)
        failed = int(samples['graven_tls_handshakes_total{version="",result="failed"}'])
        return {"pages": pages, "redirects": redirects, "other answers": sum(answers.values()), "failed handshakes": failed}


def faults_of(server, clients, spans, counted):
    """Everything that is not as it should be."""
    faults = list(clients.faults)
    for kind, answered in clients.answered.items():
        connections = {one.connection for one in answered if one.connection}
        wrong = sum(not server.was_right(connection) for connection in connections if connection.certificate)
        faults += [f"{kind}: {wrong} of {len(connections)} handshakes showed the certificate of another time"] if wrong else []
        for number, (began, ended) in enumerate(spans, 1):
            if not any(began < one.at < ended for one in answered):
                faults.append(f"{kind}: no request while the certificate was renewed for the {number}. time: nothing is proved")
    answers = {kind: len(answered) for kind, answered in clients.answered.items()}
    redirects = answers.pop(REDIRECTS)
    expected = {"pages": sum(answers.values()), "redirects": redirects, "other answers": 0, "failed handshakes": 0}
    return faults + ([] if counted == expected else [f"the clients have counted {expected}, and the server {counted}"])


def main():
    name, served, roots, process, log, admin, *command = sys.argv[1:]
    server, clients = Server(served, process, log, admin), Clients(name, roots)
    before, spans = server.counted(), []
    clients.start()
    try:
        time.sleep(PAUSE)
        for challenge in CHALLENGES:
            began = time.monotonic()
            server.renew([*command, "--challenge", challenge])
            spans.append((began, time.monotonic()))
            time.sleep(PAUSE)
    finally:
        clients.stop()
    after = server.counted()
    faults = faults_of(server, clients, spans, {what: after[what] - before[what] for what in after})
    for kind, answered in clients.answered.items():
        connections = len({one.connection for one in answered if one.connection}) or len(answered)
        print(f"load: {kind:<26} {len(answered):>6} requests, {connections:>5} connection{'s'[: connections != 1]}")
    print(f"load: {sum(map(len, clients.answered.values()))} requests during {len(spans)} renewals, {len(clients.faults)} failed")
    if faults:
        sys.exit("\n".join(["load:", *faults[:SHOWN], f"{len(faults)} faults"]))


main()
