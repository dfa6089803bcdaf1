//! The protocol (RFC 8555): the CA's directory, signed requests with nonces, accounts, orders, authorizations.

use std::thread::sleep;
use std::time::{Duration, Instant};

use graven_time::Time;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::encode::{base64url, is_base64url};
use crate::error::Error;
use crate::http::{Client, Response};
use crate::json::{Value, array, object};
use crate::keys::{Key, binding};
use crate::problem::{Problem, printable};
use crate::records::Account;
use crate::settings::{Binding, Challenge};
use crate::url::{Scheme, Url};

/// How often a request is sent again because the CA did not know its nonce any more (RFC 8555, 6.5).
const NONCE_ATTEMPTS: usize = 8;

/// How long the CA may take to check a challenge or to sign. Let's Encrypt takes seconds, and a minute when it is busy.
const POLL_TIME: Duration = Duration::from_mins(3);

/// The shortest and the longest time between two questions whether it is done.
const POLL_PAUSES: [i64; 2] = [1, 10];

/// How often a question is asked, if no answer comes. It changes nothing, so it can be asked again.
const QUESTION_ATTEMPTS: usize = 4;

/// How often a certificate is asked for, if no answer comes. In between, the order says whether the question has arrived.
const FINALIZE_ATTEMPTS: usize = 3;

/// The pause before something is asked again, times the number of attempts.
const ATTEMPT_PAUSE: Duration = Duration::from_secs(2);

/// The refusals after which an order is placed without saying what it replaces: that it was replaced already, that the CA does not know it, that it is of
/// an earlier account. Let's Encrypt has several types for that.
const REPLACES_REFUSALS: [&str; 4] = ["alreadyReplaced", "malformed", "conflict", "unauthorized"];

/// What a CA offers (RFC 8555, 7.1.1).
#[derive(Debug)]
pub(crate) struct Directory {
    new_nonce: Url,
    new_account: Url,
    new_order: Url,
    /// RFC 9773.
    pub(crate) renewal_info: Option<String>,
    /// The terms that an account agrees to.
    pub(crate) terms: Option<String>,
    needs_binding: bool,
}

impl Directory {
    /// Asks for the directory.
    pub(crate) fn get(client: &Client, address: &str) -> Result<Self, Error> {
        let url = https(address).map_err(|_| {
            Error::Local(format!("--directory {address}: expected an address that begins with https://"))
        })?;
        let response = client.send(&url, None)?;
        if response.status != 200 {
            let problem = refusal(&response, Time::now());
            return Err(Error::Refused(Box::new(problem.of(url.as_str()))));
        }
        let value = json(&response)?;
        let member = |name: &str| {
            let address = value.text(name).ok_or_else(|| Error::answer(format_args!("{url} has no {name}")))?;
            https(address)
        };
        let meta = value.get("meta").unwrap_or(&Value::Null);
        Ok(Self {
            new_nonce: member("newNonce")?,
            new_account: member("newAccount")?,
            new_order: member("newOrder")?,
            renewal_info: value.text("renewalInfo").map(str::to_owned),
            terms: meta.text("termsOfService").map(printable),
            needs_binding: meta.get("externalAccountRequired") == Some(&Value::Bool(true)),
        })
    }
}

/// An address of the CA, which must be `https` (RFC 8555, 6.1).
pub(crate) fn https(address: &str) -> Result<Url, Error> {
    let url = Url::parse(address).filter(|url| url.scheme == Scheme::Https);
    url.ok_or_else(|| Error::answer(format_args!("expected an address that begins with https://, found {address:?}")))
}

/// Why the CA refuses. If the answer does not say it, the status is the explanation.
fn refusal(response: &Response, now: Time) -> Problem {
    let mut problem = Problem::from_json(&json(response).unwrap_or(Value::Null));
    if problem.detail.is_empty() {
        problem.detail = format!("status {}", response.status);
    }
    // An answer that is not the CA's own, but that of what is in front of it.
    if problem.kind.is_empty() {
        let kind = match response.status {
            404 | 410 => "malformed",
            429 => "rateLimited",
            _ => "",
        };
        kind.clone_into(&mut problem.kind);
    }
    problem.retry_after = response.retry_after(now);
    problem
}

fn json(response: &Response) -> Result<Value, Error> {
    let value = std::str::from_utf8(&response.body).ok().and_then(Value::parse);
    value.ok_or_else(|| Error::answer("it is no JSON"))
}

/// Who signs a request: an account, or a key that has none yet.
#[derive(Clone, Copy)]
enum Signer<'a> {
    Account(&'a Account),
    NewKey(&'a Key),
}

/// A conversation with a CA.
pub(crate) struct Session<'a> {
    client: &'a Client,
    pub(crate) directory: Directory,
    /// From the last answer, for the next request.
    nonce: Option<String>,
}

/// An order (RFC 8555, 7.1.3).
pub(crate) struct Ordered {
    url: Url,
    pub(crate) authorizations: Vec<Url>,
    finalize: Url,
}

impl Ordered {
    /// An order of an earlier run, whose names are authorized.
    pub(crate) fn kept(url: &str, finalize: &str) -> Option<Self> {
        Some(Self { url: https(url).ok()?, authorizations: Vec::new(), finalize: https(finalize).ok()? })
    }

    /// What [`Ordered::kept`] takes.
    pub(crate) fn addresses(&self) -> [&str; 2] {
        [self.url.as_str(), self.finalize.as_str()]
    }
}

/// What the CA wants to see of a name (RFC 8555, 7.1.4).
pub(crate) struct Authorization {
    url: Url,
    pub(crate) name: String,
    status: String,
    challenges: Vec<Value>,
}

/// A challenge of an authorization.
pub(crate) struct Task {
    url: Url,
    /// base64url: it can be a file name.
    pub(crate) token: String,
}

impl<'a> Session<'a> {
    pub(crate) fn new(client: &'a Client, directory: Directory) -> Self {
        Self { client, directory, nonce: None }
    }

    fn take_nonce(&mut self) -> Result<String, Error> {
        if let Some(nonce) = self.nonce.take() {
            return Ok(nonce);
        }
        let response = self.client.send(&self.directory.new_nonce, None)?;
        let nonce = response.field("replay-nonce").map(str::to_owned);
        nonce.ok_or_else(|| Error::answer("there is no nonce"))
    }

    /// Sends a signed request. An empty payload only asks (RFC 8555, 6.3).
    fn post(&mut self, url: &Url, payload: &str, signer: Signer<'_>) -> Result<Response, Error> {
        let mut last = Error::answer("no nonce is good");
        for _ in 0..NONCE_ATTEMPTS {
            let nonce = self.take_nonce()?;
            let text = |text: &str| Some(Value::from(text));
            let (key, sender) = match signer {
                Signer::Account(account) => (&account.key, ("kid", text(&account.url))),
                Signer::NewKey(key) => (key, ("jwk", Some(key.jwk()))),
            };
            let header = object([("alg", text("ES256")), ("nonce", text(&nonce)), ("url", text(url.as_str())), sender]);
            let response = self.client.send(url, Some(&key.message(&header, payload)))?;
            self.nonce = response.field("replay-nonce").map(str::to_owned);
            if (200..300).contains(&response.status) {
                return Ok(response);
            }
            let problem = refusal(&response, Time::now());
            let is_nonce = problem.kind == "badNonce";
            last = Error::Refused(Box::new(problem));
            if !is_nonce {
                break;
            }
        }
        Err(last)
    }

    /// Asks for something that does not change by that, again if no answer comes (RFC 8555, 6.3).
    fn ask(&mut self, account: &Account, url: &Url) -> Result<Response, Error> {
        let mut attempts = 1;
        loop {
            match self.post(url, "", Signer::Account(account)) {
                Err(Error::Unreachable(_)) if attempts < QUESTION_ATTEMPTS => {
                    sleep(ATTEMPT_PAUSE * u32::try_from(attempts).unwrap_or(1));
                    attempts += 1;
                }
                other => return other,
            }
        }
    }

    /// Whether the CA still accepts an account.
    pub(crate) fn accepts(&mut self, account: &Account) -> Result<bool, Error> {
        match self.ask(account, &https(&account.url)?) {
            Ok(response) => Ok(json(&response)?.text("status") == Some("valid")),
            Err(Error::Refused(problem))
                if ["accountDoesNotExist", "unauthorized"].contains(&problem.kind.as_str()) =>
            {
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Makes an account (RFC 8555, 7.3), bound to one at the CA's site if it is given.
    pub(crate) fn new_account(&mut self, email: Option<&str>, external: Option<&Binding>) -> Result<Account, Error> {
        if self.directory.needs_binding && external.is_none() {
            let message = "this CA wants an account that is bound to one at its site: make a key there, and run `notes certificate obtain` with --eab-key-id ID --eab-key-file FILE";
            return Err(Error::Local(message.to_owned()));
        }
        let key = Key::for_account();
        let url = self.directory.new_account.clone();
        let payload = object([
            ("termsOfServiceAgreed", Some(Value::Bool(true))),
            ("contact", email.map(|email| array([&format!("mailto:{email}")]))),
            (
                "externalAccountBinding",
                external.map(|external| binding(&external.id, &external.key, url.as_str(), &key)),
            ),
        ]);
        let response = self.post(&url, &payload.to_string(), Signer::NewKey(&key))?;
        let url = response.field("location").ok_or_else(|| Error::answer("the new account has no address"))?;
        Ok(Account { url: https(url)?.as_str().to_owned(), key })
    }

    /// Orders a certificate (RFC 8555, 7.4), in place of one that it `replaces` (RFC 9773, 5).
    pub(crate) fn new_order(
        &mut self,
        account: &Account,
        names: &[String],
        replaces: Option<&str>,
    ) -> Result<Ordered, Error> {
        let identifier = |name: &String| object([("type", Some("dns".into())), ("value", Some(name.as_str().into()))]);
        let identifiers = Value::Array(names.iter().map(identifier).collect());
        let payload = object([("identifiers", Some(identifiers)), ("replaces", replaces.map(Value::from))]);
        let url = self.directory.new_order.clone();
        let response = match self.post(&url, &payload.to_string(), Signer::Account(account)) {
            // The order does not depend on it.
            Err(Error::Refused(problem))
                if replaces.is_some() && REPLACES_REFUSALS.contains(&problem.kind.as_str()) =>
            {
                return self.new_order(account, names, None);
            }
            other => other?,
        };
        let value = json(&response)?;
        let address =
            |address: Option<&str>| https(address.ok_or_else(|| Error::answer("the order lacks an address"))?);
        Ok(Ordered {
            url: address(response.field("location"))?,
            authorizations: value.texts("authorizations").iter().map(|url| https(url)).collect::<Result<_, _>>()?,
            finalize: address(value.text("finalize"))?,
        })
    }

    /// What the CA wants to see for one name of an order.
    pub(crate) fn authorization(&mut self, account: &Account, url: &Url) -> Result<Authorization, Error> {
        let value = json(&self.ask(account, url)?)?;
        let name = value.get("identifier").and_then(|identifier| identifier.text("value"));
        Ok(Authorization {
            url: url.clone(),
            name: name.unwrap_or_default().to_owned(),
            status: value.text("status").unwrap_or_default().to_owned(),
            challenges: value.array("challenges").to_vec(),
        })
    }

    /// Says that the challenge is met, and waits until the CA has seen it.
    pub(crate) fn meet(&mut self, account: &Account, authorization: &Authorization, task: &Task) -> Result<(), Error> {
        self.post(&task.url, "{}", Signer::Account(account))?;
        let checked =
            self.poll(account, &authorization.url, &["valid", "invalid", "deactivated", "expired", "revoked"])?;
        if checked.text("status") == Some("valid") {
            return Ok(());
        }
        let error = checked.array("challenges").iter().find_map(|challenge| challenge.get("error"));
        Err(Error::Refused(Box::new(Problem::from_json(error.unwrap_or(&Value::Null)).of(&authorization.name))))
    }

    /// Asks for the certificate of an order whose names are authorized, and returns its chain in PEM. If it was signed already, it is only fetched.
    pub(crate) fn finalize(&mut self, account: &Account, order: &Ordered, request: &[u8]) -> Result<String, Error> {
        let payload = object([("csr", Some(base64url(request).as_str().into()))]).to_string();
        let mut attempts = 0;
        let mut state = self.poll(account, &order.url, &["ready", "valid", "invalid"])?;
        while state.text("status") == Some("ready") {
            attempts += 1;
            match self.post(&order.finalize, &payload, Signer::Account(account)) {
                // It may have arrived: then the order is not "ready" any more.
                Err(Error::Unreachable(_)) if attempts < FINALIZE_ATTEMPTS => {
                    state = self.poll(account, &order.url, &["ready", "processing", "valid", "invalid"])?;
                }
                other => {
                    other?;
                    break;
                }
            }
        }
        let done = self.poll(account, &order.url, &["valid", "invalid"])?;
        let Some(certificate) = done.text("certificate") else {
            let mut problem = Problem::from_json(done.get("error").unwrap_or(&Value::Null));
            if problem.kind.is_empty() {
                "orderNotReady".clone_into(&mut problem.kind);
            }
            return Err(Error::Refused(Box::new(problem)));
        };
        let response = self.ask(account, &https(certificate)?)?;
        chain(&response.body).ok_or_else(|| Error::answer("the certificate is no PEM"))
    }

    /// Asks until the status is one of these.
    fn poll(&mut self, account: &Account, url: &Url, wanted: &[&str]) -> Result<Value, Error> {
        let start = Instant::now();
        loop {
            let response = self.ask(account, url)?;
            let value = json(&response)?;
            let status = value.text("status").unwrap_or_default();
            if wanted.contains(&status) {
                return Ok(value);
            }
            if start.elapsed() > POLL_TIME {
                let (status, seconds) = (printable(status), POLL_TIME.as_secs());
                let message = format!("the CA has not decided within {seconds} s ({status}); try again later");
                return Err(Error::Unreachable(message));
            }
            let now = Time::now();
            let [least, most] = POLL_PAUSES;
            let pause = response.retry_after(now).map_or(least, |until| until.since(now).clamp(least, most));
            sleep(Duration::from_secs(pause.unsigned_abs()));
        }
    }
}

/// The certificates of a PEM file, and nothing else that may be in it: what is written is never more than was checked.
fn chain(body: &[u8]) -> Option<String> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(body).collect();
    let certificates = certificates.ok().filter(|certificates| !certificates.is_empty())?;
    Some(certificates.iter().map(|certificate| crate::encode::pem("CERTIFICATE", certificate)).collect())
}

impl Authorization {
    /// The CA has seen the name lately and needs no challenge.
    pub(crate) fn is_valid(&self) -> bool {
        self.status == "valid"
    }

    /// The challenge of a kind.
    pub(crate) fn task(&self, wanted: Challenge) -> Result<Task, Error> {
        let kinds = self.challenges.iter().filter_map(|challenge| challenge.text("type"));
        let Some(challenge) = self.challenges.iter().find(|challenge| challenge.text("type") == Some(wanted.name()))
        else {
            let kinds = kinds.map(printable).collect::<Vec<_>>().join(", ");
            let message = format!(
                "{}: the CA does not offer {}, but: {kinds}; choose with --challenge",
                self.name,
                wanted.name()
            );
            return Err(Error::Local(message));
        };
        let url = challenge.text("url").ok_or_else(|| Error::answer("a challenge without an address"))?;
        let token = challenge.text("token").filter(|token| is_base64url(token));
        let token = token.ok_or_else(|| Error::answer("a challenge's token is not base64url"))?;
        Ok(Task { url: https(url)?, token: token.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authorization(challenges: &str) -> Authorization {
        let Some(Value::Array(challenges)) = Value::parse(challenges) else { panic!("an array") };
        Authorization {
            url: https("https://ca.example/authz").expect("an address"),
            name: "example.org".to_owned(),
            status: "pending".to_owned(),
            challenges,
        }
    }

    #[test]
    fn a_token_is_taken_only_if_it_can_be_a_file_name() {
        for (token, is_taken) in [("abc-_9", true), ("../../x", false), ("a/b", false), ("", false), (".", false)] {
            let text =
                format!(r#"[{{"type":"dns-01"}},{{"type":"http-01","url":"https://ca.example/c","token":"{token}"}}]"#);
            assert_eq!(authorization(&text).task(Challenge::Http01).is_ok(), is_taken, "{token}");
        }
    }

    #[test]
    fn a_challenge_that_is_not_offered_is_said_with_those_that_are() {
        let error = authorization(r#"[{"type":"dns-01\u001b"},{"type":"http-01"}]"#).task(Challenge::TlsAlpn01).err();
        let error = error.expect("it is not offered").to_string();
        assert!(error.contains("does not offer tls-alpn-01, but: dns-01, http-01"), "{error}");
    }

    #[test]
    fn the_ca_is_asked_over_tls_only() {
        for address in ["http://ca.example/", "ca.example", "file:///etc/passwd"] {
            assert!(https(address).is_err(), "{address}");
        }
    }

    #[test]
    fn an_answer_without_a_problem_is_explained_by_its_status() {
        let response = Response::for_test(502, &[("retry-after", "60")], "<html>");
        let problem = refusal(&response, Time(0));
        assert_eq!((problem.detail.as_str(), problem.retry_after), ("status 502", Some(Time(60))));
        assert_eq!(refusal(&Response::for_test(429, &[], ""), Time(0)).kind, "rateLimited");
    }

    #[test]
    fn only_certificates_are_taken_from_an_answer() {
        let certificate = crate::encode::pem("CERTIFICATE", b"first");
        let mixed = format!("text\n{certificate}{}", crate::encode::pem("PRIVATE KEY", b"key"));
        assert_eq!(chain(mixed.as_bytes()).as_deref(), Some(certificate.as_str()));
        assert_eq!(chain(b"no PEM"), None);
    }
}
