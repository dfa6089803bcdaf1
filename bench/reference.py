"""What all servers are to send: the answers of a live notes, recorded, and a web root made of the same bytes for the others.

1. A live notes is asked for the page, the 304, the small asset and the 404.
2. `notes extract` fills the web root; the bytes of those answers, plain, gzip and br, are laid over it at the very paths that are asked for, so that
   no peer needs an index lookup or a redirect.
3. Each peer is started bare and compared with notes, field by field; what it lacks it is told to add, what it has too many to leave out. What
   cannot be evened out is reported.
"""

import re
import shutil
import subprocess
from dataclasses import dataclass, replace

from common import Failure, ask, free_port, notes_command, running, say
from peers import PEERS, Setup

# What a client sends that can take the best that is stored.
ENCODINGS = {"Accept-Encoding": "gzip, br"}
NOT_FOUND_PATH = "/no-such-page"
# Posts looked at to find one of middling size.
POSTS_LOOKED_AT = 50
# Fields that each server must write itself, or that say something of the connection.
OWN_FIELDS = {"connection", "content-encoding", "content-length", "content-type", "date", "etag", "keep-alive", "server", "transfer-encoding"}
# Fields that a peer is told to leave out where notes does not send them.
DROPPABLE = {"content-type", "last-modified", "accept-ranges", "vary", "x-content-type-options", "alt-svc", "content-location"}


@dataclass
class Case:
    """One kind of request, and what notes answers to it."""

    name: str
    path: str
    conditional: bool
    answer: object
    plain: bytes


def record(notes, more, cores, work, page=None, asset=None):
    """Asks a live notes; gives the four cases and the files for the web root."""
    port = free_port()
    with running(notes_command(notes, port, more=more), port, cores, work / "notes.log"):
        page = page or choose_page(port)
        asset = asset or choose_asset(port, page)
        cases = [
            record_case("page", 200, port, page),
            record_case("304", 304, port, page),
            record_case("asset", 200, port, asset),
            record_case("404", 404, port, NOT_FOUND_PATH),
        ]
        files = variants(port, page, "/index.html" if page == "/" else page)
        files |= variants(port, asset, asset) | variants(port, NOT_FOUND_PATH, "/404.html")
    return cases, files


def record_case(name, status, port, path):
    """The answer to a case, with the status that it must have, and its content before compression."""
    conditional = status == 304
    answer = ask(port, path, request_fields(port, path, conditional))
    if answer.status != status:
        raise Failure(f"{path} answered {answer.status}, not {status}")
    return Case(name, path, conditional, answer, b"" if conditional else ask(port, path).content)


def request_fields(port, path, conditional):
    """The request's fields; the validator is the server's own, a date where it has no ETag."""
    if not conditional:
        return ENCODINGS
    answer = ask(port, path, ENCODINGS)
    if etag := answer.field("etag"):
        return {**ENCODINGS, "If-None-Match": etag}
    return {**ENCODINGS, "If-Modified-Since": answer.field("last-modified") or ""}


def variants(port, path, name):
    """The bytes that the server sends for a path, by coding, under the names that peers look for."""
    found = {}
    for coding, suffix in (("identity", ""), ("gzip", ".gz"), ("br", ".br")):
        answer = ask(port, path, {"Accept-Encoding": coding})
        if (answer.field("content-encoding") or "identity") == coding:
            found[name + suffix] = answer.content
    return found


def choose_page(port):
    """The post of middling size, by its bytes in br; `/` where there is no post."""
    sitemap = ask(port, "/sitemap.xml")
    paths = sorted(set(re.findall(r"<loc>[^<]*?(/blog/[^</]+)</loc>", sitemap.content.decode(errors="replace"))))[:POSTS_LOOKED_AT]
    by_size = sorted((len(ask(port, path, ENCODINGS).content), path) for path in paths)
    return by_size[len(by_size) // 2][1] if by_size else "/"


def choose_asset(port, page):
    """The smallest asset that the page names."""
    text = ask(port, page).content.decode(errors="replace")
    paths = set(re.findall(r'(?:href|src)="?(/assets/[^"\s>]+|/favicon\.\w+)', text)) | {"/favicon.svg"}
    answers = ((ask(port, path, ENCODINGS), path) for path in sorted(paths))
    found = sorted((len(answer.content), path) for answer, path in answers if answer.status == 200)
    if not found:
        raise Failure(f"{page} names no asset; say --asset PATH")
    return found[0][1]


# The web root


def fill_root(root, notes, files):
    """The whole site as files, and over it the measured bytes."""
    done = subprocess.run([str(notes), "extract", str(root)], capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        say(f"notes extract failed, the web root holds the measured files only: {done.stderr.strip()[:200]}")
    root.mkdir(exist_ok=True)
    for name, content in files.items():
        place(root / name.lstrip("/"), content)
    for path in [root, *root.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def place(file, content):
    """Writes a file, in the place of a folder if need be."""
    if file.is_dir():
        shutil.rmtree(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


# Evening out


@dataclass
class Entry:
    """A peer that is ready to be measured in a case."""

    name: str
    setup: Setup
    head_bytes: int
    differences: list


def even_out(name, case, root, work, cores):
    """Configures a peer until its answer has the bytes and, as far as it can, the fields of notes' answer."""
    work.mkdir(parents=True)
    work.chmod(0o755)
    recorded = case.answer.head + case.answer.content
    setup = Setup(0, root, work, case.path, type_of(case), case.answer.status, recorded)
    bare = probe(name, setup, case, cores)
    if name != "floor":
        setup.add = [field for field in case.answer.fields if field[0].lower() not in OWN_FIELDS | bare.names()]
        setup.drop = sorted((bare.names() - case.answer.names()) & DROPPABLE)
    answer = probe(name, setup, case, cores)
    if answer.content not in (case.answer.content, case.plain):
        raise Failure(f"{name} sends {len(answer.content)} bytes for {case.name}, notes {len(case.answer.content)}: not the same")
    return Entry(name, setup, len(answer.head), differences(answer, case.answer))


def type_of(case):
    """The content type to configure; a 304 has none, and the page's will do."""
    return case.answer.field("content-type") or "text/html; charset=utf-8"


def probe(name, setup, case, cores):
    """One answer of a peer to a case."""
    port = free_port()
    command = PEERS[name](replace(setup, port=port))
    with running(command, port, cores, setup.work / "log"):
        answer = ask(port, case.path, request_fields(port, case.path, case.conditional and name != "floor"))
    if answer.status != case.answer.status:
        raise Failure(f"{name} answers {answer.status} for {case.name}, not {case.answer.status}")
    return answer


def differences(answer, wanted):
    """Field names that only one of two answers has, and another length."""
    missing = [f"without {name}" for name in sorted(wanted.names() - answer.names())]
    extra = [f"with {name}" for name in sorted(answer.names() - wanted.names())]
    longer = [f"{len(answer.content):,} bytes of content, uncompressed"] if answer.content != wanted.content else []
    return missing + extra + longer
