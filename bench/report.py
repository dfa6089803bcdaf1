"""RESULTS.md, plot.svg and press.svg, made of the last summary of each command (`results/last-*.json`)."""

import json
import math
from html import escape

from common import BENCH, RESULTS

# The budgets that the headline is read against.
BUDGETS = [("nginx", 64, 0.75), ("lighttpd", 64, 1.0), ("floor", 64, 1.15), ("floor", 1000, 1.3)]
PLOTTED_CONNECTIONS = 64


def render():
    """Writes RESULTS.md from whatever has been measured, and the plot if `http` has."""
    sections = [(name, load(name)) for name in SECTIONS]
    parts = [SECTIONS[name](data) for name, data in sections if data]
    (BENCH / "RESULTS.md").write_text("\n\n".join([INTRODUCTION, *parts]) + "\n")
    http = load("http")
    if http:
        (BENCH / "plot.svg").write_text(plot(http))
    press = load("press")
    if press:
        (BENCH / "press.svg").write_text(press_plot(press["groups"]))


def load(name):
    """The last summary of a command, or None."""
    file = RESULTS / f"last-{name}.json"
    return json.loads(file.read_text()) if file.exists() else None


INTRODUCTION = """# Results

Written by the commands in this folder from `results/last-*.json`; do not edit. What is measured and why in this way: [NOTES.md](NOTES.md).
Each figure is the median of its runs, the spread (least to most) behind it. Compare within a table; machines differ."""


# Parts of tables


def table(header, rows):
    """A Markdown table; the first column to the left, the others to the right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def ranged(value, digits=2, scale=1.0):
    """Median and, where there are several runs, spread."""
    text = f"{value['median'] * scale:.{digits}f}"
    if value["runs"] > 1:
        text += f" ({value['min'] * scale:.{digits}f}–{value['max'] * scale:.{digits}f})"
    return text


def median(value, digits=2, scale=1.0):
    """The median alone."""
    return f"{value['median'] * scale:,.{digits}f}"


def about(data):
    """Machine, kernel, date and versions, in a line."""
    machine = data["machine"]
    kind = "virtual machine" if machine["virtual"] else "machine"
    versions = ", ".join(f"{name} {version}" for name, version in data.get("versions", {}).items() if version)
    return (
        f"{machine['date']}; {kind} with {machine['cores']} cores of {machine['cpu']} ({machine['architecture']}), "
        f"{machine['memory_gib']} GiB; {machine['kernel']}" + (f"; {versions}" if versions else "") + "."
    )


# HTTP


def http_tables(data):
    """The section on HTTP: the budgets first, then a table for each case."""
    settings = data["settings"]
    head = [
        "## HTTP",
        f"{about(data)} {settings['rounds']} rounds of {settings['seconds']} s a run, interleaved; one core for the server, another for wrk.",
        "![CPU time a request](plot.svg)",
        "### Against the budgets",
        budget_table(data),
    ]
    return "\n\n".join([*head, *(case_section(data, case) for case in data["cases"])])


def budget_table(data):
    """CPU time of notes in that of the others, where DESIGN.md has a budget."""
    rows = []
    for against, connections, budget in BUDGETS:
        found = {ratio["case"]: ratio for ratio in data["ratios"] if (ratio["against"], ratio["connections"]) == (against, connections)}
        if found:
            cells = [ranged(found[case["name"]]) if case["name"] in found else "–" for case in data["cases"]]
            rows.append([f"{against}, {connections} connections", budget, *cells])
    names = [case["name"] for case in data["cases"]]
    return "CPU time a request of notes in that of …\n\n" + table(["", "at most", *names], rows)


def case_section(data, case):
    """One case: every server under every load."""
    heads = ", ".join(f"{name} {size}" for name, size in case["head_bytes"].items())
    lines = [f"### {case['name']}", f"`{case['path']}`, {case['content_bytes']:,} bytes of content. Bytes of header section: {heads}."]
    for name, differences in case["differences"].items():
        if name != "floor":
            lines.append(f"{name}: {', '.join(differences)}.")
    header = ["server", "connections", "CPU µs", "user", "system", "requests/s", "p50 µs", "p99 µs", "p99.9 µs", "resident MiB", "core busy"]
    cells = sorted((cell for cell in data["cells"] if cell["case"] == case["name"]), key=lambda cell: cell["connections"])
    return "\n\n".join([*lines, table(header, [case_row(cell) for cell in in_order(cells, case)])])


def in_order(cells, case):
    """By connections, and the servers in one order throughout."""
    ours, *peers = case["head_bytes"]
    order = [ours, "before", *peers]
    return sorted(cells, key=lambda cell: (cell["connections"], order.index(cell["server"])))


def case_row(cell):
    """A server under a load."""
    times = [median(cell[name], 0) for name in ("p50", "p99", "p999")]
    resident = median(cell["resident"], 1, 1 / 2**20)
    split = [median(cell["user"]), median(cell["system"])]
    busy = median(cell["busy"], 0, 100) + " %"
    return [cell["server"], cell["connections"], ranged(cell["cpu"]), *split, median(cell["rate"], 0), *times, resident, busy]


# Start, idle, scale, size


def start_table(data):
    """exec to first answer."""
    rows = [[row["name"], ranged(row["milliseconds"]), ranged(row["resident"], 1, 1 / 2**20)] for row in data["rows"]]
    return f"## Start\n\n{about(data)}\n\n" + table(["server", "exec to first answer, ms", "resident MiB then"], rows)


def idle_table(data):
    """Memory a held connection."""
    header = ["server", "connections held", "resident MiB before", "KiB each, nothing sent", "KiB each, after a request", "MiB with all", "closed"]
    rows = [
        [
            row["name"],
            f"{row['held']:,}",
            f"{row['before'] / 2**20:.1f}",
            f"{row['silent_each'] / 1024:.2f}",
            f"{row['asked_each'] / 1024:.2f}",
            f"{row['asked'] / 2**20:.1f}",
            row["closed"],
        ]
        for row in data["rows"]
    ]
    return f"## Idle connections\n\n{about(data)}\n\n" + table(header, rows)


def scale_table(data):
    """CPU time a request by workers."""
    header = ["placement", "workers", "CPU µs", "user", "system", "in that of the fewest", "requests/s"]
    rows = [
        [
            row["placement"],
            row["workers"],
            ranged(row["cpu"]),
            median(row["user"]),
            median(row["system"]),
            ranged(row["ratio"]),
            median(row["rate"], 0),
        ]
        for row in data["rows"]
    ]
    return f"## Workers\n\n{about(data)}\n\n" + table(header, rows)


def size_table(data):
    """The executable, section by section and crate by crate."""
    sections = table(["section", "bytes", "KiB"], [[row["name"], f"{row['bytes']:,}", f"{row['bytes'] / 1024:.1f}"] for row in data["sections"]])
    text = f"## Size\n\n{about(data)} The file has {data['file_bytes']:,} bytes.\n\n{sections}"
    if data["crates"]:
        rows = [[row["name"], f"{row['bytes']:,}", f"{row['bytes'] / 1024:.1f}"] for row in data["crates"]]
        text += "\n\nCode (`.text`) by crate, as cargo-bloat attributes it:\n\n" + table(["crate", "bytes", "KiB"], rows)
    return text


# Press


def press_tables(data):
    """Every number of posts of every corpus and build."""
    groups = data["groups"]
    head = [
        "## Press",
        f"{about(groups[-1])} Wall time depends on what else the machine does; processor time less so. Peak memory is that of the largest process.",
        "![Time and memory by posts](press.svg)",
    ]
    return "\n\n".join([*head, *(press_group(group) for group in groups)])


def press_group(group):
    """One number of posts: Graven's cases first, then the other generators."""
    megabytes = f"{group['markdown_bytes'] / 1e6:.1f} MB of Markdown"
    header = ["", "seconds", "processor seconds", "peak MiB", "output MB"]
    rows = []
    for row in group["rows"]:
        cells = ["–"] * 4
        if "seconds" in row:
            cells = [ranged(row["seconds"]), ranged(row["cpu"]), ranged(row["peak"], 0, 1 / 2**20), median(row["output"], 1, 1e-6)]
        rows.append([row["name"], *cells])
    over = "" if all("seconds" in row for row in group["rows"]) else f" –: over {group['limit']:.0f} s."
    title = f"### {group['label']}, {group['posts']:,} posts ({group['corpus']})"
    edits = "".join(f"\n- {line}" for line in group.get("edits", []))
    edits = edits and f"\n\nIn one process, from a changed file to the bytes of its page, median (least–most):\n{edits}"
    return f"{title}\n\n{group['machine']['date']}; {megabytes}.{over}\n\n{table(header, rows)}{edits}"


# The preview


def dev_tables(data):
    """The section on the preview: a table for each number of posts."""
    head = ["## The author's preview", f"{about(data)} A paragraph of one post is changed; memory is resident, of the command and its children, after all saves."]
    return "\n\n".join([*head, *(dev_group(group) for group in data["groups"])])


def dev_group(group):
    """The table for one number of posts."""
    rows = [
        [row["name"], ranged(row["first"], 2), ranged(row["bytes"], 0), ranged(row["pixels"], 0), f"{row['memory']['median'] / 2**20:,.0f}"]
        for row in group["rows"]
    ]
    title = f"### {group['posts']:,} posts, {group['rounds']} rounds of {group['saves']} saves"
    return title + "\n\n" + table(["", "first page, s", "save to bytes, ms", "save to pixels, ms", "memory, MiB"], rows)


SECTIONS = {"http": http_tables, "start": start_table, "idle": idle_table, "scale": scale_table, "size": size_table, "press": press_tables, "dev": dev_tables}


# The plot


FAR = {"caddy", "static-web-server"}
WIDTH, LABELS, BAR, GAP, TITLE, TOP = 760, 150, 18, 6, 30, 78
RIGHT = 110
STYLE = """<style>
  text { font: 13px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 16px; font-weight: 600 }
  .case { font-weight: 600 }
  .quiet { fill: #57606a; font-size: 12px }
  .user { fill: #0969da } .system { fill: #9ec5f0 }
  .ours .user { fill: #bc4c00 } .ours .system { fill: #f0b48a }
  .spread { stroke: #24292f; stroke-width: 1.5 }
  .axis { stroke: #d0d7de }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .quiet { fill: #9198a1 }
    .user { fill: #4493f8 } .system { fill: #1f4b84 }
    .ours .user { fill: #f0883e } .ours .system { fill: #7d4419 }
    .spread { stroke: #e6edf3 } .axis { stroke: #3d444d }
  }
</style>"""


def plot(data):
    """CPU time a request of every server in every case, as bars of user and system time with the spread of the runs."""
    cells = [cell for cell in data["cells"] if cell["connections"] == PLOTTED_CONNECTIONS]
    # Servers far from the contest are cut off, so that the others can be told apart.
    most = max((cell["cpu"]["max"] for cell in cells if cell["server"] not in FAR), default=1)
    scale = (WIDTH - LABELS - RIGHT) / most
    y, parts = TOP, []
    for case in data["cases"]:
        parts.append(f'<text class="case" x="16" y="{y + 14}">{escape(case["name"])}</text>')
        y += TITLE - GAP
        for cell in in_order([cell for cell in cells if cell["case"] == case["name"]], case):
            parts.append(bar(cell, y, scale))
            y += BAR + GAP
        y += GAP
    height = y + GAP
    axis = f'<line class="axis" x1="{LABELS}" x2="{LABELS}" y1="{TOP}" y2="{height - 12}"/>'
    return "\n".join([svg_head(height), STYLE, legend(data), axis, *parts, "</svg>"]) + "\n"


def svg_head(height):
    """The root element, with a name for those who do not see it."""
    label = f"CPU microseconds a request, {PLOTTED_CONNECTIONS} connections"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
        f'aria-label="{label}"><title>{label}</title>'
    )


def legend(data):
    """Title and what the colours mean."""
    machine = data["machine"]
    return f"""<text class="title" x="16" y="26">CPU microseconds a request, one worker, {PLOTTED_CONNECTIONS} connections (less is better)</text>
<g><rect class="user" x="16" y="42" width="12" height="12"/><text class="quiet" x="33" y="52">user</text>
<rect class="system" x="72" y="42" width="12" height="12"/><text class="quiet" x="89" y="52">system</text>
<line class="spread" x1="144" x2="168" y1="48" y2="48"/><text class="quiet" x="174" y="52">least to most of the runs</text></g>
<text class="quiet" x="{WIDTH - 16}" y="52" text-anchor="end">{escape(machine["cpu"])}, {machine["kernel"]}, {machine["date"]}</text>"""


def bar(cell, y, scale):
    """One server: user and system time end to end, the spread as a line, the median as a figure."""
    longest = WIDTH - LABELS - RIGHT
    whole = min(cell["cpu"]["median"] * scale, longest)
    user = whole * min(cell["user"]["median"] / cell["cpu"]["median"], 1)
    least, most = (LABELS + min(cell["cpu"][key] * scale, longest) for key in ("min", "max"))
    cut = " (cut off)" if cell["cpu"]["median"] * scale > longest else ""
    middle, text_y = y + BAR / 2, y + BAR - 5
    kind = "ours" if cell["server"] == "notes" else "peer"
    return f"""<g class="{kind}"><text x="{LABELS - 8}" y="{text_y}" text-anchor="end">{escape(cell["server"])}</text>
<rect class="user" x="{LABELS}" y="{y}" width="{user:.1f}" height="{BAR}"/>
<rect class="system" x="{LABELS + user:.1f}" y="{y}" width="{max(whole - user, 0):.1f}" height="{BAR}"/>
<line class="spread" x1="{least:.1f}" x2="{most:.1f}" y1="{middle}" y2="{middle}"/>
<text x="{max(most, LABELS + whole) + 8:.1f}" y="{text_y}">{cell["cpu"]["median"]:.2f}{cut}</text></g>"""


# The plot of press: two squares with logarithmic axes, time and memory over the number of posts.

SIDE, LEFT, APART, HEAD, FOOT = 270, 60, 90, 90, 50
LINES = {"cold": "#bc4c00", "warm": "#e0a030", "one edit": "#8250df", "uncompressed": "#1a7f37", "hugo": "#0969da", "eleventy": "#57606a"}


def press_plot(groups):
    """The generated posts of the last label, code as measured: a line for each case and generator."""
    plotted = [group for group in groups if group["corpus"] == "generated, code usual"] or groups
    plotted = [group for group in plotted if group["label"] == plotted[-1]["label"]]
    label = f"Time and memory by number of posts ({plotted[-1]['label']})"
    width, height = LEFT + 2 * SIDE + APART + 130, HEAD + SIDE + FOOT
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{escape(label)}">'
        f"<title>{escape(label)}</title>"
    )
    title = f'<text class="title" x="16" y="26">{escape(label)}, less is better</text>'
    squares = [("processor seconds", "cpu", 1.0), ("peak MiB", "peak", 1 / 2**20)]
    parts = [square(plotted, LEFT + at * (SIDE + APART), *what) for at, what in enumerate(squares)]
    names = [name for name in LINES if any(row["name"] == name for group in plotted for row in group["rows"])]
    keys = [key_of(name, width - 110, HEAD + 20 * at) for at, name in enumerate(names)]
    return "\n".join([head, STYLE, title, *parts, *keys, "</svg>"]) + "\n"


def key_of(name, x, y):
    """The colour of a line, and its name."""
    return f'<line x1="{x}" x2="{x + 18}" y1="{y}" y2="{y}" stroke="{LINES[name]}" stroke-width="2.5"/><text x="{x + 24}" y="{y + 4}">{escape(name)}</text>'


def square(groups, x, title, key, scale):
    """One figure over the number of posts. Both axes are decades."""
    lines = {}
    for group in groups:
        for row in group["rows"]:
            if key in row:
                lines.setdefault(row["name"], []).append((group["posts"], row[key]["median"] * scale))
    values = [value for line in lines.values() for _, value in line]
    across = decades([posts for line in lines.values() for posts, _ in line])
    up = decades(values)
    place = lambda posts, value: (x + SIDE * part(posts, across), HEAD + SIDE - SIDE * part(value, up))
    grid = [f'<text class="quiet" x="{x}" y="{HEAD - 14}">{title}</text>']
    for power in range(up[0], up[1] + 1):
        y = place(10 ** across[0], 10**power)[1]
        grid.append(f'<line class="axis" x1="{x}" x2="{x + SIDE}" y1="{y:.1f}" y2="{y:.1f}"/><text class="quiet" x="{x - 6}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g}</text>')
    for power in range(across[0], across[1] + 1):
        at = place(10**power, 10 ** up[0])[0]
        grid.append(f'<text class="quiet" x="{at:.1f}" y="{HEAD + SIDE + 20}" text-anchor="middle">{10**power:,} posts</text>')
    return "\n".join([*grid, *(drawn(name, [place(*point) for point in line]) for name, line in lines.items())])


def decades(values):
    """The powers of ten around the values, at least one apart."""
    least, most = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return least, max(most, least + 1)


def part(value, powers):
    """Where a value is between two powers of ten."""
    return (math.log10(value) - powers[0]) / (powers[1] - powers[0])


def drawn(name, points):
    """A line with its points."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{LINES[name]}"/>' for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{LINES[name]}" stroke-width="2"/>{dots}'
