#!/usr/bin/env python3
"""An ACME server of today in front of Debian's pebble, which is of 2023: passes everything on, adds renewal information (RFC 9773), and refuses on demand.

Usage: front.py ADDRESS PEBBLE CERTIFICATE FOLDER

FOLDER/window   two times, the suggested window; without the file there is no renewal information
FOLDER/refuse   status, Retry-After (or -) and problem type: the answer to each order, as long as the file is there; with a fourth word only to those
                that name a certificate which they replace
FOLDER/account  the status that each account has, as long as the file is there
FOLDER/drop     a part of a path: answers to it are lost on the way, as long as the file is there; with drop-once, one answer
FOLDER/seen     what was asked, one line each: orders with what they replace
"""
import base64
import http.client
import http.server
import json
import os
import ssl
import sys

address, pebble, certificate, folder = sys.argv[1:]
unchecked = ssl.create_default_context()
unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE


def read(name):
    try:
        with open(os.path.join(folder, name)) as file:
            return file.read().split()
    except FileNotFoundError:
        return None


def see(line):
    with open(os.path.join(folder, "seen"), "a") as file:
        file.write(line + "\n")


def payload(body):
    text = json.loads(body)["payload"]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


class Front(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, fields, body):
        self.send_response(status)
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def renewal(self):
        identifier = self.path.rsplit("/", 1)[1]
        see(f"renewal-info {identifier}")
        start, end = read("window")
        body = {"suggestedWindow": {"start": start, "end": end}, "explanationURL": "https://ca.example/why"}
        self.answer(200, [("Content-Type", "application/json"), ("Retry-After", "60")], json.dumps(body).encode())

    def is_lost(self):
        """Whether the answer does not arrive."""
        for name in ("drop", "drop-once"):
            part = read(name)
            if part and part[0] in self.path:
                if name == "drop-once":
                    os.remove(os.path.join(folder, name))
                return True
        return False

    def see_order(self, body):
        see(f"order replaces={payload(body).get('replaces')}")

    def refuses(self, body):
        """Whether it is an order that is to be refused; it then is."""
        if self.path != "/order-plz":
            return False
        refusal = read("refuse")
        if refusal is None or (refusal[3:] and not payload(body).get("replaces")):
            return False
        self.see_order(body)
        status, after, kind = refusal[:3]
        problem = {
            "type": f"urn:ietf:params:acme:error:{kind}",
            "detail": "Not these.",
            "subproblems": [
                {"type": "urn:ietf:params:acme:error:rejectedIdentifier", "detail": "Not this.",
                 "identifier": {"type": "dns", "value": "site.test"}},
            ],
        }
        after = [] if after == "-" else [("Retry-After", after)]
        self.answer(int(status), [("Content-Type", "application/problem+json"), *after], json.dumps(problem).encode())
        return True

    def do_GET(self):
        if self.path.startswith("/renewal-info/"):
            return self.renewal()
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if body and self.refuses(body):
            return None
        if self.path.startswith("/my-account/") and read("account"):
            content = json.dumps({"status": read("account")[0]}).encode()
            return self.answer(200, [("Content-Type", "application/json")], content)
        # pebble makes its addresses from the name by which it is asked.
        path = "/dir" if self.path == "/directory" else self.path
        connection = http.client.HTTPSConnection(pebble, context=unchecked)
        connection.request(self.command, path, body or None, dict(self.headers))
        response = connection.getresponse()
        content = response.read()
        # pebble takes some messages for old ones, by chance, and they are sent again.
        if self.path == "/order-plz" and b"badNonce" not in content:
            self.see_order(body)
        if self.is_lost():
            self.close_connection = True
            return None
        if path == "/dir" and read("window"):
            directory = json.loads(content)
            directory["renewalInfo"] = f"https://{self.headers['Host']}/renewal-info"
            content = json.dumps(directory).encode()
        dropped = ("content-length", "transfer-encoding", "connection")
        self.answer(response.status, [field for field in response.getheaders() if field[0].lower() not in dropped], content)

    do_POST = do_GET

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer((address, 443), Front)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
