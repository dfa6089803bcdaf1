"""The servers that notes is measured against: how each is had from an ordinary package registry, configured and started.

Each is set up as its manual says a fast static server should be: one worker, no log, compressed files beside the plain ones, files kept open where
it can, keep-alive without an end. A configuration serves one case (see `http`): its content type, and the fields that were missing in comparison
with notes. So no server pays for conditions that another need not check.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from common import BENCH, CACHE, HOST, Command, Failure, say, version_of

DEBIAN_PACKAGES = {
    "nginx": ["nginx", "libnginx-mod-http-brotli-static"],
    "lighttpd": ["lighttpd"],
    "caddy": ["caddy"],
    "wrk": ["wrk"],
}
# The newest of the stable line; built once into the cache folder, since no registry here ships it built.
STATIC_WEB_SERVER = ["static-web-server", "--version", "^2", "--locked"]
# More requests on a connection than any run sends.
REQUESTS_A_CONNECTION = 1_000_000_000
# Connections that a server must be able to hold: the 1,000 of `http` and some (nginx sets memory aside for each).
CONNECTIONS = 2048


@dataclass
class Setup:
    """What a peer is to serve."""

    port: int
    root: Path
    work: Path
    path: str = "/"
    content_type: str = "text/html; charset=utf-8"
    status: int = 200
    answer: bytes = b""
    add: list = field(default_factory=list)
    drop: list = field(default_factory=list)
    connections: int = CONNECTIONS

    def write(self, name, text):
        """Writes a configuration file; gives its path."""
        file = self.work / name
        file.write_text(text)
        return str(file)


def quoted(text):
    """In double quotes, for nginx, lighttpd, Caddy and TOML alike."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


# nginx


def nginx(setup):
    """master and one worker, brotli_static, gzip_static, open_file_cache."""
    adds = "".join(f"    add_header {name} {quoted(value)} always;\n" for name, value in setup.add)
    drops = '    add_header Last-Modified "" always;\n' if "last-modified" in setup.drop else ""
    temporary = "".join(f"  {kind}_temp_path {setup.work}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    config = f"""load_module modules/ngx_http_brotli_static_module.so;
daemon off;
worker_processes 1;
worker_rlimit_nofile 65536;
pid {setup.work}/nginx.pid;
error_log stderr crit;
events {{ worker_connections {setup.connections}; }}
http {{
{temporary}  access_log off;
  server_tokens off;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 600s;
  keepalive_requests {REQUESTS_A_CONNECTION};
  client_header_timeout 600s;
  open_file_cache max=1000 inactive=600s;
  open_file_cache_valid 600s;
  open_file_cache_errors on;
  types {{ }}
  default_type {quoted(setup.content_type)};
  gzip_vary on;
  server {{
    listen {HOST}:{setup.port} backlog=4096;
    root {setup.root};
    brotli_static on;
    gzip_static on;
    error_page 404 /404.html;
{adds}{drops}  }}
}}
"""
    return Command(["nginx", "-c", setup.write("nginx.conf", config)])


# lighttpd


def lighttpd(setup):
    """One process. It has no way to serve a compressed file beside a plain one, so a rewrite does it, the cheapest that its manual offers."""
    add = ",".join(f"{quoted(name)} => {quoted(value)}" for name, value in setup.add)
    # An empty value takes a field away.
    set_ = ",".join(f'{quoted(name)} => ""' for name in setup.drop)
    config = f"""server.modules = ("mod_rewrite", "mod_setenv")
server.document-root = {quoted(str(setup.root))}
server.bind = "{HOST}"
server.port = {setup.port}
server.tag = ""
server.listen-backlog = 4096
server.max-worker = 0
server.max-fds = 65536
server.max-connections = {setup.connections}
server.max-keep-alive-requests = {REQUESTS_A_CONNECTION}
server.max-keep-alive-idle = 600
server.max-read-idle = 600
server.stat-cache-engine = "simple"
mimetype.assign = ("" => {quoted(setup.content_type)})
setenv.add-response-header = ({add})
setenv.set-response-header = ({set_})
{lighttpd_encoding(setup)}"""
    return Command(["lighttpd", "-D", "-f", setup.write("lighttpd.conf", config)])


def lighttpd_encoding(setup):
    """The rules for the compressed file, if the case has one."""
    encoded = 'setenv.set-response-header += ("Content-Encoding" => "br")\n'
    if setup.status == 404:
        compressed = (setup.root / "404.html.br").exists()
        error_page = "/404.html.br" if compressed else "/404.html"
        return f'server.error-handler = "{error_page}"\n' + (encoded if compressed else "")
    file = "/index.html" if setup.path == "/" else setup.path
    if not (setup.root / (file.lstrip("/") + ".br")).exists():
        return ""
    return f"""$REQUEST_HEADER["Accept-Encoding"] =~ "br" {{
  url.rewrite-once = ("^{setup.path}$" => "{file}.br")
  {encoded}}}
"""


# Caddy


def caddy(setup):
    """One Go thread at a time, no admin endpoint."""
    adds = "".join(f"    {name} {quoted(value)}\n" for name, value in [("Content-Type", setup.content_type), *setup.add])
    drops = "".join(f"    -{name}\n" for name in ["server", *setup.drop])
    fields = f"header {{\n{adds}{drops}    defer\n  }}"
    config = f"""{{
  admin off
  auto_https off
  servers {{
    protocols h1
  }}
}}
http://{HOST}:{setup.port} {{
  root * {setup.root}
  {fields}
  file_server {{
    precompressed br gzip
  }}
  handle_errors {{
  {fields}
    rewrite * /404.html
    file_server {{
      precompressed br gzip
    }}
  }}
}}
"""
    home = str(setup.work)
    environment = {"GOMAXPROCS": "1", "HOME": home, "XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home}
    return Command(["caddy", "run", "--adapter", "caddyfile", "--config", setup.write("Caddyfile", config)], environment)


# static-web-server


def static_web_server(setup):
    """One worker thread. It reads its 404 page as text, so that one goes out uncompressed."""
    fields = [*setup.add, ("Content-Type", setup.content_type)]
    headers = ", ".join(f"{quoted(name)} = {quoted(value)}" for name, value in fields)
    config = f"""[general]
host = "{HOST}"
port = {setup.port}
root = {quoted(str(setup.root))}
page404 = {quoted(str(setup.root / "404.html"))}
log-level = "error"
threads-multiplier = 1
compression = false
compression-static = true
cache-control-headers = false
security-headers = false

[advanced]
[[advanced.headers]]
source = "**"
headers = {{ {headers} }}
"""
    return Command([str(static_web_server_path()), "--config-file", setup.write("sws.toml", config)])


def static_web_server_path():
    """Where it is: on the search path, or built into the cache."""
    return Path(shutil.which("static-web-server") or CACHE / "bin" / "static-web-server")


# The floor


def floor(setup):
    """The recorded answer of notes, sent whole for every request head."""
    answer = setup.work / "answer"
    answer.write_bytes(setup.answer)
    return Command([str(floor_path()), f"{HOST}:{setup.port}", str(answer)])


def floor_path():
    """Where `build_floor` puts it."""
    return CACHE / "floor" / "release" / "floor"


def build_floor():
    """Builds the bare loop; cargo knows whether there is anything to do."""
    run_quietly(["cargo", "build", "--release", "--locked"], cwd=BENCH / "floor", env={"CARGO_TARGET_DIR": str(CACHE / "floor")})


# All


PEERS = {"floor": floor, "nginx": nginx, "lighttpd": lighttpd, "caddy": caddy, "static-web-server": static_web_server}


def is_there(name):
    """Whether a peer can be started."""
    if name == "static-web-server":
        return static_web_server_path().exists()
    if name == "floor":
        return floor_path().exists()
    if name == "nginx" and not Path("/usr/share/nginx/modules/ngx_http_brotli_static_module.so").exists():
        return False
    return shutil.which(name) is not None


def install(names):
    """Makes the named programs available, as far as the registries have them; says what could not be had."""
    if "floor" in names:
        build_floor()
    install_debian([name for name in names if name in DEBIAN_PACKAGES and not is_there(name)])
    if "static-web-server" in names and not is_there("static-web-server"):
        install_static_web_server()
    missing = [name for name in names if not is_there(name)]
    for name in missing:
        say(f"without {name}: it could not be installed")
    return [name for name in names if name not in missing]


def install_debian(names):
    """From Debian's packages; needs root, since apt does."""
    packages = [package for name in names for package in DEBIAN_PACKAGES[name]]
    if not packages:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Failure(f"please install: {' '.join(packages)} (as root: apt-get install {' '.join(packages)})")
    say(f"installing {' '.join(packages)}")
    run_quietly(["apt-get", "update", "-q"])
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run_quietly(["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages], env=quiet)


def install_static_web_server():
    """From crates.io into the cache: some minutes, once."""
    say("building static-web-server: some minutes, this once (--without static-web-server to go on without it)")
    cargo_install(STATIC_WEB_SERVER)


def cargo_install(crate):
    """`cargo install` into the cache folder, whose build files are dropped afterwards."""
    target = CACHE / "build"
    run_quietly(["cargo", "install", "--root", str(CACHE), "--target-dir", str(target), *crate])
    shutil.rmtree(target, ignore_errors=True)


def run_quietly(argv, cwd=None, env=None):
    """Runs a command; shows what it said only if it failed."""
    done = subprocess.run(argv, cwd=cwd, env={**os.environ, **(env or {})}, capture_output=True, text=True, timeout=1800)
    if done.returncode != 0:
        raise Failure(f"{' '.join(argv[:3])} … failed:\n{(done.stdout + done.stderr)[-2000:]}")


def versions(names):
    """What the measured programs say they are."""
    asked = {
        "nginx": ["nginx", "-v"],
        "lighttpd": ["lighttpd", "-v"],
        "caddy": ["caddy", "version"],
        "static-web-server": [str(static_web_server_path()), "--version"],
        "wrk": ["wrk", "-v"],
    }
    return {name: version_of(*asked[name]) for name in names if name in asked}
