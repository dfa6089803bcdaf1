//! The executable under test: runs it for its output, or starts it as a server and sends it requests.

use std::env;
use std::fmt;
use std::io::{BufRead as _, BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, Output, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use serde_json::Value;

#[cfg(feature = "tls")]
use crate::secure;

/// How long a client waits for an answer: long enough for an emulator on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// The path of the executable under test.
pub(crate) fn path() -> PathBuf {
    env::var_os("NOTES_EXECUTABLE").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_notes")), PathBuf::from)
}

/// A command that runs an executable, by `NOTES_RUNNER` if that is set, without any `NOTES_` variable in its environment.
pub(crate) fn command(executable: &Path) -> Command {
    let runner = emulator().unwrap_or_default();
    let mut words = runner.split_whitespace();
    let mut command = match words.next() {
        Some(runner) => {
            let mut command = Command::new(runner);
            command.args(words).arg(executable);
            command
        }
        None => Command::new(executable),
    };
    forget_settings(&mut command);
    command.stdin(Stdio::null());
    command
}

/// Removes the variables that are meant for these tests: the executable refuses unknown ones.
pub(crate) fn forget_settings(command: &mut Command) {
    for (variable, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("NOTES_")) {
        command.env_remove(variable);
    }
}

/// The program that runs the executable, if this machine cannot.
pub(crate) fn emulator() -> Option<String> {
    env::var("NOTES_RUNNER").ok().filter(|runner| !runner.is_empty())
}

/// Starts a process. Retries "text file busy": a file that was just written may still be open for writing in a child that another thread has forked.
pub(crate) fn spawn(command: &mut Command) -> Child {
    for _ in 0..100 {
        match command.spawn() {
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => thread::sleep(Duration::from_millis(20)),
            started => return started.unwrap_or_else(|error| panic!("{command:?}: {error}")),
        }
    }
    panic!("{command:?} stays busy")
}

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("it writes UTF-8");
        Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// Runs a command to its end.
pub(crate) fn finish(command: &mut Command) -> Ran {
    let child = spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
    child.wait_with_output().expect("it ends").into()
}

/// Runs the executable with these arguments.
pub(crate) fn run(arguments: &[&str]) -> Ran {
    finish(command(&path()).args(arguments))
}

/// The standard output of the executable. Panics if it fails or writes to standard error.
pub(crate) fn output(arguments: &[&str]) -> String {
    let ran = run(arguments);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    ran.stdout
}

/// One row of `notes list --json`.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) path: String,
    pub(crate) what: What,
}

#[derive(Clone, Debug)]
pub(crate) enum What {
    Page { media_type: String, sizes: Vec<(String, usize)> },
    Redirect,
}

impl Route {
    /// Whether it has this media type, ignoring parameters.
    pub(crate) fn is_a(&self, wanted: &str) -> bool {
        matches!(&self.what, What::Page { media_type, .. } if media_type.split(';').next() == Some(wanted))
    }

    /// Whether press has written it as a page. HTML files of `content/static/`, which are copied, keep their `.html`.
    pub(crate) fn is_page(&self) -> bool {
        self.is_a("text/html") && Path::new(&self.path).extension().is_none_or(|kind| kind != "html")
    }

    /// The request target for it. The 404 page has no path, so an unknown path is used.
    pub(crate) fn target(&self) -> &str {
        if self.path == "404" { "/there-is-nothing-here" } else { &self.path }
    }

    /// The status of its response.
    pub(crate) fn status(&self) -> u16 {
        match self.what {
            _ if self.path == "404" => 404,
            What::Page { .. } => 200,
            What::Redirect => 308,
        }
    }

    /// Its length in a coding; 0 if it is not stored in it.
    pub(crate) fn size(&self, coding: &str) -> usize {
        self.sizes().iter().find(|(name, _)| name == coding).map_or(0, |(_, size)| *size)
    }

    /// The stored codings with their lengths.
    pub(crate) fn sizes(&self) -> &[(String, usize)] {
        match &self.what {
            What::Page { sizes, .. } => sizes,
            What::Redirect => &[],
        }
    }
}

/// All routes that `notes list --json` prints.
pub(crate) fn listed() -> &'static [Route] {
    static LISTED: LazyLock<Vec<Route>> = LazyLock::new(|| {
        let list: Value = serde_json::from_str(&output(&["list", "--json"])).expect("JSON");
        list["routes"].as_array().expect("a list of routes").iter().map(route).collect()
    });
    &LISTED
}

/// The routes without the search index, which nobody can request.
pub(crate) fn routes() -> &'static [Route] {
    static ROUTES: LazyLock<Vec<Route>> =
        LazyLock::new(|| listed().iter().filter(|route| route.path != "search-index").cloned().collect());
    &ROUTES
}

/// The pages that press has written, the 404 page included.
pub(crate) fn html_routes() -> impl Iterator<Item = &'static Route> {
    routes().iter().filter(|route| route.is_page())
}

/// The paths of the pages directly below a folder: `/blog/` has posts, `/notes/` topics, `/tags/` tags. Empty if the site has none.
pub(crate) fn pages_below(folder: &str) -> Vec<&'static str> {
    let is_below = |path: &&str| path.strip_prefix(folder).is_some_and(|name| !name.contains('/'));
    html_routes().map(|route| route.path.as_str()).filter(is_below).collect()
}

fn route(row: &Value) -> Route {
    let text = |key: &str| row[key].as_str().unwrap_or_else(|| panic!("{row} without {key}")).to_owned();
    let what = if let Some(bytes) = row["bytes"].as_object() {
        let size = |value: &Value| usize::try_from(value.as_u64().expect("a size")).expect("a size");
        let sizes = bytes.iter().map(|(coding, value)| (coding.clone(), size(value))).collect();
        What::Page { media_type: text("type"), sizes }
    } else {
        assert!(row["redirect"].is_string(), "{row}");
        What::Redirect
    };
    Route { path: text("path"), what }
}

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    address: String,
    /// Whether it speaks HTTPS to those who connect.
    #[cfg(feature = "tls")]
    is_secure: bool,
    /// Kept open, so that the server can still write to it.
    stdout: Option<BufReader<ChildStdout>>,
}

impl Server {
    /// Starts it on a free port, which it prints.
    pub(crate) fn start() -> Self {
        Self::start_by(&mut command(&path()))
    }

    /// Starts it by a command whose arguments so far are options of `serve`.
    pub(crate) fn start_by(command: &mut Command) -> Self {
        #[cfg(feature = "tls")]
        if secure::is_default() {
            let mut server = Self::start_listening(command.args(secure::options()));
            server.is_secure = true;
            return server;
        }
        Self::start_listening(command.args(["--listen", "127.0.0.1:0"]))
    }

    /// Starts a command that prints its URL.
    pub(crate) fn start_listening(command: &mut Command) -> Self {
        Self::start_saying(command).0
    }

    /// Starts a command that prints its URL. Returns the line with it, too.
    pub(crate) fn start_saying(command: &mut Command) -> (Self, String) {
        command.stdout(Stdio::piped());
        let mut server = Server {
            child: spawn(command),
            address: String::new(),
            #[cfg(feature = "tls")]
            is_secure: false,
            stdout: None,
        };
        let mut stdout = BufReader::new(server.child.stdout.take().expect("it is piped"));
        let mut lines = stdout.by_ref().lines().map(|line| line.expect("it writes UTF-8"));
        let line = lines.find(|line| line.contains("://")).expect("it prints where it serves before it ends");
        let (_, url) = line.split_once("://").expect("it contains one");
        url.split('/').next().unwrap_or_default().clone_into(&mut server.address);
        server.stdout = Some(stdout);
        (server, line)
    }

    /// Its address.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Its resident size in bytes.
    pub(crate) fn resident(&self) -> usize {
        self.memory("VmRSS:")
    }

    /// The part of its resident size in bytes that is no file's. How much of a file is resident depends on what the kernel has kept of it.
    pub(crate) fn anonymous(&self) -> usize {
        self.memory("RssAnon:")
    }

    fn memory(&self, kind: &str) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("it runs");
        let line = status.lines().find_map(|line| line.strip_prefix(kind)).expect("Linux says so");
        line.trim().trim_end_matches(" kB").parse::<usize>().expect("a number") * 1024
    }

    /// A new connection.
    pub(crate) fn connect(&self) -> Client {
        let stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        stream.set_nodelay(true).expect("TCP");
        #[cfg(feature = "tls")]
        if self.is_secure {
            return Client { stream: Box::new(secure::default_session(stream)), read: Vec::new() };
        }
        Client { stream: Box::new(stream), read: Vec::new() }
    }

    /// Sends one request on a new connection.
    pub(crate) fn ask(&self, method: &str, target: &str, fields: &[(&str, &str)]) -> Response {
        self.connect().ask(method, target, fields)
    }

    /// Sends one GET request on a new connection.
    pub(crate) fn get(&self, target: &str, fields: &[(&str, &str)]) -> Response {
        self.ask("GET", target, fields)
    }

    /// Its standard error, which must be piped.
    pub(crate) fn stderr(&mut self) -> BufReader<ChildStderr> {
        BufReader::new(self.child.stderr.take().expect("it is piped"))
    }

    /// Sends it a signal, named without `SIG`.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(sent.expect("`kill` runs").success());
    }

    /// Stops it as a service manager does. Returns its exit status.
    pub(crate) fn terminate(self) -> Option<i32> {
        self.signal("TERM");
        self.wait()
    }

    /// Waits until it exits.
    pub(crate) fn wait(mut self) -> Option<i32> {
        self.child.wait().expect("it is our child").code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails if it has already exited, which is fine.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A socket, or TLS on one.
trait Stream: Read + Write + fmt::Debug {}

impl<T: Read + Write + fmt::Debug> Stream for T {}

/// A connection that speaks the little HTTP/1.1 that these tests need, and accepts nothing malformed.
#[derive(Debug)]
pub(crate) struct Client {
    stream: Box<dyn Stream>,
    read: Vec<u8>,
}

impl Client {
    /// Sends one request and reads its response. The connection stays open.
    pub(crate) fn ask(&mut self, method: &str, target: &str, fields: &[(&str, &str)]) -> Response {
        let mut head = format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\n");
        for (name, value) in fields {
            head.extend([name, ": ", value, "\r\n"]);
        }
        head.push_str("\r\n");
        self.stream.write_all(head.as_bytes()).expect("it reads");
        self.response(method).unwrap_or_else(|fault| panic!("{method} {target}: {fault}"))
    }

    /// Sends a GET request.
    pub(crate) fn get(&mut self, target: &str, fields: &[(&str, &str)]) -> Response {
        self.ask("GET", target, fields)
    }

    fn response(&mut self, method: &str) -> Result<Response, String> {
        let end = loop {
            match self.read.windows(4).position(|window| window == b"\r\n\r\n") {
                Some(at) => break at + 4,
                None => self.more()?,
            }
        };
        let head = String::from_utf8(self.read.drain(..end).collect()).map_err(|error| error.to_string())?;
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok());
        let status = status.ok_or_else(|| format!("no status line: {head:?}"))?;
        let fields =
            lines.map(|line| line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())));
        let fields: Vec<_> = fields.collect::<Option<_>>().ok_or_else(|| format!("no field line: {head:?}"))?;
        let mut response = Response { status, fields, head: end, content: Vec::new() };
        let length = match (method, status) {
            ("HEAD", _) | (_, 204 | 304) => 0,
            _ => response.field("content-length").parse().map_err(|error| format!("content-length: {error}"))?,
        };
        while self.read.len() < length {
            self.more()?;
        }
        response.content = self.read.drain(..length).collect();
        Ok(response)
    }

    fn more(&mut self) -> Result<(), String> {
        let mut buffer = [0; 16 * 1024];
        match self.stream.read(&mut buffer) {
            Ok(0) => Err(format!("closed too early, after {:?}", String::from_utf8_lossy(&self.read))),
            Ok(length) => {
                self.read.extend_from_slice(&buffer[..length]);
                Ok(())
            }
            // A child process that ends can interrupt it.
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(()),
            Err(error) => Err(error.to_string()),
        }
    }
}

/// A response.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// In the order received, names in lower case.
    pub(crate) fields: Vec<(String, String)>,
    /// The length of the status line and fields, with the empty line.
    pub(crate) head: usize,
    pub(crate) content: Vec<u8>,
}

impl Response {
    /// The value of a field; empty if it is absent. Panics if it occurs twice.
    pub(crate) fn field(&self, name: &str) -> &str {
        let mut found = self.fields.iter().filter(|(field, _)| field == name);
        let value = found.next().map_or("", |(_, value)| value);
        assert!(found.next().is_none(), "{name} occurs twice");
        value
    }

    /// The fields without `Date`, sorted.
    pub(crate) fn lasting_fields(&self) -> Vec<&(String, String)> {
        let mut fields: Vec<_> = self.fields.iter().filter(|(name, _)| name != "date").collect();
        fields.sort();
        fields
    }

    /// The content as text.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.content).expect("UTF-8")
    }
}
