//! From an order to a certificate in its place.
//!
//! 1. take space on the disk, so that what the CA signs can be kept;
//! 2. the account: the one that is kept, or a new one;
//! 3. the order, and for each name a challenge that the server answers from the state folder;
//! 4. the request with a new key, and the chain;
//! 5. the chain is checked, and replaces the certificate in one step.

use std::fs;
use std::path::PathBuf;

use graven_time::Time;

use crate::certificate::Certificate;
use crate::encode::pem;
use crate::error::Error;
use crate::http::Client;
use crate::keys::Key;
use crate::known::Held;
use crate::records::{Account, Accounts, Order};
use crate::session::{Authorization, Directory, Session, Task};
use crate::settings::Challenge;
use crate::state::{Draft, Place, State, write};

/// What every step needs.
pub(crate) struct Issuer<'a> {
    pub(crate) client: &'a Client,
    pub(crate) state: &'a State,
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
        let placed = session.new_order(account, &order.names, replaces)?;
        for url in &placed.authorizations {
            let authorization = session.authorization(account, url)?;
            if !order.names.contains(&authorization.name) {
                return Err(Error::answer(format_args!(
                    "it wants to check {:?}, which was not ordered",
                    authorization.name
                )));
            }
            if !authorization.is_valid() {
                self.answer(&mut session, account, &authorization, order.challenge)?;
                report(&format!("{}: the CA has seen the challenge ({})", authorization.name, order.challenge.name()));
            }
        }
        let key = Key::for_certificate();
        let chain = session.finalize(account, &placed, &key.request(&order.names))?;
        let certificate = check(&chain, &key, order)?;
        if Held::open(&path)? == Held::Damaged {
            self.state.set_aside(&path, report)?;
        }
        draft.publish(format!("{}{chain}", key.to_pem()).as_bytes())?;
        Ok(certificate)
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
        let account = session.new_account(order.email.as_deref())?;
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

/// What the CA sent, if it is what was ordered. A certificate that no browser would take never replaces one.
fn check(chain: &str, key: &Key, order: &Order) -> Result<Certificate, Error> {
    let certificate =
        Certificate::from_chain(chain.as_bytes()).ok_or_else(|| Error::answer("the certificate cannot be read"))?;
    if !certificate.is_for(key) {
        return Err(Error::answer("the certificate is for another key"));
    }
    if certificate.names != order.names {
        return Err(Error::answer(format_args!("the certificate is for {}", certificate.names.join(", "))));
    }
    if certificate.not_after <= Time::now() {
        return Err(Error::answer(format_args!(
            "the certificate ended on {}; check this machine's clock (timedatectl)",
            certificate.not_after
        )));
    }
    Ok(certificate)
}
