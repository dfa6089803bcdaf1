//! The keys of a chart: lines `key: value`, up to a line `---` or the end. `#` after a space begins a comment.

use std::ops::Range;

use super::problem::{Place, Problem};

/// What a chart looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Line,
    Bar,
    Scatter,
    Step,
    Band,
}

/// Every kind and its name.
const KINDS: [(&str, Kind); 5] =
    [("line", Kind::Line), ("bar", Kind::Bar), ("scatter", Kind::Scatter), ("step", Kind::Step), ("band", Kind::Band)];

const KEYS: [&str; 6] = ["kind", "x", "y", "series", "band", "mark"];

/// The words that an axis may have after its column and its title.
const AXIS_WORDS: [&str; 4] = ["log", "from=", "to=", "unit="];

/// A name that the data must have as a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) place: Range<usize>,
}

/// An axis as the author wants it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Axis {
    /// One, or for `y` several: each of them is a series.
    pub(crate) columns: Vec<Name>,
    /// Empty without one.
    pub(crate) title: String,
    pub(crate) unit: String,
    /// The place of the word `log`.
    pub(crate) log: Option<Range<usize>>,
    pub(crate) from: Option<f64>,
    pub(crate) to: Option<f64>,
    pub(crate) place: Range<usize>,
}

impl Axis {
    /// The title, or the name of the column, with the unit.
    pub(super) fn titled(&self) -> String {
        let name = self.columns.first().map_or("", |column| column.text.as_str());
        let title = if self.title.is_empty() { name } else { &self.title };
        if self.unit.is_empty() { title.to_owned() } else { format!("{title}, {}", self.unit) }
    }
}

/// The axis that a reference line crosses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Across {
    X,
    Y,
}

/// A labelled reference line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Mark {
    pub(crate) across: Across,
    pub(crate) at: f64,
    pub(crate) text: String,
    pub(crate) place: Range<usize>,
}

/// The keys of a chart.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Keys {
    pub(crate) kind: Kind,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    pub(crate) series: Option<Name>,
    pub(crate) band: Option<(Name, Name)>,
    pub(crate) marks: Vec<Mark>,
    /// The first line.
    pub(crate) place: Range<usize>,
    /// Where the inline data begin in the text, if there are any.
    pub(crate) data: Option<usize>,
}

/// Reads the keys at the start of the text of a fence. `None` if a chart cannot be drawn with them.
pub(crate) fn read(text: &str, problems: &mut Vec<Problem>) -> Option<Keys> {
    let first = text.lines().next().map_or(0, str::len);
    let mut reader = Reader { problems, seen: Vec::new() };
    let mut keys = Keys {
        kind: Kind::Line,
        x: Axis::default(),
        y: Axis::default(),
        series: None,
        band: None,
        marks: Vec::new(),
        place: 0..first,
        data: None,
    };
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        if line.trim() == "---" {
            keys.data = Some(at);
            break;
        }
        reader.line(line, start, &mut keys);
    }
    let Reader { problems, seen } = reader;
    let needed = [("x", keys.x.columns.is_empty()), ("y", keys.y.columns.is_empty() && keys.band.is_none())];
    let is_complete = needed.iter().all(|(_, is_missing)| !is_missing);
    for (key, _) in needed.iter().filter(|(key, is_missing)| *is_missing && !seen.contains(key)) {
        let error = Problem::error(Place::Keys(keys.place.clone()), format!("a chart without `{key}:`"));
        problems.push(error.help(format!("name the column that it shows: `{key}: COLUMN \"Title\"`")));
    }
    check_combination(&keys, problems);
    is_complete.then_some(keys)
}

/// Keys that contradict each other.
fn check_combination(keys: &Keys, problems: &mut Vec<Problem>) {
    let mut error = |place: &Range<usize>, message: &str, help: &str| {
        problems.push(Problem::error(Place::Keys(place.clone()), message).help(help));
    };
    if let (Kind::Bar, Some(log)) = (keys.kind, &keys.y.log) {
        let message =
            "bars on a logarithmic axis: a bar is as long as its value, and this axis has no zero to measure it from";
        error(log, message, "use `kind: scatter` or `kind: line`, or remove `log`");
    }
    if keys.kind == Kind::Bar && keys.y.from.is_some_and(|from| from != 0.0) {
        let message = "bars start at zero: a bar is as long as its value";
        error(&keys.y.place, message, "remove `from=`, or use `kind: scatter`");
    }
    if keys.kind == Kind::Band && keys.band.is_none() {
        let help = "name the columns of its lower and its upper edge: `band: LOW..HIGH`";
        error(&keys.place, "a chart of kind `band` without `band:`", help);
    }
    if let [_, second, ..] = &keys.y.columns[..] {
        if keys.series.is_some() {
            error(&second.place, "several columns for `y:`, and `series:`", "use one of the two");
        }
        if keys.band.is_some() {
            error(&second.place, "one band cannot belong to several columns", "name one column for `y:`");
        }
    }
    for axis in [&keys.x, &keys.y] {
        if matches!((axis.from, axis.to), (Some(from), Some(to)) if from >= to) {
            error(&axis.place, "`from=` must be less than `to=`", "swap them");
        }
        if axis.log.is_some() && [axis.from, axis.to].into_iter().flatten().any(|end| end <= 0.0) {
            error(
                &axis.place,
                "a logarithmic axis has only values above zero",
                "begin it at `from=1`, or remove `log`",
            );
        }
    }
}

struct Reader<'r> {
    problems: &'r mut Vec<Problem>,
    /// The keys so far.
    seen: Vec<&'static str>,
}

impl Reader<'_> {
    fn error(&mut self, place: Range<usize>, message: impl Into<String>, help: &str) {
        self.problems.push(Problem::error(Place::Keys(place), message).help(help));
    }

    /// Reads a line that begins at `start`.
    fn line(&mut self, line: &str, start: usize, keys: &mut Keys) {
        let words = words(line, start);
        let Some(first) = words.first() else { return };
        let whole = first.place.start..words[words.len() - 1].place.end;
        let Some(key) = first.text.strip_suffix(':') else {
            self.error(whole, "expected `key: value`", "for example `y: rate \"Records/s\"`");
            return;
        };
        let Some(key) = KEYS.into_iter().find(|known| *known == key) else {
            let place = Place::Keys(first.place.start..first.place.end - 1);
            self.problems.push(Problem::error(place, format!("unknown key `{key}`")).suggest(key, KEYS.into_iter()));
            return;
        };
        if key != "mark" && self.seen.contains(&key) {
            self.error(first.place.clone(), format!("`{key}:` is given twice"), "remove one of them");
        }
        self.seen.push(key);
        let Some(value) = words.get(1) else {
            self.error(whole, format!("`{key}:` needs a value"), "for example `y: rate \"Records/s\"`");
            return;
        };
        match key {
            "kind" => self.kind(value, keys),
            "x" => keys.x = self.axis(&words[1..], Across::X),
            "y" => keys.y = self.axis(&words[1..], Across::Y),
            "series" => keys.series = Some(value.name()),
            "band" => {
                keys.band = self.band(value);
                // Without a column for y, what follows says how its axis is.
                if words.len() > 2 {
                    keys.y.place = value.place.clone();
                    self.axis_words(&words[2..], &mut keys.y);
                }
            }
            _ => keys.marks.extend(self.mark(&words[1..])),
        }
        if let (Some(more), true) = (words.get(2), matches!(key, "kind" | "series")) {
            self.error(
                more.place.clone(),
                format!("unexpected `{}` after the value", more.text),
                "put names with spaces into quotes",
            );
        }
    }

    fn kind(&mut self, value: &Word, keys: &mut Keys) {
        if let Some((_, kind)) = KINDS.iter().find(|(name, _)| *name == value.text) {
            keys.kind = *kind;
            return;
        }
        let message = format!("unknown kind of chart `{}`", value.text);
        let error = Problem::error(Place::Keys(value.place.clone()), message);
        self.problems.push(error.suggest(&value.text, KINDS.iter().map(|(name, _)| *name)));
    }

    fn axis(&mut self, words: &[Word], across: Across) -> Axis {
        let mut axis = Axis { place: words[0].place.start..words[words.len() - 1].place.end, ..Axis::default() };
        axis.columns = if across == Across::Y { words[0].names() } else { vec![words[0].name()] };
        self.axis_words(&words[1..], &mut axis);
        axis
    }

    /// Reads what may follow the columns of an axis.
    fn axis_words(&mut self, words: &[Word], axis: &mut Axis) {
        for word in words {
            let (key, value) =
                word.text.split_once('=').map_or((word.text.as_str(), None), |(key, value)| (key, Some(value)));
            match (key, value) {
                _ if word.is_quoted => axis.title.clone_from(&word.text),
                ("log", None) => axis.log = Some(word.place.clone()),
                ("from", Some(value)) => axis.from = self.number(value, word),
                ("to", Some(value)) => axis.to = self.number(value, word),
                ("unit", Some(unit)) => unit.trim_matches('"').clone_into(&mut axis.unit),
                _ => self.report_axis_word(word),
            }
        }
    }

    fn report_axis_word(&mut self, word: &Word) {
        let error =
            Problem::error(Place::Keys(word.place.clone()), format!("unknown word `{}` after a column", word.text));
        self.problems.push(if word.text.starts_with(|first: char| first.is_ascii_lowercase()) {
            error.suggest(&word.text, AXIS_WORDS.into_iter())
        } else {
            error.help("put the title into quotes")
        });
    }

    fn number(&mut self, text: &str, word: &Word) -> Option<f64> {
        let number = text.parse().ok().filter(|number: &f64| number.is_finite());
        if number.is_none() {
            self.error(
                word.place.clone(),
                format!("`{text}` is not a number"),
                "write it without separators and units: `1800`, `1.8e3`",
            );
        }
        number
    }

    fn band(&mut self, value: &Word) -> Option<(Name, Name)> {
        let names = value.text.split_once("..").filter(|(low, high)| !low.is_empty() && !high.is_empty());
        let Some((low, high)) = names else {
            self.error(value.place.clone(), "a band has two columns", "name them as `band: LOW..HIGH`");
            return None;
        };
        let start = value.inner();
        let middle = start + low.len() + 2;
        let name = |text: &str, start: usize| Name { text: text.to_owned(), place: start..start + text.len() };
        Some((name(low, start), name(high, middle)))
    }

    fn mark(&mut self, words: &[Word]) -> Option<Mark> {
        let (first, help) = (&words[0], "for example `mark: y=600 \"ten minutes\"`");
        let (across, value) = match first.text.split_once('=') {
            Some(("x", value)) => (Across::X, value),
            Some(("y", value)) => (Across::Y, value),
            _ => {
                self.error(first.place.clone(), "a reference line is at a value of `x` or of `y`", help);
                return None;
            }
        };
        let at = self.number(value, first)?;
        if let Some(more) = words.get(2).or_else(|| words.get(1).filter(|word| !word.is_quoted)) {
            self.error(more.place.clone(), format!("unexpected `{}`", more.text), help);
        }
        let text = words.get(1).map(|word| word.text.clone()).unwrap_or_default();
        Some(Mark { across, at, text, place: first.place.clone() })
    }
}

/// A word of a line. Quotes make one of several.
#[derive(Clone, Debug, PartialEq)]
struct Word {
    /// Without quotes.
    text: String,
    is_quoted: bool,
    place: Range<usize>,
}

impl Word {
    /// Where its text begins.
    fn inner(&self) -> usize {
        self.place.start + usize::from(self.is_quoted)
    }

    fn name(&self) -> Name {
        Name { text: self.text.clone(), place: self.place.clone() }
    }

    /// The names of a list with commas.
    fn names(&self) -> Vec<Name> {
        if self.is_quoted {
            return vec![self.name()];
        }
        let mut at = self.place.start;
        let mut names = Vec::new();
        for text in self.text.split(',') {
            if !text.is_empty() {
                names.push(Name { text: text.to_owned(), place: at..at + text.len() });
            }
            at += text.len() + 1;
        }
        names
    }
}

/// The words of a line that begins at `start`, up to its comment.
fn words(line: &str, start: usize) -> Vec<Word> {
    let mut words = Vec::new();
    let mut at = 0;
    loop {
        at += line[at..].len() - line[at..].trim_start().len();
        let rest = &line[at..];
        if rest.is_empty() || rest.starts_with('#') {
            return words;
        }
        let quoted = rest.strip_prefix('"');
        let (text, length) = if let Some(inner) = quoted {
            let end = inner.find('"').unwrap_or_else(|| inner.trim_end().len());
            (&inner[..end], (end + 2).min(rest.trim_end().len()))
        } else {
            let end = word_end(rest);
            (&rest[..end], end)
        };
        words.push(Word { text: text.to_owned(), is_quoted: quoted.is_some(), place: start + at..start + at + length });
        at += length;
    }
}

/// The end of a word that does not begin with a quote. A value in quotes (`unit="per s"`) belongs to it.
fn word_end(rest: &str) -> usize {
    let space = rest.find(char::is_whitespace).unwrap_or(rest.len());
    match rest[..space].find("=\"") {
        Some(at) => rest[at + 2..].find('"').map_or(space, |length| at + 2 + length + 1),
        None => space,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<(String, String, String)> {
        let mut problems = Vec::new();
        read(text, &mut problems);
        let found = |problem: Problem| match problem.place {
            Place::Keys(place) => (text[place].to_owned(), problem.message, problem.help.unwrap_or_default()),
            Place::Cell { .. } => panic!("{problem:?}"),
        };
        problems.into_iter().map(found).collect()
    }

    #[test]
    fn keys_are_read_with_comments_quotes_and_places() {
        let text = "kind: step  # as a stair\n\nx: t \"Time\" from=0 to=1e3\ny: a,b log unit=\"per s\"\nmark: y=600 \"ten # minutes\"\n---\nt,a,b\n";
        let mut problems = Vec::new();
        let keys = read(text, &mut problems).expect("complete");
        assert_eq!(problems, []);
        assert_eq!(
            (keys.kind, keys.x.titled(), keys.y.titled()),
            (Kind::Step, "Time".to_owned(), "a, per s".to_owned())
        );
        assert_eq!((keys.x.from, keys.x.to), (Some(0.0), Some(1000.0)));
        let columns: Vec<&str> = keys.y.columns.iter().map(|column| &text[column.place.clone()]).collect();
        assert_eq!(columns, ["a", "b"]);
        assert_eq!((keys.marks[0].text.as_str(), keys.marks[0].at), ("ten # minutes", 600.0));
        assert_eq!(keys.data.map(|at| &text[at..]), Some("t,a,b\n"));
        let keys = read("x: t\nkind: band\nband: p10..p90 \"Wait\" log\n", &mut problems).expect("complete");
        assert!(keys.y.titled() == "Wait" && keys.y.log.is_some() && keys.y.columns.is_empty());
        assert_eq!(keys.band.map(|(low, high)| (low.text, high.text)), Some(("p10".to_owned(), "p90".to_owned())));
        assert_eq!(problems, []);
    }

    #[test]
    fn what_is_wrong_is_reported_at_its_place() {
        for (text, place, message, help) in [
            ("kind: lin\nx: a\ny: b", "lin", "unknown kind of chart `lin`", "did you mean `line`?"),
            ("kind: pie\nx: a\ny: b", "pie", "unknown kind of chart `pie`", "expected `line`, `bar`"),
            ("x: a\ny: b\nserie: c", "serie", "unknown key `serie`", "did you mean `series`?"),
            ("x: a\ny: b\ny: c", "y:", "`y:` is given twice", ""),
            ("x: a\ny:", "y:", "`y:` needs a value", ""),
            ("x: a", "x: a", "a chart without `y:`", "`y: COLUMN \"Title\"`"),
            ("x: a\ny: b lgo", "lgo", "unknown word `lgo`", "did you mean `log`?"),
            ("x: a Time\ny: b", "Time", "unknown word `Time`", "quotes"),
            ("x: a to=1k\ny: b", "to=1k", "`1k` is not a number", "separators"),
            ("x: a to=nan\ny: b", "to=nan", "`nan` is not a number", ""),
            ("x: a from=2 to=1\ny: b", "a from=2 to=1", "`from=` must be less", ""),
            ("x: a\ny: b log from=0", "b log from=0", "a logarithmic axis", ""),
            ("kind: bar\nx: a\ny: b log", "log", "bars on a logarithmic axis", "`kind: scatter`"),
            ("kind: bar\nx: a\ny: b from=5", "b from=5", "bars start at zero", ""),
            ("kind: band\nx: a\ny: b", "kind: band", "a chart of kind `band` without `band:`", "LOW..HIGH"),
            ("x: a\ny: b\nband: c", "c", "a band has two columns", ""),
            ("x: a\ny: b,c\nband: d..e", "c", "one band", ""),
            ("x: a\ny: b,c\nseries: d", "c", "several columns", ""),
            ("x: a\ny: b\nseries: d e", "e", "unexpected `e`", "quotes"),
            ("x: a\ny: b\nmark: 5", "5", "a reference line is at", "mark: y=600"),
            ("x: a\ny: b\nmark: y=5 a", "a", "unexpected `a`", ""),
            ("x: a\ny: b\nrate", "rate", "expected `key: value`", ""),
        ] {
            let found = problems(text);
            assert_eq!(found.len(), 1, "{text:?}: {found:?}");
            assert_eq!(found[0].0, place, "{text:?}: {found:?}");
            assert!(found[0].1.starts_with(message) && found[0].2.contains(help), "{text:?}: {found:?}");
        }
    }
}
