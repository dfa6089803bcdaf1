//! From an order to a certificate in its place.
//!
//! 1. take space on the disk, so that what the CA signs can be kept;
//! 2. the account: the one that is kept, or a new one;
//! 3. the order, and for each name a challenge that the server answers from the state folder;
//! 4. order and key are kept (`pending`), the CA signs, and the chain is fetched;
//! 5. the chain is checked, and replaces the certificate in one step.
//!
//! If an attempt ended between 4 and 5, the next one goes on there.

use std::fs;
use std::path::PathBuf;

use graven_time::Time;

use crate::certificate::Certificate;
use crate::encode::pem;
use crate::error::Error;
use crate::http::Client;
use crate::keys::Key;
use crate::known::Held;
use crate::pending::{self, Pending};
use crate::problem::printable;
use crate::records::{Account, Accounts, Order};
use crate::session::{Authorization, Directory, Ordered, Session, Task};
use crate::settings::{Binding, Challenge};
use crate::state::{Draft, Place, State, write};

/// What every step needs.
pub(crate) struct Issuer<'a> {
    pub(crate) client: &'a Client,
    pub(crate) state: &'a State,
    /// For a new account.
    pub(crate) binding: Option<&'a Binding>,
}

/// What the CA has signed, and its key.
struct Signed {
    key: Key,
    chain: String,
    certificate: Certificate,
}

impl Issuer<'_> {
    /// Obtains a certificate. `replaces` is the identifier of the one before it.
    pub(crate) fn issue(
        &self,
        order: &Order,
        place: Place,
        replaces: Option<&str>,
        report: &mut dyn FnMut(&str),
    ) -> Result<Certificate, Error> {
        let path = self.state.paths.certificate(place);
        let draft = Draft::with_space(&path)?;
        let mut session = Session::new(self.client, Directory::get(self.client, &order.directory)?);
        let accounts = self.accounts(&mut session, order, report)?;
        let account = accounts.get(&order.directory).expect("it was just made or accepted");
        let signed = if let Some(signed) = self.resume(&mut session, order, place, account, report)? {
            signed
        } else {
            let placed = self.authorize(&mut session, order, account, replaces, report)?;
            let pending = Pending { placed, key: Key::for_certificate() };
            pending.save(self.state, place, order, account)?;
            self.sign(&mut session, order, place, account, pending)?
        };
        if Held::open(&path)? == Held::Damaged {
            self.state.set_aside(&path, report)?;
        }
        draft.publish(format!("{}{}", signed.key.to_pem(), signed.chain).as_bytes())?;
        // If it stays, the same certificate is fetched again within the week.
        let _ = pending::forget(self.state, place);
        Ok(signed.certificate)
    }

    /// Fetches what an earlier attempt has asked for. `None` if there is nothing, or the CA has it no more.
    fn resume(
        &self,
        session: &mut Session<'_>,
        order: &Order,
        place: Place,
        account: &Account,
        report: &mut dyn FnMut(&str),
    ) -> Result<Option<Signed>, Error> {
        let Some(pending) = Pending::load(self.state, place, order, account)? else { return Ok(None) };
        report("an earlier attempt has ended before the certificate was here: asking for what the CA has signed");
        match self.sign(session, order, place, account, pending) {
            Ok(signed) => Ok(Some(signed)),
            // It is forgotten if it is of no use, and stays if the CA may still give it.
            Err(error) if self.state.paths.pending(place).exists() => Err(error),
            Err(error) => {
                report(&format!("{error}; ordering another"));
                Ok(None)
            }
        }
    }

    /// Has the CA sign, and checks what it sends. What it refuses, or what is not what was ordered, is forgotten.
    fn sign(
        &self,
        session: &mut Session<'_>,
        order: &Order,
        place: Place,
        account: &Account,
        Pending { placed, key }: Pending,
    ) -> Result<Signed, Error> {
        let chain = session.finalize(account, &placed, &key.request(&order.names));
        let checked = match chain {
            Err(error) if !is_final(&error) => return Err(error),
            Err(error) => Err(error),
            Ok(chain) => check(&chain, &key, order).map(|certificate| (chain, certificate)),
        };
        match checked {
            Ok((chain, certificate)) => Ok(Signed { key, chain, certificate }),
            Err(error) => pending::forget(self.state, place).and(Err(error)),
        }
    }

    /// Places an order, and shows the CA what it wants to see of each name.
    fn authorize(
        &self,
        session: &mut Session<'_>,
        order: &Order,
        account: &Account,
        replaces: Option<&str>,
        report: &mut dyn FnMut(&str),
    ) -> Result<Ordered, Error> {
        let placed = session.new_order(account, &order.names, replaces)?;
        for url in &placed.authorizations {
            let authorization = session.authorization(account, url)?;
            let name = printable(&authorization.name);
            if !order.names.contains(&authorization.name) {
                return Err(Error::answer(format_args!("it wants to check {name:?}, which was not ordered")));
            }
            if !authorization.is_valid() {
                self.answer(session, account, &authorization, order.challenge)?;
                report(&format!("{name}: the CA has seen the challenge ({})", order.challenge.name()));
            }
        }
        Ok(placed)
    }

    /// The accounts, with one that the CA accepts.
    fn accounts(
        &self,
        session: &mut Session<'_>,
        order: &Order,
        report: &mut dyn FnMut(&str),
    ) -> Result<Accounts, Error> {
        let mut accounts = Accounts::open(self.state, report)?;
        if let Some(account) = accounts.get(&order.directory) {
            if session.accepts(account)? {
                return Ok(accounts);
            }
            report(&format!("the CA does not accept the account {} any more; making a new one", account.url));
        }
        if let Some(terms) = session.directory.terms.as_ref().filter(|_| !order.agrees) {
            return Err(Error::Local(format!(
                "the CA asks you to agree to its terms: read {terms}, and run `notes certificate obtain` with --agree-to-terms"
            )));
        }
        let account = session.new_account(order.email.as_deref(), self.binding)?;
        if accounts.get(&order.directory).is_some() {
            let kept = self.state.keep_copy(&self.state.paths.account())?;
            report(&format!("the old account is kept in {}", kept.display()));
        }
        accounts.set(&order.directory, account);
        accounts.save(self.state)?;
        Ok(accounts)
    }

    /// Shows the answer to a challenge until the CA has seen it.
    fn answer(
        &self,
        session: &mut Session<'_>,
        account: &Account,
        authorization: &Authorization,
        challenge: Challenge,
    ) -> Result<(), Error> {
        let task = authorization.task(challenge)?;
        let _shown = self.show(account, &authorization.name, &task, challenge)?;
        session.meet(account, authorization, &task)
    }

    /// Writes what the server answers with.
    fn show(&self, account: &Account, name: &str, task: &Task, challenge: Challenge) -> Result<Shown, Error> {
        let folder = self.state.paths.challenges();
        // RFC 8555, 8.1.
        let authorization = format!("{}.{}", task.token, account.key.thumbprint());
        let (path, content) = match challenge {
            Challenge::Http01 => (folder.join(&task.token), authorization),
            Challenge::TlsAlpn01 => {
                let key = Key::for_certificate();
                let certificate = key.challenge_certificate(name, &authorization, Time::now());
                (folder.join(format!("alpn-{name}.pem")), key.to_pem() + &pem("CERTIFICATE", &certificate))
            }
        };
        write(&path, content.as_bytes())?;
        Ok(Shown { path })
    }
}

/// An answer to a challenge, as long as it is there.
struct Shown {
    path: PathBuf,
}

impl Drop for Shown {
    fn drop(&mut self) {
        // What stays is removed by the next command.
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether the CA will not sign, however often it is asked.
fn is_final(error: &Error) -> bool {
    let passes = ["serverInternal", "rateLimited", "badNonce", ""];
    error.refusal().is_some_and(|problem| !passes.contains(&problem.kind.as_str()))
}

/// What the CA sent, if it is what was ordered. A certificate that no browser would take never replaces one.
fn check(chain: &str, key: &Key, order: &Order) -> Result<Certificate, Error> {
    let certificate =
        Certificate::from_chain(chain.as_bytes()).ok_or_else(|| Error::answer("the certificate cannot be read"))?;
    if !certificate.is_for(key) {
        return Err(Error::answer("the certificate is for another key"));
    }
    // Some CAs add a name, such as that with www.
    if !certificate.covers(&order.names) {
        let names = printable(&certificate.names.join(", "));
        return Err(Error::answer(format_args!("the certificate is for {names}")));
    }
    if certificate.not_after <= Time::now() {
        return Err(Error::answer(format_args!(
            "the certificate ended on {}; check this machine's clock (timedatectl)",
            certificate.not_after
        )));
    }
    Ok(certificate)
}
