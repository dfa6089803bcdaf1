//! The service manager's notification socket (`sd_notify(3)`): ready, stopping, alive, and a status line.

use std::ffi::OsStr;
use std::io;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::Duration;

use crate::error::Error;

/// How long sending may wait for a service manager that is busy. After that the message is lost; the next one replaces
/// it.
const SEND_TIMEOUT: Duration = Duration::from_secs(1);

/// The notification socket, if there is one.
#[derive(Debug, Default)]
pub(crate) struct Notifier {
    socket: Option<UnixDatagram>,
}

impl Notifier {
    /// Connects to the socket in `NOTIFY_SOCKET`. It connects now, because a confined process cannot.
    pub(crate) fn from_environment() -> Result<Self, Error> {
        let name = std::env::var_os("NOTIFY_SOCKET").filter(|name| !name.is_empty());
        let socket = name.map(|name| connect(&name)).transpose().map_err(|source| Error::Notify { source })?;
        Ok(Notifier { socket })
    }

    /// Returns whether there is a notification socket.
    pub(crate) fn is_connected(&self) -> bool {
        self.socket.is_some()
    }

    /// Sends a state such as `READY=1`. Errors are ignored: they are no reason to stop serving.
    pub(crate) fn notify(&self, state: &str) {
        if let Some(socket) = &self.socket {
            socket.send(state.as_bytes()).unwrap_or_default();
        }
    }
}

/// Connects to a path, or for `@name` to a name in Linux's abstract namespace.
fn connect(name: &OsStr) -> io::Result<UnixDatagram> {
    let address = match name.as_bytes().strip_prefix(b"@") {
        Some(name) => SocketAddr::from_abstract_name(name),
        None => SocketAddr::from_pathname(name),
    }?;
    let socket = UnixDatagram::unbound()?;
    socket.connect_addr(&address)?;
    socket.set_write_timeout(Some(SEND_TIMEOUT))?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(listener: &UnixDatagram, name: &OsStr) -> String {
        let notifier = Notifier { socket: Some(connect(name).expect("the socket exists")) };
        notifier.notify("READY=1\nSTATUS=serving");
        let mut buffer = [0; 64];
        let length = listener.recv(&mut buffer).expect("a message");
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    }

    #[test]
    fn messages_are_sent_to_a_path_or_an_abstract_name() {
        let path = std::env::temp_dir().join(format!("graven-notify-{}", std::process::id()));
        let listener = UnixDatagram::bind(&path).expect("a free path");
        assert_eq!(received(&listener, path.as_os_str()), "READY=1\nSTATUS=serving");
        std::fs::remove_file(&path).expect("the socket exists");

        let name = format!("graven-notify-{}", std::process::id());
        let address = SocketAddr::from_abstract_name(&name).expect("a name");
        let listener = UnixDatagram::bind_addr(&address).expect("a free name");
        assert_eq!(received(&listener, OsStr::new(&format!("@{name}"))), "READY=1\nSTATUS=serving");
    }

    #[test]
    fn a_socket_that_does_not_exist_is_an_error() {
        assert!(connect(OsStr::new("/nowhere/notify")).is_err());
    }

    #[test]
    fn without_a_service_manager_nothing_is_sent() {
        let notifier = Notifier::default();
        notifier.notify("READY=1");
        assert!(!notifier.is_connected());
    }
}
