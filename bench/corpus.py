"""A blog that nobody wrote: posts from a seed, with the lengths and the parts that measured blogs have, so that every machine measures the same bytes.

The measured blogs, as fetched from their public repositories in November 2026 (posts; mean KB; median KB; code fences' share of the bytes; posts with a fence;
bytes for each link, heading, list item, inline code; zlib -9 of each post, mean):

- Rust blog            750   8.5   4.4    4 %   44 %   500  1,700   540   430   0.44
- Go blog              276   8.9   5.7    3 %   14 %   670  1,900  2,400  360   0.45
- overreacted.io        57  20.3  14.6   22 %   70 % 1,070  3,500  2,200  310   0.40
- Andrew Gallant's      20  41.6  27.6    8 %   50 %   980  2,600  1,200  220   0.40

Lengths are log-normal (10, 50 and 90 of a hundred posts of the Rust blog: 1.3, 4.4, 16.7 KB). Word frequencies follow Zipf and Mandelbrot: `the` has 4 to 5 % of
the words there, and the first word has 3.5 % here. A post repeats words of its own, and phrases, as texts do. Still it compresses a little less than
English: zlib ratios are 0.48 in the mean. Tags and topics are in none of these files: their numbers (1 to 4 of 60; one of 8) are assumed. There are no
pictures: Graven encodes them in several widths, which the others would not do.
"""

import bisect
import itertools
import math
import random
import re
import shutil
from statistics import NormalDist

SEED = 12
WORDS, PHRASES = 18_000, 1_000
MEDIAN_BYTES = 4_600
# With the median above, the mean is 7.6 KB.
SPREAD = 1.0
LEAST_BYTES, MOST_BYTES = 400, 85_000
WITH_CODE, CODE_IN_THOSE = 0.44, 0.2
TOPICS, TAGS = 8, 60

ONSETS = "b c d f g h j k l m n p r s t v w st tr pl sh th ch br gr pr cl sp fr dr qu".split()
NUCLEI = "a e i o u ea ou ai io ee oo ie".split()
CODAS = ["", "", "", "n", "r", "s", "t", "l", "m", "d", "ng", "st", "ck", "nt", "ll", "ss"]


class Words:
    """A vocabulary, and words from it by frequency: short words are the frequent ones."""

    def __init__(self, chance):
        self.chance = chance
        found = {}
        for rank in range(WORDS):
            # Types have 7.4 letters in the mean, the most frequent ones two or three.
            most = 2 if rank < 30 else 3 if rank < 120 else 5 if rank < 1500 else 7 if rank < 4000 else 14
            syllables = 1 if rank < 300 else chance.choice((1, 2, 2, 3)) if rank < 3000 else chance.choice((2, 2, 3, 3, 4))
            while True:
                word = "".join(chance.choice(ONSETS) + chance.choice(NUCLEI) + chance.choice(CODAS) for _ in range(syllables))[:most]
                if word not in found:
                    break
                most += 1
            found[word] = None
        self.all = list(found)
        self.sums = list(itertools.accumulate(1 / (rank + 2.5) for rank in range(WORDS)))
        # Pairs and triples that occur again and again, as `of the` and `as well as` do.
        self.phrases = [[self.one() for _ in range(chance.choice((2, 2, 3, 4)))] for _ in range(PHRASES)]

    def one(self):
        return self.all[bisect.bisect(self.sums, self.chance.random() * self.sums[-1])]

    def rare(self):
        return self.all[int(100 + 6000 * self.chance.random() ** 1.5)]


class Post:
    """The Markdown of one post, written part by part."""

    def __init__(self, words, chance, number, posts):
        self.words, self.chance, self.number, self.posts = words, chance, number, posts
        # What the post is about: words that it uses often.
        self.own = [words.rare() for _ in range(30)]
        self.identifiers = [f"{chance.choice(self.own)}_{chance.choice(self.own)}" for _ in range(8)] + self.own[:8]

    def run(self, count):
        """Words, some of them phrases or the post's own."""
        found = []
        while len(found) < count:
            pick = self.chance.random()
            if pick < 0.3:
                found += self.words.phrases[int(PHRASES * self.chance.random() ** 3)]
            elif pick < 0.44:
                found.append(self.own[int(30 * self.chance.random() ** 2)])
            else:
                found.append(self.words.one())
        return found[:count]

    def sentence(self):
        """Words with the marks that measured sentences have: links, inline code, strong, emphasis."""
        words = self.run(max(3, int(self.chance.gauss(20, 9))))
        for chance, mark in ((0.34, self.link), (0.45, self.code_span), (0.04, lambda text: f"**{text}**"), (0.08, lambda text: f"*{text}*")):
            if self.chance.random() < chance:
                at = self.chance.randrange(len(words))
                words[at] = mark(words[at])
        if len(words) > 9 and self.chance.random() < 0.6:
            words[len(words) // 2] += ","
        text = " ".join(words)
        return text[0].upper() + text[1:] + self.chance.choice("......?") if text[0].isalpha() else text + "."

    def link(self, text):
        if self.chance.random() < 0.12 and self.posts > 1:
            return f"[{text}](/blog/{name_of(self.chance.randrange(self.posts))})"
        return f"[{text} {self.words.one()}](https://example.net/{self.chance.choice(self.own)}/{self.words.one()})"

    def code_span(self, _):
        return f"`{self.chance.choice(self.identifiers)}`"

    def heading(self):
        return f"## {' '.join(self.run(self.chance.randrange(2, 7))).capitalize()}\n"

    def paragraph(self):
        text = " ".join(self.sentence() for _ in range(self.chance.choice((1, 2, 2, 3, 3, 4))))
        return text + "\n"

    def items(self):
        mark = self.chance.choice(("-", "-", "-", "1."))
        return "".join(f"{mark} {self.sentence()}\n" for _ in range(self.chance.randrange(3, 8)))

    def table(self):
        columns = self.chance.randrange(2, 5)
        row = lambda cell: "| " + " | ".join(cell() for _ in range(columns)) + " |\n"
        figure = lambda: str(self.chance.randrange(10_000))
        return row(self.words.one) + row(lambda: "---") + "".join(row(figure) for _ in range(self.chance.randrange(3, 12)))

    def quote(self):
        return f"> {self.sentence()}\n"

    def fence(self):
        """Code, of about the measured number of lines."""
        language = self.chance.choices([name for name, _, _ in CODE], [weight for _, weight, _ in CODE])[0]
        templates = next(lines for name, _, lines in CODE if name == language)
        count = max(1, min(80, round(math.exp(self.chance.gauss(1.5, 0.9)))))
        lines = []
        while len(lines) < count:
            lines += self.chance.choice(templates).format_map(self).split("\n")
        return f"```{language}\n" + "\n".join(lines) + "\n```\n"

    def __getitem__(self, key):
        """A gap in a line of code: {i…} an identifier, {t…} a type, {n…} a number, {s…} some text."""
        if key[0] == "n":
            return str(self.chance.choice((0, 1, 2, 8, 10, 64, 100, 1024, self.chance.randrange(10_000))))
        if key[0] == "s":
            return " ".join(self.run(self.chance.randrange(1, 6)))
        name = self.chance.choice(self.identifiers)
        return name.title().replace("_", "") if key[0] == "t" else name

    def body(self, length, code):
        """Parts until there are `length` bytes, of which `code` is in fences."""
        parts, total, in_code = [self.paragraph()], 0, 0
        total = len(parts[0])
        choices = [(self.paragraph, 60), (self.heading, 19), (self.items, 9), (self.quote, 1), (self.table, 0.4)]
        while total < length:
            part = self.fence() if in_code < code * total else self.chance.choices(*zip(*choices))[0]()
            in_code += len(part) if part.startswith("```") else 0
            parts.append(part)
            total += len(part) + 1
        return "\n".join(parts)


CODE = [
    ("rust", 35, [
        "/// {s1}.\npub fn {i1}({i2}: &{t1}, {i3}: usize) -> Result<{t2}, {t3}> {{\n    let mut {i4} = {t4}::new({n1});\n    for {i5} in {i2}.iter().filter(|{i6}| {i6}.is_some()) {{\n"
        "        {i4}.push({i5}.{i7}(\"{s2}\")?);\n    }}\n    Ok({i4})\n}}",
        "#[derive(Clone, Debug)]\nstruct {t1} {{\n    {i1}: Vec<{t2}>,\n    {i2}: Option<u{n1}>,\n}}",
        "impl {t1} for {t2} {{\n    fn {i1}(&self) -> {t3} {{\n        match self.{i2} {{\n            Some({i3}) if {i3} > {n1} => {i3}.{i4}(),\n            _ => panic!(\"{s1}: {{}}\", self.{i5}),\n        }}\n    }}\n}}",
        "let {i1}: HashMap<String, {t1}> = {i2}.into_iter().collect();",
        "// {s1}\nassert_eq!({i1}.{i2}({n1}), {n2});",
    ]),
    ("", 20, ["{i1} {s1}", "$ {i1} --{i2} {n1}", "{i1}: {n1} {s1}"]),
    ("js", 14, [
        "// {s1}\nexport async function {i1}({i2}, {i3} = {n1}) {{\n  const {i4} = await fetch(`/{i5}/${{{i2}}}`);\n  if (!{i4}.ok) throw new Error('{s2}');\n  return {i4}.json();\n}}",
        "const {i1} = {i2}.map(({i3}) => ({{ ...{i3}, {i4}: {n1} }}));",
        "class {t1} extends {t2} {{\n  #{i1} = new Map();\n  get {i2}() {{\n    return this.#{i1}.get('{i3}') ?? {n1};\n  }}\n}}",
    ]),
    ("toml", 6, ["[{i1}.{i2}]\n{i3} = \"{s1}\"\n{i4} = {n1}\n{i5} = [\"{i6}\", \"{i7}\"]"]),
    ("bash", 6, ["for {i1} in \"${i2}\"/*.{i3}; do\n  {i4} --{i5}={n1} \"${i1}\" | grep -v '{s1}' > {i6}.txt\ndone", "# {s1}\nexport {i1}={n1}", "cargo {i1} --{i2} {i3}"]),
    ("python", 6, [
        "def {i1}({i2}: list[{t1}], *, {i3}: int = {n1}) -> dict:\n    \"\"\"{s1}.\"\"\"\n    with open(f\"{{{i2}}}/{i4}\") as {i5}:\n        return {{{i6}: len({i6}) for {i6} in {i5} if {i6} != '{s2}'}}",
        "@dataclass\nclass {t1}({t2}):\n    {i1}: str = \"{s1}\"\n    {i2}: int = {n1}",
    ]),
    ("go", 6, [
        "// {i1} {s1}.\nfunc ({i2} *{t1}) {i1}(ctx context.Context, {i3} []byte) (int, error) {{\n\tif len({i3}) > {n1} {{\n\t\treturn 0, fmt.Errorf(\"{s2}: %w\", {i4})\n\t}}\n\treturn {i2}.{i5}.Write({i3})\n}}",
        "type {t1} struct {{\n\t{t2} map[string]*{t3} `json:\"{i1}\"`\n}}",
    ]),
    ("json", 4, ["{{\n  \"{i1}\": {n1},\n  \"{i2}\": [\"{s1}\", null, true],\n  \"{i3}\": {{ \"{i4}\": \"{s2}\" }}\n}}"]),
    ("c", 3, ["static int {i1}(const struct {i2} *{i3}, size_t {i4})\n{{\n\tif ({i3}->{i5} < {n1})\n\t\treturn -EINVAL; /* {s1} */\n\treturn {i6}({i4} << {n2});\n}}"]),
]


def name_of(number):
    """The name of a post, and the last part of its path."""
    return f"post-{number:05}"


def date_of(number):
    """A date for each post, all in the past, spread over twenty years."""
    return f"{2005 + number % 20}-{1 + number // 20 % 12:02}-{1 + number // 240 % 28:02}"


def front_matter(number, title, description, chance):
    """In YAML, which all generators read."""
    tags = {int(TAGS * chance.random() ** 2) for _ in range(chance.randrange(1, 5))}
    listed = ", ".join(f"tag-{tag}" for tag in sorted(tags))
    return f'---\ntitle: "{title}"\ndescription: "{description}"\ndate: {date_of(number)}\ntopics: [topic-{chance.randrange(TOPICS)}]\ntags: [{listed}]\n---\n'


def generated(posts, half_code):
    """The texts of `posts` posts, by name."""
    chance = random.Random(SEED)
    words = Words(chance)
    # The quantiles of the distribution, shuffled: any number of posts has the same mean.
    normal = NormalDist(math.log(MEDIAN_BYTES), SPREAD)
    lengths = [min(max(math.exp(normal.inv_cdf((at + 0.5) / posts)), LEAST_BYTES), MOST_BYTES) for at in range(posts)]
    chance.shuffle(lengths)
    for number, length in enumerate(lengths):
        post = Post(words, chance, number, posts)
        with_code = chance.random() < WITH_CODE
        code = 0.5 if half_code else CODE_IN_THOSE if with_code else 0
        title, description = (" ".join(post.run(count)).capitalize() for count in (5, 14))
        head = front_matter(number, title, description + ".", chance)
        yield name_of(number), head + post.body(length - len(head), code)


# What the strictest of the generators refuses or what is beside the Markdown of a real blog: files, anchors and addresses within it, HTML, shortcodes.
OUTSIDE = "https://example.net/elsewhere"
UNIFORM = [
    (re.compile(r"!\["), "["),
    (re.compile(r"\]\((?!https?:)[^)\s]*"), f"]({OUTSIDE}"),
    (re.compile(r"^(\s*\[[^\]]+\]:\s*)(?!https?:)\S+", re.MULTILINE), rf"\1{OUTSIDE}"),
    (re.compile(r"<!--.*?-->|</?[a-zA-Z][^>\n]*>", re.DOTALL), ""),
    (re.compile(r"\[\^"), "["),
    (re.compile(r"\{(?=[{%<])"), "{ "),
]


def taken(folder, posts):
    """The Markdown files below `folder`, again and again until there are `posts`, without what not every generator takes."""
    files = sorted(file for file in folder.rglob("*.md") if file.stat().st_size >= LEAST_BYTES and not file.name.startswith("_"))
    chance = random.Random(SEED)
    for number in range(posts if files else 0):
        text = files[number % len(files)].read_text(errors="replace")
        body = re.sub(r"\A(\+\+\+|---)\n.*?\n\1\n", "", text, flags=re.DOTALL)
        for pattern, by in UNIFORM:
            body = pattern.sub(by, body)
        yield name_of(number), front_matter(number, f"Post {number}", f"Number {number}.", chance) + body


def write(folder, texts):
    """Writes the posts as `FOLDER/NAME.md`. Returns how many there are."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    count = 0
    for name, text in texts:
        (folder / f"{name}.md").write_text(text)
        count += 1
    return count
