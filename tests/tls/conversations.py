"""Runs the scripts of a checkout of tlsfuzzer, and compares how their conversations end with expected.py."""

import collections
import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from expected import NOT_APPLICABLE, SCRIPTS
from machine import ADDRESS, Failure, serving

HERE = Path(__file__).resolve().parent
# Scripts mostly wait.
AT_ONCE = 3
# The longest takes less than a minute.
LIMIT = 300


def check(executable, work, checkout, only):
    """Runs all scripts, or one. Returns what is not as expected."""
    scripts = sorted(path.stem for path in (checkout / "scripts").glob("test-*.py"))
    if not scripts:
        raise Failure(f"{checkout} has no scripts/test-*.py: name a checkout of tlsfuzzer")
    excused = {script for names in NOT_APPLICABLE.values() for script in names}
    known = {name.split()[0] for name in SCRIPTS}
    problems = [f"{script}: neither in SCRIPTS nor in NOT_APPLICABLE of expected.py" for script in scripts if script not in excused | known]
    chosen = [name for name in SCRIPTS if name.split()[0] in scripts and only in (None, name.split()[0])]
    print(f"{len(chosen)} scripts; {len(excused)} do not apply", flush=True)
    with serving(executable, work, "rsa") as rsa, serving(executable, work, "ecdsa") as ecdsa, serving(executable, work, "ed25519") as ed25519:
        servers = {"rsa": rsa, "ecdsa": ecdsa, "ed25519": ed25519}
        with ThreadPoolExecutor(AT_ONCE) as pool:
            found = list(pool.map(lambda script: run(script, servers[SCRIPTS[script].certificate], work, checkout), chosen))
        for script, (conversations, said) in zip(chosen, found):
            problems += compare(script, conversations, said)
        for server in servers.values():
            server.answers()
    as_expected = sum(not failure for conversations, _ in found for _, failure in conversations)
    total = sum(len(conversations) for conversations, _ in found)
    print(f"{total} conversations: {as_expected} end as tlsfuzzer expects, {total - as_expected} otherwise")
    return problems


def run(script, server, work, checkout):
    """Runs a script. Returns its conversations with their failures, and what it has printed."""
    results, began = work / f"{script}.json", time.monotonic()
    arguments = ["-h", ADDRESS, "-p", str(server.port), *SCRIPTS[script].arguments.split()]
    command = [sys.executable, HERE / "asking.py", results, checkout / "scripts" / f"{script.split()[0]}.py", *arguments]
    try:
        child = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(checkout)}, cwd=checkout, capture_output=True, text=True, errors="replace", timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return [], f"not over after {LIMIT} s"
    conversations = [json.loads(line) for line in results.read_text().splitlines()] if results.exists() else []
    passed = sum(not failure for _, failure in conversations)
    print(f"{script:<60} {passed:>5} of {len(conversations):>5} {time.monotonic() - began:>6.1f} s", flush=True)
    # A script may also judge all of its conversations together.
    judged = child.returncode == 0 or any(failure for _, failure in conversations)
    return conversations, "" if conversations and judged else (child.stdout + child.stderr)[-1500:]


def compare(script, conversations, said):
    """What is not as expected: conversations that fail for no reason that is known, and reasons that are out of date."""
    if said:
        return [f"{script}: {said}"]
    failures = [(name, failure) for name, failure in conversations if failure]
    own = SCRIPTS[script].deviations
    unexplained = collections.defaultdict(list)
    for name, failure in failures:
        if not any(deviation.explains(name, failure) for deviation in own):
            unexplained[re.sub(r"0x[0-9a-f]+", "…", failure)].append(name)
    unused = [deviation for deviation in own if not any(deviation.explains(*failure) for failure in failures)]
    return [
        *(f"{script}: {len(names)} × {failure} [{', '.join(map(repr, names[:3]))}]" for failure, names in unexplained.items()),
        *(f"{script}: no conversation ends as expected.py says: {deviation.why}" for deviation in unused),
    ]
