#!/usr/bin/env python3
"""What the owner of an account, or who has stolen its key, can do from elsewhere. Signs with openssl.

Usage: account.py deactivate ACCOUNT DIRECTORY ROOT            ends the account of a state folder (RFC 8555, 7.3.6)
       account.py revoke ACCOUNT DIRECTORY ROOT CERTIFICATE    revokes a certificate that it has obtained (RFC 8555, 7.6)
"""
import base64
import json
import ssl
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

action, path, directory, root, *certificate = sys.argv[1:]
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


def first_certificate(path):
    end = "-----END CERTIFICATE-----"
    with open(path) as file:
        text = file.read()
    return ssl.PEM_cert_to_DER_cert(text[text.index("-----BEGIN CERTIFICATE") : text.index(end)] + end)


addresses = json.load(urllib.request.urlopen(directory, context=trusted))
if action == "revoke":
    # The reason is that of RFC 5280, 5.3.1: somebody else has the key.
    url, payload = addresses["revokeCert"], {"certificate": base64url(first_certificate(certificate[0])), "reason": 1}
else:
    url, payload = account["account"], {"status": "deactivated"}
for _ in range(20):
    nonce = urllib.request.urlopen(addresses["newNonce"], context=trusted).headers["Replay-Nonce"]
    header = base64url(json.dumps({"alg": "ES256", "nonce": nonce, "url": url, "kid": account["account"]}).encode())
    encoded = base64url(json.dumps(payload).encode())
    body = {"protected": header, "payload": encoded, "signature": base64url(sign(f"{header}.{encoded}".encode()))}
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/jose+json"})
    try:
        answer = urllib.request.urlopen(request, context=trusted).read()
        assert action == "revoke" or json.loads(answer)["status"] == "deactivated", answer
        sys.exit()
    except urllib.error.HTTPError as error:
        # pebble refuses good nonces now and then.
        problem = error.read().decode()
        assert "badNonce" in problem, problem
sys.exit("no nonce was good")
