//! A generated corpus: the same numbers give the same posts. Words have the frequencies of a language (Zipf's law: the word of rank *n* is *n* times
//! rarer than the first), endings, and topics: a post repeats some rare words, as a text about something does. The figures are near those of the
//! articles in `content/`, counted with the same definition of a word: 1,790 words in 6 sections, 5.8 bytes for each word, the hundred most frequent
//! words are 48 % of all, a post has 0.34 different words for each word.

use std::fmt::Write;

use graven_search::write::{Builder, Post, Section};

/// Up to this rank a word is as much rarer as its rank is higher; beyond it, rarer by the square. Both are found in real languages, and let the number
/// of different words grow with the square root of the length of a text.
const KERNEL: f64 = 8_000.0;

/// How many of a hundred words are beyond the kernel.
const RARE: usize = 4;

/// The rare words that a post begins with.
const TOPIC_WORDS: usize = 25;

/// How many of a hundred words are one that the post has already had.
const REPEATED: usize = 30;

/// The words up to this rank are those of the language rather than of a subject: they are not repeated more than others.
const COMMON: usize = 100;

/// The consonants and vowels of syllables, the frequent ones more than once.
const CONSONANTS: [&str; 24] = [
    "t", "n", "s", "r", "l", "d", "m", "c", "p", "b", "f", "g", "h", "v", "w", "k", "st", "tr", "th", "ch", "pr", "br",
    "sh", "gl",
];
const VOWELS: [&str; 8] = ["e", "a", "i", "o", "u", "y", "ea", "ou"];
const ENDINGS: [&str; 8] = ["", "", "", "", "", "", "s", "ing"];
const TAGS: [&str; 12] = [
    "Raspberry Pi",
    "Kubernetes",
    "Rust",
    "Go",
    "Kafka",
    "Redis",
    "Databases",
    "Event Sourcing",
    "Testing",
    "C++",
    "Web",
    "Observability",
];
const TOPICS: [&str; 5] = ["distributed-systems", "edge-infra", "fintech", "web3", "tooling"];

/// Numbers that look random: `SplitMix64`.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn number(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).expect("31 bits") % below
    }

    /// A rank: a small one is likely.
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank")]
    pub(crate) fn rank(&mut self) -> usize {
        let is_rare = self.number(100) < RARE;
        let uniform = (self.number(1 << 24) + 1) as f64 / f64::from(1 << 24);
        (if is_rare { KERNEL / uniform.max(0.005) } else { KERNEL.powf(uniform.powf(1.35)) }) as usize
    }
}

/// The stem of a rank: the rarer, the longer.
pub(crate) fn stem(rank: usize) -> String {
    let mut word = String::new();
    // Neighbours in rank are no neighbours in the dictionary.
    let mut rest = rank.wrapping_mul(7_919) % 1_000_003;
    let syllables = match rank {
        0..800 => 1,
        800..60_000 => 2,
        _ => 3,
    };
    for _ in 0..syllables {
        word += CONSONANTS[rest % CONSONANTS.len()];
        rest /= CONSONANTS.len();
        word += VOWELS[rest % VOWELS.len()];
        rest /= VOWELS.len();
    }
    if rank >= 40 {
        word += CONSONANTS[rank % 16];
    }
    word
}

fn word(random: &mut Random, topic: &mut Vec<usize>) -> String {
    let is_repeated = random.number(100) < REPEATED;
    let rank = if is_repeated { topic[random.number(topic.len())] } else { random.rank() };
    if rank >= COMMON {
        topic.push(rank);
    }
    let ending = if rank < COMMON { "" } else { ENDINGS[random.number(ENDINGS.len())] };
    stem(rank) + ending
}

fn words(random: &mut Random, topic: &mut Vec<usize>, count: usize) -> String {
    let mut text = String::new();
    for n in 0..count {
        let end = match random.number(12) {
            _ if n + 1 == count => ".",
            0 => ", ",
            1 => ". ",
            _ => " ",
        };
        text += &word(random, topic);
        text += end;
    }
    text
}

fn code(random: &mut Random, topic: &[usize], lines: usize) -> String {
    let mut code = String::new();
    for _ in 0..lines {
        let mut name = || stem(topic[random.number(topic.len())]);
        let (one, two, three) = (name(), name(), name());
        match random.number(3) {
            0 => writeln!(code, "let {one}_{two} = {three}.get({});", random.number(100)),
            1 => writeln!(code, "fn {one}(self, {two}: usize) -> {three};"),
            _ => writeln!(code, "if {one}.len() > {two} {{ return {three}; }}"),
        }
        .expect("a string takes all");
    }
    code
}

/// A post with its texts.
pub(crate) struct Text {
    pub(crate) route: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) topics: Vec<&'static str>,
    pub(crate) tags: Vec<&'static str>,
    pub(crate) sections: Vec<(String, String, String)>,
}

/// The post of a number: some 1,600 words of prose in six sections, and some code.
pub(crate) fn post(number: usize) -> Text {
    let random = &mut Random(number as u64 + 1);
    let topic: &mut Vec<_> = &mut (0..TOPIC_WORDS).map(|_| COMMON + random.rank()).collect();
    let title = words(random, topic, 5);
    let sections = (0..4 + random.number(5)).map(|n| {
        let heading = if n == 0 { String::new() } else { words(random, topic, 4).trim_end_matches('.').to_owned() };
        let length = 120 + random.number(280);
        let text = words(random, topic, length);
        let lines = if random.number(3) == 0 { 3 + random.number(10) } else { 0 };
        (heading, text, code(random, topic, lines))
    });
    let sections = sections.collect();
    Text {
        route: format!("/blog/{}-{number}", title.trim_end_matches('.').replace([' ', ',', '.'], "-")),
        title: title.trim_end_matches('.').to_owned(),
        description: words(random, topic, 18),
        topics: vec![TOPICS[random.number(TOPICS.len())]],
        tags: vec![TAGS[random.number(TAGS.len())], TAGS[number % TAGS.len()]],
        sections,
    }
}

impl Text {
    /// Adds the post to an index.
    pub(crate) fn add_to(&self, builder: &mut Builder) {
        let anchors: Vec<_> = self.sections.iter().map(|(heading, ..)| heading.replace([' ', ',', '.'], "-")).collect();
        let mut start = 0;
        let sections = self.sections.iter().zip(&anchors).map(|((heading, text, code), anchor)| {
            let length = u32::try_from(heading.len() + text.len() + code.len()).expect("a short text");
            start += length;
            Section { anchor, heading, text, code, start: start - length, length }
        });
        builder.add(&Post {
            route: &self.route,
            title: &self.title,
            description: &self.description,
            date: "27 November 2026",
            topics: self.topics.clone(),
            tags: self.tags.clone(),
            sections: sections.collect(),
        });
    }
}
