//! What a service tells the one who started it (`sd_notify(3)`): ready, stopping, alive, and a line for people.

use std::ffi::OsStr;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use crate::error::Error;

/// How long a message may wait for a supervisor that is busy; then it is lost, and the next one is as good.
const PATIENCE: Duration = Duration::from_secs(1);

/// A supervisor that listens, or none.
#[derive(Debug, Default)]
pub(crate) struct Notifier {
    socket: Option<UnixDatagram>,
}

impl Notifier {
    /// By `NOTIFY_SOCKET`. The socket is connected now, since a confined process can connect to nothing.
    pub(crate) fn from_environment() -> Result<Self, Error> {
        let name = std::env::var_os("NOTIFY_SOCKET").filter(|name| !name.is_empty());
        let socket = name.map(|name| connect(&name)).transpose().map_err(|source| Error::Notify { source })?;
        Ok(Notifier { socket })
    }

    /// Whether there is somebody to tell.
    pub(crate) fn is_connected(&self) -> bool {
        self.socket.is_some()
    }

    /// Tells a state such as `READY=1`. That it is not received is no reason to stop serving.
    pub(crate) fn notify(&self, state: &str) {
        if let Some(socket) = &self.socket {
            socket.send(state.as_bytes()).unwrap_or_default();
        }
    }
}

/// Connects to a path, or for `@name` to a name of Linux's abstract namespace.
fn connect(name: &OsStr) -> io::Result<UnixDatagram> {
    let address = match name.as_bytes().strip_prefix(b"@") {
        Some(name) => SocketAddr::from_abstract_name(name),
        None => SocketAddr::from_pathname(name),
    }?;
    let socket = UnixDatagram::unbound()?;
    socket.connect_addr(&address)?;
    socket.set_write_timeout(Some(PATIENCE))?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(listener: &UnixDatagram, name: &OsStr) -> String {
        let notifier = Notifier { socket: Some(connect(name).expect("somebody listens")) };
        notifier.notify("READY=1\nSTATUS=serving");
        let mut buffer = [0; 64];
        let length = listener.recv(&mut buffer).expect("a message");
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    }

    #[test]
    fn a_supervisor_is_told_by_path_and_by_abstract_name() {
        let path = std::env::temp_dir().join(format!("graven-notify-{}", std::process::id()));
        let listener = UnixDatagram::bind(&path).expect("a free path");
        assert_eq!(received(&listener, path.as_os_str()), "READY=1\nSTATUS=serving");
        std::fs::remove_file(&path).expect("the socket is ours");

        let name = format!("graven-notify-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).expect("a name");
        let listener = UnixDatagram::bind_addr(&address).expect("a free name");
        assert_eq!(received(&listener, OsStr::new(&format!("@{name}"))), "READY=1\nSTATUS=serving");
    }

    #[test]
    fn a_supervisor_that_does_not_listen_is_an_error() {
        assert!(connect(OsStr::new("/nowhere/notify")).is_err());
    }

    #[test]
    fn without_a_supervisor_nothing_happens() {
        let notifier = Notifier::default();
        notifier.notify("READY=1");
        assert!(!notifier.is_connected());
    }
}
