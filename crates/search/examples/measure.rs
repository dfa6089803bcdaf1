//! Measures an index of generated posts: `measure POSTS [FOLDER]`. With a folder, each post is written there as a page of HTML, for other indexes.
//! Prints `name value` lines. `bench/search` runs it.

#[path = "../tests/search/corpus.rs"]
mod corpus;

use std::path::Path;
use std::time::Duration;
use std::{env, fs, io};

use corpus::{Random, Text, stem};
use graven_search::write::Builder;
use graven_search::{Index, Query};

/// The times each query is run; the shortest counts, so that other programs do not.
const RUNS: usize = 9;

fn main() -> io::Result<()> {
    let mut arguments = env::args().skip(1);
    let count = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(1_000);
    let posts: Vec<Text> = (0..count).map(corpus::post).collect();
    if let Some(folder) = arguments.next() {
        write_pages(Path::new(&folder), &posts)?;
    }
    let text: usize = posts.iter().map(size).sum();
    let start = processor_time();
    let mut builder = Builder::new("en");
    for post in &posts {
        post.add_to(&mut builder);
    }
    let bytes = builder.finish();
    println!("posts {count}\ntext_bytes {text}\nindex_bytes {}", bytes.len());
    println!("build_ms {}", processor_time().saturating_sub(start).as_millis());
    print_sections(&bytes);
    let index = Index::open(&bytes).expect("it was just built");
    for (kind, queries) in queries(&posts) {
        let mut times: Vec<_> = queries.iter().map(|query| (time(&index, query), query)).collect();
        times.sort();
        let micros = |(time, _): &(Duration, &String)| time.as_secs_f64() * 1e6;
        let (worst, query) = times.last().map(|worst| (micros(worst), worst.1.as_str())).unwrap_or_default();
        let (median, p99) = (micros(&times[times.len() / 2]), micros(&times[times.len() * 99 / 100]));
        println!("query {kind}\t{}\t{median:.0}\t{p99:.0}\t{worst:.0}\t{query}", queries.len());
    }
    Ok(())
}

/// The bytes of all that is indexed of a post.
fn size(post: &Text) -> usize {
    let sections = post.sections.iter().map(|(heading, text, code)| heading.len() + text.len() + code.len());
    let tags = post.tags.iter().map(|tag| tag.len());
    post.title.len() + post.description.len() + tags.chain(sections).sum::<usize>()
}

/// The sizes of the index's sections, from its header.
fn print_sections(bytes: &[u8]) {
    let ends =
        bytes[28..48].chunks(4).map(|offset| u32::from_le_bytes(offset.try_into().expect("four bytes")) as usize);
    let names = ["offsets", "records", "blocks", "words", "postings", "endings"];
    let mut start = 48;
    for (name, end) in names.into_iter().zip(ends.chain([bytes.len()])) {
        println!("section {name} {}", end - start);
        start = end;
    }
}

fn time(index: &Index<'_>, text: &str) -> Duration {
    let run = || {
        let start = processor_time();
        let results = index.search(&Query::parse(text), 0, 10);
        std::hint::black_box(&results);
        processor_time().saturating_sub(start)
    };
    (0..RUNS).map(|_| run()).min().unwrap_or_default()
}

/// The time that this thread has had a processor, so that other programs on the machine do not count.
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).expect("time does not run backwards")
}

/// Some hundred queries of several kinds.
fn queries(posts: &[Text]) -> Vec<(&'static str, Vec<String>)> {
    let random = &mut Random(7);
    let mut from_posts = |words: usize, quoted: bool| -> Vec<String> {
        let quote = if quoted { "\"" } else { "" };
        let of_post = |random: &mut Random| {
            let post = &posts[random.number(posts.len())];
            let text: Vec<&str> = post.sections[0].1.split([' ', ',', '.']).filter(|word| !word.is_empty()).collect();
            let start = random.number(text.len() - words);
            format!("{quote}{}{quote}", text[start..start + words].join(" "))
        };
        (0..100).map(|_| of_post(random)).collect()
    };
    let (one, two, four) = (from_posts(1, false), from_posts(2, false), from_posts(4, false));
    let phrases = [from_posts(2, true), from_posts(3, true), from_posts(8, true)].concat();
    let typos =
        two.iter().map(|query| query.chars().rev().skip(1).collect::<String>().chars().rev().collect()).collect();
    let swap = |word: &String| {
        let mut letters: Vec<char> = word.chars().collect();
        let middle = letters.len() / 2;
        letters.swap(middle, middle - 1);
        letters.into_iter().collect::<String>()
    };
    let wrong = (0..100).map(|_| swap(&stem(5_000 + random.rank()))).collect();
    let prefixes = one.iter().map(|word| word.chars().take(3).collect::<String>() + "*").collect();
    vec![
        ("one word", one),
        ("two words", two),
        ("four words", four),
        ("phrases", phrases),
        ("while typing", typos),
        ("typos", wrong),
        ("prefixes", prefixes),
        ("nasty", nasty()),
    ]
}

/// What costs most: the most frequent words, the widest prefixes, many typos, and all together.
fn nasty() -> Vec<String> {
    let frequent: Vec<_> = (1..13).map(stem).collect();
    let common: Vec<_> = (100..112).map(stem).collect();
    let all =
        |words: &[String], end: &str| words.iter().map(|word| format!("{word}{end}")).collect::<Vec<_>>().join(" ");
    let letters = "t* n* s* r* l* d* m* c* p* b* f* g*";
    let pairs = "te* ne* se* re* le* de* me* ce* pe* be* fe* ge*";
    let beginnings: Vec<_> = (0..12).map(|n| stem(20_000 + n * 977)[..3].to_owned()).collect();
    let typos: Vec<_> = (0..12).map(|n| stem(20_000 + n * 977).chars().rev().collect::<String>()).collect();
    vec![
        all(&frequent, ""),
        all(&common, ""),
        all(&frequent, "*"),
        format!("\"{}\"", all(&frequent, "")),
        format!("\"{}\"", all(&common, "")),
        format!("\"{}\"", vec![stem(1); 12].join(" ")),
        format!("\"{}\"", vec![stem(100); 12].join(" ")),
        letters.to_owned(),
        pairs.to_owned(),
        format!("\"{letters}\""),
        format!("\"{pairs}\""),
        format!("\"{}\"", all(&beginnings, "")),
        all(&beginnings, " "),
        format!("\"{} {}\"", stem(1), all(&beginnings[..6], "")),
        format!("\"t*\" \"n*\" \"s*\" \"r*\" \"l*\" \"d*\""),
        "t".to_owned(),
        "t*".to_owned(),
        "s* s* s* s* s* s* s* s* s* s* s* s*".to_owned(),
        all(&typos, ""),
        "abcdefghijklmnopqrstuvwxyzabcdefghijklmnop".to_owned(),
        "a".repeat(200),
        "aaaaaa eeeeee iiiiii oooooo uuuuuu tttttt nnnnnn ssssss rrrrrr llllll dddddd mmmmmm".to_owned(),
        "tag:rust tag:go topic:fintech te*".to_owned(),
        "tag:rust".to_owned(),
        "camelCaseOneTwoThreeFourFiveSixSevenEightNineTenElevenTwelve".to_owned(),
        "a-b c-d e-f g-h i-j k-l".to_owned(),
        "\u{e9}\u{df}\u{f8} \u{65e5}\u{672c}\u{8a9e}\u{65e5}\u{672c}\u{8a9e}".to_owned(),
    ]
}

fn write_pages(folder: &Path, posts: &[Text]) -> io::Result<()> {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;");
    for post in posts {
        let mut html = format!(
            "<!doctype html><html lang=en><title>{0}</title><body><h1>{0}</h1><p>{1}</p>",
            post.title, post.description
        );
        for (heading, text, code) in &post.sections {
            let anchor = heading.replace([' ', ',', '.'], "-");
            let of_heading =
                if heading.is_empty() { String::new() } else { format!("<h2 id=\"{anchor}\">{heading}</h2>") };
            html += &[&of_heading, "<p>", &escape(text), "</p><pre><code>", &escape(code), "</code></pre>"].concat();
        }
        let file = folder.join(post.route.trim_start_matches('/')).with_extension("html");
        fs::create_dir_all(file.parent().expect("a folder"))?;
        fs::write(file, html)?;
    }
    Ok(())
}
