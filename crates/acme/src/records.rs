//! The files of the state folder that are JSON: the accounts, and what is ordered and known of the next attempt.
//!
//! A file that cannot be read as such is kept under another name, and begun anew.

use std::path::{Path, PathBuf};

use graven_time::Time;

use crate::decide::{Window, after_failures, after_refusals};
use crate::error::Error;
use crate::json::{Value, array, object};
use crate::keys::Key;
use crate::settings::Challenge;
use crate::state::{Place, State, read, write};

/// What is asked of a CA. It is kept, so that `renew` needs no options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    /// The address of the CA's directory.
    pub(crate) directory: String,
    pub(crate) names: Vec<String>,
    pub(crate) challenge: Challenge,
    pub(crate) email: Option<String>,
    /// The operator has agreed to the terms of this CA.
    pub(crate) agrees: bool,
    pub(crate) root: Option<PathBuf>,
}

/// What is known of the next attempt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Renewal {
    /// What `renew` asks for: the last order that succeeded, or the first if none did.
    pub(crate) order: Option<Order>,
    pub(crate) suggestion: Option<Suggestion>,
    /// The directory of the CA that signed the certificate.
    pub(crate) issued_by: Option<String>,
    pub(crate) failed: Option<Failed>,
}

/// What the CA suggests for a certificate (RFC 9773).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Suggestion {
    /// The identifier of the certificate.
    pub(crate) certificate: String,
    pub(crate) window: Window,
    /// The CA is not asked again before.
    pub(crate) check_after: Time,
    /// The address of a document that says why.
    pub(crate) explanation: Option<String>,
}

/// The last attempt, which failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failed {
    /// What was asked for. It may be another order than the one that is renewed.
    pub(crate) order: Order,
    /// How many attempts failed in a row.
    pub(crate) count: u32,
    /// How many of them the CA refused.
    pub(crate) refusals: u32,
    pub(crate) at: Time,
    pub(crate) not_before: Time,
    /// The CA named the time.
    pub(crate) is_asked: bool,
    pub(crate) error: String,
}

impl Renewal {
    /// Records that an attempt has failed.
    pub(crate) fn fail(&mut self, order: &Order, now: Time, error: &Error) {
        let before = self.failed.as_ref().filter(|failed| failed.order == *order);
        let [count, refusals] = before.map_or([0, 0], |failed| [failed.count, failed.refusals]);
        let (count, refusal) = (count.saturating_add(1), error.refusal());
        let refusals = refusals.saturating_add(u32::from(refusal.is_some()));
        let asked = refusal.and_then(|problem| problem.retry_after);
        let not_before = match refusal {
            // A limit without a time is that of a day or more.
            Some(problem) if problem.kind == "rateLimited" => after_refusals(now, u32::MAX, asked),
            Some(_) => after_refusals(now, refusals, asked),
            None => after_failures(now, count),
        };
        let (order, error) = (order.clone(), error.to_string());
        self.failed = Some(Failed { order, count, refusals, at: now, not_before, is_asked: asked.is_some(), error });
    }

    /// Records that a certificate was obtained.
    pub(crate) fn succeed(&mut self, order: &Order) {
        (self.failed, self.suggestion) = (None, None);
        self.issued_by = Some(order.directory.clone());
        self.order = Some(order.clone());
    }

    /// The failure that delays an order: its own, or any at a CA that has asked to wait.
    pub(crate) fn failure(&self, order: &Order) -> Option<&Failed> {
        let failed = self.failed.as_ref()?;
        let is_asked = failed.is_asked && failed.order.directory == order.directory;
        (is_asked || failed.order == *order).then_some(failed)
    }

    /// Reads the file without changing anything. `None` if it is damaged.
    pub(crate) fn load(path: &Path) -> Result<Option<Self>, Error> {
        let Some(bytes) = read(path)? else { return Ok(Some(Self::default())) };
        Ok(parse(&bytes).and_then(|value| Self::from_json(&value)))
    }

    /// Reads the file; a damaged one is set aside.
    pub(crate) fn open(state: &State, place: Place, report: &mut dyn FnMut(&str)) -> Result<Self, Error> {
        let path = state.paths.renewal(place);
        match Self::load(&path)? {
            Some(renewal) => Ok(renewal),
            None => state.set_aside(&path, report).map(|()| Self::default()),
        }
    }

    pub(crate) fn save(&self, state: &State, place: Place) -> Result<(), Error> {
        write(&state.paths.renewal(place), format!("{}\n", self.to_json()).as_bytes())
    }

    fn to_json(&self) -> Value {
        let time = |time: Time| Some(Value::from(time.to_string().as_str()));
        let suggestion = self.suggestion.as_ref().map(|suggestion| {
            object([
                ("certificate", Some(suggestion.certificate.as_str().into())),
                ("start", time(suggestion.window.start)),
                ("end", time(suggestion.window.end)),
                ("check_after", time(suggestion.check_after)),
                ("explanation", suggestion.explanation.as_deref().map(Value::from)),
            ])
        });
        let failed = self.failed.as_ref().map(|failed| {
            object([
                ("order", Some(failed.order.to_json())),
                ("count", Some(Value::Number(failed.count.into()))),
                ("refusals", Some(Value::Number(failed.refusals.into()))),
                ("at", time(failed.at)),
                ("not_before", time(failed.not_before)),
                ("asked_by_ca", Some(Value::Bool(failed.is_asked))),
                ("error", Some(failed.error.as_str().into())),
            ])
        });
        object([
            ("order", self.order.as_ref().map(Order::to_json)),
            ("suggestion", suggestion),
            ("issued_by", self.issued_by.as_deref().map(Value::from)),
            ("failed", failed),
        ])
    }

    /// A member that is missing is one that is not known; one that is wrong makes the file a damaged one.
    fn from_json(value: &Value) -> Option<Self> {
        let Value::Object(_) = value else { return None };
        let part = |name: &str| value.get(name);
        Some(Self {
            order: part("order").map(Order::from_json).map_or(Some(None), |order| order.map(Some))?,
            suggestion: part("suggestion").map(Suggestion::from_json).map_or(Some(None), |part| part.map(Some))?,
            issued_by: value.text("issued_by").map(str::to_owned),
            failed: part("failed").map(Failed::from_json).map_or(Some(None), |part| part.map(Some))?,
        })
    }
}

fn parse(bytes: &[u8]) -> Option<Value> {
    std::str::from_utf8(bytes).ok().and_then(Value::parse)
}

fn time(value: &Value, name: &str) -> Option<Time> {
    value.text(name).and_then(Time::from_rfc3339)
}

impl Order {
    fn to_json(&self) -> Value {
        let root = self.root.as_ref().map(|root| Value::from(root.to_string_lossy().as_ref()));
        object([
            ("directory", Some(self.directory.as_str().into())),
            ("names", Some(array(&self.names))),
            ("challenge", Some(self.challenge.name().into())),
            ("email", self.email.as_deref().map(Value::from)),
            ("agrees", Some(Value::Bool(self.agrees))),
            ("root", root),
        ])
    }

    fn from_json(value: &Value) -> Option<Self> {
        Some(Self {
            directory: value.text("directory")?.to_owned(),
            // A name becomes part of a file's name.
            names: crate::settings::names(&value.texts("names")).ok().filter(|names| !names.is_empty())?,
            challenge: value.text("challenge")?.parse().ok()?,
            email: value.text("email").map(str::to_owned),
            agrees: value.get("agrees") == Some(&Value::Bool(true)),
            root: value.text("root").map(PathBuf::from),
        })
    }
}

impl Suggestion {
    fn from_json(value: &Value) -> Option<Self> {
        Some(Self {
            certificate: value.text("certificate")?.to_owned(),
            window: Window { start: time(value, "start")?, end: time(value, "end")? },
            check_after: time(value, "check_after")?,
            explanation: value.text("explanation").map(str::to_owned),
        })
    }
}

impl Failed {
    fn from_json(value: &Value) -> Option<Self> {
        Some(Self {
            order: value.get("order").and_then(Order::from_json)?,
            count: value.number("count")?.try_into().ok()?,
            refusals: value.number("refusals").map_or(Some(0), |number| number.try_into().ok())?,
            at: time(value, "at")?,
            not_before: time(value, "not_before")?,
            is_asked: value.get("asked_by_ca") == Some(&Value::Bool(true)),
            error: value.text("error")?.to_owned(),
        })
    }
}

/// An account at a CA.
pub(crate) struct Account {
    /// The address by which the CA knows it.
    pub(crate) url: String,
    pub(crate) key: Key,
}

/// The accounts, each with the address of its CA's directory.
#[derive(Default)]
pub(crate) struct Accounts {
    accounts: Vec<(String, Account)>,
}

impl Accounts {
    /// Reads the file; a damaged one is set aside.
    pub(crate) fn open(state: &State, report: &mut dyn FnMut(&str)) -> Result<Self, Error> {
        let path = state.paths.account();
        match Self::load(&path)? {
            Some(accounts) => Ok(accounts),
            None => state.set_aside(&path, report).map(|()| Self::default()),
        }
    }

    /// Reads the file without changing anything. `None` if it is damaged.
    pub(crate) fn load(path: &Path) -> Result<Option<Self>, Error> {
        let Some(bytes) = read(path)? else { return Ok(Some(Self::default())) };
        let Some(Value::Object(members)) = parse(&bytes) else { return Ok(None) };
        let account = |(directory, value): (String, Value)| {
            let url = value.text("account")?.to_owned();
            Some((directory, Account { url, key: Key::account_from_pem(value.text("key")?)? }))
        };
        Ok(members.into_iter().map(account).collect::<Option<Vec<_>>>().map(|accounts| Self { accounts }))
    }

    pub(crate) fn save(&self, state: &State) -> Result<(), Error> {
        let members = self.accounts.iter().map(|(directory, account)| {
            let key = account.key.to_pem();
            let value = object([("account", Some(account.url.as_str().into())), ("key", Some(key.as_str().into()))]);
            (directory.clone(), value)
        });
        write(&state.paths.account(), format!("{}\n", Value::Object(members.collect())).as_bytes())
    }

    pub(crate) fn get(&self, directory: &str) -> Option<&Account> {
        self.accounts.iter().find(|(of, _)| of == directory).map(|(_, account)| account)
    }

    /// The directories at whose CAs there are accounts.
    pub(crate) fn directories(&self) -> impl Iterator<Item = &str> {
        self.accounts.iter().map(|(directory, _)| directory.as_str())
    }

    /// Puts an account in place of the former one of the CA.
    pub(crate) fn set(&mut self, directory: &str, account: Account) {
        self.accounts.retain(|(of, _)| of != directory);
        self.accounts.push((directory.to_owned(), account));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Problem;
    use graven_time::DAY;

    fn order() -> Order {
        Order {
            directory: "https://ca.example/dir".to_owned(),
            names: vec!["example.org".to_owned()],
            challenge: Challenge::TlsAlpn01,
            email: Some("a@example.org".to_owned()),
            agrees: true,
            root: Some("/etc/ca.pem".into()),
        }
    }

    fn refused(kind: &str, retry_after: Option<Time>) -> Error {
        let problem = Problem {
            kind: kind.to_owned(),
            detail: "no".to_owned(),
            name: None,
            instance: None,
            subproblems: Vec::new(),
            retry_after,
        };
        Error::Refused(Box::new(problem))
    }

    fn known() -> Renewal {
        let window = Window { start: Time(DAY), end: Time(2 * DAY) };
        let suggestion =
            Suggestion { certificate: "a.b".to_owned(), window, check_after: Time(DAY), explanation: None };
        let mut renewal = Renewal { order: Some(order()), suggestion: Some(suggestion), ..Renewal::default() };
        renewal.fail(&order(), Time(0), &refused("connection", None));
        renewal
    }

    #[test]
    fn what_is_known_is_read_as_it_was_written() {
        for renewal in [Renewal::default(), known()] {
            let text = renewal.to_json().to_string();
            assert_eq!(Value::parse(&text).and_then(|value| Renewal::from_json(&value)), Some(renewal), "{text}");
        }
    }

    #[test]
    fn a_file_that_was_cut_off_anywhere_is_damaged() {
        let text = known().to_json().to_string();
        for end in 0..text.len() {
            let value = parse(&text.as_bytes()[..end]);
            assert_eq!(value.and_then(|value| Renewal::from_json(&value)), None, "{}", &text[..end]);
        }
    }

    #[test]
    fn what_another_program_wrote_into_it_is_damage() {
        let text = known().to_json().to_string();
        for (from, to) in [
            ("\"example.org\"", "\"../../etc/passwd\""),
            ("tls-alpn-01", "dns-01"),
            ("1970-01-02", "1970-02-30"),
            ("\"count\":1", "\"count\":-1"),
            ("[\"example.org\"]", "[]"),
        ] {
            let changed = text.replacen(from, to, 1);
            assert_ne!(changed, text, "{from}");
            assert_eq!(Value::parse(&changed).and_then(|value| Renewal::from_json(&value)), None, "{changed}");
        }
    }

    #[test]
    fn a_failure_delays_its_own_order_or_all_if_the_ca_asked() {
        let other = Order { names: vec!["other.example".to_owned()], ..order() };
        let elsewhere = Order { directory: "https://other.example/".to_owned(), ..order() };
        let mut renewal = known();
        renewal.fail(&order(), Time(DAY), &refused("connection", None));
        assert_eq!(renewal.failure(&order()).map(|failed| failed.count), Some(2), "the same order");
        assert_eq!(renewal.failure(&other), None, "other names");
        renewal.fail(&other, Time(DAY), &refused("rateLimited", Some(Time(4 * DAY))));
        assert_eq!(renewal.failure(&other).map(|failed| failed.count), Some(1), "it has not failed before");
        assert_eq!(renewal.failure(&order()).map(|failed| failed.not_before), Some(Time(4 * DAY)), "the CA asked");
        assert_eq!(renewal.failure(&elsewhere), None, "another CA");
        assert_eq!(renewal.order, Some(order()), "what failed is not what is renewed");
        renewal.succeed(&other);
        assert_eq!((renewal.order, renewal.failed), (Some(other), None));
    }

    #[test]
    fn only_refusals_are_waited_for_ever_longer() {
        let mut renewal = Renewal::default();
        let mut wait = |error: &Error| {
            renewal.fail(&order(), Time(0), error);
            renewal.failed.as_ref().map(|failed| failed.not_before.0 / 60)
        };
        let local = || Error::Local("the disk is full".to_owned());
        let waits: Vec<_> = (0..9).filter_map(|_| wait(&local())).collect();
        assert_eq!(waits, [15, 30, 60, 60, 60, 60, 60, 60, 60]);
        let refused = refused("connection", None);
        let waits: Vec<_> = (0..9).filter_map(|_| wait(&refused)).collect();
        assert_eq!(waits, [15, 30, 60, 120, 240, 480, 960, 1200, 1200], "what failed before is not the CA's refusal");
        assert_eq!(wait(&Error::Unreachable("no network".to_owned())), Some(60));
    }

    #[test]
    fn a_limit_without_a_time_waits_for_nearly_a_day() {
        let mut renewal = known();
        renewal.fail(&order(), Time(0), &refused("rateLimited", None));
        assert_eq!(renewal.failure(&order()).map(|failed| failed.not_before), Some(Time(20 * 3_600)));
    }
}
