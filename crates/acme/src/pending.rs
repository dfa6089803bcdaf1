//! What was asked of the CA and is not here yet: the order and the certificate's key, kept from before the CA signs until the certificate is in its place.
//!
//! A crash or a broken line between the two then costs nothing: the next attempt fetches what was signed, in place of another order. A CA signs only a few
//! certificates a week for the same names.

use std::fs;
use std::io;

use graven_time::{DAY, Time};

use crate::error::Error;
use crate::json::{Value, array, object};
use crate::keys::Key;
use crate::records::{Account, Order};
use crate::session::Ordered;
use crate::state::{Place, State, read, write};

/// How long it is worth asking for. Let's Encrypt keeps an order for a week.
const MAX_AGE: i64 = 7 * DAY;

/// An order whose names are authorized.
pub(crate) struct Pending {
    pub(crate) placed: Ordered,
    pub(crate) key: Key,
}

impl Pending {
    /// What an earlier attempt has left for the same names, at the same CA, with the same account. Anything else in the file counts as nothing.
    pub(crate) fn load(state: &State, place: Place, order: &Order, account: &Account) -> Result<Option<Self>, Error> {
        let Some(bytes) = read(&state.paths.pending(place))? else { return Ok(None) };
        let value = std::str::from_utf8(&bytes).ok().and_then(Value::parse);
        Ok(value.and_then(|value| Self::from_json(&value, order, account, Time::now())))
    }

    fn from_json(value: &Value, order: &Order, account: &Account, now: Time) -> Option<Self> {
        let age = now.since(value.text("at").and_then(Time::from_rfc3339)?);
        let is_same = value.text("account") == Some(&account.url) && value.texts("names") == order.names;
        if !is_same || !(-DAY..MAX_AGE).contains(&age) {
            return None;
        }
        let placed = Ordered::kept(value.text("order")?, value.text("finalize")?)?;
        Some(Self { placed, key: Key::certificate_from_pem(value.text("key")?)? })
    }

    fn to_json(&self, order: &Order, account: &Account, now: Time) -> Value {
        let text = |text: &str| Some(Value::from(text));
        let [url, finalize] = self.placed.addresses();
        object([
            ("at", text(&now.to_string())),
            ("account", text(&account.url)),
            ("names", Some(array(&order.names))),
            ("order", text(url)),
            ("finalize", text(finalize)),
            ("key", text(&self.key.to_pem())),
        ])
    }

    /// Keeps it, until [`forget`].
    pub(crate) fn save(&self, state: &State, place: Place, order: &Order, account: &Account) -> Result<(), Error> {
        let text = format!("{}\n", self.to_json(order, account, Time::now()));
        write(&state.paths.pending(place), text.as_bytes())
    }
}

/// Removes what is kept: the certificate is in its place, or will never come.
pub(crate) fn forget(state: &State, place: Place) -> Result<(), Error> {
    let path = state.paths.pending(place);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::file(&path, &error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Challenge;

    fn order(names: &[&str]) -> Order {
        Order {
            directory: "https://ca.example/dir".to_owned(),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            challenge: Challenge::Http01,
            email: None,
            agrees: true,
            root: None,
        }
    }

    #[test]
    fn it_is_fetched_for_the_same_names_and_account_within_a_week() {
        let account = |url: &str| Account { url: url.to_owned(), key: Key::for_account() };
        let (ours, wanted) = (account("https://ca.example/1"), order(&["a.example"]));
        let placed = Ordered::kept("https://ca.example/order", "https://ca.example/finalize").expect("addresses");
        let pending = Pending { placed, key: Key::for_certificate() };
        let value = pending.to_json(&wanted, &ours, Time(0));
        let found = |order: &Order, account: &Account, now| Pending::from_json(&value, order, account, Time(now));
        let same = found(&wanted, &ours, 6 * DAY).expect("it is fetched");
        assert_eq!((same.key.public(), same.placed.addresses()), (pending.key.public(), pending.placed.addresses()));
        assert!(found(&wanted, &ours, 7 * DAY).is_none(), "the CA has forgotten it");
        assert!(found(&wanted, &ours, -2 * DAY).is_none(), "the clock was ahead");
        assert!(found(&order(&["a.example", "b.example"]), &ours, 0).is_none(), "other names");
        assert!(found(&wanted, &account("https://ca.example/2"), 0).is_none(), "another account");
        let text = value.to_string();
        for end in 0..text.len() {
            let part = Value::parse(&text[..end]);
            assert!(part.and_then(|part| Pending::from_json(&part, &wanted, &ours, Time(0))).is_none(), "{end}");
        }
    }
}
