"""Runs a script of tlsfuzzer, and writes how each of its conversations has ended, one list of name and failure in JSON a line.

Usage: asking.py RESULTS SCRIPT [ARGUMENTS]

What is adapted to this server before the script starts:
- `GET /` becomes `GET *`, of the same length, also where the request is sent in pieces. The scripts expect an answer in one record. The first page is longer than a record can be,
  whatever the server; the refusal of `*` (400) is short, and shows that the request has arrived whole.
- A suite with CBC, which many scripts name without asking, is the one with GCM: no other suites of that key exchange are offered. Scripts about CBC itself do not apply.
- The random choice of conversations is the same each time.
"""

import json
import random
import re
import runpy
import sys
from pathlib import Path

from tlsfuzzer import messages, runner
from tlslite.constants import CipherSuite

SLASH = re.compile(rb"(?:(?<=^GET )|(?<=^ET )|(?<=^ )|^)/(?= |\?|$)")


def main():
    results, sys.argv = Path(sys.argv[1]), sys.argv[2:]
    for key in ("RSA", "ECDSA"):
        setattr(CipherSuite, f"TLS_ECDHE_{key}_WITH_AES_128_CBC_SHA", getattr(CipherSuite, f"TLS_ECDHE_{key}_WITH_AES_128_GCM_SHA256"))
    replace_requests()
    record_conversations(results)
    random.seed(14)
    runpy.run_path(sys.argv[0], run_name="__main__")


def replace_requests():
    create = messages.ApplicationDataGenerator.__init__
    messages.ApplicationDataGenerator.__init__ = lambda self, payload: create(self, bytearray(SLASH.sub(b"*", bytes(payload))))


def record_conversations(results):
    converse = runner.Runner.run

    def run(self):
        # Every script has the name in this variable.
        name, failure = sys._getframe(1).f_locals.get("c_name", "?"), ""
        try:
            converse(self)
        except Exception as error:
            failure = f"{type(error).__name__}: {error}".strip().replace("\n", " ")
            raise
        finally:
            with results.open("a") as file:
                file.write(json.dumps([name, failure]) + "\n")

    runner.Runner.run = run


main()
