//! When the CA suggests to renew a certificate (RFC 9773): asked for, and kept until it may be asked again.

use graven_time::{DAY, HOUR, Time};

use crate::decide::Window;
use crate::error::Error;
use crate::http::{Client, Response};
use crate::json::Value;
use crate::known::{Held, has_names};
use crate::records::{Order, Renewal, Suggestion};
use crate::session::{Directory, https};
use crate::url::Url;

/// When the CA is asked again, if it says nothing, and how soon and how late it may be (RFC 9773, 4.3.2).
const PAUSE: i64 = 6 * HOUR;
const PAUSES: [i64; 2] = [60, DAY];

/// Asks the CA if it is time to ask. After an error, what it said before counts, or the age of the certificate.
pub(crate) fn suggest(held: &Held, order: &Order, renewal: &mut Renewal, now: Time) -> Result<(), Error> {
    let Some(certificate) = held.certificate() else { return Ok(()) };
    let Some(identifier) = certificate.identifier.as_deref() else { return Ok(()) };
    let kept = renewal.suggestion.take_if(|suggestion| suggestion.certificate != identifier).is_none();
    let is_early = |suggestion: &Suggestion| {
        // A time that is further away than any that is kept was set by a clock that was ahead.
        suggestion.check_after > now && suggestion.check_after <= now.plus(DAY)
    };
    let is_known = kept && renewal.suggestion.as_ref().is_some_and(is_early);
    let is_of_other = renewal.issued_by.as_ref().is_some_and(|directory| *directory != order.directory);
    if is_known || is_of_other || now >= certificate.not_after || !has_names(certificate, renewal, order) {
        return Ok(());
    }
    let client = Client::new(order.root.as_deref())?;
    renewal.suggestion = ask(&client, &order.directory, identifier, now)?;
    Ok(())
}

/// What the CA suggests. `None` if it never suggests anything.
fn ask(client: &Client, directory: &str, identifier: &str, now: Time) -> Result<Option<Suggestion>, Error> {
    let Some(base) = Directory::get(client, directory)?.renewal_info else { return Ok(None) };
    let address = format!("{}/{identifier}", base.trim_end_matches('/'));
    let url = https(&address)?;
    let response = client.send(&url, None)?;
    let suggestion = (response.status == 200).then(|| read(&response, identifier, now)).flatten();
    suggestion
        .map(Some)
        .ok_or_else(|| Error::answer(format_args!("{url}: status {} without a window", response.status)))
}

fn read(response: &Response, identifier: &str, now: Time) -> Option<Suggestion> {
    let value = Value::parse(std::str::from_utf8(&response.body).ok()?)?;
    let window = value.get("suggestedWindow")?;
    let time = |name: &str| window.text(name).and_then(Time::from_rfc3339);
    let window = Window { start: time("start")?, end: time("end")? };
    if window.start >= window.end {
        return None;
    }
    let [least, most] = PAUSES;
    let pause = response.retry_after(now).map_or(PAUSE, |until| until.since(now));
    Some(Suggestion {
        certificate: identifier.to_owned(),
        window,
        check_after: now.plus(pause.clamp(least, most)),
        explanation: value.text("explanationURL").and_then(Url::parse).map(|url| url.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suggestion(retry_after: &str, body: &str) -> Option<Suggestion> {
        read(&Response::for_test(200, &[("retry-after", retry_after)], body), "a.b", Time(0))
    }

    #[test]
    fn the_ca_is_asked_again_after_a_minute_to_a_day() {
        let body = r#"{"suggestedWindow":{"start":"1970-01-02T00:00:00Z","end":"1970-01-03T00:00:00Z"},"explanationURL":"https://ca.example/why"}"#;
        for (retry_after, expected) in [("", PAUSE), ("1", 60), ("7200", 7200), ("999999", DAY)] {
            let found = suggestion(retry_after, body).expect("a suggestion");
            assert_eq!(found.check_after, Time(expected), "{retry_after}");
            assert_eq!(found.window, Window { start: Time(DAY), end: Time(2 * DAY) });
            assert_eq!(found.explanation.as_deref(), Some("https://ca.example/why"));
        }
    }

    #[test]
    fn an_answer_without_a_window_suggests_nothing() {
        for body in [
            "",
            "{}",
            "[]",
            r#"{"suggestedWindow":{"start":"1970-01-02T00:00:00Z"}}"#,
            r#"{"suggestedWindow":{"start":"1970-01-03T00:00:00Z","end":"1970-01-02T00:00:00Z"}}"#,
            r#"{"suggestedWindow":{"start":"tomorrow","end":"1970-01-02T00:00:00Z"}}"#,
        ] {
            assert_eq!(suggestion("", body), None, "{body}");
        }
    }
}
