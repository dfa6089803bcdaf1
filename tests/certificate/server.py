#!/usr/bin/env python3
"""Stands in for the server: answers challenges from the folder that it is given, and nothing else.

Usage: server.py ADDRESS FOLDER     (ports 80 and 443; FOLDER is the `served` of a state folder)
"""
import http.server
import os
import socket
import ssl
import sys
import threading

address, folder = sys.argv[1:]
CHALLENGES = "/.well-known/acme-challenge/"


class Plain(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        token = self.path.removeprefix(CHALLENGES)
        path = os.path.join(folder, "challenges", token)
        if token == self.path or "/" in token or not os.path.exists(path):
            return self.send_error(404)
        with open(path, "rb") as file:
            content = file.read()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


def context(file):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(os.path.join(folder, file))
    made.set_alpn_protocols(["acme-tls/1", "http/1.1"])
    return made


def choose(connection, name, _):
    """The certificate of the challenge for a name, if there is one."""
    file = f"challenges/alpn-{name}.pem"
    connection.context = context(file if os.path.exists(os.path.join(folder, file)) else "certificate.pem")


def serve(client):
    try:
        first = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        first.set_alpn_protocols(["acme-tls/1", "http/1.1"])
        first.sni_callback = choose
        with first.wrap_socket(client, server_side=True) as stream:
            stream.recv(1)
    except (OSError, ValueError):
        client.close()


def secure():
    listener = socket.create_server((address, 443))
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()


threading.Thread(target=secure, daemon=True).start()
http.server.ThreadingHTTPServer((address, 80), Plain).serve_forever()
