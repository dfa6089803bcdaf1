//! `notes certificate obtain` and `renew`: what is ordered, whether it is time, an attempt, and what is recorded of it.

use graven_time::{DAY, Time};

use crate::certificate::Certificate;
use crate::decide::{Decision, Reason, Why, decide};
use crate::error::Error;
use crate::http::Client;
use crate::issue::Issuer;
use crate::known::{Held, facts, has_names};
use crate::reachable;
use crate::records::{Accounts, Failed, Order, Renewal};
use crate::settings::{Authority, Binding, Challenge, PRODUCTION, STAGING, Settings, names, place};
use crate::state::{Place, State};
use crate::suggest::suggest;

/// How long a rehearsal counts. After that, a router or a record may have changed.
const REHEARSAL_TIME: i64 = 7 * DAY;

/// Obtains a certificate, and calls `report` with each line that the operator should see. Does nothing if there is one that is good.
///
/// # Errors
/// Nothing is lost: the certificate in use stays, and `renew` tries again.
///
/// # Examples
/// ```
/// use graven_acme::{Settings, obtain};
///
/// let home = tempfile::tempdir()?;
/// let settings = Settings { names: vec!["192.0.2.1".to_owned()], ..Settings::new(home.path()) };
/// let error = obtain(&settings, &mut |line| println!("{line}")).expect_err("no DNS name");
/// assert!(error.to_string().contains("a certificate needs a DNS name"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn obtain(settings: &Settings, report: &mut dyn FnMut(&str)) -> Result<(), Error> {
    let given = names(&settings.names)?;
    let state = State::open(&settings.state, report)?;
    let directory = settings.authority.clone().unwrap_or(Authority::Staging).directory().to_owned();
    let place = place(&directory);
    let mut renewal = Renewal::open(&state, place, report)?;
    let kept = renewal.order.clone();
    let Some(order) = merge(settings, given, kept.as_ref(), Some(directory)) else {
        return Err(Error::Local(
            "name the site with --domain, as in `notes certificate obtain --domain example.org`".to_owned(),
        ));
    };
    let held = Held::open(&state.paths.certificate(place))?;
    let now = Time::now();
    let decision = decide(&facts(&held, &renewal, &order, now));
    let is_good = matches!(decision, Decision::Wait { why: Reason::Fresh, .. });
    if is_good && place == Place::Served && !settings.force {
        // The way may be another one: the next renewal takes it.
        renewal.order = Some(order);
        renewal.save(&state, place)?;
        let until = held.certificate().map(|certificate| certificate.not_after.to_string()).unwrap_or_default();
        report(&format!("the certificate is good until {until}: nothing to do (--force obtains another)"));
        return Ok(());
    }
    if let Some(failed) = renewal.failure(&order).filter(|failed| failed.is_asked && failed.not_before > now) {
        return Err(Error::Local(format!("the CA asks to wait until {}: {}", failed.not_before, failed.error)));
    }
    Attempt { state, place, order, held, binding: settings.binding.as_ref() }.run(renewal, report)
}

/// Renews the certificate if it is time, and calls `report` with each line that the operator should see. This is what a timer runs.
///
/// # Errors
/// Nothing is lost: the certificate in use stays, and the next run tries again, later after each failure.
///
/// # Examples
/// ```
/// use graven_acme::{Settings, renew};
///
/// let home = tempfile::tempdir()?;
/// let error = renew(&Settings::new(home.path()), &mut |line| println!("{line}")).expect_err("nothing was ordered");
/// assert!(error.to_string().contains("notes certificate obtain --domain"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn renew(settings: &Settings, report: &mut dyn FnMut(&str)) -> Result<(), Error> {
    let given = names(&settings.names)?;
    let state = State::open(&settings.state, report)?;
    let directory = settings.authority.as_ref().map(|authority| authority.directory().to_owned());
    let place = directory.as_deref().map_or(Place::Served, place);
    let mut renewal = Renewal::open(&state, place, report)?;
    let held = Held::open(&state.paths.certificate(place))?;
    if held == Held::Damaged {
        report(&format!("{}: damaged; a new certificate is needed", state.paths.certificate(place).display()));
    }
    let kept = match renewal.order.clone() {
        Some(order) => Some(order),
        None => reconstruct(&state, &held, directory.as_deref(), report)?,
    };
    let Some(order) = merge(settings, given, kept.as_ref(), directory) else {
        let message = "there is nothing to renew; run `notes certificate obtain --domain NAME --production` first";
        return Err(Error::Local(message.to_owned()));
    };
    let now = Time::now();
    if let Err(error) = suggest(&held, &order, &mut renewal, now) {
        report(&format!("the CA does not say when to renew, so the certificate's age decides: {error}"));
    }
    renewal.order.get_or_insert_with(|| order.clone());
    renewal.save(&state, place)?;
    let mut facts = facts(&held, &renewal, &order, now);
    if settings.now && renewal.failure(&order).is_some_and(|failed| !failed.is_asked) {
        facts.failure = None;
    }
    match decide(&facts) {
        Decision::Attempt(why) => {
            explain(why, &renewal, report);
            Attempt { state, place, order, held, binding: settings.binding.as_ref() }.run(renewal, report)
        }
        Decision::Wait { until, why } => {
            let line = wait(until, why, &held, renewal.failure(&order));
            let is_good = held.certificate().is_some_and(|certificate| now < certificate.not_after);
            // Who waits without a certificate that browsers take should see it.
            if why == Reason::Backoff && !is_good {
                let is_asked = renewal.failure(&order).is_some_and(|failed| failed.is_asked);
                let way =
                    if is_asked { "the CA asks for that" } else { "`notes certificate renew --now` does not wait" };
                return Err(Error::Local(format!("{line}; {way}")));
            }
            report(&line);
            Ok(())
        }
    }
}

/// What is ordered: what is said now, else what was said before. `None` if nobody has said a name.
fn merge(settings: &Settings, given: Vec<String>, kept: Option<&Order>, directory: Option<String>) -> Option<Order> {
    let of_kept = |part: fn(&Order) -> Option<String>| kept.and_then(part);
    let directory = directory.or_else(|| of_kept(|order| Some(order.directory.clone())))?;
    let has_agreed = kept.is_some_and(|order| order.agrees && order.directory == directory);
    let names = if given.is_empty() { kept?.names.clone() } else { given };
    Some(Order {
        names,
        challenge: settings.challenge.or(kept.map(|order| order.challenge)).unwrap_or(Challenge::Http01),
        email: settings.email.clone().or_else(|| of_kept(|order| order.email.clone())),
        agrees: settings.agrees || has_agreed,
        root: settings.root.clone().or_else(|| kept.and_then(|order| order.root.clone())),
        directory,
    })
}

/// What was ordered, from the certificate and the accounts, if its file was lost.
fn reconstruct(
    state: &State,
    held: &Held,
    directory: Option<&str>,
    report: &mut dyn FnMut(&str),
) -> Result<Option<Order>, Error> {
    let Some(certificate) = held.certificate() else { return Ok(None) };
    let accounts = Accounts::open(state, report)?;
    let known: Vec<_> = accounts.directories().filter(|directory| *directory != STAGING).collect();
    let directory = match (directory, known.as_slice()) {
        (Some(directory), _) => directory,
        (None, [only]) => only,
        (None, _) => {
            let message = "it is not known which CA the certificate is from; name it with --production or --directory";
            return Err(Error::Local(message.to_owned()));
        }
    };
    Ok(Some(Order {
        directory: directory.to_owned(),
        names: certificate.names.clone(),
        challenge: Challenge::Http01,
        email: None,
        agrees: known.contains(&directory),
        root: None,
    }))
}

/// An attempt to obtain a certificate.
struct Attempt<'a> {
    state: State,
    place: Place,
    order: Order,
    held: Held,
    binding: Option<&'a Binding>,
}

impl Attempt<'_> {
    /// Obtains the certificate, and records how it went.
    fn run(self, mut renewal: Renewal, report: &mut dyn FnMut(&str)) -> Result<(), Error> {
        // It is there for `renew` even if the power fails now. One that has given a certificate is kept until this one has.
        if self.held.certificate().is_none() {
            renewal.order = Some(self.order.clone());
        }
        renewal.save(&self.state, self.place)?;
        match self.issue(&renewal, report) {
            Ok(certificate) => {
                renewal.succeed(&self.order);
                report(&success(&certificate, self.place));
                // The certificate is in its place, and the server should be told of it.
                if let Err(error) = renewal.save(&self.state, self.place) {
                    report(&format!("warning: the certificate is renewed, but that is not recorded: {error}"));
                }
                Ok(())
            }
            Err((error, place)) => {
                renewal.fail(&self.order, Time::now(), &error);
                // What the CA for tests asks is not asked by the other.
                if let Some(failed) = renewal.failed.as_mut().filter(|_| place != self.place) {
                    failed.is_asked = false;
                }
                // If this fails too, the first error is still the cause.
                let _ = renewal.save(&self.state, self.place);
                Err(error)
            }
        }
    }

    /// Obtains the certificate. An error comes with the place of what was being obtained: it may be the rehearsal.
    fn issue(&self, renewal: &Renewal, report: &mut dyn FnMut(&str)) -> Result<Certificate, (Error, Place)> {
        let here = |error| (error, self.place);
        let client = Client::new(self.order.root.as_deref()).map_err(here)?;
        let issuer = Issuer { client: &client, state: &self.state, binding: self.binding };
        let before = self.held.certificate().filter(|certificate| has_names(certificate, renewal, &self.order));
        let is_first = before.is_none() || renewal.issued_by.as_deref() != Some(&self.order.directory);
        if is_first && self.order.challenge == Challenge::Http01 {
            reachable::warn(&client, &self.state, &self.order.names, report).map_err(here)?;
        }
        if is_first && self.order.directory == PRODUCTION && !self.is_rehearsed().map_err(here)? {
            let order = Order { directory: STAGING.to_owned(), ..self.order.clone() };
            let issuer = Issuer { binding: None, ..issuer };
            issuer.issue(&order, Place::Rehearsal, None, report).map_err(|error| (error, Place::Rehearsal))?;
            report("the rehearsal with Let's Encrypt's CA for tests has succeeded");
        }
        // Only the CA that signed it knows it.
        let replaces = before.filter(|_| !is_first).and_then(|certificate| certificate.identifier.as_deref());
        issuer.issue(&self.order, self.place, replaces, report).map_err(here)
    }

    /// Whether the CA for tests has lately given a certificate for the same names.
    fn is_rehearsed(&self) -> Result<bool, Error> {
        let held = Held::open(&self.state.paths.certificate(Place::Rehearsal))?;
        let now = Time::now();
        Ok(held.certificate().is_some_and(|certificate| {
            certificate.covers(&self.order.names) && now.since(certificate.not_before).abs() < REHEARSAL_TIME
        }))
    }
}

fn success(certificate: &Certificate, place: Place) -> String {
    let names = certificate.names.join(", ");
    match place {
        Place::Served => {
            format!("certificate for {names}, from {}, until {}", certificate.issuer, certificate.not_after)
        }
        Place::Rehearsal => format!(
            "rehearsal succeeded: {} has given a test certificate for {names}, which is not served; run this again with --production",
            certificate.issuer
        ),
    }
}

/// Says why a certificate is obtained.
fn explain(why: Why, renewal: &Renewal, report: &mut dyn FnMut(&str)) {
    report(because(why));
    let explanation = renewal.suggestion.as_ref().and_then(|suggestion| suggestion.explanation.as_deref());
    if let (Why::Window | Why::WindowPast, Some(explanation)) = (why, explanation) {
        report(&format!("the CA explains it at {explanation}"));
    }
}

fn because(why: Why) -> &'static str {
    match why {
        Why::NoCertificate => "there is no certificate: obtaining one",
        Why::NamesChanged => "other names are wanted: obtaining a certificate for them",
        Why::DirectoryChanged => "another CA is wanted: obtaining a certificate from it",
        Why::Expired => "the certificate has expired: renewing it",
        Why::WindowPast => "the CA wants the certificate replaced now: renewing it",
        Why::Window => "the CA suggests this time: renewing the certificate",
        Why::LastThird => "the last third of the certificate's time has begun: renewing it",
    }
}

fn wait(until: Time, why: Reason, held: &Held, failed: Option<&Failed>) -> String {
    let end = held.certificate().map(|certificate| certificate.not_after.to_string()).unwrap_or_default();
    match why {
        Reason::Fresh => format!("nothing to do: the certificate is good until {end}; it is renewed from {until}"),
        Reason::Backoff => {
            let (count, error) = failed.map(|failed| (failed.count, failed.error.as_str())).unwrap_or_default();
            format!("waiting until {until}, after {count} failed attempts in a row; the last: {error}")
        }
        Reason::ClockBehind => {
            "nothing to do: this machine's clock is before the certificate's first day; correct it (timedatectl)"
                .to_owned()
        }
    }
}
