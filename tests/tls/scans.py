"""What sslscan and testssl.sh find. sslscan: exactly the versions, suites and groups of Mozilla's intermediate configuration. testssl.sh: nothing above informational, but
for the findings in ACCEPTED."""

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import xml.etree.ElementTree as ElementTree

from machine import ADDRESS, Failure

# Mozilla's intermediate configuration without its DHE suites, which it keeps for clients that are older than those it names, and which cost the server most.
SUITES_13 = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}
SUITES_12 = {"ECDHE-{}-AES128-GCM-SHA256", "ECDHE-{}-AES256-GCM-SHA384", "ECDHE-{}-CHACHA20-POLY1305"}
GROUPS = {"0x001d", "0x0017", "0x0018"}  # x25519, secp256r1, secp384r1
VERSIONS = {"ssl 2": "0", "ssl 3": "0", "tls 1.0": "0", "tls 1.1": "0", "tls 1.2": "1", "tls 1.3": "1"}

# The parts of testssl.sh: protocols, implementation bugs, suites, forward secrecy, the server's preferences and certificate, fields of HTTP, and all vulnerabilities.
PARTS = ("--protocols", "--grease", "--standard", "--pfs", "--server-preference", "--server-defaults", "--headers", "--vulnerable")
HARMLESS = {"OK", "INFO", "DEBUG"}
# Findings above informational that stay, by id, with what the finding says, and why it stays.
ACCEPTED = {
    "cipher_order": ("NOT a cipher order configured", "Mozilla's own advice for the intermediate configuration: all suites are good, and the client knows which is fast for it"),
    "BREACH": ("HTTP compression detected", "pages are the same for everybody and hold no secret; nothing that a client sends is stored in them"),
    "engine_problem": ("No engine or GOST support", "of the scanner's own OpenSSL, not of the server"),
    "sessionresumption_ticket": ("check failed because of connect problem", "its client may end before the tickets of TLS 1.3 have come; hostile.py resumes sessions of both versions"),
}
# Findings that must be there and be good: without them the scan was not complete.
REQUIRED = (
    "SSLv2 SSLv3 TLS1_2 TLS1_3 ALPN_HTTP2 GREASE cipherlist_NULL cipherlist_aNULL cipherlist_EXPORT cipherlist_LOW cipherlist_STRONG PFS protocol_negotiated cert_trust"
    " cert_chain_of_trust cert_expirationStatus heartbleed CCS ticketbleed ROBOT secure_renego secure_client_renego CRIME_TLS POODLE_SSL fallback_SCSV SWEET32 FREAK DROWN LOGJAM BEAST"
    " LUCKY13 RC4"
).split()


def sslscan(server, kind, work):
    """Compares what the server negotiates with what it should. Returns the differences."""
    output = work / f"sslscan-{kind}.xml"
    subprocess.run(["sslscan", "--no-colour", f"--xml={output}", f"{ADDRESS}:{server.port}"], check=True, stdout=subprocess.DEVNULL, timeout=60)
    test = ElementTree.parse(output).getroot().find("ssltest")
    if test is None:
        raise Failure(f"sslscan could not reach the server ({kind})")
    suites = {version: {cipher.get("cipher") for cipher in test.iter("cipher") if cipher.get("sslversion") == version} for version in ("TLSv1.2", "TLSv1.3")}
    key = test.find("certificates/certificate/pk")
    pairs = {
        "versions": ({f"{item.get('type')} {item.get('version')}": item.get("enabled") for item in test.iter("protocol")}, VERSIONS),
        "suites of TLS 1.3": (suites["TLSv1.3"], SUITES_13),
        "suites of TLS 1.2": (suites["TLSv1.2"], {name.format(kind.upper()) for name in SUITES_12}),
        "suites of other versions": ({cipher.get("sslversion") for cipher in test.iter("cipher")}, {"TLSv1.2", "TLSv1.3"}),
        "groups": ({group.get("id") for group in test.iter("group")}, GROUPS),
        "renegotiation": ({item.get("supported") for item in test.iter("renegotiation")}, {"0"}),
        "heartbleed": ({item.get("vulnerable") for item in test.iter("heartbleed")}, {"0"}),
        "compression": ({item.get("supported") for item in test.iter("compression")} - {"0"}, set()),
        "key": (key.get("type") if key is not None else None, {"rsa": "RSA", "ecdsa": "EC"}[kind]),
    }
    return [f"sslscan, {kind}: {what}: expected {wanted}, found {found}" for what, (found, wanted) in pairs.items() if found != wanted]


class Testssl:
    """A run of testssl.sh. It mostly waits, so runs for both certificates go side by side."""

    def __init__(self, server, kind, work):
        self.kind, self.output, self.said = kind, work / f"testssl-{kind}.json", work / f"testssl-{kind}.txt"
        options = ["--warnings", "off", "--nodns", "none", "--quiet", "--color", "0", "--add-ca", work / "ca.pem", "--jsonfile", self.output, *PARTS]
        with open(self.said, "wb") as said:
            self.child = subprocess.Popen(
                ["testssl", *map(str, options), f"https://localhost:{server.port}"], cwd=work, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True
            )

    def stop(self):
        """Ends it with all that it has started."""
        if self.child.poll() is None:
            os.killpg(self.child.pid, signal.SIGTERM)
        self.child.wait()

    def problems(self):
        """Waits for the end. Returns findings that are not accepted, and those that are missing."""
        self.child.wait()
        try:
            findings = json.loads(self.output.read_text())
        except (OSError, ValueError) as error:
            raise Failure(f"testssl.sh, {self.kind}: no result ({error}):\n{self.said.read_text(errors='replace')[-2000:]}") from error
        found = [f"testssl.sh, {self.kind}: {one['id']}: {one['severity']}: {one['finding']}" for one in findings if not self.is_harmless(one)]
        good = {one["id"].partition(" ")[0] for one in findings if one["severity"] == "OK"}
        return found + [f"testssl.sh, {self.kind}: {name} is not among what it found good" for name in REQUIRED if name not in good]

    @staticmethod
    def is_harmless(finding):
        accepted, _ = ACCEPTED.get(finding["id"], (None, None))
        return finding["severity"] in HARMLESS or (accepted is not None and re.search(accepted, finding["finding"]) is not None)


def alpn(server, kind):
    """What is negotiated by ALPN (RFC 7301 §3.2). Returns the differences."""
    cases = {("h2", "http/1.1"): "h2", ("http/1.1", "h2"): "h2", ("http/1.1",): "http/1.1", ("spdy/3", "http/1.1"): "http/1.1", (): None, ("spdy/3",): "no_application_protocol"}
    found = {offered: negotiated(server, offered) for offered in cases}
    return [f"ALPN, {kind}: to {offered} expected {cases[offered]}, found {answer}" for offered, answer in found.items() if answer != cases[offered]]


def negotiated(server, offered):
    """The protocol that the server chooses, or its alert."""
    context = ssl.create_default_context(cafile=server.authority)
    if offered:
        context.set_alpn_protocols(list(offered))
    try:
        with socket.create_connection((ADDRESS, server.port), timeout=10) as plain, context.wrap_socket(plain, server_hostname="localhost") as secure:
            return secure.selected_alpn_protocol()
    except ssl.SSLError as error:
        return "no_application_protocol" if "no application protocol" in str(error).lower().replace("_", " ") else str(error)
