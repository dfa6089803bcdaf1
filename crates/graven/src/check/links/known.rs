//! What earlier checks found, in a file of the user's cache: a link that was right is not asked for again for a week, one that was not for an hour.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::fetch::Verdict;

/// How long a page that was there is believed to be there.
const GOOD_FOR: Duration = Duration::from_hours(7 * 24);

/// How long what was wrong is believed to be wrong: the author corrects it, or its host comes back.
const BAD_FOR: Duration = Duration::from_hours(1);

/// The verdicts by URL, with the part of the page if they are about that, each with its time in Unix seconds. None is too old.
#[derive(Debug, Default)]
pub(super) struct Known {
    verdicts: BTreeMap<String, (u64, Verdict)>,
}

impl Known {
    /// Reads the file. One that is missing or damaged has nothing.
    pub(super) fn read(file: &Path, now: SystemTime) -> Self {
        let text = fs::read(file).unwrap_or_default();
        let Ok(Value::Object(entries)) = serde_json::from_slice(&text) else { return Self::default() };
        let entries = entries.into_iter().filter_map(|(url, entry)| Some((url, parse(&entry)?)));
        Self { verdicts: entries.filter(|(_, (at, verdict))| is_fresh(*at, verdict, seconds(now))).collect() }
    }

    /// Writes the file. It is complete or as it was before.
    pub(super) fn write(&self, file: &Path) -> io::Result<()> {
        let entry = |(url, (at, verdict)): (&String, &(u64, Verdict))| {
            let (kind, text) = match verdict {
                Verdict::Good => ("good", ""),
                Verdict::Unclear => ("unclear", ""),
                Verdict::NoHost => ("no host", ""),
                Verdict::Moved(to) => ("moved", to.as_str()),
                Verdict::Dead(why) => ("dead", why.as_str()),
                Verdict::NoPart(near) => ("no part", near.as_deref().unwrap_or_default()),
            };
            (url.clone(), json!([at, kind, text]))
        };
        let entries: serde_json::Map<_, _> = self.verdicts.iter().map(entry).collect();
        let mut written = tempfile::NamedTempFile::new_in(file.parent().unwrap_or(Path::new(".")))?;
        written.write_all(Value::Object(entries).to_string().as_bytes())?;
        written.persist(file).map(drop).map_err(|error| error.error)
    }

    /// What is known about a URL.
    pub(super) fn get(&self, url: &str) -> Option<&Verdict> {
        self.verdicts.get(url).map(|(_, verdict)| verdict)
    }

    /// Adds what was found now.
    pub(super) fn add(&mut self, found: HashMap<String, Verdict>, now: SystemTime) {
        self.verdicts.extend(found.into_iter().map(|(url, verdict)| (url, (seconds(now), verdict))));
    }
}

/// The time and the verdict of an entry.
fn parse(entry: &Value) -> Option<(u64, Verdict)> {
    let text = || entry[2].as_str().map(str::to_owned);
    let verdict = match entry[1].as_str()? {
        "good" => Verdict::Good,
        "unclear" => Verdict::Unclear,
        "no host" => Verdict::NoHost,
        "moved" => Verdict::Moved(text()?),
        "dead" => Verdict::Dead(text()?),
        "no part" => Verdict::NoPart(text().filter(|near| !near.is_empty())),
        _ => return None,
    };
    Some((entry[0].as_u64()?, verdict))
}

fn is_fresh(at: u64, verdict: &Verdict, now: u64) -> bool {
    let lasts = match verdict {
        Verdict::Good | Verdict::Moved(_) => GOOD_FOR,
        Verdict::Unclear | Verdict::NoHost | Verdict::Dead(_) | Verdict::NoPart(_) => BAD_FOR,
    };
    // A time in the future is that of a clock which was wrong.
    now.checked_sub(at).is_some_and(|age| age < lasts.as_secs())
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_link_is_known_for_a_week_and_a_bad_one_for_an_hour() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("links.json");
        let now = UNIX_EPOCH + Duration::from_hours(500_000);
        let verdicts = [
            ("a", Verdict::Good, 7 * 24),
            ("b", Verdict::Moved("c".to_owned()), 7 * 24),
            ("c", Verdict::Dead("404 Not Found".to_owned()), 1),
            ("d", Verdict::NoHost, 1),
            ("d#a", Verdict::NoPart(Some("b".to_owned())), 1),
            ("d#b", Verdict::NoPart(None), 1),
            ("e", Verdict::Unclear, 1),
        ];
        let mut known = Known::default();
        known.add(verdicts.iter().map(|(url, verdict, _)| ((*url).to_owned(), verdict.clone())).collect(), now);
        known.write(&file).expect("it can be written");
        for (url, verdict, hours) in &verdicts {
            let after = |time: Duration| Known::read(&file, now + time).get(url).cloned();
            let lasts = Duration::from_hours(*hours);
            assert_eq!(
                after(lasts.checked_sub(Duration::from_secs(1)).expect("an hour")).as_ref(),
                Some(verdict),
                "{url}"
            );
            assert_eq!(after(lasts), None, "{url}");
        }
        assert_eq!(Known::read(&file, now.checked_sub(Duration::from_secs(1)).expect("a time")).get("a"), None);
    }

    #[test]
    fn a_damaged_file_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("links.json");
        for text in ["", "{", "[]", "{\"a\": 1, \"b\": [1, \"good\"], \"c\": [9e99, \"good\", \"\"]}"] {
            fs::write(&file, text).expect("a file");
            assert!(Known::read(&file, UNIX_EPOCH + Duration::from_hours(2500)).verdicts.is_empty(), "{text}");
        }
    }
}
