#!/usr/bin/env python3
"""Deactivates the account of a state folder (RFC 8555, 7.3.6), as its owner or a thief could from elsewhere. Signs with openssl.

Usage: deactivate.py ACCOUNT DIRECTORY ROOT
"""
import base64
import json
import os
import ssl
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

path, directory, root = sys.argv[1:]
account = json.load(open(path))[directory]
trusted = ssl.create_default_context(cafile=root)


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def sign(message):
    """The two numbers of openssl's DER, 32 bytes each."""
    with tempfile.NamedTemporaryFile("w") as key:
        key.write(account["key"])
        key.flush()
        der = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key.name], input=message, stdout=subprocess.PIPE, check=True).stdout
    numbers, rest = b"", der[2:]
    for _ in range(2):
        length = rest[1]
        numbers += rest[2:2 + length].lstrip(b"\0").rjust(32, b"\0")
        rest = rest[2 + length:]
    return numbers


addresses = json.load(urllib.request.urlopen(directory, context=trusted))
for _ in range(20):
    nonce = urllib.request.urlopen(addresses["newNonce"], context=trusted).headers["Replay-Nonce"]
    header = base64url(json.dumps({"alg": "ES256", "nonce": nonce, "url": account["account"], "kid": account["account"]}).encode())
    payload = base64url(b'{"status":"deactivated"}')
    body = {"protected": header, "payload": payload, "signature": base64url(sign(f"{header}.{payload}".encode()))}
    request = urllib.request.Request(account["account"], json.dumps(body).encode(), {"Content-Type": "application/jose+json"})
    try:
        assert json.load(urllib.request.urlopen(request, context=trusted))["status"] == "deactivated"
        sys.exit()
    except urllib.error.HTTPError as error:
        # pebble refuses good nonces now and then.
        problem = error.read().decode()
        assert "badNonce" in problem, problem
sys.exit("no nonce was good")
