//! `graven dev`: the site of a folder on this machine alone, as it is after each save.
//!
//! ```text
//! files --watch--> Message::Changed --+
//!                                     +--> desk (a thread): presses, and makes the pack of a page when it is asked for
//! browser --server--> Message::Page --+                     --feed--> events --client.js--> reload, or overlay
//! ```
//!
//! 1. [`watch`]: which paths changed.
//! 2. [`desk`]: the site, pressed after each change. What is asked for while it presses waits, so that no page is stale.
//! 3. [`page`]: one page as a site that graven-serve answers from, with the script of the preview in it.
//! 4. [`server`]: HTTP on the loopback interface; [`feed`] is the state that open pages receive.

mod desk;
mod feed;
mod message;
mod page;
mod server;
mod watch;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::mpsc;

use clap::Args;
use graven_press::source;

use crate::content;
use crate::error::{self, Error};

/// Write with a preview: show the site on this machine, as it is after each change
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// The folder with the site's `site.toml` [default: this folder, or `content` in it]
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,

    /// The port on 127.0.0.1 [default: 8080, or the next one that is free]
    #[arg(short, long, value_name = "PORT")]
    port: Option<u16>,
}

const EXAMPLES: &str = "\
Drafts and scheduled posts are shown, and marked. After a mistake, pages stay as they were, under a message that says where it is and what to do; it goes when the mistake
is gone. Nothing is compressed, and no other machine can reach the preview.

Examples:
  graven dev
  graven dev blog --port 3000
";

/// The first port that is tried, and how many.
const PORTS: (u16, u16) = (8080, 20);

/// Runs the command, until it is stopped.
pub(crate) fn run(options: &Options) -> Result<(), Error> {
    let folder = content::folder(options.folder.as_deref());
    if !folder.join("site.toml").is_file() {
        let message = format!("there is no site.toml in {}; name the folder of a site", folder.display());
        return Err(Error::new(message));
    }
    let root = folder.canonicalize().map_err(|source| Error::file("find", &folder, &source))?;
    let listener = listen(options.port)?;
    let address = listener.local_addr().map_err(|error| Error::new(error.to_string()))?;
    let url = format!("http://{address}");

    let (sender, messages) = mpsc::channel();
    // Before the first reading, so that no change is missed.
    watch::start(&root, &sender)?;
    let (feed, states) = tokio::sync::watch::channel(feed::State::default());
    let tree = content::read(&root)?;
    let desk = desk::Desk::new(&root, &folder, &url, feed);
    let base_url = source::base_url(&tree);
    error::print(format!("{url}{}/ shows {}; press Ctrl-C to stop\n", base_url.path(), folder.display()))?;
    std::thread::spawn(move || desk.run(tree, &messages));
    server::run(listener, &sender, &states)
        .map_err(|error| Error::new(format!("the preview cannot be served: {error}")))
}

/// Listens on the loopback interface.
fn listen(port: Option<u16>) -> Result<TcpListener, Error> {
    let bind = |port: u16| TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let (first, count) = PORTS;
    match port {
        Some(port) => bind(port).map_err(|error| {
            Error::new(format!("cannot listen on port {port}: {error}; choose another one, or leave out --port"))
        }),
        None => (first..first + count).find_map(|port| bind(port).ok()).ok_or_else(|| {
            let last = first + count - 1;
            Error::new(format!("the ports {first} to {last} are in use; choose one with --port"))
        }),
    }
}
