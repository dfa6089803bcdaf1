"""HTTP/2 frames as an attacker writes them (RFC 9113 §4 and §6), with prior knowledge of HTTP/2 over cleartext.

Field sections use static table entries and literals without indexing (RFC 7541 §6.1 and §6.2.2), so no state is needed.
"""

import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

HEADERS, RST_STREAM, SETTINGS, PING, WINDOW_UPDATE, CONTINUATION = 1, 3, 4, 6, 8, 9
END_STREAM, END_HEADERS = 1, 4
INITIAL_WINDOW_SIZE = 4
CANCEL = 8


def frame(kind, flags=0, stream=0, content=b""):
    return struct.pack(">I", len(content))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + content


def settings(**values):
    """SETTINGS; the only setting that these attacks need is `window`."""
    content = b"".join(struct.pack(">HI", INITIAL_WINDOW_SIZE, value) for name, value in values.items() if name == "window")
    return frame(SETTINGS, content=content)


def literal(index, value):
    """A literal without indexing whose name is an entry of the static table below 15."""
    assert index < 15 and len(value) < 127
    return bytes([index, len(value)]) + value


def fields_of_get(path=b"/"):
    """GET of a path: `:method` and `:scheme` by index, `:path` and `:authority` as literals, `accept-encoding: gzip, deflate` by index."""
    named = b"\x84" if path == b"/" else literal(4, path)
    return b"\x82\x86" + named + literal(1, b"localhost") + b"\x90"


def get(stream, path=b"/"):
    return frame(HEADERS, END_STREAM | END_HEADERS, stream, fields_of_get(path))


def reset(stream):
    return frame(RST_STREAM, stream=stream, content=struct.pack(">I", CANCEL))


def opening(**values):
    return PREFACE + settings(**values)


def streams(count):
    """Numbers of a client's streams."""
    return range(1, 2 * count, 2)
