//! What a query means.

use graven_search::write::{Builder, Post, Section};
use graven_search::{Index, MAX_TERMS, Query};

use crate::site::{check, index_in, index_of, routes, search};

#[test]
fn a_word_finds_all_its_forms() {
    let bytes = index_in("en", &["indexes", "an index of words", "indexing and indexed"]);
    for query in ["index", "indexes", "INDEX", "indexed"] {
        assert_eq!(routes(&bytes, query).len(), 3, "{query}");
    }
}

#[test]
fn a_form_that_does_not_occur_finds_those_that_do() {
    let texts = ["the leader waits", "she waited", "no waiting", "elections", "migrations", "one partition", "parts"];
    let bytes = index_in("en", &texts);
    check(&bytes, &[("election", &["elections"]), ("migration", &["migrations"]), ("partitions", &["one partition"])]);
}

#[test]
fn words_are_stemmed_in_the_language_of_the_site() {
    for (language, text, query) in [
        ("de", "Häuser und Bücher", "hauser"),
        ("de-AT", "die Bücher", "BÜCHERN"),
        ("fr", "les chevaux et la programmation", "programmations"),
        ("es", "canciones", "canción"),
        ("ru", "книги", "книги"),
        ("xx", "unknown language", "language"),
    ] {
        assert_eq!(routes(&index_in(language, &[text, "other"]), query), [text], "{language} {query}");
    }
}

#[test]
fn letters_are_folded_both_ways() {
    for (text, query) in [
        ("café", "cafe"),
        ("cafe", "café"),
        ("cafe\u{301}", "CAFÉ"),
        ("Straße", "strasse"),
        ("strasse", "STRAẞE"),
        ("smørrebrød", "smorrebrod"),
        ("Łódź", "lodz"),
        ("æther", "aether"),
        ("œuvre", "oeuvre"),
        ("Việt", "viet"),
        ("ΛΌΓΟΣ", "λογος"),
        ("ёлка", "елка"),
    ] {
        assert_eq!(routes(&index_in("xx", &[text]), query), [text], "{text} {query}");
    }
}

#[test]
fn identifiers_are_found_whole_and_in_parts() {
    for (text, queries) in [
        ("SO_REUSEPORT", &["SO_REUSEPORT", "so_reuseport", "reuseport", "soreuseport", "so_reu"][..]),
        ("useLayoutEffect()", &["useLayoutEffect", "uselayouteffect", "layout", "effect", "useLay"]),
        ("HTTPServer2", &["httpserver2", "server", "HTTPServer"]),
        ("load-balancer", &["load-balancer", "load balancer", "loadbalancer", "\"load balancer\""]),
        ("sha256 utf8", &["sha256", "sha", "256", "utf-8"]),
        ("node.js", &["node.js", "node"]),
        ("k3s on p99", &["k3s", "p99"]),
        ("C++ and C#", &["c++", "C#"]),
        ("127.0.0.1:8080", &["127.0.0.1", "8080"]),
        ("std::sync::Arc<T>", &["std::sync::Arc", "sync::arc", "arc"]),
    ] {
        let bytes = index_in("en", &[text, "cat"]);
        for query in queries {
            assert_eq!(routes(&bytes, query), [text], "{text} {query}");
        }
    }
}

#[test]
fn a_plural_acronym_is_one_word() {
    let bytes = index_in("en", &["REST APIs", "ap is"]);
    check(&bytes, &[("api", &["REST APIs"]), ("APIs", &["REST APIs"])]);
}

#[test]
fn a_hyphenated_word_is_found_in_any_spelling() {
    let bytes = index_in("en", &["e-mail", "email", "e mail"]);
    assert_eq!(routes(&bytes, "e-mail").len(), 3);
    assert_eq!(routes(&bytes, "email").len(), 2);
}

#[test]
fn words_in_quotes_are_next_to_each_other() {
    let bytes = index_of(&[
        ("apart", "leader of an election"),
        ("backwards", "election leader"),
        ("together", "a leader election"),
        ("long", "the leader election timeout is long"),
    ]);
    check(
        &bytes,
        &[
            ("\"leader election\"", &["together", "long"]),
            ("\"leader election timeout\"", &["long"]),
            ("\"election leader\"", &["backwards"]),
            ("“leader election”", &["together", "long"]),
            ("\"leader elections\" long", &["long"]),
            ("\"leader elec", &["together", "long"]),
        ],
    );
    let results = search(&bytes, "\"timeout leader\"");
    assert!(!results.complete, "no post has it");
    assert_eq!(results.hits.first().map(|hit| hit.route), Some("long"), "the words apart are better than nothing");
}

#[test]
fn no_phrase_is_found_across_fields_or_sections() {
    let mut builder = Builder::new("en");
    let sections = ["one two", "three four"].map(|text| Section { text, ..Section::default() });
    builder.add(&Post { route: "/", title: "zero", sections: sections.into(), ..Post::default() });
    let bytes = builder.finish();
    for (query, complete) in [("\"two three\"", false), ("\"zero one\"", false), ("\"three four\"", true)] {
        assert_eq!(search(&bytes, query).complete, complete, "{query}");
    }
}

#[test]
fn the_last_word_is_a_beginning_while_it_is_typed() {
    let bytes = index_of(&[("k8s", "kubernetes"), ("kafka", "kafka"), ("both", "kafka on kubernetes")]);
    check(
        &bytes,
        &[
            ("kub", &["k8s", "both"]),
            ("kafka kub", &["both"]),
            ("kafka k*", &["kafka", "both"]),
            ("ka* kub*", &["both"]),
            ("kub ", &["k8s", "both"]),
        ],
    );
}

#[test]
fn a_word_that_exists_is_no_beginning() {
    let bytes = index_of(&[("go", "go"), ("good", "good")]);
    check(&bytes, &[("go", &["go"]), ("go*", &["go", "good"])]);
}

#[test]
fn one_typo_is_corrected_and_reported() {
    let bytes = index_of(&[("kubernetes", "kubernetes"), ("raft", "raft")]);
    for typo in ["kubernets", "kuberneets", "kubernetess", "kubernetas", "jubernetes", "ukbernetes"] {
        let results = search(&bytes, typo);
        assert_eq!(results.hits.first().map(|hit| hit.route), Some("kubernetes"), "{typo}");
        let is_form = results.corrections.is_empty() && typo.ends_with('s');
        assert!(is_form || results.corrections == [(typo.to_owned(), "kubernetes".to_owned())], "{typo} {results:?}");
    }
    for far in ["kubrnets", "rapt", "raff"] {
        let results = search(&bytes, far);
        assert_eq!((results.total, results.missing), (0, vec![far.to_owned()]), "{far}");
    }
}

#[test]
fn a_rare_word_is_also_taken_for_a_typo_of_a_common_one() {
    let common = vec![("kafka", "a log called kafka"); 120];
    let bytes = index_of(&[&[("rare", "kafke")][..], &common].concat());
    let results = search(&bytes, "kafke");
    assert_eq!((results.total, results.hits[0].route), (121, "rare"));
    assert_eq!(results.corrections, [("kafke".to_owned(), "kafka".to_owned())]);
    assert!(search(&bytes, "kafka").corrections.is_empty());
}

#[test]
fn filters_take_names_and_slugs() {
    let mut builder = Builder::new("en");
    for (route, tags, topics) in [
        ("pi", vec!["Raspberry Pi", "Go"], vec!["edge-infra"]),
        ("cpp", vec!["C++"], vec!["tooling"]),
        ("both", vec!["Raspberry Pi", "C++"], vec!["edge-infra", "tooling"]),
    ] {
        let sections = vec![Section { text: "words", ..Section::default() }];
        builder.add(&Post { route, tags, topics, sections, ..Post::default() });
    }
    let bytes = builder.finish();
    check(
        &bytes,
        &[
            ("tag:\"Raspberry Pi\"", &["pi", "both"]),
            ("tag:raspberry-pi words", &["pi", "both"]),
            ("TAG:c++", &["cpp", "both"]),
            ("tag:c++ tag:raspberry-pi", &["both"]),
            ("topic:edge-infra", &["pi", "both"]),
            ("topic:edge-infra topic:tooling", &["both"]),
            ("tag:nothing words", &[]),
            ("topic:go", &[]),
            ("raspberry", &["pi", "both"]),
        ],
    );
}

#[test]
fn all_words_come_before_most_words() {
    let bytes = index_of(&[("one", "alpha"), ("two", "alpha beta"), ("three", "alpha beta gamma")]);
    check(
        &bytes,
        &[("alpha beta gamma", &["three"]), ("gamma alpha", &["three"]), ("alpha", &["one", "two", "three"])],
    );
    let results = search(&bytes, "alpha beta gamma zzz");
    assert!(!results.complete);
    assert_eq!(results.missing, ["zzz"]);
    assert_eq!(results.hits[0].route, "three");
}

#[test]
fn a_title_counts_more_than_a_text() {
    let text = "much about other things, and once raft";
    let bytes = index_of(&[("other", "raft raft and raft"), ("Raft", text), ("third", "raft")]);
    assert_eq!(routes(&bytes, "raft")[0], "Raft");
}

#[test]
fn equal_posts_are_in_the_order_of_the_builder() {
    let bytes = index_of(&[("b", "same"), ("a", "same"), ("c", "same")]);
    check(&bytes, &[("same", &["b", "a", "c"])]);
}

#[test]
fn pages_continue_one_another() {
    let posts: Vec<_> = (0..95).map(|n| (format!("post {n}"), ["raft log", "raft", "log of a raft"][n % 3])).collect();
    let posts: Vec<_> = posts.iter().map(|(title, text)| (title.as_str(), *text)).collect();
    let bytes = index_of(&posts);
    let index = Index::open(&bytes).expect("an index");
    let query = Query::parse("raft log");
    let all: Vec<_> = index.search(&query, 0, 95).hits;
    assert_eq!(index.search(&query, 0, 95).total, 63);
    let pages: Vec<_> = (0..10).flat_map(|page| index.search(&query, page * 10, 10).hits).collect();
    assert_eq!(pages, all);
    assert!(index.search(&query, usize::MAX, usize::MAX).hits.is_empty());
}

#[test]
fn a_hit_leads_to_its_best_section() {
    let mut builder = Builder::new("en");
    let section =
        |anchor, heading, text, code, start| Section { anchor, heading, text, code, start, length: start + 1 };
    let sections = vec![
        section("", "", "About consensus, a leader and followers.", "", 0),
        section("election", "Leader election", "Followers vote.", "", 10),
        section("log", "The log", "The leader appends; heartbeats; the leader; leader", "fn append_entries()", 20),
    ];
    builder.add(&Post { route: "/", title: "Raft", sections, ..Post::default() });
    let bytes = builder.finish();
    for (query, anchor) in [
        ("raft", ""),
        ("election", "election"),
        ("leader election", "election"),
        ("vote leader", "election"),
        ("heartbeat", "log"),
        ("append_entries", "log"),
        ("consensus", ""),
        ("raft heartbeats", "log"),
    ] {
        let hit = search(&bytes, query).hits[0];
        assert_eq!(hit.anchor, anchor, "{query}");
        assert_eq!(hit.length, hit.start + 1, "{query}");
    }
}

#[test]
fn a_snippet_marks_what_was_found() {
    let bytes = index_of(&[("post", "The elections of a leader; the leader’s heartbeat in camelCase; Élan")]);
    for (query, text, expected) in [
        ("election", "Two elections", "Two [elections]"),
        ("elec", "Two elections", "Two [elections]"),
        ("electons", "Two elections", "Two [elections]"),
        ("elan", "Avec ÉLAN !", "Avec [ÉLAN] !"),
        ("camel", "a camelCase name", "a [camelCase] name"),
        ("\"leader heartbeat\"", "leader heartbeat", "[leader] [heartbeat]"),
        ("absent", "nothing\n is  marked", "nothing is marked"),
        ("leader", "", ""),
    ] {
        let parts = search(&bytes, query).snippet(text).parts;
        let shown = parts.iter().map(|(marked, part)| if *marked { format!("[{part}]") } else { part.clone() });
        assert_eq!(shown.collect::<String>(), expected, "{query}");
    }
}

#[test]
fn a_snippet_is_cut_at_words_around_the_most_matches() {
    let bytes = index_of(&[("post", "alpha beta")]);
    let filler = "lorem ipsum dolor sit amet ".repeat(40);
    let text = format!("{filler}alpha {filler}alpha and beta {filler}");
    let snippet = search(&bytes, "alpha beta").snippet(&text);
    let plain: String = snippet.parts.iter().map(|(_, part)| part.as_str()).collect();
    assert!(plain.contains("alpha and beta"), "{plain}");
    assert!(plain.len() < 220, "{}", plain.len());
    let inner = plain.strip_prefix('…').and_then(|plain| plain.strip_suffix('…')).expect("it is cut on both sides");
    let words = ["lorem", "ipsum", "dolor", "sit", "amet", "alpha", "and", "beta"];
    assert!(inner.split(' ').all(|word| words.contains(&word)), "{inner}");
}

#[test]
fn a_query_says_what_it_ignores() {
    let long = "word ".repeat(100);
    for (text, terms, ignored) in [
        ("", 0, 0),
        ("  \"\" * - :: tag: topic:", 2, 0),
        ("a b c", 3, 0),
        ("a b c d e f g h i j k l m n", MAX_TERMS, 2),
        ("tag:a tag:b tag:c tag:d tag:e", 0, 1),
        (&long, MAX_TERMS, 29),
    ] {
        let query = Query::parse(text);
        assert_eq!(query.ignored().len(), ignored, "{text} {:?}", query.ignored());
        assert_eq!(query.is_empty(), terms == 0 && query.filters().is_empty(), "{text}");
    }
}

#[test]
fn an_empty_index_has_no_hits() {
    let bytes = Builder::new("en").finish();
    for query in ["", "word", "w*", "\"two words\"", "tag:a"] {
        assert_eq!(search(&bytes, query).total, 0);
    }
}

#[test]
fn ideographs_need_no_spaces() {
    let bytes = index_in("ja", &["全文検索の仕組み", "全く別の文"]);
    assert_eq!(routes(&bytes, "検索")[0], "全文検索の仕組み");
}

#[test]
fn the_same_posts_give_the_same_bytes() {
    let build = || {
        let mut builder = Builder::new("en");
        (0..40).for_each(|n| crate::corpus::post(n).add_to(&mut builder));
        builder.finish()
    };
    assert!(build() == build());
}
