//! How commands on the other machine get root's rights, which an installation needs.

/// How the user there gets root's rights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rights {
    /// Is root.
    Root,
    /// By `sudo`.
    Sudo,
    /// By `sudo`, which asks for a password.
    SudoWithPassword,
}

impl Rights {
    /// What goes before a command that needs them.
    pub(super) fn sudo(self) -> &'static str {
        match self {
            Self::Root => "",
            Self::Sudo => "sudo -n ",
            Self::SudoWithPassword => "sudo ",
        }
    }
}
